"""Internet radio that says what it plays: titles among the sound, as SHOUTcast and Icecast do.

FFmpeg reads them too, but PyAV tells only those that had come when the address was opened.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

_CHUNK = 1 << 11  # bytes: an eighth of a second
_UNIT = 16  # bytes: what lengths of titles are counted in
_TITLE = re.compile(r"StreamTitle='(.*?)';(?=\s*(?:\w+='|$))", re.DOTALL)
_LONGEST = 200  # letters
_LISTS = ("mpegurl", "scpls")  # of addresses, though their types are called audio


class Title(str):
    """What a station says that it plays."""

    __slots__ = ()


class OnAir:
    """Sound of a station, to be read like a pipe; its titles are taken out.

    Parameters
    ----------
    answer
        What the station answers.
    every
        Bytes of sound between titles; 0 where there are none.

    Attributes
    ----------
    title
        The last one; "" before the first.
    """

    def __init__(self, answer: requests.Response, every: int) -> None:
        self.title = Title()
        self._chunks, self._held = answer.iter_content(_CHUNK), b""
        self._every = self._left = every or sys.maxsize

    def read(self, size: int) -> bytes:
        """Give what there is of the sound, at most `size` bytes; b"" at its end."""
        if not self._left:
            length = _UNIT * int.from_bytes(self._exactly(1), "big")
            self._hear(self._exactly(length))
            self._left = self._every
        if not self._held:
            self._held = next(self._chunks, b"")
        size = min(size, self._left, len(self._held))
        part, self._held = self._held[:size], self._held[size:]
        self._left -= size
        return part

    def _exactly(self, size: int) -> bytes:
        while len(self._held) < size and (more := next(self._chunks, b"")):
            self._held += more
        part, self._held = self._held[:size], self._held[size:]
        return part

    def _hear(self, told: bytes) -> None:
        try:
            text = told.decode()
        except UnicodeDecodeError:
            text = told.decode("latin-1")
        if found := _TITLE.search(text.rstrip("\0")):
            words = " ".join(found[1].split())
            self.title = Title("".join(a for a in words if a.isprintable())[:_LONGEST])


@contextmanager
def on_air(address: str, seconds: float) -> Iterator[OnAir | None]:
    """Call a station, and ask for its titles.

    Parameters
    ----------
    address
        An HTTP address.
    seconds
        How long to wait for anything to arrive.

    Yields
    ------
    OnAir or None
        None if it is no station but a file or a list, or does not answer as HTTP has it.
    """
    headers = {"Icy-MetaData": "1", "Accept-Encoding": "identity"}
    try:
        answer = requests.get(address, headers=headers, stream=True, timeout=seconds)
    except requests.RequestException:
        yield None
        return
    with answer:
        every = answer.headers.get("icy-metaint", "0")
        kind = answer.headers.get("Content-Type", "").lower()
        sound = kind.startswith(("audio/", "application/ogg"))
        listed = "Content-Length" in answer.headers or any(word in kind for word in _LISTS)
        bytes_between = int(every) if every.isdecimal() else 0
        found = answer.ok and sound and (bytes_between or not listed)
        yield OnAir(answer, bytes_between) if found else None

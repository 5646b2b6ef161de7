"""Titles that internet radio stations (SHOUTcast, Icecast) send within the sound.

FFmpeg reads them too, but PyAV shows only those that arrived before the address was opened.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

_CHUNK = 1 << 11  # bytes: an eighth of a second
_UNIT = 16  # bytes: lengths of titles are multiples of it
_TITLE = re.compile(r"StreamTitle='(.*?)';(?=\s*(?:\w+='|$))", re.DOTALL)
_LONGEST = 200  # letters
_DIGITS = 9  # of a valid interval
_PLAYLISTS = ("mpegurl", "scpls")  # their types start with audio/, too


class Title(str):
    """The title that a station sends."""

    __slots__ = ()


class Station:
    """Sound of a station, read like a pipe; its titles are removed.

    Parameters
    ----------
    response
        Of the station.
    interval
        Bytes of sound between titles; 0 if it sends none.

    Attributes
    ----------
    title
        The last one; "" before the first.
    """

    def __init__(self, response: requests.Response, interval: int) -> None:
        self.title = Title()
        self._chunks, self._held = response.iter_content(_CHUNK), b""
        self._interval = self._left = interval or sys.maxsize

    def read(self, size: int) -> bytes:
        """Read what has arrived, at most `size` bytes; b"" at the end."""
        if not self._left:
            length = _UNIT * int.from_bytes(self._exactly(1), "big")
            self._read_title(self._exactly(length))
            self._left = self._interval
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

    def _read_title(self, metadata: bytes) -> None:
        try:
            text = metadata.decode()
        except UnicodeDecodeError:
            text = metadata.decode("latin-1")
        if found := _TITLE.search(text.rstrip("\0")):
            words = " ".join(found[1].split())
            self.title = Title("".join(a for a in words if a.isprintable())[:_LONGEST])


@contextmanager
def open_station(address: str, timeout: float) -> Iterator[Station | None]:
    """Connect to a station, and request its titles.

    Yields None if the address has a file or a playlist, or does not answer in HTTP.
    """
    headers = {"Icy-MetaData": "1", "Accept-Encoding": "identity"}
    try:
        answer = requests.get(address, headers=headers, stream=True, timeout=timeout)
    except requests.RequestException:
        yield None
        return
    with answer:
        interval = answer.headers.get("icy-metaint", "0")[:_DIGITS]
        kind = answer.headers.get("Content-Type", "").lower()
        sound = kind.startswith(("audio/", "application/ogg"))
        listed = "Content-Length" in answer.headers or any(word in kind for word in _PLAYLISTS)
        bytes_between = int(interval) if interval.isdecimal() else 0
        is_station = answer.ok and sound and (bytes_between or not listed)
        yield Station(answer, bytes_between) if is_station else None

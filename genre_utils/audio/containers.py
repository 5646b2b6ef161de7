"""Formats that libsndfile does not know, and streams: decoded by FFmpeg, which PyAV brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

# What libsndfile knows is not here: of such a file that it refuses, FFmpeg would make what it can,
# damaged or not. Nor are playlists, which could name any other file.
FILE_FORMATS = (
    "aac,ac3,eac3,amr,ape,asf,avi,dsf,dts,flv,matroska,webm,mov,mp4,m4a,3gp,mpc,mpc8,mpeg,mpegts,"
    "tta,wv"
)
NOT_AUDIO = "not audio that can be decoded, whatever its name says"
_BLOCK_SECONDS = 0.25


class AudioError(ValueError):
    """A file or signal cannot be used; the message says in one sentence why."""


class Container:
    """Sound in a binary file or at an address, decoded by FFmpeg; used in a ``with``.

    Parameters
    ----------
    formats
        The only formats that are accepted, by FFmpeg's names; "" for all.
    options
        Of FFmpeg's readers.
    timeout
        Seconds to wait for data; None for no limit.

    Raises
    ------
    AudioError
        If it cannot be opened, or there is no sound in it.
    """

    def __init__(
        self,
        source: str | BinaryIO,
        formats: str = FILE_FORMATS,
        options: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        import av  # noqa: PLC0415  (slow to import)

        chosen = {**(options or {}), **({"format_whitelist": formats} if formats else {})}
        self._failures = (av.FFmpegError, OSError, ValueError)
        try:
            self._file = av.open(
                source, "r", options=chosen, timeout=timeout, metadata_errors="replace"
            )
        except self._failures as error:
            reason = _reason(error) if isinstance(source, str) else NOT_AUDIO
            raise AudioError(reason) from error
        if not self._file.streams.audio:
            self._file.close()
            raise AudioError("there is no sound in it")
        self._stream = self._file.streams.audio[0]
        self.rate, self._layout = self._stream.rate or 0, self._stream.layout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def channels(self) -> int:
        return self._layout.nb_channels

    @property
    def seconds(self) -> float:
        """Length; 0 if it is unknown."""
        return (self._file.duration or 0) / 1_000_000

    @property
    def endless(self) -> bool:
        """Whether it has no length in bytes, like a radio station."""
        live = self._file.format.name == "hls" and not self._file.duration
        return self._file.size <= 0 or live

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield blocks of 0.25 s, shape (frames, channels), float32, without damaged packets."""
        import av  # noqa: PLC0415

        # Not in planes: PyAV ends the program where there are eight channels or more.
        floats = av.AudioResampler("flt", self._layout, self.rate)
        held: list[np.ndarray] = []
        found = False
        packets = self._file.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                decoded = [] if packet is None else packet.decode()
            except av.error.InvalidDataError:
                continue
            except self._failures as error:
                raise AudioError(_reason(error)) from error
            for frame in decoded:
                try:
                    parts = floats.resample(frame)
                except ValueError:  # it goes on with another rate or number of channels
                    floats = av.AudioResampler("flt", self._layout, self.rate)
                    try:
                        parts = floats.resample(frame)
                    except (ValueError, *self._failures) as error:
                        raise AudioError(_reason(error)) from error
                except self._failures as error:
                    raise AudioError(_reason(error)) from error
                held += [part.to_ndarray().reshape(-1, self.channels) for part in parts]
            frames = sum(len(part) for part in held)
            if frames and (packet is None or frames >= _BLOCK_SECONDS * self.rate):
                yield np.ascontiguousarray(np.concatenate(held), dtype=np.float32)
                held, found = [], True
            if packet is None and found:
                return
            if packet is None:
                raise AudioError("nothing in it can be decoded; it may be encrypted")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)

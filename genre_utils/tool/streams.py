"""Sources of sound: files, internet radio, pipes and microphones, all as one stream."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import soxr

from genre_utils.audio import (
    FILE_FORMATS,
    SAMPLE_RATE,
    AudioError,
    Balance,
    Container,
    mix_down,
    read_blocks,
)
from genre_utils.tool.station_titles import Station, Title, open_station

PATIENCE = 30.0  # seconds without sound before a station is given up
_PAUSES = (0.25, 4.0)  # seconds before it is reconnected, at first and at most
_TIMEOUT = 5.0  # seconds to wait for more of a stream
# Read before the first sound: enough to detect the format.
_SOON = {"probesize": "65536", "analyzeduration": "500000"}
_RADIO = {
    **_SOON,
    # FFmpeg resumes files; endless streams are reconnected here.
    "reconnect": "1",
    "reconnect_delay_max": "4",
    "protocol_whitelist": "http,https,tcp,tls,crypto,httpproxy,data",
}
_PIPED = f"{FILE_FORMATS},mp3,flac,ogg,wav,w64,aiff,au,caf"  # not playlists
_READ = 1 << 14  # bytes
_MICROPHONES = "Microphones need sounddevice: pip install 'genre_utils[live]'"
_PORTAUDIO = "and PortAudio, which on Linux is a package of the system (libportaudio2)"

Part = tuple[int, np.ndarray] | str
"""Sampling rate and samples, shape (frames, channels); or a note, such as a lost connection.

A note that is a `Title` is the title that a station sends.
"""


class Block(NamedTuple):
    """A block of samples.

    Attributes
    ----------
    start
        Seconds of sound since the stream began.
    samples
        Mean of the channels at 22050 Hz, shape (samples,), float32.
    note
        What happened just before, or "".
    """

    start: float
    samples: np.ndarray
    note: str = ""


def is_address(source: str) -> bool:
    """Whether a source is an HTTP address."""
    return bool(re.match(r"https?://", source, re.IGNORECASE))


def stream(parts: Iterable[Part]) -> Iterator[Block]:
    """Convert parts, as from `of_file` and the other sources, to consecutive blocks."""
    done, rate = 0, 0
    for part in parts:
        if isinstance(part, str):
            yield Block(done / SAMPLE_RATE, np.zeros(0, np.float32), part)
            continue
        if part[0] != rate:
            rate = part[0]
            resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        mono = _mono(part[1])
        samples = mono if rate == SAMPLE_RATE else resampler.resample_chunk(mono)
        yield Block(done / SAMPLE_RATE, samples)
        done += len(samples)


def _mono(block: np.ndarray) -> np.ndarray:
    """Mean of the channels, or the loudest where they cancel each other; finite."""
    balance, mean = Balance(), mix_down(block)
    balance.add(block, mean)
    if (channel := balance.instead_of_mean) is not None:
        mean = np.ascontiguousarray(block[:, channel])
    return np.nan_to_num(mean, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def of_file(path: str | Path) -> Iterator[Part]:
    """Sound of a file of any format, as fast as it can be decoded.

    Raises
    ------
    AudioError
        As `audio.load_audio`, for faults of the file.
    """
    yield from read_blocks(path)


def of_radio(
    address: str,
    patience: float = PATIENCE,
    *,
    timeout: float = _TIMEOUT,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Part]:
    """Sound of a station, which is reconnected if it breaks off, or of a file at an address.

    The title that a station sends is a note, a `Title`, whenever it changes.

    Parameters
    ----------
    address
        An HTTP address of anything that FFmpeg plays, also an HLS playlist.
    patience
        Seconds without sound after which it is given up.
    timeout
        Seconds to wait for an answer.
    clock, sleep
        For the time between connections.

    Raises
    ------
    AudioError
        If there is no sound at the address, or the station is lost.
    """
    started, endless, last, pause = False, True, clock(), _PAUSES[0]
    title = Title()
    while True:
        try:
            with (
                open_station(address, timeout) as sound,
                _open_container(address, sound, timeout) as station,
            ):
                endless = station.endless
                for block in station.blocks():
                    if sound and sound.title != title:
                        title = sound.title
                        yield title
                    yield station.rate, block
                    started, last, pause = True, clock(), _PAUSES[0]
                if not endless:
                    return
            why = "it ended"
        except AudioError as error:
            if not (started and endless):
                raise
            why = str(error)
        if clock() - last > patience:
            raise AudioError(f"the station was lost and could not be reconnected in {patience:g} s")
        yield f"the station was lost ({why}); reconnecting"
        sleep(pause)
        pause = min(2 * pause, _PAUSES[1])


def _open_container(
    address: str, sound: Station | None, timeout: float
) -> AbstractContextManager[Container]:
    """A station, or a file at the address."""
    if sound is None:
        return Container(address, formats="", options=_RADIO, timeout=timeout)
    return _piped(sound, _SOON)


def of_pipe(pipe: BinaryIO) -> Iterator[Part]:
    """Sound of a file of any format that is piped in.

    Raises
    ------
    AudioError
        If it is not audio.
    """
    with _piped(pipe) as container:
        for block in container.blocks():
            yield container.rate, block


class _OneWay:
    """A pipe without seek, whose read returns what has arrived.

    FFmpeg would lose a Ctrl-C during a read, so it is recorded and ends the pipe.
    """

    def __init__(self, pipe: BinaryIO | Station) -> None:
        self.interrupted = False
        self._read = getattr(pipe, "read1", pipe.read)

    def read(self, size: int) -> bytes:
        try:
            return self._read(size)
        except KeyboardInterrupt:
            self.interrupted = True
            return b""


@contextmanager
def _piped(
    pipe: BinaryIO | Station, options: Mapping[str, str] | None = None
) -> Iterator[Container]:
    """A pipe, opened by FFmpeg."""
    one_way = _OneWay(pipe)
    try:
        with Container(one_way, _PIPED, options) as container:  # type: ignore[arg-type]
            yield container
    finally:
        if one_way.interrupted:
            raise KeyboardInterrupt


def of_samples(pipe: BinaryIO, rate: int, channels: int = 1) -> Iterator[Part]:
    """Sound of a pipe without a header: interleaved channels, 16 bits, little-endian."""
    read, held, frame = getattr(pipe, "read1", pipe.read), b"", 2 * channels
    while more := read(_READ):
        held += more
        whole = len(held) // frame * frame
        samples = np.frombuffer(held[:whole], "<i2").reshape(-1, channels)
        yield rate, samples.astype(np.float32) / 32768
        held = held[whole:]


def of_microphone(name: str | None = None) -> Iterator[Part]:
    """Sound of a microphone, or of another input device.

    Parameters
    ----------
    name
        A part of its name, or its number; None for the system's default.

    Raises
    ------
    AudioError
        If there is none, or none with that name, or sounddevice is not installed.
    """
    try:
        import sounddevice as sd  # noqa: PLC0415  (an extra; asks the system for its devices)
    except ImportError as error:
        raise AudioError(f"{_MICROPHONES} ({_PORTAUDIO})") from error
    except OSError as error:  # PortAudio is missing
        raise AudioError(f"{_MICROPHONES}, {_PORTAUDIO}") from error
    try:
        device = int(name) if name is not None and name.isdecimal() else name
        about = sd.query_devices(device, "input")
        rate = int(about["default_samplerate"])
        with sd.InputStream(rate, 0, device, min(2, about["max_input_channels"])) as microphone:
            while True:
                block, lost = microphone.read(rate // 4)
                if lost:
                    yield "some sound was lost because the machine was too busy"
                yield rate, block
    except (sd.PortAudioError, ValueError) as error:
        what = "no microphone was found" if name is None else f"no microphone is called {name}"
        raise AudioError(f"{what} ({' '.join(str(error).split())})") from error

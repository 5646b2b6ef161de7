"""Where sound comes from: files, internet radio, pipes, microphones; all of it as one stream."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
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
from genre_utils.tool.station_titles import OnAir, Title, on_air

PATIENCE = 30.0  # seconds without a sound after which a station is given up
_PAUSES = (0.25, 4.0)  # seconds before it is called again, at first and at most
_SILENT = 5.0  # seconds to wait for more of a stream
# What is read before the first sound is heard: enough to know the format.
_SOON = {"probesize": "65536", "analyzeduration": "500000"}
_RADIO = {
    **_SOON,
    # What has an end goes on where it broke off; what has none is called again here.
    "reconnect": "1",
    "reconnect_delay_max": "4",
    "protocol_whitelist": "http,https,tcp,tls,crypto,httpproxy,data",
}
_PIPED = f"{FILE_FORMATS},mp3,flac,ogg,wav,w64,aiff,au,caf"  # all but lists of other files
_READ = 1 << 14  # bytes
_MICROPHONES = "Microphones need sounddevice: pip install 'genre_utils[live]'"
_PORTAUDIO = "and PortAudio, which on Linux is a package of the system (libportaudio2)"

Part = tuple[int, np.ndarray] | str
"""Sampling rate and sound, shape (frames, channels), as it arrives; or a note on what happened.

A note that is a `Title` is what a station says that it plays.
"""


class Block(NamedTuple):
    """Sound as it arrived.

    Attributes
    ----------
    start
        Seconds of sound since the stream began.
    samples
        Mean of the channels at 22050 Hz, shape (samples,), float32; what is lost is not in it.
    note
        What happened just before, in a few words; "" if nothing did.
    """

    start: float
    samples: np.ndarray
    note: str = ""


def is_address(source: str) -> bool:
    """Whether a name is one of the internet's."""
    return bool(re.match(r"https?://", source, re.IGNORECASE))


def stream(parts: Iterable[Part]) -> Iterator[Block]:
    """Make one stream of sound that arrives in parts.

    Parameters
    ----------
    parts
        As from `of_file`, `of_radio`, `of_pipe`, `of_samples` or `of_microphone`.

    Yields
    ------
    Block
        One after the other, each where the one before it ended.
    """
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
    """Sound of a file of any format, as fast as it is asked for.

    Raises
    ------
    AudioError
        As `audio.load_audio`, for faults of the file.
    """
    yield from read_blocks(path)


def of_radio(address: str, patience: float = PATIENCE) -> Iterator[Part]:
    """Sound of a station, or of a file at an address. A station that falls silent is called again.

    What a station says that it plays is a note, a `Title`, whenever that changes.

    Parameters
    ----------
    address
        An HTTP address of anything that FFmpeg plays; playlists of HLS too.
    patience
        Seconds without a sound after which it is given up.

    Raises
    ------
    AudioError
        If there is nothing to be heard at the address, or no longer.
    """
    heard, endless, last, pause = False, True, time.monotonic(), _PAUSES[0]
    title = Title()
    while True:
        try:
            with on_air(address, _SILENT) as sound, _tuned(address, sound) as station:
                endless = station.endless
                for block in station.blocks():
                    if sound and sound.title != title:
                        title = sound.title
                        yield title
                    yield station.rate, block
                    heard, last, pause = True, time.monotonic(), _PAUSES[0]
                if not endless:
                    return
            why = "it ended"
        except AudioError as error:
            if not (heard and endless):
                raise
            why = str(error)
        if time.monotonic() - last > patience:
            raise AudioError(f"the station was lost, and did not come back in {patience:g} s")
        yield f"the station was lost ({why}), and is called again"
        time.sleep(pause)
        pause = min(2 * pause, _PAUSES[1])


def _tuned(address: str, sound: OnAir | None) -> AbstractContextManager[Container]:
    """A station that is on the air; or what else is at the address."""
    if sound is None:
        return Container(address, formats="", options=_RADIO, timeout=_SILENT)
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
    """A pipe that does not say that it can seek, and gives what is there.

    Ctrl-C while it waits would be lost in FFmpeg, so it is noted, and ends the pipe.
    """

    def __init__(self, pipe: BinaryIO | OnAir) -> None:
        self.interrupted = False
        self._read = getattr(pipe, "read1", pipe.read)

    def read(self, size: int) -> bytes:
        try:
            return self._read(size)
        except KeyboardInterrupt:
            self.interrupted = True
            return b""


@contextmanager
def _piped(pipe: BinaryIO | OnAir, options: Mapping[str, str] | None = None) -> Iterator[Container]:
    """What is piped in, as FFmpeg sees it."""
    one_way = _OneWay(pipe)
    try:
        with Container(one_way, _PIPED, options) as container:  # type: ignore[arg-type]
            yield container
    finally:
        if one_way.interrupted:
            raise KeyboardInterrupt


def of_samples(pipe: BinaryIO, rate: int, channels: int = 1) -> Iterator[Part]:
    """Sound that is piped in without a header: 16 bits a sample, the lower byte first.

    Parameters
    ----------
    pipe
        Open for reading bytes.
    rate
        Sampling rate in Hz.
    channels
        How many, their samples in turn.
    """
    read, held, frame = getattr(pipe, "read1", pipe.read), b"", 2 * channels
    while more := read(_READ):
        held += more
        whole = len(held) // frame * frame
        samples = np.frombuffer(held[:whole], "<i2").reshape(-1, channels)
        yield rate, samples.astype(np.float32) / 32768
        held = held[whole:]


def of_microphone(name: str | None = None) -> Iterator[Part]:
    """Sound of a microphone, or of what else the system calls an input.

    Parameters
    ----------
    name
        A part of its name, or its number; None for the system's choice.

    Raises
    ------
    AudioError
        If there is none, or none of that name, or what is needed to hear it is not there.
    """
    try:
        import sounddevice as sd  # noqa: PLC0415  (an extra; asks the system for its devices)
    except ImportError as error:
        raise AudioError(f"{_MICROPHONES} ({_PORTAUDIO})") from error
    except OSError as error:  # it is there, and what it calls is not
        raise AudioError(f"{_MICROPHONES}, {_PORTAUDIO}") from error
    try:
        device = int(name) if name is not None and name.isdecimal() else name
        about = sd.query_devices(device, "input")
        rate = int(about["default_samplerate"])
        with sd.InputStream(rate, 0, device, min(2, about["max_input_channels"])) as microphone:
            while True:
                block, lost = microphone.read(rate // 4)
                if lost:
                    yield "some sound was lost, because the machine was too busy"
                yield rate, block
    except (sd.PortAudioError, ValueError) as error:
        asked = "no microphone was found" if name is None else f"no microphone is called {name}"
        raise AudioError(f"{asked} ({' '.join(str(error).split())})") from error

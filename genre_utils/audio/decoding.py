"""Decode audio files of any kind into one: mono, float32, 22050 Hz. Cut it into segments."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile as sf
import soxr

SAMPLE_RATE = 22050
SEGMENT_SECONDS = 3.0
MIN_SECONDS = 0.5
AUDIO_SUFFIXES = frozenset({".wav", ".au", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".opus"})

_BLOCK_FRAMES = 1 << 18
_RATES = range(1000, 768_001)
# libsndfile reads as much of a cut file as there is, and says so only in its log.
_SHORTENED = re.compile(
    r"^\s*(?:data|Data Size|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE
)
# What writers put into a header when they cannot know the length yet.
_PLACEHOLDER = 0x7FFFF000


class AudioError(ValueError):
    """A file or signal cannot be used; the message says in one sentence why."""


def load_audio(path: str | Path | BinaryIO, sr: int = SAMPLE_RATE) -> np.ndarray:
    """Decode a file that libsndfile reads (wav, au, flac, ogg, mp3, ...).

    Parameters
    ----------
    path
        The file: its path, or the file itself, open for reading bytes and able to seek. Any
        sampling rate, any sample format, any number of channels.
    sr
        Sampling rate of the result, in Hz.

    Returns
    -------
    numpy.ndarray, shape (samples,), float32
        The mean of the channels, resampled to `sr`, nominally within [-1, 1].

    Raises
    ------
    AudioError
        If the file is missing, empty, not audio, shorter than half a second, silent, or has
        samples that are not finite.
    """
    y, rate = decode(path)
    check_signal(y, rate)
    if rate != sr:
        y = soxr.resample(y, rate, sr, quality="HQ")
    return np.ascontiguousarray(y, dtype=np.float32)


def decode(path: str | Path | BinaryIO) -> tuple[np.ndarray, int]:
    """Decode a file at its own sampling rate, whatever the signal is like.

    Parameters
    ----------
    path
        As in `load_audio`.

    Returns
    -------
    y : numpy.ndarray, shape (samples,), float32
        The mean of the channels.
    rate : int
        The file's sampling rate, in Hz.

    Raises
    ------
    AudioError
        If the file is missing, empty or not audio.
    """
    blocks = list(_blocks(path))
    return np.concatenate([block for _, block in blocks]), blocks[0][0]


def stream_audio(path: str | Path | BinaryIO, sr: int = SAMPLE_RATE) -> Iterator[np.ndarray]:
    """Decode a file block by block, for files that are too long to be held.

    Parameters
    ----------
    path, sr
        As in `load_audio`.

    Yields
    ------
    numpy.ndarray, shape (samples,), float32
        One after the other what `load_audio` gives in one piece.

    Raises
    ------
    AudioError
        As `load_audio`, for faults of the file; the signal is not judged.
    """
    resampler = None
    for rate, block in _blocks(path):
        if rate == sr:
            yield block
            continue
        if resampler is None:
            resampler = soxr.ResampleStream(rate, sr, 1, dtype="float32", quality="HQ")
        yield resampler.resample_chunk(block)
    if resampler is not None:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def duration(path: str | Path | BinaryIO) -> float:
    """Length of a file in seconds, as its header says; 0 if it has none that can be read."""
    try:
        info = sf.info(path)
    except (sf.LibsndfileError, TypeError, OSError):
        return 0.0
    finally:
        if hasattr(path, "seek"):
            path.seek(0)
    return info.frames / info.samplerate


def _blocks(path: str | Path | BinaryIO) -> Iterator[tuple[int, np.ndarray]]:
    """Sampling rate and mean of the channels of one block after the other, the first empty."""
    try:
        # What is not finite is refused later, in words.
        with sf.SoundFile(_not_empty(path)) as file, np.errstate(invalid="ignore", over="ignore"):
            rate = file.samplerate
            if rate not in _RATES:
                raise AudioError(f"a sampling rate of {rate} Hz is not that of music")
            yield rate, np.zeros(0, np.float32)
            # Block by block, because a header can claim more than the file or the memory holds; not
            # by `blocks`, which goes on to the claimed end, repeating what it read last.
            while len(block := file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)):
                yield rate, block.mean(axis=1)
    except FileNotFoundError as error:
        name = "the file" if hasattr(path, "seek") else Path(path).name
        raise AudioError(f"{name} does not exist") from error
    except (sf.LibsndfileError, TypeError) as error:
        raise AudioError("not audio that can be decoded, whatever its name says") from error
    except OSError as error:
        raise AudioError(f"the file cannot be read ({error.strerror or error})") from error


def _not_empty(path: str | Path | BinaryIO) -> Path | BinaryIO:
    if not isinstance(path, str) and hasattr(path, "seek"):
        size = path.seek(0, os.SEEK_END)
        path.seek(0)
    else:
        path = Path(path)
        if path.is_dir():
            raise AudioError(f"{path.name} is a folder, not an audio file")
        size = path.stat().st_size
    if not size:
        raise AudioError("the file is empty")
    return path


def check_signal(y: np.ndarray, sr: int) -> np.ndarray:
    """Return the signal, or say why nothing can be computed from it.

    Parameters
    ----------
    y
        Signal, shape (samples,).
    sr
        Sampling rate in Hz.

    Raises
    ------
    AudioError
        If the signal is not mono, shorter than half a second, not finite or silent.
    """
    if y.ndim != 1:
        raise AudioError(f"expected a mono signal of shape (samples,), got {y.shape}")
    if len(y) < MIN_SECONDS * sr:
        samples = "1 sample" if len(y) == 1 else f"{len(y)} samples"
        raise AudioError(
            f"too short: {len(y) / sr:.3g} s ({samples}), at least {MIN_SECONDS} s are needed"
        )
    if not np.isfinite(y).all():
        raise AudioError("some samples are not finite numbers")
    if not y.any():
        raise AudioError(f"silent: all {len(y) / sr:.3g} s are zero")
    return y


def shortened(path: str | Path | BinaryIO) -> str | None:
    """Say how much is missing from a file that ends before its header says it does.

    Parameters
    ----------
    path
        A file that `load_audio` can read, by its path or open at its beginning.

    Returns
    -------
    str or None
        One phrase, or None if the file is whole (or of a format without such a length).
    """
    found = _SHORTENED.search(sf.info(path, verbose=True).extra_info)
    if not found:
        return None
    present, announced = sorted(map(int, found.groups()))
    if announced >= _PLACEHOLDER:
        return None
    share = min(99, round(100 * present / announced))
    return f"truncated: {share} % of the announced sound is there, and was used"


def split_segments(
    y: np.ndarray, sr: int = SAMPLE_RATE, seconds: float = SEGMENT_SECONDS
) -> np.ndarray:
    """Cut a signal into pieces of equal length that do not overlap; the rest is dropped.

    Parameters
    ----------
    y
        Signal, shape (samples,).
    sr
        Sampling rate in Hz.
    seconds
        Length of a piece.

    Returns
    -------
    numpy.ndarray, shape (pieces, int(seconds * sr))
        A view, not a copy. No rows if the signal is shorter than one piece.
    """
    samples = int(seconds * sr)
    if samples < 1:
        raise AudioError(f"a segment of {seconds} s at {sr} Hz has no samples")
    pieces = len(y) // samples
    return y[: pieces * samples].reshape(pieces, samples)

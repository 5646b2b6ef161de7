"""Features of recordings that are too long for the memory, block by block: the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import scipy.fft

from genre_utils.audio.decoding import (
    LONG_SECONDS,
    MIN_SECONDS,
    SAMPLE_RATE,
    audio_info,
    check_sound,
    duration,
    load_audio,
    stream_audio,
)
from genre_utils.audio.features import (
    FEATURE_COLUMNS,
    HOP_LENGTH,
    HPSS_KERNEL,
    N_FFT,
    N_MFCC,
    Spectra,
    extract_features,
    moments,
    onset_strength,
    tempo_of,
    tuning_of,
)

BLOCK_FRAMES = 1024
# A sample depends on the frames that reach it, and their masks on half a median window more.
_CONTEXT = HPSS_KERNEL // 2 + N_FFT // HOP_LENGTH + 1
_HALF = N_FFT // 2


def features_of_file(path: str | Path | BinaryIO) -> tuple[pd.Series, int]:
    """The 57 features of a file of any length, and its length in samples.

    Files of more than four minutes are read block by block: 500 MB for an hour, not 5 GB.
    """
    if duration(path) <= LONG_SECONDS:
        y = load_audio(path)
        return extract_features(y), len(y)
    channel = audio_info(path).instead_of_mean
    return extract_in_blocks(lambda: stream_audio(path, channel=channel))


def extract_in_blocks(
    read: Callable[[], Iterable[np.ndarray]],
    sr: int = SAMPLE_RATE,
    block_frames: int = BLOCK_FRAMES,
) -> tuple[pd.Series, int]:
    """The 57 features of a signal that comes in blocks of any lengths, and its length in samples.

    `read` returns the signal from its beginning; it is called twice, first for the tuning, the
    loudest mel band and the tempo. The numbers agree with `extract_features` to rounding.
    """
    checker = _Checker(sr)
    pitches: list[np.ndarray] = []
    heights: list[np.ndarray] = []
    mel: list[np.ndarray] = []
    for block in _blocks(checker(read()), sr, block_frames, context=0):
        for parts, part in zip((pitches, heights), block.spectra.peaks(), strict=True):
            parts.append(part)
        mel.append(block.spectra.mel)
    checker.check()
    tuning = tuning_of(_joined(pitches), _joined(heights))
    log_mel = _decibel(_joined(mel))
    onset = onset_strength(log_mel)
    cepstrum = np.concatenate(
        [
            scipy.fft.dct(log_mel[at : at + block_frames], axis=1, norm="ortho")[:, :N_MFCC]
            for at in range(0, len(log_mel), block_frames)
        ]
    )
    del log_mel
    values = {"tempo": tempo_of(onset, sr)}
    for i, coefficient in enumerate(cepstrum.T, start=1):
        values |= moments(f"mfcc{i}", coefficient)
    values |= _frame_features(read, sr, block_frames, tuning, checker.samples)
    return pd.Series(values, dtype=np.float64)[list(FEATURE_COLUMNS)], checker.samples


def _frame_features(read, sr: int, block_frames: int, tuning: float, samples: int) -> dict:
    """Everything that needs the spectra of a block and its neighbors."""
    found: dict[str, list[np.ndarray]] = {}
    sums = {"harmony": np.zeros(2), "perceptr": np.zeros(2)}
    for block in _blocks(read(), sr, block_frames, _CONTEXT):
        frames = {
            "chroma_stft": block.spectra.chroma_at(tuning),
            "rms": block.spectra.rms(),
            "zero_crossing_rate": block.spectra.zero_crossing_rate(),
            **block.spectra.spectral_shape(),
        }
        for name, frame in frames.items():
            found.setdefault(name, []).append(frame[block.core])
        for name, part in zip(sums, block.spectra.hpss(), strict=True):
            own = part[block.core_samples].astype(np.float64)
            sums[name] += own.sum(), own @ own
    values: dict[str, float] = {}
    for name, parts in found.items():
        values |= moments(name, np.concatenate(parts))
    for name, (total, squares) in sums.items():
        mean = total / samples
        values |= {f"{name}_mean": mean, f"{name}_var": squares / samples - mean**2}
    return values


class _Checker:
    """Yield the blocks of a signal, and check it at its end as `check_signal` does."""

    def __init__(self, sr: int) -> None:
        self.sr, self.samples, self.silent, self.finite = sr, 0, True, True

    def __call__(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for chunk in blocks:
            self.samples += len(chunk)
            self.silent &= not chunk.any()
            self.finite &= bool(np.isfinite(chunk).all())
            yield chunk
        if self.samples < MIN_SECONDS * self.sr:
            self.check()

    def check(self) -> None:
        check_sound(self.samples, self.sr, finite=self.finite, silent=self.silent)


@dataclass(frozen=True)
class _Block:
    spectra: Spectra
    core: slice
    """Frames that are this block's own; those before and after it are its neighbors'."""

    @property
    def core_samples(self) -> slice:
        last = len(self.spectra.power) - 1
        return slice(self.core.start * HOP_LENGTH, min(self.core.stop, last) * HOP_LENGTH)


def _blocks(
    blocks: Iterable[np.ndarray], sr: int, block_frames: int, context: int
) -> Iterator[_Block]:
    """Cut a signal into blocks of frames, each with some frames of its neighbors."""
    blocks = iter(blocks)
    start = _gather(blocks, _HALF + 1)
    held = np.concatenate([start[_HALF:0:-1], start])
    first, at = 0, 0  # the first frame that is held, and the first that is not done
    ended = False
    while True:
        wanted = (at + block_frames + context - first) * HOP_LENGTH + N_FFT
        if not ended and len(held) < wanted:
            more = _gather(blocks, wanted - len(held))
            held = np.concatenate([held, more])
            if len(held) < wanted:
                ended = True
                held = np.concatenate([held, held[-2 : -_HALF - 2 : -1]])
        there = first + 1 + (len(held) - N_FFT) // HOP_LENGTH
        # Until the end is seen, its reflection is not there, and the last frames wait for it.
        stop = min(at + block_frames, there) if ended else at + block_frames
        last = min(stop + context, there)
        whole = ended and last == there
        end = len(held) if whole else (last - 1 - first) * HOP_LENGTH + N_FFT
        spectra = Spectra.of_part(held[:end], sr, (first == 0, whole))
        yield _Block(spectra, slice(at - first, stop - first))
        if ended and stop == there:
            return
        at = stop
        drop = max(at - context, 0) - first
        held, first = held[drop * HOP_LENGTH :], first + drop


def _gather(blocks: Iterator[np.ndarray], samples: int) -> np.ndarray:
    """At least so many samples, or all that remain."""
    got, count = [np.zeros(0, np.float32)], 0
    while count < samples and (chunk := next(blocks, None)) is not None:
        got.append(chunk)
        count += len(chunk)
    return np.concatenate(got)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """The parts as one array; each is released once it is copied."""
    joined = np.empty((sum(map(len, parts)), *parts[0].shape[1:]), parts[0].dtype)
    end = len(joined)
    while parts:
        part = parts.pop()
        joined[end - len(part) : end] = part
        end -= len(part)
    return joined


def _decibel(power: np.ndarray) -> np.ndarray:
    """Turn power into dB in place, as `librosa.power_to_db` with ``top_db=80``."""
    np.maximum(power, 1e-10, out=power)
    np.log10(power, out=power)
    power *= 10
    return np.maximum(power, power.max() - 80, out=power)

"""Spectrograms as input of networks, in the shape of the collection's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import scipy.fft

from genre_utils.audio.decoding import SAMPLE_RATE, AudioError, check_signal

BANDS = 64
COLUMNS = 496
COLUMNS_PER_SECOND = COLUMNS / 30
SPECTROGRAM_FFT = 256
SPECTROGRAM_HOP = 128
_ROWS = 370
_BLOCK = 4096  # columns: up to four minutes are one block


def signal_spectrogram(y: np.ndarray, sr: int = SAMPLE_RATE) -> np.ndarray:
    """Spectrogram of a signal at 22050 Hz, as `data.picture_frames` reads it from a picture.

    Log power of short frames (256 samples, Hann), one frame per column, as in the pictures that
    come with the collection. Level and contrast do not matter.

    Returns
    -------
    numpy.ndarray, shape (columns, 64), float32
        496 columns for 30 s; mean 0 and standard deviation 1.

    Raises
    ------
    AudioError
        As `check_signal`.
    """
    if sr != SAMPLE_RATE:
        raise ValueError(f"the sampling rate must be {SAMPLE_RATE} Hz, not {sr}")
    y = check_signal(np.asarray(y, dtype=np.float32), sr)
    return stream_spectrogram([y], len(y))


def stream_spectrogram(blocks: Iterable[np.ndarray], samples: int) -> np.ndarray:
    """As `signal_spectrogram`, of `samples` samples in blocks of any lengths; 31 MB for an hour."""
    count = (samples - SPECTROGRAM_FFT) // SPECTROGRAM_HOP + 1
    columns = max(1, round(samples / SAMPLE_RATE * COLUMNS_PER_SECOND))
    starts = ((np.arange(columns) + 0.5) / columns * count).astype(int) * SPECTROGRAM_HOP
    power = np.concatenate(list(_powers(blocks, starts)))
    if len(power) < columns:
        raise AudioError("the file has become shorter while it was read")
    floor = max(power.max() * 1e-12, 1e-20)
    nearest = ((np.arange(_ROWS) + 0.5) / _ROWS * power.shape[1]).astype(int)
    bands = band_matrix(_ROWS).T
    frames = np.empty((columns, BANDS), np.float32)
    for at in range(0, columns, _BLOCK):
        level = np.log(np.maximum(power[at : at + _BLOCK], floor))[:, nearest]
        frames[at : at + _BLOCK] = level @ bands
    return standardize(frames)


def _powers(blocks: Iterable[np.ndarray], starts: np.ndarray) -> Iterator[np.ndarray]:
    """Power of the frames that begin at `starts` (ascending), some at a time."""
    window = np.hanning(SPECTROGRAM_FFT).astype(np.float32)
    held, begin, done = np.zeros(0, np.float32), 0, 0
    yield np.zeros((0, SPECTROGRAM_FFT // 2 + 1), np.float32)
    for block in blocks:
        held = np.concatenate([held, block]) if len(held) else block
        end = begin + len(held)
        ready = int(np.searchsorted(starts, end - SPECTROGRAM_FFT, side="right"))
        if ready > done:
            frames = np.lib.stride_tricks.sliding_window_view(held, SPECTROGRAM_FFT)
            yield np.abs(scipy.fft.rfft(frames[starts[done:ready] - begin] * window)) ** 2
            done = ready
        keep = min(int(starts[done]), end) if done < len(starts) else end
        held, begin = held[max(keep - begin, 0) :], max(keep, begin)


def track_spectrogram(y: np.ndarray) -> np.ndarray:
    """Spectrogram of a whole track, shape (496, 64): its middle 30 s; short ones are repeated."""
    surplus = max(0, len(y) - 30 * SAMPLE_RATE)
    frames = signal_spectrogram(y[surplus // 2 : len(y) - (surplus - surplus // 2)])
    return np.resize(frames, (COLUMNS, BANDS))


@cache
def band_matrix(rows: int, bands: int = BANDS) -> np.ndarray:
    """Weights, shape (bands, rows), that turn linear rows from 0 to 11025 Hz into mel bands.

    Triangles on the mel scale (O'Shaughnessy 1987), each with weights that sum to 1; a band
    narrower than two rows interpolates between the nearest.
    """
    top, edges = SAMPLE_RATE / 2, band_edges(bands)
    frequency = (np.arange(rows) + 0.5) / rows * top
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequency - low) / (middle - low), (high - frequency) / (high - middle)
    weights = np.maximum(np.minimum(rising, falling), 0)
    for band in np.flatnonzero((weights > 0).sum(axis=1) < 2):
        at = np.clip(edges[band + 1] / top * rows - 0.5, 0, rows - 1)
        below = min(int(at), rows - 2)
        weights[band] = 0
        weights[band, [below, below + 1]] = below + 1 - at, at - below
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def band_edges(bands: int = BANDS) -> np.ndarray:
    """Edges of the mel-spaced bands in Hz, shape (bands + 2,); band i peaks at edge i + 1."""
    mel = np.linspace(0, 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700), bands + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def standardize(frames: np.ndarray) -> np.ndarray:
    """Frames with mean 0 and standard deviation 1, float32."""
    return ((frames - frames.mean()) / max(float(frames.std()), 1e-6)).astype(np.float32)

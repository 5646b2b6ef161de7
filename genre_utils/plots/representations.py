"""Figures of one signal and of what is measured from it: panels with one time axis, diagrams."""

from __future__ import annotations

import librosa
import numpy as np

from genre_utils.audio import (
    SAMPLE_RATE,
)


def strongest(magnitude: np.ndarray) -> list[int]:
    """Where a spectrum has its peaks, those at least a tenth as high as the highest; in bins."""
    inner = magnitude[1:-1]
    peaks = (inner > magnitude[:-2]) & (inner >= magnitude[2:]) & (inner > magnitude.max() / 10)
    return [int(k) + 1 for k in np.nonzero(peaks)[0]]


def tones_seen(y: np.ndarray, window: int, *, sr: int = SAMPLE_RATE) -> int:
    """How many peaks the mean spectrum of a sound has with a window of some samples."""
    spectrum = np.abs(librosa.stft(y, n_fft=window, hop_length=64)).mean(axis=1)
    return len(strongest(np.where(np.linspace(0, sr / 2, len(spectrum)) < sr / 8, spectrum, 0)))


def clicks_seen(y: np.ndarray, window: int, *, sr: int = SAMPLE_RATE) -> int:
    """How many peaks the level above a quarter of the range has over time."""
    power = np.abs(librosa.stft(y, n_fft=window, hop_length=64)) ** 2
    return len(strongest(power[len(power) // 4 :].sum(axis=0)))

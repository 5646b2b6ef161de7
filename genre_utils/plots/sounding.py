"""Measures made audible again: chroma as tones, a mel spectrogram as sound, a beat as clicks."""

from __future__ import annotations

import html
from collections.abc import Mapping

import librosa
import numpy as np
from IPython.display import HTML, display

from genre_utils.audio import HOP_LENGTH, N_FFT, SAMPLE_RATE
from genre_utils.plots.style import player


def hear(sounds: Mapping[str, np.ndarray]) -> None:
    """Show a player for each of some signals at 22,050 Hz, with its name above it."""
    made = (f"<p>{html.escape(name)}</p>{player(y, name).data}" for name, y in sounds.items())
    display(HTML("".join(made)))


def sound_of_mel(mel: np.ndarray, *, sr: int = SAMPLE_RATE, seed: int = 0) -> np.ndarray:
    """Sound that has about this mel spectrogram; its phases are invented.

    Spectra by least squares, phases by Griffin and Lim, "Signal estimation from modified
    short-time Fourier transform", 1984.

    Parameters
    ----------
    mel
        Power, shape (bands, frames).
    sr
        Sampling rate in Hz.
    seed
        Of the phases that it begins with.

    Returns
    -------
    numpy.ndarray, shape (512 * (frames - 1),), float32
    """
    bank = librosa.filters.mel(sr=sr, n_fft=N_FFT, n_mels=len(mel))
    power = np.maximum(np.linalg.pinv(bank) @ mel, 0)
    y = librosa.griffinlim(np.sqrt(power), n_iter=24, hop_length=HOP_LENGTH, random_state=seed)
    return (0.5 * y / max(np.abs(y).max(), 1e-9)).astype(np.float32)

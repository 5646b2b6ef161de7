"""Measures made audible again: chroma as tones, a mel spectrogram as sound, a beat as clicks."""

from __future__ import annotations

import html
from collections.abc import Mapping

import librosa
import numpy as np
from IPython.display import HTML, display

from genre_utils.audio import HOP_LENGTH, N_FFT, SAMPLE_RATE
from genre_utils.plots.style import player

_LOWEST_C = 130.81  # Hz


def hear(sounds: Mapping[str, np.ndarray]) -> None:
    """Show a player for each of some signals at 22,050 Hz, with its name above it."""
    made = (f"<p>{html.escape(name)}</p>{player(y, name).data}" for name, y in sounds.items())
    display(HTML("".join(made)))


def sound_of_chroma(
    chroma: np.ndarray, loudness: np.ndarray, *, sr: int = SAMPLE_RATE
) -> np.ndarray:
    """Twelve tones, each as loud as its pitch class.

    Parameters
    ----------
    chroma
        Shares of the pitch classes from C, shape (frames, 12).
    loudness
        Root mean square of each frame, shape (frames,).
    sr
        Sampling rate in Hz.

    Returns
    -------
    numpy.ndarray, shape (512 * (frames - 1),), float32
        Each tone sounds in three octaves, as chroma does not tell them apart.
    """
    samples = HOP_LENGTH * (len(chroma) - 1)
    at, time = np.arange(len(chroma)) * HOP_LENGTH, np.arange(samples)
    y = np.zeros(samples)
    for pitch, strength in enumerate((chroma**2 * loudness[:, None]).T):
        hz = _LOWEST_C * 2 ** (pitch / 12)
        tone = sum(np.sin(2 * np.pi * hz * octave * time / sr) for octave in (1, 2, 4))
        y += np.interp(time, at, strength) * tone
    return (0.5 * y / max(np.abs(y).max(), 1e-9)).astype(np.float32)


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


def beat_times(onset: np.ndarray, tempo: float, *, sr: int = SAMPLE_RATE) -> np.ndarray:
    """Where a beat of constant tempo meets most onsets, in seconds.

    Parameters
    ----------
    onset
        Onset strength, shape (frames,).
    tempo
        Beats per minute, more than 0.
    sr
        Sampling rate in Hz.
    """
    period = 60 / tempo * sr / HOP_LENGTH
    first = np.arange(int(np.ceil(period)))
    combs = [np.arange(start, len(onset) - 0.5, period) for start in first]
    met = [onset[np.round(comb).astype(int)].sum() for comb in combs]
    return combs[int(np.argmax(met))] * HOP_LENGTH / sr


def with_clicks(y: np.ndarray, times: np.ndarray, *, sr: int = SAMPLE_RATE) -> np.ndarray:
    """A signal with a click at each of some moments.

    Parameters
    ----------
    y
        Mono signal, shape (samples,).
    times
        In seconds.
    sr
        Sampling rate in Hz.
    """
    length = int(0.04 * sr)
    t = np.arange(length) / sr
    click = 0.5 * np.sin(2 * np.pi * 1500 * t) * np.exp(-t / 0.008)
    mixed = np.concatenate([0.6 * y, np.zeros(length)])
    for start in np.round(np.asarray(times) * sr).astype(int):
        mixed[start : start + length] += click
    return mixed[: len(y)].astype(np.float32)

"""Figures of one signal and of what is measured from it: panels with one time axis, diagrams."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import librosa
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from scipy.ndimage import median_filter, uniform_filter1d

from genre_utils.audio import (
    FEATURE_COLUMNS,
    FEATURE_GROUPS,
    HOP_LENGTH,
    N_FFT,
    N_MELS,
    N_MFCC,
    SAMPLE_RATE,
    Spectra,
)
from genre_utils.plots.drawing import ON_FILL
from genre_utils.plots.style import MUTED

PITCHES = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split()
_LOWEST = 80.0  # dB below the loudest that are drawn


def tone_and_spectrum(
    y: np.ndarray, magnitude: np.ndarray, title: str, *, sr: int = SAMPLE_RATE
) -> np.ndarray:
    """The beginning of a tone as a waveform, and its spectrum with its partials named.

    Parameters
    ----------
    y
        One second of a tone, shape (sr,).
    magnitude
        Amplitude of the partial at 0, 1, 2, ... Hz.
    title
        What is to be seen.
    sr
        Sampling rate in Hz.
    """
    figure, (wave, spectrum) = plt.subplots(1, 2, figsize=(8.5, 3))
    shown = int(0.02 * sr)
    wave.plot(1000 * np.arange(shown) / sr, y[:shown], color=MUTED[0])
    wave.set(xlabel="time (ms)", ylabel="amplitude")
    spectrum.plot(magnitude[:1000], color=MUTED[0])
    for hz in strongest(magnitude):
        spectrum.annotate(f"{hz} Hz", (hz, magnitude[hz]), xytext=(6, -4),
                          textcoords="offset points", va="center")  # fmt: skip
    spectrum.set(xlabel="frequency (Hz)", ylabel="amplitude", xlim=(0, 999))
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return np.array([wave, spectrum])


def strongest(magnitude: np.ndarray) -> list[int]:
    """Where a spectrum has its peaks, those at least a tenth as high as the highest; in bins."""
    inner = magnitude[1:-1]
    peaks = (inner > magnitude[:-2]) & (inner >= magnitude[2:]) & (inner > magnitude.max() / 10)
    return [int(k) + 1 for k in np.nonzero(peaks)[0]]


def aligned(
    rows: Sequence[tuple[str, str, np.ndarray]], title: str, *, sr: int = SAMPLE_RATE
) -> np.ndarray:
    """Panels one below the other, all with one time axis.

    Parameters
    ----------
    rows
        Kind, name and mono signal of each panel. Kinds are "waveform", "spectrogram", "mel",
        "chroma", "mfcc" and "onsets". One signal may stand in several rows.
    title
        What is to be seen.
    sr
        Sampling rate in Hz.
    """
    heights = [1 if kind in {"waveform", "onsets"} else 1.5 for kind, _, _ in rows]
    figure, grid = plt.subplots(len(rows), 2, figsize=(8.5, 0.9 + 1.25 * sum(heights)),
                                sharex="col", squeeze=False, height_ratios=heights,
                                width_ratios=[40, 1])  # fmt: skip
    for (ax, scale), (kind, name, y) in zip(grid, rows, strict=True):
        image = _DRAWN[kind](ax, y, sr)
        scale.set_axis_off()
        if image is not None:
            scale.set_axis_on()
            figure.colorbar(image, cax=scale)
            scale.set_title(_UNITS[kind], fontsize=9, weight="normal", loc="center")
        ax.set_title(name, fontsize=11, weight="normal")
    longest = max(len(y) for _, _, y in rows) / sr
    grid[-1, 0].set(xlabel="time (s)", xlim=(0, longest))
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return grid[:, 0]


def _waveform(ax: Axes, y: np.ndarray, sr: int) -> None:
    blocks = y[: len(y) // 128 * 128].reshape(-1, 128)
    time = np.arange(len(blocks)) * 128 / sr
    ax.fill_between(time, blocks.min(axis=1), blocks.max(axis=1), color=MUTED[0], lw=0.5)
    ax.set_ylabel("amplitude")


def _spectrogram(ax: Axes, y: np.ndarray, sr: int) -> AxesImage:
    power = librosa.power_to_db(Spectra(y, sr).power.T, ref=np.max)
    image = _plane(ax, power, len(y) / sr, (0, sr / 2000), cmap="magma", vmin=-_LOWEST, vmax=0)
    ax.set_ylabel("kHz")
    return image


def _mel(ax: Axes, y: np.ndarray, sr: int) -> AxesImage:
    mel = Spectra(y, sr).log_mel.T
    image = _plane(ax, mel - mel.max(), len(y) / sr, (0, len(mel)), cmap="magma", vmin=-_LOWEST,
                   vmax=0)  # fmt: skip
    mel_axis(ax, sr)
    return image


def mel_axis(ax: Axes, sr: int = SAMPLE_RATE, *, hz: Sequence[int] = (500, 2000, 8000)) -> None:
    """Mark frequencies on the axis of 128 mel bands."""
    bands = librosa.mel_frequencies(N_MELS + 2, fmax=sr / 2)[1:-1]
    ax.set_yticks(np.searchsorted(bands, hz), [f"{one / 1000:.2g}" for one in hz])
    ax.set_ylabel("kHz, mel")


def _chroma(ax: Axes, y: np.ndarray, sr: int) -> AxesImage:
    image = _plane(ax, Spectra(y, sr).chroma().T, len(y) / sr, (-0.5, 11.5), cmap="viridis",
                   vmin=0, vmax=1)  # fmt: skip
    ax.set_yticks(range(0, 12, 2), PITCHES[::2], fontsize=9)
    ax.set_ylabel("pitch class")
    return image


def _mfcc(ax: Axes, y: np.ndarray, sr: int) -> AxesImage:
    values = Spectra(y, sr).mfcc(N_MFCC).T
    # The first two are loudness and tilt, and so large that the others would look alike.
    limit = np.abs(values[2:]).max()
    image = _plane(ax, values, len(y) / sr, (0.5, N_MFCC + 0.5), cmap="coolwarm", vmin=-limit,
                   vmax=limit)  # fmt: skip
    ax.set_yticks([1, 5, 10, 15, 20])
    ax.set_ylabel("coefficient")
    return image


def _onsets(ax: Axes, y: np.ndarray, sr: int) -> None:
    strength = Spectra(y, sr).onset_strength()
    ax.plot(np.arange(len(strength)) * HOP_LENGTH / sr, strength, color=MUTED[0])
    ax.set(ylabel="dB")


def _plane(
    ax: Axes, values: np.ndarray, seconds: float, span: tuple[float, float], **look
) -> AxesImage:
    image = ax.imshow(values, aspect="auto", origin="lower", interpolation="nearest",
                      extent=(0, seconds, *span), **look)  # fmt: skip
    ax.grid(visible=False)
    return image


_UNITS = {"spectrogram": "dB", "mel": "dB", "chroma": "share", "mfcc": "dB"}
_DRAWN: dict[str, Callable[[Axes, np.ndarray, int], AxesImage | None]] = {
    "waveform": _waveform,
    "spectrogram": _spectrogram,
    "mel": _mel,
    "chroma": _chroma,
    "mfcc": _mfcc,
    "onsets": _onsets,
}


def landmarks(y: np.ndarray, sr: int = SAMPLE_RATE) -> dict[str, float]:
    """Two things that a spectrogram shows: an onset, and a tone that is held for a second.

    Parameters
    ----------
    y
        Mono signal of a second or more, shape (samples,).
    sr
        Sampling rate in Hz.

    Returns
    -------
    dict
        ``onset`` in seconds, where most bands rise most; ``tone`` in Hz and ``held``, the middle of
        its second: where a frequency above 500 Hz stands out most from its neighbours.
    """
    spectra = Spectra(y, sr)
    onset = int(np.argmax(spectra.onset_strength()))
    decibel = librosa.power_to_db(spectra.power, top_db=_LOWEST)
    ridge = decibel - median_filter(decibel, (1, 31))
    second = sr // HOP_LENGTH
    held = uniform_filter1d(ridge, second, axis=0)[second // 2 : len(ridge) - second // 2]
    lowest = int(np.ceil(500 * N_FFT / sr))
    frame, above = np.unravel_index(np.argmax(held[:, lowest:]), held[:, lowest:].shape)
    return {
        "onset": onset * HOP_LENGTH / sr,
        "tone": (lowest + int(above)) * sr / N_FFT,
        "held": (int(frame) + second // 2) * HOP_LENGTH / sr,
    }


def point_out(ax: Axes, found: Mapping[str, float]) -> None:
    """Point at the landmarks of a spectrogram, as from `landmarks`."""
    box = {"fc": "white", "ec": "none", "alpha": 0.85}
    look: dict[str, Any] = {"color": "black", "fontsize": 9, "bbox": box}
    arrow = {"arrowstyle": "->", "color": "white", "lw": 1.5}
    end = ax.get_xlim()[1]
    ax.annotate("an onset: many frequencies", (found["onset"], 6), arrowprops=arrow,
                xytext=(min(found["onset"] + 0.08 * end, 0.6 * end), 9.3), **look)  # fmt: skip
    ax.annotate(f"a held tone, {found['tone']:.0f} Hz", (found["held"], found["tone"] / 1000),
                xytext=(min(found["held"] + 0.04 * end, 0.7 * end), 4.6), arrowprops=arrow,
                **look)  # fmt: skip


def windows(
    y: np.ndarray, settings: Sequence[tuple[int, int]], title: str, *, sr: int = SAMPLE_RATE
) -> np.ndarray:
    """Spectrograms of one sound with several windows and hops, on one time axis.

    Parameters
    ----------
    y
        Mono signal, shape (samples,).
    settings
        Window and hop of each panel, in samples.
    title
        What is to be seen.
    sr
        Sampling rate in Hz.
    """
    figure, axes = plt.subplots(len(settings), 1, figsize=(8.5, 0.9 + 1.9 * len(settings)),
                                sharex=True, squeeze=False)  # fmt: skip
    for ax, (window, hop) in zip(axes[:, 0], settings, strict=True):
        power = np.abs(librosa.stft(y, n_fft=window, hop_length=hop)) ** 2
        decibel = librosa.power_to_db(power, ref=np.max)
        _plane(ax, decibel, len(y) / sr, (0, sr / 2000), cmap="magma", vmin=-60, vmax=0)
        ax.set_title(f"window {window} samples ({1000 * window / sr:.0f} ms), hop {hop}",
                     fontsize=11, weight="normal")  # fmt: skip
        ax.set(ylim=(0, 2.5), ylabel="kHz")
    axes[-1, 0].set_xlabel("time (s)")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes[:, 0]


def mel_filters(bank: np.ndarray, title: str, *, sr: int = SAMPLE_RATE, every: int = 8) -> Axes:
    """The filters of a mel bank over frequency, each as high as 1; every eighth is drawn.

    Parameters
    ----------
    bank
        Weights, shape (bands, bins).
    title
        What is to be seen.
    sr
        Sampling rate in Hz.
    every
        Which filters to draw.
    """
    _, ax = plt.subplots(figsize=(8.5, 2.8))
    hz = np.linspace(0, sr / 2000, bank.shape[1])
    for i, weights in enumerate(bank[every - 1 :: every]):
        color = MUTED[(0, 7, 2)[i % 3]]
        ax.fill_between(hz, weights / weights.max(), color=color, alpha=0.35, lw=0)
        ax.plot(hz, weights / weights.max(), color=color, lw=1.2)
        at = np.argmax(weights)
        if i % 3 == 0:
            ax.annotate(str((i + 1) * every), (hz[at], 1), xytext=(0, 2),
                        textcoords="offset points", ha="center", fontsize=9)  # fmt: skip
    ax.set(title=title, xlabel="frequency (kHz); the numbers count the bands", ylabel="weight",
           ylim=(0, 1.2), xlim=(0, sr / 2000))  # fmt: skip
    return ax


def envelopes(log_mel: np.ndarray, rebuilt: Mapping[str, np.ndarray], title: str) -> Axes:
    """The mel spectrum of one frame, and what is left of it in its first coefficients.

    Parameters
    ----------
    log_mel
        In dB, shape (bands,).
    rebuilt
        The same, by what it was made from.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8.5, 3.2))
    ax.fill_between(np.arange(1, len(log_mel) + 1), log_mel, log_mel.min() - 5, color="#bbbbbb",
                    lw=0)  # fmt: skip
    ax.text(len(log_mel) / 2, log_mel.min(), f"the frame: {len(log_mel)} bands", ha="center",
            color="#222222")  # fmt: skip
    for (name, values), color in zip(rebuilt.items(), (MUTED[7], MUTED[0]), strict=False):
        ax.plot(np.arange(1, len(values) + 1), values, color=color, lw=2)
        ax.annotate(name, (len(values), values[-1]), xytext=(5, 0), textcoords="offset points",
                    color=color, va="center", annotation_clip=False)  # fmt: skip
    ax.set(title=title, xlabel="mel band", ylabel="dB", xlim=(1, len(log_mel)))
    return ax


def way_to_features(samples: int) -> Axes:
    """Diagram of the way from a sound to the 57 numbers, with how many each group has.

    Parameters
    ----------
    samples
        Length of the sound.
    """
    _, ax = plt.subplots(figsize=(8.5, 5))
    frames = 1 + samples // HOP_LENGTH
    places = {
        "sound": (0.0, 3.0, f"sound\n{samples:,}\nsamples"),
        "frames": (
            1.6,
            3.0,
            f"{frames:,} frames\nof {N_FFT},\nevery {HOP_LENGTH}",
        ),
        "fourier": (3.3, 3.0, f"Fourier\ntransform\n{1 + N_FFT // 2:,} bins"),
        "mel": (4.0, 5.3, f"{N_MELS} mel\nbands\nin dB"),
        "moments": (8.1, 2.5, "mean and\nvariance\nover time"),
    }
    arrows = [("sound", "frames"), ("frames", "fourier"), ("fourier", "mel")]
    for place, (name, (sources, text)) in enumerate(_MEASURES.items()):
        given = len(FEATURE_GROUPS[name])
        places[name] = (5.9, len(_MEASURES) - place, f"{name}: {given}\n{text}")
        arrows += [(source, name) for source in sources]
        arrows += [(name, "end" if name == "rhythm" else "moments")]
    total = len(FEATURE_COLUMNS)
    places["end"] = (9.7, 3.5, f"{total}\nnumbers")
    boxes = {}
    for name, (x, y, text) in places.items():
        color = "#DDEEF8" if name in _MEASURES else "#EEEEEE"
        boxes[name] = ax.text(x, y, text, ha="center", va="center", fontsize=10, color=ON_FILL,
                              bbox={"boxstyle": "round", "fc": color, "ec": "#888888"})  # fmt: skip
    ax.set(xlim=(-0.7, 10.3), ylim=(0.5, 6.5), title=f"From a sound to {total} numbers")
    ax.axis("off")
    ax.figure.canvas.draw()  # only now the boxes have their sizes, which arrows must respect
    for source, target in [*arrows, ("moments", "end")]:
        ax.annotate("", places[target][:2], places[source][:2], zorder=1,
                    arrowprops={"arrowstyle": "-|>", "color": "#777777", "lw": 1.2,
                                "patchA": boxes[source].get_bbox_patch(),
                                "patchB": boxes[target].get_bbox_patch(),
                                "shrinkA": 2, "shrinkB": 2})  # fmt: skip
    return ax


# By group of features, from above: what it is made from, and what it measures.
_MEASURES: dict[str, tuple[tuple[str, ...], str]] = {
    "rhythm": (("mel",), "tempo of the onsets"),
    "timbre": (("mel",), f"{N_MFCC} MFCC"),
    "harmony": (("fourier",), "chroma, harmonic part"),
    "percussion": (("fourier",), "percussive part"),
    "brightness": (("fourier", "frames"), "centroid, bandwidth,\nrolloff, zero crossings"),
    "loudness": (("frames",), "RMS"),
}


def tones_seen(y: np.ndarray, window: int, *, sr: int = SAMPLE_RATE) -> int:
    """How many peaks the mean spectrum of a sound has with a window of some samples."""
    spectrum = np.abs(librosa.stft(y, n_fft=window, hop_length=64)).mean(axis=1)
    return len(strongest(np.where(np.linspace(0, sr / 2, len(spectrum)) < sr / 8, spectrum, 0)))


def clicks_seen(y: np.ndarray, window: int, *, sr: int = SAMPLE_RATE) -> int:
    """How many peaks the level above a quarter of the range has over time."""
    power = np.abs(librosa.stft(y, n_fft=window, hop_length=64)) ** 2
    return len(strongest(power[len(power) // 4 :].sum(axis=0)))

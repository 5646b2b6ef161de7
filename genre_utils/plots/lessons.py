"""Figures of sound with their two texts, for ``show(*...)``: what is seen, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.fft
from matplotlib.axes import Axes

from genre_utils.audio import FEATURE_COLUMNS, FEATURE_GROUPS, SAMPLE_RATE, Spectra
from genre_utils.plots.representations import (
    PITCHES,
    aligned,
    clicks_seen,
    envelopes,
    landmarks,
    mel_filters,
    point_out,
    strongest,
    tone_and_spectrum,
    tones_seen,
    way_to_features,
    windows,
)
from genre_utils.wording import count, listed, percent, shares


class Told(NamedTuple):
    """A figure with its texts.

    Attributes
    ----------
    axes
        Of the figure.
    alt
        What it shows, for those who do not see it.
    caption
        What it means, from results.
    """

    axes: Axes | np.ndarray
    alt: str
    caption: str


def two_views(tone: np.ndarray) -> Told:
    """A tone of one second as a wave and as a spectrum."""
    magnitude = 2 * np.abs(np.fft.rfft(tone)) / len(tone)
    peaks = strongest(magnitude)
    told = listed(f"{hz} Hz with amplitude {magnitude[hz]:.2f}" for hz in peaks)
    return Told(
        tone_and_spectrum(tone, magnitude, "One sound, seen twice"),
        f"Left, 20 ms of a wave that repeats; right, its spectrum with peaks at {_hertz(peaks)}.",
        f"The wave hides what the spectrum shows: {told}.",
    )


def _hertz(bins: list[int]) -> str:
    return listed(f"{hz} Hz" for hz in bins)


def onset_and_tone(y: np.ndarray) -> Told:
    """Waveform and spectrogram, with arrows at an onset and at a tone that is held."""
    found = landmarks(y)
    rows = [("waveform", "waveform", y), ("spectrogram", "spectrogram", y)]
    axes = aligned(rows, "The same seconds, seen twice")
    point_out(axes[1], found)
    return Told(
        axes,
        "A waveform above a spectrogram, on one time axis; arrows point at an onset and a tone.",
        f"The strongest onset, at {found['onset']:.2f} s, is a column: many frequencies at once. "
        f"A tone of {found['tone']:.0f} Hz, held around {found['held']:.1f} s, is a horizontal "
        "line. Both are in the waveform, which shows only the first.",
    )


def window_sizes(y: np.ndarray, short: int = 256, long: int = 4096) -> Told:
    """Two tones and two clicks, with a short and with a long window."""
    told = listed(
        f"{count(tones_seen(y, window), 'tone')} and {count(clicks_seen(y, window), 'click')} with "
        f"a window of {window}"
        for window in (short, long)
    )
    return Told(
        windows(y, [(short, 64), (long, 64)], "What a window can tell apart"),
        "Two spectrograms of two close tones and two clicks, one below the other: above, sharp "
        "columns and one thick line; below, thin lines and a broad column.",
        f"Counted in these figures: {told}.",
    )


def tell_windows(y: np.ndarray, sizes: Sequence[int]) -> str:
    """How many tones and clicks are told apart with windows of several sizes.

    Parameters
    ----------
    y
        Two tones and two clicks.
    sizes
        Of the windows, in samples.
    """
    seen = {window: (tones_seen(y, window), clicks_seen(y, window)) for window in sizes}
    told = listed(
        f"{count(tones, 'tone')} and {count(clicks, 'click')} with {window}"
        for window, (tones, clicks) in seen.items()
    )
    both = listed(str(window) for window, found in seen.items() if found == (2, 2)) or "no window"
    return (
        f"Counted: {told}. Both are shown by {both}. The hop sets how many columns there "
        "are. It sharpens nothing that the window has smeared; if it is longer than the window, "
        "sound is skipped."
    )


def filters(bank: np.ndarray, sr: int = SAMPLE_RATE) -> Told:
    """Mel filters; weights of shape (bands, bins)."""
    centres = np.linspace(0, sr / 2, bank.shape[1])[bank.argmax(axis=1)]
    below = int((centres < 2000).sum())
    return Told(
        mel_filters(bank, f"Every eighth of {len(bank)} mel filters"),
        "Triangles over frequency, narrow and close at the left, broad and far apart at the right.",
        f"{below} of {len(bank)} bands lie below 2 kHz, which is {percent(4000 / sr, 0)} of the "
        "range: there mel hears finest.",
    )


def envelope(frame: np.ndarray) -> Told:
    """The mel bands of a frame in dB, and what 5 and 20 cepstral coefficients keep of them."""
    coefficients = scipy.fft.dct(frame, norm="ortho")
    rebuilt = {
        f"{n} MFCC": scipy.fft.idct(coefficients[:n], n=len(frame), norm="ortho") for n in (5, 20)
    }
    kept = {name: 1 - np.var(frame - r) / np.var(frame) for name, r in rebuilt.items()}
    return Told(
        envelopes(frame, rebuilt, "One frame, and its envelope"),
        f"The levels of {len(frame)} mel bands as a grey shape, and two smooth lines over it.",
        f"So much of the frame's variance over the bands is kept: {shares(kept)}.",
    )


def three_descriptions(y: np.ndarray) -> Told:
    """Mel bands, MFCC and chroma of one sound on one time axis."""
    spectra = Spectra(y, SAMPLE_RATE)
    notes = pd.Series(spectra.chroma().mean(axis=0), PITCHES).nlargest(3)
    rows = [("mel", "mel bands", y), ("mfcc", "MFCC", y), ("chroma", "chroma", y)]
    planes = {"mel bands": spectra.log_mel, "MFCC": spectra.mfcc(20), "chroma": spectra.chroma()}
    steps = {n: np.abs(np.diff(v, axis=0)).mean() / v.std() for n, v in planes.items()}
    steadiest = min(steps, key=lambda name: steps[name])
    return Told(
        aligned(rows, "Three ways to describe one sound"),
        "Mel bands, MFCC and chroma, one below the other on one time axis.",
        f"The strongest notes are {listed(notes.index)}. The mean step from one frame to the next, "
        f"in standard deviations: {listed(f'{n} {step:.2f}' for n, step in steps.items())}. So "
        f"{steadiest} change least from frame to frame.",
    )


def two_parts(harmonic: np.ndarray, percussive: np.ndarray) -> Told:
    """Spectrograms of the harmonic and of the percussive part on one time axis."""
    power = np.array([np.mean(harmonic**2), np.mean(percussive**2)])
    of_all = dict(zip(("harmonic", "percussive"), power / power.sum(), strict=True))
    rows = [("spectrogram", "harmonic part", harmonic),
            ("spectrogram", "percussive part", percussive)]  # fmt: skip
    return Told(
        aligned(rows, "Two sounds in one"),
        "Two spectrograms on one time axis: above horizontal lines, below vertical ones.",
        f"Lines went up, columns went down. How the power is divided: {shares(of_all)}.",
    )


def beat(y: np.ndarray, beats: np.ndarray, tempo: float, played_at: float) -> Told:
    """Waveform and onset strength with the beats that were found.

    Parameters
    ----------
    y
        Mono signal, shape (samples,).
    beats
        In seconds.
    tempo, played_at
        As estimated and as it is, in beats per minute.
    """
    rows = [("waveform", "waveform", y), ("onsets", "onset strength", y)]
    axes = aligned(rows, "Where the beat is")
    for ax in axes:
        ax.vlines(beats, *ax.get_ylim(), color="#CC6677", ls="--", lw=1)
    return Told(
        axes,
        "A waveform above the curve of onset strength; dashed lines at equal distances are beats.",
        f"Estimated: {tempo:.1f} BPM. The synthesizer played at {played_at:.1f} BPM: the estimate "
        f"is off by {percent(abs(tempo / played_at - 1))}.",
    )


def way(samples: int) -> Told:
    """The way from a sound of some samples to the 57 numbers."""
    return Told(
        way_to_features(samples),
        "Diagram: a sound is cut into frames and transformed; six groups of measures are taken of "
        f"it ({listed(f'{name} {len(of)}' for name, of in FEATURE_GROUPS.items())}), and their "
        f"means and variances, with the tempo, are the {len(FEATURE_COLUMNS)} numbers.",
        f"{count(samples, 'sample')}, {samples / SAMPLE_RATE:.0f} s, become {len(FEATURE_COLUMNS)} "
        "numbers in six groups, which notebooks 2 and 3 use too. When what came is lost on the "
        "way.",
    )

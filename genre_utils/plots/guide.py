"""What each of the 57 features is: formula, unit, and what one hears of it."""

from __future__ import annotations

import pandas as pd

_ROWS = {
    "chroma_stft": (
        "energy of each of the 12 notes, octaves folded",
        "max-scaled Σ |Xₖ|² over the bins k of a note",
        "share of the strongest note",
        "low: single clear tones; high: many notes at once, or noise",
    ),
    "rms": (
        "root mean square",
        "√( Σ yₙ² / N )",
        "amplitude, 1 is full scale",
        "loudness, as it was mastered",
    ),
    "spectral_centroid": (
        "centre of the spectrum",
        "c = Σ fₖ |Xₖ| / Σ |Xₖ|",
        "Hz",
        "dark when low, bright when high",
    ),
    "spectral_bandwidth": (
        "spread of the spectrum around its centre",
        "√( Σ (fₖ − c)² |Xₖ| / Σ |Xₖ| )",
        "Hz",
        "a flute is narrow, a full band wide",
    ),
    "rolloff": (
        "frequency with 85 % of the spectrum below it",
        "smallest f with Σ |Xₖ| up to f ≥ 0.85 Σ |Xₖ|",
        "Hz",
        "how high the sound reaches",
    ),
    "zero_crossing_rate": (
        "how often the waveform changes its sign",
        "share of n with sign yₙ ≠ sign yₙ₋₁",
        "share of the samples",
        "low for bass, high for hiss and cymbals",
    ),
    "harmony": (
        "harmonic part of the waveform",
        "what a median over time keeps of |X|",
        "amplitude; its mean is near 0, its variance is power",
        "voices, strings: what holds its pitch",
    ),
    "perceptr": (
        "percussive part of the waveform",
        "the sound without its harmonic part",
        "amplitude; its mean is near 0, its variance is power",
        "drums and plucks: what begins suddenly",
    ),
    "tempo": (
        "estimated speed of the beat",
        "60 / lag at which the onsets repeat best",
        "beats per minute",
        "how fast one taps the foot",
    ),
    "mfcc1": (
        "first cepstral coefficient",
        "Σ Lᵦ / √128 over the mel bands, L in dB",
        "dB",
        "loudness over all bands",
    ),
    "mfcc2": (
        "second cepstral coefficient",
        "√(2/128) Σ Lᵦ cos( π (b + ½) / 128 )",
        "dB",
        "more bass than treble, or less",
    ),
    "mfcc3 to mfcc20": (
        "cepstral coefficient j",
        "√(2/128) Σ Lᵦ cos( π (j − 1)(b + ½) / 128 )",
        "dB",
        "finer shape of the spectrum: timbre",
    ),
}


def feature_guide() -> pd.DataFrame:
    """A row a measure: what it is, its formula, its unit, and what one hears of it.

    In the formulas y is a frame of N samples, X its Fourier transform, f the frequencies of the
    bins, L the mel spectrum in dB. Of each but tempo the table has a mean and a variance.
    """
    columns = ["what it is", "formula", "unit of the mean", "what one hears"]
    return pd.DataFrame.from_dict(_ROWS, orient="index", columns=columns).rename_axis("feature")

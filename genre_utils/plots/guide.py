"""What each of the 57 features is: formula, unit, and what one hears of it."""

from __future__ import annotations

import pandas as pd

from genre_utils.audio import FEATURE_GROUPS

_ROWS = {
    "chroma_stft": (
        "Σ |Xₖ|² over a note's bins, the largest 1",
        "share",
        "high: many notes at once, or noise",
    ),
    "rms": ("√( Σ yₙ² / N )", "amplitude", "loudness, as it was mastered"),
    "spectral_centroid": ("c = Σ fₖ |Xₖ| / Σ |Xₖ|", "Hz", "low: dark; high: bright"),
    "spectral_bandwidth": (
        "√( Σ (fₖ − c)² |Xₖ| / Σ |Xₖ| )",
        "Hz",
        "low: a flute; high: a full band",
    ),
    "rolloff": ("f with 85 % of Σ |Xₖ| below it", "Hz", "how high the sound reaches"),
    "zero_crossing_rate": (
        "share of n with sign yₙ ≠ sign yₙ₋₁",
        "share",
        "low: bass; high: hiss and cymbals",
    ),
    "harmony": ("y of what a median over time keeps", "amplitude", "voices, strings: held pitch"),
    "perceptr": ("y without its harmonic part", "amplitude", "drums, plucks: sudden sound"),
    "tempo": ("60 / lag of the onsets' best match", "BPM", "how fast one taps the foot"),
    "mfcc1": ("Σ L[b] / √128", "dB", "loudness over all bands"),
    "mfcc2": ("⅛ Σ L[b] cos( π (b + ½) / 128 )", "dB", "more bass than treble, or less"),
    "mfcc3 to mfcc20": (
        "⅛ Σ L[b] cos( π (j − 1)(b + ½) / 128 )",
        "dB",
        "finer shape of the spectrum: timbre",
    ),
}


def feature_guide() -> pd.DataFrame:
    """A row a measure: its group, its formula, the unit of its mean, and what one hears of it.

    In the formulas y is a frame of N samples, X its Fourier transform, f the frequencies of the
    bins, L[b] the mel bands in dB. Of each but tempo the table has a mean and a variance.
    """
    columns = ["formula", "unit", "what one hears"]
    guide = pd.DataFrame.from_dict(_ROWS, orient="index", columns=columns).rename_axis("feature")
    groups = {
        column.removesuffix("_mean"): name for name, of in FEATURE_GROUPS.items() for column in of
    }
    guide.insert(0, "group", [groups[measure.split(" ")[0]] for measure in guide.index])
    return guide

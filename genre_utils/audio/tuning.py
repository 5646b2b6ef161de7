"""How sure a tuning is: the votes of a signal's spectral peaks for each hundredth of a semitone."""

from __future__ import annotations

import librosa
import numpy as np
import pandas as pd

from genre_utils.audio.features import Spectra


def tuning_votes(spectra: Spectra) -> pd.Series:
    """How many spectral peaks speak for each tuning.

    The histogram of which `Spectra.tuning` takes the fullest bin, as `librosa.pitch_tuning` does.
    Where two bins are as full, the last digit of a Fourier transform decides between them.

    Parameters
    ----------
    spectra
        Of a signal.

    Returns
    -------
    pandas.Series, int
        Peaks by tuning in fractions of a semitone; the fullest bin first, of equal ones the lowest.
    """
    pitches, heights = spectra.peaks()
    loud = pitches[heights >= np.median(heights)] if len(pitches) else pitches
    off = np.mod(12 * librosa.hz_to_octs(loud), 1.0)
    off[off >= 0.5] -= 1.0
    edges = np.linspace(-0.5, 0.5, 101)
    counts, _ = np.histogram(off, edges)
    return pd.Series(counts, edges[:-1]).sort_values(ascending=False, kind="stable")

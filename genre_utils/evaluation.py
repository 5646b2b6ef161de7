"""How good an estimate is."""

from __future__ import annotations

import numpy as np
import pandas as pd

TEMPO_VERDICTS = ("same", "double", "half", "triple", "third", "other")


def tempo_verdicts(
    estimated: pd.Series, annotated: pd.Series, tolerance: float = 0.04
) -> pd.Series:
    """Compare tempi as the field does: within 4 %, and octave errors apart.

    The shares of "same" alone and of all but "other" are Accuracy 1 and Accuracy 2 of Gouyon et
    al., "An experimental comparison of audio tempo induction algorithms", IEEE TASLP 14(5), 2006.

    Parameters
    ----------
    estimated, annotated
        Beats per minute, same index; both positive.
    tolerance
        Largest relative deviation that still counts.

    Returns
    -------
    pandas.Series, categories `TEMPO_VERDICTS`
        Which multiple of the annotated tempo the estimate is.
    """
    ratio = (estimated / annotated).to_numpy(dtype=float)
    factors = np.array([1, 2, 1 / 2, 3, 1 / 3])
    near = np.abs(ratio[:, None] / factors - 1) <= tolerance
    which = np.where(near.any(axis=1), near.argmax(axis=1), len(factors))
    categories = pd.Categorical.from_codes(which, categories=list(TEMPO_VERDICTS))
    return pd.Series(categories, index=estimated.index, name="verdict")

"""Calibration by temperature scaling (Guo et al., ICML 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator
    from sklearn.pipeline import Pipeline

TEMPERATURES = "temperatures"  # key of ``model.json``: temperature by seconds of a clip
SEGMENTS_OF = {3: 1, 6: 2, 12: 4, 30: 10}  # number of segments by seconds of a clip


def fit_temperature(probability: np.ndarray, codes: np.ndarray) -> float:
    """Temperature that minimizes the log loss of probabilities.

    Parameters
    ----------
    probability
        Shape (items, classes).
    codes
        Column of the true class, shape (items,).
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  (slow to import)

    items = np.arange(len(codes))

    def loss(log_temperature: float) -> float:
        scaled = at_temperature(probability, np.exp(log_temperature))
        return -np.log(np.maximum(scaled[items, codes], 1e-12)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def temperature_at(temperatures: Mapping[float, float], seconds: float) -> float:
    """Temperature for a clip: interpolated over the logarithm of its length in seconds."""
    lengths = sorted(temperatures)
    known = [temperatures[length] for length in lengths]
    return float(np.interp(np.log(seconds), np.log(lengths), known))


def at_temperature(probability: np.ndarray, temperature: float) -> np.ndarray:
    """Flatten (above 1) or sharpen (below 1) probabilities, shape (..., classes)."""
    return softmax(np.log(np.maximum(probability, 1e-12)) / temperature, axis=-1)


def held_out_logits(
    pipeline: Pipeline,
    X: pd.DataFrame,
    segments: pd.DataFrame,
    genre: pd.Series,
    cv: BaseCrossValidator,
) -> pd.DataFrame:
    """Out-of-fold log probabilities of segments, from a model fitted on whole songs.

    Parameters
    ----------
    pipeline
        Classifier with ``predict_log_proba``.
    X
        One row per song, index ``track_id``.
    segments
        The same columns of their segments, index ``track_id`` and ``segment``.
    genre
        Genre of each track, index ``track_id``.
    cv
        Folds of `X`, each with all genres in the training set.

    Returns
    -------
    pandas.DataFrame
        One row per segment, one column per genre.
    """
    import pandas as pd  # noqa: PLC0415  (what is fitted may take its time; what predicts may not)
    from sklearn.base import clone  # noqa: PLC0415

    parts = []
    for train, test in cv.split(X, genre[X.index]):
        model = clone(pipeline).fit(X.iloc[train], genre[X.index[train]])
        rows = segments[segments.index.get_level_values("track_id").isin(X.index[test])]
        parts.append(
            pd.DataFrame(model.predict_log_proba(rows), index=rows.index, columns=model.classes_)
        )
    return pd.concat(parts)


def segment_temperatures(logits: pd.DataFrame, genre: pd.Series) -> dict[int, float]:
    """Temperatures by the length of a clip in seconds, from out-of-fold logits.

    Parameters
    ----------
    logits
        As from `held_out_logits`: index ``track_id`` and ``segment``, one column per genre.
    genre
        True genre of each track, index ``track_id``.

    Returns
    -------
    dict
        Temperature by length in seconds, for the lengths that the tracks have.
    """
    fitted = {}
    of_track = [part.to_numpy() for _, part in logits.groupby(level="track_id", sort=False)]
    tracks = logits.index.get_level_values("track_id").unique()
    codes = logits.columns.get_indexer(genre[tracks])
    for seconds, length in SEGMENTS_OF.items():
        parts = [
            (rows[start : start + length].mean(axis=0), code)
            for rows, code in zip(of_track, codes, strict=True)
            for start in range(0, len(rows) - length + 1, length)
        ]
        if parts:
            means, y_true = (np.array(part) for part in zip(*parts, strict=True))
            fitted[seconds] = fit_temperature(softmax(means, axis=1), y_true)
    return fitted

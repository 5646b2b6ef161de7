"""Out-of-fold predictions of a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Predictions:
    """Predictions for items that the model was not fitted on.

    Attributes
    ----------
    table
        One row per item, indexed as the features. Columns ``y_true``, ``y_pred``, ``fold``,
        ``group`` (resampled by the bootstrap) and ``votes`` (number of items combined).
    y_proba
        Class probabilities, same rows, one column per genre; None if the model has none.
    split
        Name of the split.
    level
        "segment" or "track".
    fit_seconds, predict_seconds
        Sums over the folds, including the choice of hyperparameters.
    chosen
        Chosen hyperparameters, one dict per fold; empty if none are chosen.
    curves
        One learning curve per fold (`history_` of the fitted model); empty if there is none.
    """

    table: pd.DataFrame
    y_proba: pd.DataFrame | None
    split: str
    level: str
    fit_seconds: float
    predict_seconds: float
    chosen: tuple[dict, ...] = ()
    curves: tuple[pd.DataFrame, ...] = ()

    @property
    def correct(self) -> np.ndarray:
        """Whether each prediction is correct, shape (items,), bool."""
        return (self.table["y_true"] == self.table["y_pred"]).to_numpy()

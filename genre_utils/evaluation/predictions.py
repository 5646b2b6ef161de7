"""What models said of items that they were not fitted on, and what that amounts to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support


@dataclass(frozen=True)
class Predictions:
    """What a model said of items that it was not fitted on.

    Attributes
    ----------
    table
        A row an item, indexed as the features. Columns ``y_true``, ``y_pred``, ``fold``,
        ``group`` (what a bootstrap draws) and ``votes`` (items put together).
    y_proba
        Class probabilities, same rows, a column a genre; None if the model has none.
    split
        Name of the split.
    level
        "segment" or "track".
    fit_seconds, predict_seconds
        Sums over the folds, choosing of hyperparameters included.
    chosen
        Hyperparameters chosen, a dict a fold; empty where none are chosen.
    curves
        Learning curve a fold (`history_` of the fitted model); empty where none are kept.
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
        """Whether each item was right, shape (items,), bool."""
        return (self.table["y_true"] == self.table["y_pred"]).to_numpy()











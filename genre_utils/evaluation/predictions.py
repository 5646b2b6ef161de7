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


def to_tracks(predictions: Predictions, how: str = "mean") -> Predictions:
    """Put the predictions of a track's segments together.

    Parameters
    ----------
    predictions
        Of segments.
    how
        "mean" for the genre with the largest mean probability, "vote" for the majority of the
        segments' genres (the larger mean probability decides a draw, else the alphabet).
    """
    table = predictions.table
    track = table.index.get_level_values("track_id")
    votes = pd.crosstab(track, table["y_pred"]).rename_axis(index="track_id")
    mean = votes.div(votes.sum(axis=1), axis=0)
    if predictions.y_proba is not None:
        mean = predictions.y_proba.groupby(track).mean()
    elif how == "mean":
        raise ValueError("this model gives no probabilities: put its segments together by vote")
    joined = table.groupby(track)[["y_true", "fold", "group"]].first()
    ballot = votes.reindex(columns=mean.columns, fill_value=0) + 1e-6 * mean
    joined.insert(1, "y_pred", (mean if how == "mean" else ballot).idxmax(axis=1))
    joined["votes"] = votes.sum(axis=1)
    joined = joined.rename_axis("track_id")
    return replace(predictions, table=joined, y_proba=mean, level="track")


def metrics(predictions: Predictions) -> dict[str, float]:
    """Accuracy, and precision, recall and F1 averaged over genres."""
    table = predictions.table
    precision, recall, f1, _ = precision_recall_fscore_support(
        table["y_true"], table["y_pred"], average="macro", zero_division=0
    )
    accuracy = float(predictions.correct.mean())
    return {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}


def recall_by_genre(predictions: Predictions) -> pd.Series:
    """Share of each genre's items that were recognised."""
    true = predictions.table["y_true"]
    return pd.Series(predictions.correct, true.index).groupby(true.to_numpy()).mean()


def confusions(predictions: Predictions, fold: int | None = None) -> pd.DataFrame:
    """Confusion matrix: rows true, columns predicted; of one fold (-1 the last) or of all."""
    table = predictions.table
    genres = sorted(table["y_true"].unique())
    if fold is not None:
        table = table[table["fold"] == sorted(table["fold"].unique())[fold]]
    counts = confusion_matrix(table["y_true"], table["y_pred"], labels=genres)
    return pd.DataFrame(counts, index=genres, columns=genres).rename_axis("y_true")


def frequent_confusions(predictions: Predictions, most: int = 5) -> pd.Series:
    """How often the most frequent confusions occur, by "blues as country" and the like."""
    wrong = predictions.table[~predictions.correct]
    return (wrong["y_true"] + " as " + wrong["y_pred"]).value_counts().head(most)

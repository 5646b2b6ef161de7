"""Networks and what stands beside them, in words: which hears more, and what chance explains."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from genre_utils.evaluation.predictions import (
    Predictions,
    frequent_confusions,
    recall_by_genre,
)
from genre_utils.wording import listed, percent


def _sign(test: Mapping[str, float]) -> int:
    return (test["low"] > 0) - (test["high"] < 0)


def tell_weakest(predictions: Predictions) -> str:
    """Which genre is recognised best and worst, with ties, and what the worst is taken for."""
    recall = recall_by_genre(predictions)
    best, worst = (list(recall.index[np.isclose(recall, r)]) for r in (recall.max(), recall.min()))
    table = predictions.table[predictions.table["y_true"].isin(worst)]
    wrong = frequent_confusions(Predictions(table, None, predictions.split, "track", 0, 0), 3)
    taken = listed(f"{pair} ({n})" for pair, n in wrong.items())
    return (
        f"Best recognised: {listed(best)} ({percent(recall.max(), 0)}). Worst: {listed(worst)} "
        f"({percent(recall.min(), 0)})"
        + (f", most often mistaken like this: {taken}." if taken else ".")
    )

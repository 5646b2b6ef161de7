"""How sure a score is: intervals, and tests of two models on the same items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import binomtest

if TYPE_CHECKING:
    from genre_utils.evaluation.predictions import Predictions

BOOTSTRAPS = 2000


def bootstrap_interval(
    correct: np.ndarray, groups: np.ndarray, *, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the accuracy when whole groups are drawn again (Efron 1979).

    Parameters
    ----------
    correct
        Whether each item was right, shape (items,).
    groups
        What belongs together, shape (items,): pieces of one song do not count as independent.
    seed
        Seed of the drawing.
    level
        Coverage.
    """
    codes = pd.factorize(groups)[0]
    size = np.bincount(codes)
    right = np.bincount(codes, weights=correct)
    drawn = np.random.default_rng(seed).multinomial(
        len(size), np.full(len(size), 1 / len(size)), BOOTSTRAPS
    )
    accuracies = (drawn @ right) / (drawn @ size)
    low, high = np.quantile(accuracies, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mcnemar(one: Predictions, other: Predictions) -> dict[str, float]:
    """Compare two models on the same items by McNemar's exact test (Psychometrika 12, 1947).

    Returns
    -------
    dict
        ``only_one`` and ``only_other``: items that only that model got right; ``p``: two-sided
        probability of a difference at least as large if the two were equally good.
    """
    first, second = one.table.sort_index(), other.table.sort_index()
    if not first.index.equals(second.index):
        raise ValueError("the two models were not tested on the same items")
    a = first["true"] == first["predicted"]
    b = second["true"] == second["predicted"]
    only_one, only_other = int((a & ~b).sum()), int((b & ~a).sum())
    decided = only_one + only_other
    p = binomtest(only_one, decided).pvalue if decided else 1.0
    return {"only_one": only_one, "only_other": only_other, "p": float(p)}

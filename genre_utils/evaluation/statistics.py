"""Bootstrap intervals, paired tests and nested model choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from genre_utils.evaluation.predictions import Predictions

BOOTSTRAPS = 2000


def bootstrap_interval(
    correct: np.ndarray, groups: np.ndarray, *, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Percentile bootstrap interval of the accuracy, resampling whole groups (Efron 1979).

    Parameters
    ----------
    correct
        Whether each item was classified correctly, shape (items,); or the mean over seeds.
    groups
        Song or artist of each item, shape (items,): segments of a song are not independent.
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


def paired_test(
    correct: np.ndarray,
    other: np.ndarray,
    groups: np.ndarray,
    *,
    seed: int = 0,
    draws: int = 10_000,
) -> dict[str, float]:
    """Compare two models on the same items by a paired permutation test over groups.

    If both models were equally good, either could have made the predictions of a group, so the
    test exchanges them at random (Good, "Permutation, Parametric, and Bootstrap Tests of
    Hypotheses", 2005).

    Parameters
    ----------
    correct, other
        Whether each model classified each item correctly, shape (items,), in the same order.
    groups
        Song or artist of each item, shape (items,); groups are exchanged and resampled whole.
    draws
        Number of random exchanges.

    Returns
    -------
    dict
        ``difference`` of the accuracies, first minus other, with ``low`` and ``high``, its 95%
        bootstrap interval; ``only_first`` and ``only_other``, the number of items that only that
        model classified correctly; ``p``, the two-sided p-value.

    Raises
    ------
    ValueError
        If the arrays differ in length.
    """
    first, second, groups = np.asarray(correct, bool), np.asarray(other, bool), np.asarray(groups)
    if not len(first) == len(second) == len(groups):
        raise ValueError("the two models were not evaluated on the same items")
    gain = first.astype(int) - second.astype(int)
    by_group = np.bincount(pd.factorize(groups)[0], weights=gain)
    signs = np.random.default_rng(seed).choice([-1, 1], (draws, len(by_group)))
    as_large = int((np.abs(signs @ by_group) >= abs(by_group.sum()) - 1e-9).sum())
    low, high = bootstrap_interval(gain, groups, seed=seed)
    return {
        "difference": float(gain.mean()),
        "low": low,
        "high": high,
        "only_first": int((first & ~second).sum()),
        "only_other": int((second & ~first).sum()),
        "p": (1 + as_large) / (1 + draws),
    }


def compare(one: Predictions, other: Predictions, *, seed: int = 0) -> dict[str, float]:
    """Return the `paired_test` of two models' predictions for the same items.

    Raises
    ------
    ValueError
        If the predictions are not for the same items.
    """
    first, second = one.table.sort_index(), other.table.sort_index()
    if not first.index.equals(second.index):
        raise ValueError("the two models were not evaluated on the same items")
    correct, correct_other = (
        (table["y_true"] == table["y_pred"]).to_numpy() for table in (first, second)
    )
    return paired_test(correct, correct_other, first["group"].to_numpy(), seed=seed)


def verdict(test: Mapping[str, float]) -> str:
    """Return "better", "worse" or "not resolved", the verdict of a `paired_test`.

    The first model counts as better or worse only if the 95% interval excludes 0 and p < 0.05.
    """
    if test["p"] < 0.05 and test["low"] > 0:
        return "better"
    if test["p"] < 0.05 and test["high"] < 0:
        return "worse"
    return "not resolved"

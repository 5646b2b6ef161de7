"""How sure a score is: intervals, and tests of two models on the same items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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


def paired_test(
    one: Predictions, other: Predictions, *, seed: int = 0, draws: int = 10_000
) -> dict[str, float]:
    """Compare two models on the same items, drawing whole groups: songs of an artist go together.

    The difference of accuracies with its bootstrap interval, and a permutation test: if the models
    are equally good, either could have given the predictions of a group (Good, "Permutation,
    Parametric, and Bootstrap Tests of Hypotheses", 2005).

    Parameters
    ----------
    one, other
        Of the same items; groups are those of `one`.
    seed
        Seed of the drawing.
    draws
        How often groups are exchanged.

    Returns
    -------
    dict
        ``difference`` of the accuracies, one minus other, ``low`` and ``high``, its 95 % interval;
        ``only_one`` and ``only_other``, items that only that model got right; ``p``, the two-sided
        probability of a difference at least as large if the two were equally good.
    """
    first, second = one.table.sort_index(), other.table.sort_index()
    if not first.index.equals(second.index):
        raise ValueError("the two models were not tested on the same items")
    a = (first["true"] == first["predicted"]).to_numpy()
    b = (second["true"] == second["predicted"]).to_numpy()
    gain = a.astype(int) - b.astype(int)
    codes = pd.factorize(first["group"].to_numpy())[0]
    of_group = np.bincount(codes, weights=gain)
    signs = np.random.default_rng(seed).choice([-1, 1], (draws, len(of_group)))
    as_large = int((np.abs(signs @ of_group) >= abs(of_group.sum()) - 1e-9).sum())
    low, high = bootstrap_interval(gain, first["group"].to_numpy(), seed=seed)
    return {
        "difference": float(gain.mean()),
        "low": low,
        "high": high,
        "only_one": int((a & ~b).sum()),
        "only_other": int((b & ~a).sum()),
        "p": (1 + as_large) / (1 + draws),
    }


def nested_choice(candidates: Mapping[str, Predictions]) -> tuple[Predictions, dict[int, str]]:
    """The best of several models, chosen for each fold by the other folds.

    What is best on all folds and reported on them is too good: chance had a say in the choice
    (Tsamardinos, Greasidou and Borboudakis, Machine Learning 107, 2018).

    Parameters
    ----------
    candidates
        Predictions of the same items in the same folds, by model.

    Returns
    -------
    predictions, chosen
        Each fold's by the model that was best on the other folds (the first of several), and the
        model of each fold.
    """
    tables = {name: p.table.sort_index() for name, p in candidates.items()}
    first = next(iter(tables.values()))
    correct = pd.DataFrame({name: t["true"] == t["predicted"] for name, t in tables.items()})
    if len(correct) != len(first) or correct.isna().any(axis=None):
        raise ValueError("the models were not tested on the same items")
    folds = first["fold"]
    chosen = {
        int(f): str(correct[(folds != f).to_numpy()].mean().idxmax())
        for f in sorted(folds.unique())
    }
    parts = [tables[name][(folds == f).to_numpy()] for f, name in chosen.items()]
    some = next(iter(candidates.values()))
    return replace(some, table=pd.concat(parts), probability=None, chosen=(), curves=()), chosen

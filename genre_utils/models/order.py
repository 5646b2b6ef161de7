"""What order in time is worth: the same network in order and shuffled, and what its state knows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.data import Split
from genre_utils.evaluation import (
    Predictions,
    Score,
    bootstrap_interval,
    evaluate,
    fit_on_partition,
    score,
    side_by_side,
    to_tracks,
)
from genre_utils.models.sequences import SequenceClassifier, shuffled, without_frames

ORDERS = ("in order", "shuffled")


def compare_orders(
    learners: Mapping[Hashable, tuple[BaseEstimator, pd.DataFrame]],
    genre: pd.Series,
    split: Split,
    orders: tuple[str, ...] = ORDERS,
    progress: str = "",
) -> dict[tuple, dict[str, Predictions]]:
    """Train each network on frames in order, and anew on the same frames in shuffled order.

    Parameters
    ----------
    learners
        A classifier and its items (a column ``frames``), by any key; the slowest first.
    genre
        Of each item, same index.
    split
        Over these items.
    orders
        Of `ORDERS`.
    progress
        Name to show beside a progress bar.

    Returns
    -------
    dict
        By key and order: predictions of the side "test"; under ``filtered`` of "valid" as well.
    """
    mixed = {}
    for _, X in learners.values() if "shuffled" in orders else ():
        if id(X) not in mixed:
            mixed[id(X)] = shuffled(X)
    calls: dict[Hashable, Callable[[], object]] = {}
    for key, (learner, X) in learners.items():
        for order in orders:
            items = X if order == "in order" else mixed[id(X)]
            calls[key, order] = partial(_sides, learner, items, genre, split)
    return side_by_side(calls, progress=progress)


def _sides(learner, X, genre, split) -> dict[str, Predictions]:
    if split.name == "filtered":
        return fit_on_partition(learner, X, genre, split)[1]
    return {"test": evaluate(learner, X, genre, split, n_jobs=1)}


def order_gain(
    ordered: Sequence[Predictions], mixed: Sequence[Predictions], seed: int = 0
) -> dict[str, float]:
    """Accuracy in order minus accuracy shuffled, over the same items.

    Parameters
    ----------
    ordered, mixed
        One a seed of the network.
    seed
        Of the bootstrap.

    Returns
    -------
    dict
        ``difference``, the mean over seeds; ``low`` and ``high``, its 95 % interval when whole
        groups (artists or songs) are drawn again.
    """
    tables = [[run.table.sort_index() for run in runs] for runs in (ordered, mixed)]
    first = tables[0][0]
    if not all(table.index.equals(first.index) for side in tables for table in side):
        raise ValueError("the two were not tested on the same items")
    right = [np.mean([t["y_true"] == t["y_pred"] for t in side], axis=0) for side in tables]
    gain = right[0] - right[1]
    low, high = bootstrap_interval(gain, first["group"].to_numpy(), seed=seed)
    return {"difference": float(gain.mean()), "low": low, "high": high}


def linear_reading(X: pd.DataFrame, y: pd.Series, groups: pd.Series, folds: int = 5) -> float:
    """How well a linear model reads numbers from what a network sees: R squared, cross-validated.

    Parameters
    ----------
    X
        A row a track.
    y
        What is to be read, for example the tempo; same index.
    groups
        What may not be on both sides; same index.
    folds
        How many, at most.

    Returns
    -------
    float
        1 for all of the variance; below 0 for less than the mean would give.
    """
    ridge = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(-1, 4, 11)))
    split = GroupKFold(min(folds, groups.nunique()))
    return float(r2_score(y, cross_val_predict(ridge, X, y, groups=groups, cv=split)))


def attention_drops(
    classifier: SequenceClassifier, X: pd.DataFrame, share: float = 0.1, seed: int = 0
) -> pd.DataFrame:
    """How far the probability of the named genre falls without some of the frames.

    If attention explains, it falls more without the most attended frames than without others
    (Jain and Wallace, "Attention is not explanation", NAACL 2019, ask so of text).

    Parameters
    ----------
    classifier
        Fitted, an `attention_network`.
    X
        Items that it was not trained on.
    share
        Of the frames that is dropped.
    seed
        Of the drawing.

    Returns
    -------
    pandas.DataFrame
        A row an item: the fall without the ``most attended``, ``random`` and ``least attended``.
    """
    weights = classifier.attention_weights(X)
    count = max(1, round(share * weights.shape[1]))
    chance = np.random.default_rng(seed).random(weights.shape)
    before = classifier.predict_proba(X)
    said = np.arange(len(X)), before.argmax(axis=1)
    falls = {}
    for name, order in (("most attended", -weights), ("random", chance),
                        ("least attended", weights)):  # fmt: skip
        left = without_frames(X, np.argsort(order, axis=1)[:, :count])
        falls[name] = before[said] - classifier.predict_proba(left)[said]
    return pd.DataFrame(falls, X.index)


def score_orders(
    found: Mapping[tuple, Mapping[str, Predictions]], seed: int = 0
) -> tuple[list[Score], dict[tuple[str, str, str], dict[str, float]]]:
    """Scores in order and shuffled, and what order gave.

    Parameters
    ----------
    found
        As from `compare_orders`, of keys (model, input, seed), under one split.
    seed
        Of the bootstrap.

    Returns
    -------
    scores, gains
        Of pieces and, put together, of tracks, the input of twins being called "..., shuffled";
        and `order_gain` by model, input and split, where both orders are there.
    """
    runs: dict[tuple[str, str], dict[str, list[Predictions]]] = {}
    for ((model, data, _), order), sides in found.items():
        runs.setdefault((model, data), {}).setdefault(order, []).append(sides["test"])
    scores, gains = [], {}
    for (model, data), by_order in runs.items():
        for order, each in by_order.items():
            label = data if order == "in order" else f"{data}, {order}"
            scores.append(score(each, model, label, seed=seed))
            if each[0].level == "segment":
                scores.append(score([to_tracks(one) for one in each], model, label, seed=seed))
        if len(by_order) == len(ORDERS):
            split = by_order["in order"][0].split
            gains[model, data, split] = order_gain(by_order["in order"], by_order["shuffled"], seed)
    return scores, gains


def tell_gain(gain: Mapping[str, float]) -> str:
    """Difference with its interval, in points."""
    return " ".join(
        (
            f"{100 * gain['difference']:+.1f} points",
            f"[{100 * gain['low']:+.1f}, {100 * gain['high']:+.1f}]",
        )
    )

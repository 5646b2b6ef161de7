"""What order in time is worth: the same network in order and shuffled, and what its state knows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.data import Protocol
from genre_utils.evaluation import Predictions, cross_predict, fit_on_partition, side_by_side
from genre_utils.models.sequences import SequenceClassifier, shuffled, without_frames

ORDERS = ("in order", "shuffled")


def compare_orders(
    learners: Mapping[Hashable, tuple[BaseEstimator, pd.DataFrame]],
    genre: pd.Series,
    protocol: Protocol,
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
    protocol
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
            calls[key, order] = partial(_sides, learner, items, genre, protocol)
    return side_by_side(calls, progress=progress)


def _sides(learner, X, genre, protocol) -> dict[str, Predictions]:
    if protocol.name == "filtered":
        return fit_on_partition(learner, X, genre, protocol)[1]
    return {"test": cross_predict(learner, X, genre, protocol, n_jobs=1)}


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

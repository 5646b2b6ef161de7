"""Protocols applied to models: scores with intervals, votes, comparisons."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import binomtest
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.utils.validation import has_fit_parameter
from tqdm import tqdm

from genre_utils.data.splits import Protocol
from genre_utils.evaluation.results import Score

BOOTSTRAPS = 2000


@dataclass(frozen=True)
class Predictions:
    """What a model said of items that it was not fitted on.

    Attributes
    ----------
    table
        A row an item, indexed as the features. Columns ``true``, ``predicted``, ``fold``,
        ``group`` (what a bootstrap draws) and ``votes`` (items put together).
    probability
        Class probabilities, same rows, a column a genre; None if the model has none.
    protocol
        Name of the protocol.
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
    probability: pd.DataFrame | None
    protocol: str
    level: str
    fit_seconds: float
    predict_seconds: float
    chosen: tuple[dict, ...] = ()
    curves: tuple[pd.DataFrame, ...] = ()

    @property
    def correct(self) -> np.ndarray:
        """Whether each item was right, shape (items,), bool."""
        return (self.table["true"] == self.table["predicted"]).to_numpy()


def fit(
    estimator: BaseEstimator, X: pd.DataFrame, y: np.ndarray, train: np.ndarray, protocol: Protocol
) -> tuple[BaseEstimator, dict]:
    """Fit on a training side; if the estimator is a search, choose first, as the protocol says.

    Parameters
    ----------
    estimator
        Not changed. If it is one of scikit-learn's searches, its ``cv`` is replaced by
        `Protocol.choosing`, and the winner is fitted on the training side alone.
    X, y
        Features and labels of all items.
    train
        Positions of the training side.
    protocol
        The protocol.

    Returns
    -------
    fitted, chosen
        The fitted estimator and the chosen hyperparameters.
    """
    model, chosen = clone(estimator), {}
    if isinstance(estimator, GridSearchCV | RandomizedSearchCV):
        pool, splits = protocol.choosing(y, train)
        search = model.set_params(cv=splits, refit=False, n_jobs=1)
        chosen = search.fit(X.iloc[pool], y[pool]).best_params_
        model = clone(estimator.estimator).set_params(**clone(chosen, safe=False))
    return model.fit(X.iloc[train], y[train]), chosen


def cross_predict(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    protocol: Protocol,
    *,
    n_jobs: int = -1,
    progress: str = "",
) -> Predictions:
    """Predict each test item of a protocol by a model fitted without it.

    Parameters
    ----------
    estimator
        Any scikit-learn classifier; fitted anew in each fold, scaling and all.
    X, y
        Features and labels, same index.
    protocol
        The protocol, over the same items.
    n_jobs
        Processes; -1 for one a core.
    progress
        Name to show beside a progress bar; "" shows none.
    """
    labels = y.to_numpy(dtype=object)
    folds = protocol.folds(labels)
    jobs = (delayed(_fold)(estimator, X, labels, fold, protocol) for fold in folds)
    results = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    found = list(tqdm(results, progress, len(folds), unit="fold", disable=not progress))
    tested = np.concatenate([test for _, test in folds])
    predicted = np.concatenate([part["predicted"] for part in found])
    table = _table(X, labels, tested, predicted, protocol)
    table["fold"] = np.repeat(np.arange(len(folds)), [len(test) for _, test in folds])
    probability = None
    if found[0]["probability"] is not None:
        probability = pd.concat([part["probability"] for part in found]).fillna(0.0)
        probability.index = table.index
    return Predictions(
        table,
        probability,
        protocol.name,
        "segment" if X.index.nlevels > 1 else "track",
        sum(part["fit_seconds"] for part in found),
        sum(part["predict_seconds"] for part in found),
        tuple(part["chosen"] for part in found if part["chosen"]),
        tuple(part["curve"] for part in found if part["curve"] is not None),
    )


def side_by_side(
    calls: dict[Hashable, Callable[[], object]], *, n_jobs: int = -1, progress: str = ""
) -> dict:
    """Make several calls in processes beside each other: so networks use all cores best.

    Parameters
    ----------
    calls
        Functions without arguments, by any key; the slowest first keeps all processes busy.
    n_jobs
        Processes; -1 for one a core.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    dict
        What each call gave, by the same keys.
    """
    given = Parallel(n_jobs=n_jobs, return_as="generator")(delayed(f)() for f in calls.values())
    bar = tqdm(given, progress, len(calls), unit="call", disable=not progress)
    return dict(zip(calls, bar, strict=True))


def _table(X, labels, items, predicted, protocol) -> pd.DataFrame:
    columns = {"true": labels[items], "predicted": predicted, "fold": 0}
    columns |= {"group": protocol.groups[items], "votes": 1}
    return pd.DataFrame(columns, index=X.index[items])


def _fold(estimator, X, y, fold, protocol) -> dict:
    train, test = fold
    start = time.perf_counter()
    model, chosen = fit(estimator, X, y, train, protocol)
    fitted = time.perf_counter()
    predicted = model.predict(X.iloc[test])
    done = time.perf_counter()
    probability = None
    if hasattr(model, "predict_proba"):
        probability = pd.DataFrame(model.predict_proba(X.iloc[test]), columns=model.classes_)
    return {
        "predicted": predicted,
        "probability": probability,
        "fit_seconds": fitted - start,
        "predict_seconds": done - fitted,
        "chosen": chosen,
        "curve": getattr(model, "history_", None),
    }


def fit_on_partition(
    estimator: BaseEstimator, X: pd.DataFrame, y: pd.Series, protocol: Protocol
) -> tuple[BaseEstimator, dict[str, Predictions]]:
    """Fit on the published partition's training side, and predict both other sides.

    Parameters
    ----------
    estimator
        A classifier with probabilities. If its `fit` takes ``validation``, it is given the
        validation side, to stop and to calibrate on.
    X, y
        Features and labels, same index.
    protocol
        "filtered", over the same items.

    Returns
    -------
    fitted, predictions
        The fitted estimator, and its predictions by side: "valid", to choose on, and "test".
    """
    labels = y.to_numpy(dtype=object)
    ((train, test),) = protocol.folds(labels)
    pool, _ = protocol.choosing(labels, train)
    sides = {"valid": pool[len(train) :], "test": test}
    extra = {}
    if has_fit_parameter(estimator, "validation"):
        extra["validation"] = (X.iloc[sides["valid"]], labels[sides["valid"]])
    start = time.perf_counter()
    model = clone(estimator).fit(X.iloc[train], labels[train], **extra)
    fitted = time.perf_counter()
    found = {}
    for side, items in sides.items():
        begun = time.perf_counter()
        probability = pd.DataFrame(
            model.predict_proba(X.iloc[items]), X.index[items], model.classes_
        )
        table = _table(X, labels, items, probability.idxmax(axis=1).to_numpy(), protocol)
        found[side] = Predictions(
            table,
            probability,
            protocol.name,
            "segment" if X.index.nlevels > 1 else "track",
            fitted - start,
            time.perf_counter() - begun,
            curves=(model.history_,) if hasattr(model, "history_") else (),
        )
    return model, found


def fuse(one: Predictions, other: Predictions, weight: float) -> Predictions:
    """Put two models together: the weighted mean of their probabilities (late fusion).

    Parameters
    ----------
    one, other
        Of the same protocol; items that only one of them has are left out.
    weight
        Of `one`, from 0 to 1.
    """
    both = one.table.index.intersection(other.table.index)
    mean = (weight * one.probability.loc[both]).add(
        (1 - weight) * other.probability.loc[both], fill_value=0
    )
    table = one.table.loc[both].assign(predicted=mean.idxmax(axis=1))
    return replace(
        one,
        table=table,
        probability=mean,
        fit_seconds=one.fit_seconds + other.fit_seconds,
        predict_seconds=one.predict_seconds + other.predict_seconds,
        curves=(),
    )


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
    votes = pd.crosstab(track, table["predicted"]).rename_axis(index="track_id")
    mean = votes.div(votes.sum(axis=1), axis=0)
    if predictions.probability is not None:
        mean = predictions.probability.groupby(track).mean()
    elif how == "mean":
        raise ValueError("this model gives no probabilities: put its segments together by vote")
    joined = table.groupby(track)[["true", "fold", "group"]].first()
    ballot = votes.reindex(columns=mean.columns, fill_value=0) + 1e-6 * mean
    joined.insert(1, "predicted", (mean if how == "mean" else ballot).idxmax(axis=1))
    joined["votes"] = votes.sum(axis=1)
    joined = joined.rename_axis("track_id")
    return replace(predictions, table=joined, probability=mean, level="track")


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


def metrics(predictions: Predictions) -> dict[str, float]:
    """Accuracy, and precision, recall and F1 averaged over genres."""
    table = predictions.table
    precision, recall, f1, _ = precision_recall_fscore_support(
        table["true"], table["predicted"], average="macro", zero_division=0
    )
    accuracy = float(predictions.correct.mean())
    return {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}


def log_loss(predictions: Predictions) -> float:
    """Mean negative logarithm of the probability that the true genre was given."""
    probability, true = predictions.probability, predictions.table["true"]
    columns = probability.columns.get_indexer(true)
    given = probability.to_numpy()[np.arange(len(true)), columns]
    return float(-np.log(np.maximum(np.where(columns < 0, 0, given), 1e-12)).mean())


def recall_by_genre(predictions: Predictions) -> pd.Series:
    """Share of each genre's items that were recognised."""
    true = predictions.table["true"]
    return pd.Series(predictions.correct, true.index).groupby(true.to_numpy()).mean()


def confusions(predictions: Predictions, fold: int | None = None) -> pd.DataFrame:
    """Confusion matrix: rows true, columns predicted; of one fold (-1 the last) or of all."""
    table = predictions.table
    genres = sorted(table["true"].unique())
    if fold is not None:
        table = table[table["fold"] == sorted(table["fold"].unique())[fold]]
    counts = confusion_matrix(table["true"], table["predicted"], labels=genres)
    return pd.DataFrame(counts, index=genres, columns=genres).rename_axis("true")


def score(
    predictions: Predictions,
    model: str,
    data: str,
    *,
    published: float | None = None,
    seed: int = 0,
) -> Score:
    """Turn predictions into a score with its protocol, interval and n."""
    found = metrics(predictions)
    return Score(
        model=model,
        input=data,
        protocol=predictions.protocol,
        level=predictions.level,
        accuracy=found["accuracy"],
        ci95=bootstrap_interval(
            predictions.correct, predictions.table["group"].to_numpy(), seed=seed
        ),
        macro_f1=found["f1"],
        n=len(predictions.table),
        published=published,
    )


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

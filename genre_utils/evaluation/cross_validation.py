"""Splits applied to models: scores with intervals, votes, comparisons."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
from joblib import delayed
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

from genre_utils.data import Split
from genre_utils.evaluation.cache import cached, content_of
from genre_utils.evaluation.predictions import Predictions
from genre_utils.evaluation.results import Score
from genre_utils.evaluation.statistics import bootstrap_interval
from genre_utils.parallel import run_parallel


def fit(
    estimator: BaseEstimator, X: pd.DataFrame, y: np.ndarray, train: np.ndarray, split: Split
) -> tuple[BaseEstimator, dict]:
    """Fit on a training set; a search chooses its parameters by `Split.inner_cv`.

    Parameters
    ----------
    estimator
        Not changed. If it is one of scikit-learn's searches, its ``cv`` is replaced by
        `Split.inner_cv`, and the best estimator is fitted on the training set alone.
    X, y
        Features and labels of all items.
    train
        Positions of the training set.
    split
        The split.

    Returns
    -------
    fitted, chosen
        The fitted estimator and the chosen hyperparameters.
    """
    model, chosen = clone(estimator), {}
    if isinstance(estimator, GridSearchCV | RandomizedSearchCV):
        pool, splits = split.inner_cv(y, train)
        search = model.set_params(cv=splits, refit=False, n_jobs=1)
        chosen = search.fit(X.iloc[pool], y[pool]).best_params_
        model = clone(estimator.estimator).set_params(**clone(chosen, safe=False))
    return model.fit(X.iloc[train], y[train]), chosen


def evaluate(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    split: Split,
    *,
    n_jobs: int = -1,
    progress: str = "",
) -> Predictions:
    """Predict each test item of a split by a model fitted without it.

    Each fold's result is cached, so a report that was stopped continues after it.

    Parameters
    ----------
    estimator
        Any scikit-learn classifier or pipeline; fitted again in each fold.
    X, y
        Features and labels, same index.
    split
        The split, over the same items.
    n_jobs
        Processes; -1 for one per core.
    progress
        Label of the progress bar; "" for no bar.
    """
    labels = y.to_numpy(dtype=object)
    folds = split.folds(labels)
    content = content_of(X), labels.tolist(), split
    jobs = (
        delayed(cached)(
            *(_fold, estimator, X, labels, fold, split),
            estimator=estimator,
            content=(content, fold),
        )
        for fold in folds
    )
    found = run_parallel(jobs, len(folds), n_jobs=n_jobs, progress=progress, unit="fold")
    tested = np.concatenate([test for _, test in folds])
    predicted = np.concatenate([part["y_pred"] for part in found])
    table = _table(X, labels, tested, predicted, split)
    table["fold"] = np.repeat(np.arange(len(folds)), [len(test) for _, test in folds])
    probability = None
    if found[0]["probability"] is not None:
        probability = pd.concat([part["probability"] for part in found]).fillna(0.0)
        probability.index = table.index
    return Predictions(
        table,
        probability,
        split.name,
        "segment" if X.index.nlevels > 1 else "track",
        sum(part["fit_seconds"] for part in found),
        sum(part["predict_seconds"] for part in found),
        tuple(part["chosen"] for part in found if part["chosen"]),
        tuple(part["curve"] for part in found if part["curve"] is not None),
    )


def _table(X, labels, items, predicted, split) -> pd.DataFrame:
    columns = {"y_true": labels[items], "y_pred": predicted, "fold": 0}
    columns |= {"group": split.groups[items], "votes": 1}
    return pd.DataFrame(columns, index=X.index[items])


def _fold(estimator, X, y, fold, split) -> dict:
    train, test = fold
    start = time.perf_counter()
    model, chosen = fit(estimator, X, y, train, split)
    fitted = time.perf_counter()
    predicted = model.predict(X.iloc[test])
    done = time.perf_counter()
    probability = None
    if hasattr(model, "predict_proba"):
        probability = pd.DataFrame(model.predict_proba(X.iloc[test]), columns=model.classes_)
    return {
        "y_pred": predicted,
        "probability": probability,
        "fit_seconds": fitted - start,
        "predict_seconds": done - fitted,
        "chosen": chosen,
        "curve": getattr(model, "history_", None),
    }


def make_score(
    y_true: ArrayLike,
    y_pred: ArrayLike | Sequence[ArrayLike],
    groups: ArrayLike,
    *,
    model: str,
    input: str,
    split: str,
    level: str,
    published: float | None = None,
    seed: int = 0,
) -> Score:
    """Return the score of out-of-fold predictions, with its bootstrap interval over groups.

    Parameters
    ----------
    y_true
        True genre of each item, shape (items,).
    y_pred
        Predicted genres, shape (items,); or one such array per training seed, whose mean
        accuracy is the score.
    groups
        Song or artist of each item, shape (items,): the bootstrap resamples these groups.
    model, input
        Short names of the model and its input, for example "knn" and "features_3_sec".
    split, level
        "random", "track", "artist" or "filtered"; "segment" or "track".
    published
        Accuracy published for this model.
    """
    y_true = np.asarray(y_true, object)
    runs = np.atleast_2d(np.asarray(y_pred, object))
    macro = [
        precision_recall_fscore_support(y_true, run, average="macro", zero_division=0)
        for run in runs
    ]
    correct = runs == y_true
    accuracies = correct.mean(axis=1)
    return Score(
        model=model,
        input=input,
        split=split,
        level=level,
        accuracy=float(accuracies.mean()),
        ci95=bootstrap_interval(correct.mean(axis=0), np.asarray(groups), seed=seed),
        macro_f1=float(np.mean([f1 for _, _, f1, _ in macro])),
        n=len(y_true),
        genres=len(set(y_true)),
        published=published,
        runs=len(runs),
        sd=float(accuracies.std(ddof=1)) if len(runs) > 1 else None,
        macro_recall=float(np.mean([recall for _, recall, _, _ in macro])),
    )


def score(
    predictions: Predictions | Sequence[Predictions],
    model: str,
    input: str,
    *,
    published: float | None = None,
    seed: int = 0,
) -> Score:
    """Return `make_score` of one model's predictions, or of the same network from several seeds."""
    runs = [predictions] if isinstance(predictions, Predictions) else list(predictions)
    first = runs[0]
    if not all(run.table.index.equals(first.table.index) for run in runs):
        raise ValueError("the runs were not evaluated on the same items")
    return make_score(
        first.table["y_true"],
        [run.table["y_pred"].to_numpy(object) for run in runs],
        first.table["group"],
        model=model,
        input=input,
        split=first.split,
        level=first.level,
        published=published,
        seed=seed,
    )

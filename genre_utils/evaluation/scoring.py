"""Protocols applied to models: scores with intervals, votes, comparisons."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pandas as pd
from joblib import delayed
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.utils.validation import has_fit_parameter

from genre_utils.data import Protocol
from genre_utils.evaluation.intervals import bootstrap_interval
from genre_utils.evaluation.predictions import Predictions, log_loss, metrics
from genre_utils.evaluation.remembering import content_of, remembered
from genre_utils.evaluation.results import Score
from genre_utils.parallel import run_parallel


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

    What a fold gave is remembered, so a report that was stopped goes on behind it.

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
    content = content_of(X), labels.tolist(), protocol
    jobs = (
        delayed(remembered)(
            *(_fold, estimator, X, labels, fold, protocol),
            estimator=estimator,
            content=(content, fold),
        )
        for fold in folds
    )
    found = run_parallel(jobs, len(folds), n_jobs=n_jobs, progress=progress, unit="fold")
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
    jobs = (delayed(f)() for f in calls.values())
    results = run_parallel(jobs, len(calls), n_jobs=n_jobs, progress=progress)
    return dict(zip(calls, results, strict=True))


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

    What was fitted is remembered, as in `cross_predict`.

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
    content = content_of(X), labels.tolist(), protocol
    return remembered(
        _fit_on_partition, estimator, X, labels, protocol, estimator=estimator, content=content
    )


def _fit_on_partition(estimator, X, labels, protocol):
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


def rank_on_valid(sides: dict[Hashable, dict[str, Predictions]]) -> pd.DataFrame:
    """Order candidates by their accuracy on the validation side, and equals by their log loss.

    Parameters
    ----------
    sides
        Predictions by candidate and side, as from `fit_on_partition`.

    Returns
    -------
    pandas.DataFrame
        A row a candidate, the best first: ``accuracy on valid`` and ``log loss on valid``.
    """
    rows = {
        name: (metrics(side["valid"])["accuracy"], log_loss(side["valid"]))
        for name, side in sides.items()
    }
    columns = ["accuracy on valid", "log loss on valid"]
    table = pd.DataFrame(rows.values(), pd.Index(rows), columns=columns)
    return table.sort_values(columns, ascending=[False, True], kind="stable")


def score(
    predictions: Predictions | Sequence[Predictions],
    model: str,
    data: str,
    *,
    published: float | None = None,
    seed: int = 0,
) -> Score:
    """Turn predictions into a score with its protocol, interval and n.

    Parameters
    ----------
    predictions
        Of one model; or of the same network from several seeds, whose mean is the score.
    model, data
        Short names of the model and of what it was given.
    published
        The accuracy somebody published for this.
    seed
        Of the bootstrap.
    """
    runs = [predictions] if isinstance(predictions, Predictions) else list(predictions)
    first, found = runs[0], [metrics(run) for run in runs]
    if not all(run.table.index.equals(first.table.index) for run in runs):
        raise ValueError("the runs were not tested on the same items")
    accuracies = [one["accuracy"] for one in found]
    correct = np.mean([run.correct for run in runs], axis=0)
    return Score(
        model=model,
        input=data,
        protocol=first.protocol,
        level=first.level,
        accuracy=float(np.mean(accuracies)),
        ci95=bootstrap_interval(correct, first.table["group"].to_numpy(), seed=seed),
        macro_f1=float(np.mean([one["f1"] for one in found])),
        n=len(first.table),
        genres=first.table["true"].nunique(),
        published=published,
        runs=len(runs),
        sd=float(np.std(accuracies, ddof=1)) if len(runs) > 1 else None,
        macro_recall=float(np.mean([one["recall"] for one in found])),
    )

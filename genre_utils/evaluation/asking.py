"""Several sources asked about the same items, so that what they say can be put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple
from typing import Protocol as Interface

import numpy as np
import pandas as pd
from joblib import delayed
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, ParameterGrid

from genre_utils.data import Split
from genre_utils.evaluation.cache import cached, content_of
from genre_utils.evaluation.predictions import Predictions
from genre_utils.parallel import run_parallel


class Source(NamedTuple):
    """What is known of items from one side, and what learns from it.

    Attributes
    ----------
    estimator
        A classifier with probabilities; if it is a `GridSearchCV`, its parameters are chosen in
        each fold by what the inner splits of the split say.
    X
        Its table. Items that are missing in it are not known to this source.
    slow
        Whether its fits are worth remembering.
    """

    estimator: BaseEstimator
    X: pd.DataFrame
    slow: bool = False


class Fuser(Interface):
    """What puts probabilities of several sources together."""

    def fit(self, said: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Fuser:
        """Learn from probabilities, shape (items, sources, genres); NaN: a source is silent."""

    def predict_proba(self, said: np.ndarray) -> np.ndarray:
        """Probabilities, shape (items, genres)."""


class AskedFold(NamedTuple):
    """What sources say in one fold: of inner items, by models without them, and of test items."""

    chosen: dict[str, dict]
    inner: np.ndarray
    inner_said: dict[str, np.ndarray]
    test: np.ndarray
    test_said: dict[str, np.ndarray]


@dataclass(frozen=True)
class Asked:
    """Sources, asked under one split.

    Attributes
    ----------
    split
        The split.
    y
        Labels of all items.
    classes
        Genres, in the order of the columns of all probabilities.
    folds
        A fold each; probabilities have shape (items, genres) and are NaN where a source is silent.
    """

    split: Split
    y: pd.Series
    classes: np.ndarray
    folds: tuple[AskedFold, ...]

    def alone(self, source: str) -> Predictions:
        """What one source says by itself, of the items that it knows."""
        return self._predictions([fold.test_said[source] for fold in self.folds])

    def fused(self, fuser: Fuser, names: Sequence[str]) -> Predictions:
        """What several sources say together, put together by what `fit` gives."""
        return self.put_together(self.fit(fuser, names), names)

    def fit(self, fuser: Fuser, names: Sequence[str]) -> list[Fuser]:
        """Copies of a fuser, one a fold, each fitted on the inner items of its fold alone."""
        return [deepcopy(fuser).fit(*self.inner(fold, names)) for fold in self.folds]

    def put_together(
        self, fitted: Sequence[Fuser], names: Sequence[str], *, gone: str = ""
    ) -> Predictions:
        """What several sources say together of the test items.

        Parameters
        ----------
        fitted
            As from `fit`.
        names
            Of the sources.
        gone
            A source of these that is missing when it comes to the test items.
        """
        said = []
        for fold, model in zip(self.folds, fitted, strict=True):
            silent = np.full_like(fold.test_said[names[0]], np.nan)
            given = [silent if name == gone else fold.test_said[name] for name in names]
            said.append(model.predict_proba(np.stack(given, axis=1)))
        return self._predictions(said)

    def inner(
        self, fold: AskedFold, names: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a fuser may learn from in a fold: probabilities, labels as numbers, and groups."""
        said = np.stack([fold.inner_said[name] for name in names], axis=1)
        known = ~np.isnan(said).all(axis=(1, 2))
        items = fold.inner[known]
        codes = np.searchsorted(self.classes, self.y.to_numpy(object)[items].astype(str))
        return said[known], codes, self.split.groups[items]

    def guess(self) -> Predictions:
        """What who knows no source says: in each fold its most frequent genre."""
        said = []
        for fold in self.folds:
            labels = self.y.to_numpy(object)[fold.inner].astype(str)
            share = (labels[:, None] == self.classes).mean(axis=0)
            said.append(np.broadcast_to(share, (len(fold.test), len(share))))
        return self._predictions(said)

    def _predictions(self, said: Sequence[np.ndarray]) -> Predictions:
        tested = np.concatenate([fold.test for fold in self.folds])
        number = np.repeat(np.arange(len(self.folds)), [len(fold.test) for fold in self.folds])
        probability = pd.DataFrame(np.concatenate(said), self.y.index[tested], self.classes)
        known = probability.notna().all(axis=1).to_numpy()
        probability = probability[known]
        columns = {
            "y_true": self.y.to_numpy(object)[tested][known],
            "y_pred": probability.idxmax(axis=1).to_numpy(object),
            "fold": number[known],
            "group": self.split.groups[tested][known],
            "votes": 1,
        }
        table = pd.DataFrame(columns, index=probability.index)
        return Predictions(table, probability, self.split.name, "track", 0.0, 0.0)


def ask(sources: Mapping[str, Source], y: pd.Series, split: Split, *, progress: str = "") -> Asked:
    """Ask each source about each item by models that have not seen it.

    Parameters
    ----------
    sources
        By name.
    y
        Genre of each item.
    split
        Over the same items.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    Asked
        The items that may be learnt from in a fold are asked by the split's inner splits
        (those of ``filtered`` are its validation side); the test items by what is fitted on the
        whole training side.
    """
    labels = y.to_numpy(object)
    classes = np.unique(labels.astype(str))
    folds = split.folds(labels)
    inner = [split.inner_cv(labels, train) for train, _ in folds]
    jobs, keys = [], []
    for name, source in sources.items():
        for number, (pool, splits) in enumerate(inner):
            for setting in _settings(source.estimator):
                for fitted, held in splits:
                    keys.append((name, number, pool[held], setting))
                    jobs.append(_job(source, y, pool[fitted], pool[held], setting, classes))
    found = run_parallel(jobs, len(jobs), progress=progress, unit="fit")
    by_setting: dict[tuple[str, int], dict[str, tuple[dict, dict[int, np.ndarray]]]] = {}
    for (name, number, items, setting), said in zip(keys, found, strict=True):
        _, rows = by_setting.setdefault((name, number), {}).setdefault(repr(setting), (setting, {}))
        rows.update(zip(items.tolist(), said, strict=True))
    chosen = {
        key: min(tried.values(), key=lambda tried: _loss(tried[1], labels, classes))
        for key, tried in by_setting.items()
    }
    last = [
        _job(source, y, train, test, chosen[name, number][0], classes)
        for name, source in sources.items()
        for number, (train, test) in enumerate(folds)
    ]
    tested = iter(run_parallel(last, len(last), progress=f"{progress}, test" if progress else ""))
    said_of_test = {key: next(tested) for key in product(sources, range(len(folds)))}
    parts = []
    for number, (_, test) in enumerate(folds):
        own = {name: chosen[name, number] for name in sources}
        items = np.array(sorted({item for _, told in own.values() for item in told}), dtype=int)
        parts.append(
            AskedFold(
                {name: setting for name, (setting, _) in own.items()},
                items,
                {name: _aligned(told, items, len(classes)) for name, (_, told) in own.items()},
                test,
                {name: said_of_test[name, number] for name in sources},
            )
        )
    return Asked(split, y, classes, tuple(parts))


def _aligned(said: Mapping[int, np.ndarray], items: np.ndarray, genres: int) -> np.ndarray:
    silent = np.full(genres, np.nan)
    return np.array([said.get(item, silent) for item in items.tolist()])


def _settings(estimator: BaseEstimator) -> list[dict]:
    search = isinstance(estimator, GridSearchCV)
    return list(ParameterGrid(estimator.param_grid)) if search else [{}]


def _job(  # noqa: PLR0917
    source: Source,
    y: pd.Series,
    train: np.ndarray,
    test: np.ndarray,
    setting: dict,
    classes: np.ndarray,
    other: pd.DataFrame | None = None,
) -> Any:
    """One fit on some items and what it says of others, yet to be made."""
    base = source.estimator
    model = clone(base.estimator if isinstance(base, GridSearchCV) else base).set_params(**setting)
    own, asked = y.iloc[train], y.index[test]
    own = own[own.index.isin(source.X.index)]
    table = source.X if other is None else other
    known = np.flatnonzero(asked.isin(table.index))
    X, Z = source.X.loc[own.index], table.loc[asked[known]]
    arguments = (model, X, own, Z, known, len(asked), classes)
    if not source.slow:
        return delayed(_said)(*arguments)
    content = content_of(X), own.tolist(), content_of(Z), len(asked)
    return delayed(cached)(_said, *arguments, estimator=model, content=content)


def _said(model, X, y, Z, known, count, classes) -> np.ndarray:  # noqa: PLR0917
    """Probabilities of items by a model fitted on others, NaN for those that it does not know."""
    said = np.full((count, len(classes)), np.nan)
    if len(known) and y.nunique() > 1:
        model.fit(X, y.to_numpy(object))
        probability = pd.DataFrame(model.predict_proba(Z), columns=model.classes_)
        said[known] = probability.reindex(columns=classes, fill_value=0.0)
    return said


def _loss(rows: Mapping[int, np.ndarray], labels: np.ndarray, classes: np.ndarray) -> float:
    """Log loss of the items that are known."""
    items = np.array(list(rows), dtype=int)
    said = np.array(list(rows.values()))
    known = ~np.isnan(said).any(axis=1)
    codes = np.searchsorted(classes, labels[items[known]].astype(str))
    given = said[known][np.arange(known.sum()), codes]
    return float(-np.log(np.maximum(given, 1e-6)).mean()) if known.any() else np.inf

"""Probabilities of several sources put together, whichever of them are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

_FLOOR = 1e-4  # the least probability that is believed: no source can forbid a genre alone
_FEW_GROUPS = 4


def present(said: np.ndarray) -> np.ndarray:
    """Which sources speak, shape (items, sources), bool."""
    return ~np.isnan(said).any(axis=2)


def prior(y: np.ndarray, genres: int) -> np.ndarray:
    """How frequent each genre is, shape (genres,)."""
    return np.bincount(y, minlength=genres) / len(y)


class _PerPattern:
    """A rule a pattern of known sources, each learnt from the items that have these sources.

    So an item without a source is asked as if that source had never been.
    """

    def fit(self, said: np.ndarray, y: np.ndarray, groups: np.ndarray) -> _PerPattern:
        """Learn from inner items.

        Parameters
        ----------
        said
            Probabilities, shape (items, sources, genres), NaN where a source is silent.
        y
            Number of each item's genre.
        groups
            What belongs together.
        """
        self.said_, self.y_, self.groups_ = said, np.asarray(y), np.asarray(groups)
        self.prior_ = prior(self.y_, said.shape[2])
        self.rules_: dict[tuple[bool, ...], Callable[[np.ndarray], np.ndarray]] = {}
        return self

    def predict_proba(self, said: np.ndarray) -> np.ndarray:
        """Probabilities, shape (items, genres); where all are silent, how frequent genres are."""
        known = present(said)
        result = np.tile(self.prior_, (len(said), 1))
        for pattern in np.unique(known, axis=0):
            if pattern.any():
                rows = (known == pattern).all(axis=1)
                result[rows] = self._rule(pattern)(np.maximum(said[rows][:, pattern], _FLOOR))
        return result

    def _rule(self, pattern: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        key = tuple(pattern.tolist())
        if key not in self.rules_:
            rows = present(self.said_)[:, pattern].all(axis=1)
            own = np.maximum(self.said_[rows][:, pattern], _FLOOR)
            self.rules_[key] = self._learn(own, self.y_[rows], self.groups_[rows])
        return self.rules_[key]

    def _learn(self, said: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Any:
        raise NotImplementedError


class LateFusion(_PerPattern):
    """Weighted mean of probabilities; weights by expectation-maximisation.

    The weights are those of a mixture of fixed parts that makes the true genres likeliest
    (Dempster, Laird and Rubin 1977); its log-likelihood is concave, so there is one best.

    Parameters
    ----------
    rounds
        Of the algorithm.
    """

    def __init__(self, rounds: int = 300) -> None:
        self.rounds = rounds

    def weights(self, pattern: np.ndarray) -> np.ndarray:
        """Weight of each source that is there, in a pattern of known sources."""
        return self._rule(np.asarray(pattern, dtype=bool)).weights  # type: ignore[attr-defined]

    def _learn(self, said, y, groups):
        return _Mean(mixture_weights(said, y, self.rounds))


class _Mean:
    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def __call__(self, said: np.ndarray) -> np.ndarray:
        mean = np.einsum("s,isg->ig", self.weights, said)
        return mean / mean.sum(axis=1, keepdims=True)


def mixture_weights(said: np.ndarray, y: np.ndarray, rounds: int = 300) -> np.ndarray:
    """Weights of sources with which the mean gives the true genres the most probability.

    Parameters
    ----------
    said
        Probabilities, shape (items, sources, genres), all known.
    y
        Number of each item's genre.
    rounds
        Of expectation-maximisation.
    """
    count = said.shape[1]
    weights = np.full(count, 1 / count)
    given = said[np.arange(len(said)), :, y]
    given = given[
        given.any(axis=1)
    ]  # where no source gives the true genre a chance, none is better
    if len(given):
        for _ in range(rounds):
            parts = weights * given
            weights = (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights


class Stacking(_PerPattern):
    """Logistic regression on the logarithms of probabilities (Wolpert 1992).

    Parameters
    ----------
    strengths
        Inverse regularisation, of which one is chosen with groups apart.
    """

    def __init__(self, strengths: tuple[float, ...] = (0.001, 0.01, 0.1, 1.0)) -> None:
        self.strengths = strengths

    def _learn(self, said, y, groups):
        if len(set(y.tolist())) < 2:
            return _Mean(np.full(said.shape[1], 1 / said.shape[1]))
        logs = np.log(said).reshape(len(said), -1)
        if len(set(groups.tolist())) < _FEW_GROUPS:
            return _Stacked(LogisticRegression(C=self.strengths[0], max_iter=2000).fit(logs, y))
        search = GridSearchCV(
            LogisticRegression(max_iter=2000),
            {"C": list(self.strengths)},
            cv=GroupKFold(3),
            scoring=_log_likelihood,
            error_score="raise",
        )
        return _Stacked(search.fit(logs, y, groups=groups))


class _Stacked:
    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, said: np.ndarray) -> np.ndarray:
        result = np.zeros((len(said), said.shape[2]))
        logs = np.log(said).reshape(len(said), -1)
        result[:, self.model.classes_] = self.model.predict_proba(logs)
        return result


def _log_likelihood(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Mean log probability of the true genre; one that was never seen counts as impossible."""
    said = model.predict_proba(X)
    column = {genre: at for at, genre in enumerate(model.classes_)}
    pairs = zip(said, y, strict=True)
    given = [row[column[genre]] if genre in column else 0.0 for row, genre in pairs]
    return float(np.log(np.maximum(given, _FLOOR)).mean())


def together(blocks: Mapping[str, pd.DataFrame], index: pd.Index) -> pd.DataFrame:
    """Numbers of several sources side by side; what a source does not know is NaN.

    Parameters
    ----------
    blocks
        By source, a row an item.
    index
        The items that are wanted.
    """
    table = pd.concat({name: block.reindex(index) for name, block in blocks.items()}, axis=1)
    table.columns = [f"{source} {column}" for source, column in table.columns]
    return table


def band_statistics(frames: pd.Series) -> pd.DataFrame:
    """Mean and standard deviation over time of each band: a spectrogram as a row of numbers.

    Parameters
    ----------
    frames
        Of each track, shape (frames, bands).

    Returns
    -------
    pandas.DataFrame
        Same index, columns ``band_0_mean``, ..., ``band_0_std``, ...
    """
    values = [np.concatenate([f.mean(axis=0), f.std(axis=0)]) for f in frames]
    bands = len(values[0]) // 2 if values else 0
    columns = [f"band_{n}_{kind}" for kind in ("mean", "std") for n in range(bands)]
    return pd.DataFrame(values, frames.index, columns)

"""Inner splits of a training set, grouped by artist as the outer splits are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator, StratifiedGroupKFold

from genre_utils.models.transformers import artist_of

Fold = tuple[np.ndarray, np.ndarray]


class ArtistKFold(BaseCrossValidator):
    """Stratified folds with no artist in both sets, for any part of a table.

    What is calibrated on songs by artists that were trained on is too sure of itself. This
    splitter finds the artists by the index of what it is given, as `Split`, which knows the
    groups of one table, cannot.

    Each training set has all genres: one that would be missing there, because a single artist
    made all of it, is cut by track; if it is a single track, by piece.

    Parameters
    ----------
    artists
        Artist of each track, index ``track_id``, as from `identify`; a missing one counts
        as an artist of its own.
    n_splits
        Number of folds; there are fewer where artists are.
    random_state
        Seed of the shuffling.
    """

    def __init__(self, artists: pd.Series, n_splits: int = 3, random_state: int = 0) -> None:
        self.artists = artists
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        """Number of folds; without `X` and `y`, on which it hangs, how many there are at most."""
        return self.n_splits if X is None or y is None else sum(1 for _ in self.split(X, y))

    def split(self, X, y, groups=None) -> Iterator[Fold]:
        """Yield positions of the training and the test set of each fold.

        Parameters
        ----------
        X
            A table with the index ``track_id``, or that among others.
        y
            Genres, shape (items,).
        groups
            Not used.

        Raises
        ------
        ValueError
            If the tracks are not known.
        """
        y = np.asarray(y)
        items = np.arange(len(y))
        units = artist_of(X, self.artists), artist_of(X, None), items
        # A number a unit, and no number for two kinds of them.
        codes = np.stack([pd.factorize(unit)[0] for unit in units]) + len(y) * np.arange(3)[:, None]
        level = np.zeros(len(y), dtype=int)
        while True:
            folds = self._folds(y, codes[level, items])
            finer = np.isin(y, _lacking(y, folds)) & (level < len(codes) - 1)
            if not finer.any():
                yield from folds
                return
            level += finer

    def _folds(self, y: np.ndarray, groups: np.ndarray) -> list[Fold]:
        largest = int(np.unique(y, return_counts=True)[1].max(initial=0))
        count = min(self.n_splits, len(set(groups)), largest)
        if count < 2:
            return []
        folds = StratifiedGroupKFold(count, shuffle=True, random_state=self.random_state)
        return [(train, test) for train, test in folds.split(y, y, groups) if len(test)]


def _lacking(y: np.ndarray, folds: list[Fold]) -> list:
    """Genres that are missing from a training set; all of them if there is no fold."""
    genres = set(y)
    seen = [set(y[train]) for train, _ in folds]
    return sorted(genres - set.intersection(*seen)) if seen else sorted(genres)

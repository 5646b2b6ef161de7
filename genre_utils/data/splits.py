"""The evaluation splits as scikit-learn splitters: what may be in both training and test set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator, StratifiedGroupKFold, StratifiedKFold

MIN_ITEMS = 6  # per genre; fewer leave too little to fit on once folds are made
SPLITS = {
    "random": "items at random: songs and artists in both sets, as published",
    "track": "no song in both sets",
    "artist": "no artist in both sets",
    "filtered": "the published fault-filtered partition, no named artist in two sets",
}


class GroupedKFold(BaseCrossValidator):
    """Shuffled `StratifiedGroupKFold` that holds its groups, shape (items,).

    Items whose group is missing are in neither set, and a fold that would be empty is left out.
    """

    def __init__(self, groups: np.ndarray, n_splits: int = 10, random_state: int = 0) -> None:
        self.groups = groups
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        """Number of folds; without `y`, on which it depends, how many there are at most."""
        return self.n_splits if y is None else sum(1 for _ in self.split(X, y))

    def split(self, X, y, groups=None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield positions of the training and the test set of each fold."""
        known, y = np.asarray(self.groups), np.asarray(y)
        _check_items(len(known), len(y), "groups")
        folds = StratifiedGroupKFold(self.n_splits, shuffle=True, random_state=self.random_state)
        items = np.flatnonzero(pd.notna(known))
        for train, test in folds.split(items, y[items], known[items]):
            if len(test):
                yield items[train], items[test]


class PartitionSplit(BaseCrossValidator):
    """One split by a given partition: "train", "valid", "test" or missing, shape (items,).

    `test` names the set to test on; items of other sets are left out.
    """

    def __init__(self, partition: np.ndarray, test: str = "test") -> None:
        self.partition = partition
        self.test = test

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        """One."""
        return 1

    def split(self, X=None, y=None, groups=None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield positions of the training set and of the test set."""
        partition = np.asarray(self.partition, dtype=object)
        if X is not None:
            _check_items(len(partition), len(X), "the partition")
        train, test = (np.flatnonzero(partition == name) for name in ("train", self.test))
        if not len(train) or not len(test):
            raise ValueError(f"the partition has no item for train or none for {self.test}")
        yield train, test


def _check_items(known: int, given: int, what: str) -> None:
    if known != given:
        raise ValueError(
            f"{what} of {known} items cannot split {given}: they belong to one table, not to parts"
        )


@dataclass(frozen=True)
class Split:
    """A way to evaluate, applied to the items of one table.

    Attributes
    ----------
    name
        "random", "track", "artist" or "filtered".
    splitter
        Its folds, over the items.
    groups
        What is resampled together when an interval is bootstrapped, shape (items,).
    n_inner, random_state
        Number of folds inside a training set, and seed of their shuffling.
    note
        What was left out, in one sentence; "" if nothing.
    n_folds
        How many of its folds are evaluated; None for all.
    """

    name: str
    splitter: BaseCrossValidator
    groups: np.ndarray
    n_inner: int = 2
    random_state: int = 0
    note: str = ""
    n_folds: int | None = None

    def folds(self, y: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Positions of training and test items of each fold."""
        return list(islice(self.splitter.split(np.zeros(len(y)), y), self.n_folds))

    def inner_cv(
        self, y: np.ndarray, train: np.ndarray
    ) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
        """Splits to choose hyperparameters on, without the test set.

        Parameters
        ----------
        y
            Labels of all items.
        train
            Positions of the training set.

        Returns
        -------
        pool, splits
            Positions of the items to choose with, and splits as positions in `pool`: made by the
            same rule as the split; for ``filtered`` the one split of train against valid.
        """
        if isinstance(self.splitter, PartitionSplit):
            _, valid = next(PartitionSplit(self.splitter.partition, "valid").split())
            pool = np.concatenate([train, valid])
            return pool, [(np.arange(len(train)), np.arange(len(train), len(pool)))]
        largest = int(pd.Series(y[train]).value_counts().max())
        folds = max(2, min(self.n_inner, largest))
        if isinstance(self.splitter, GroupedKFold):
            groups = self.splitter.groups[train]
            inner = GroupedKFold(groups, min(folds, len(set(groups))), self.random_state)
        else:
            inner = StratifiedKFold(folds, shuffle=True, random_state=self.random_state)
        return train, list(inner.split(train, y[train]))


def make_splits(
    tracks: pd.DataFrame, index: pd.Index, *, n_splits: int = 10, seed: int = 0
) -> tuple[dict[str, Split], dict[str, str]]:
    """All splits that a table's tracks support.

    A track without a named artist could be by anyone: under "artist" it is in neither set.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`: ``genre``, ``song``, ``artist_group``, ``partition``.
    index
        Index of the table: ``track_id``, or ``track_id`` and ``segment``.
    n_splits
        Number of folds, where there are enough songs or artists.

    Returns
    -------
    splits, reasons
        Splits by name; and for each that is not possible, why.
    """
    track = index.get_level_values("track_id")
    own = tracks.loc[track.unique()]
    genre, song, artist, partition = (
        own.loc[track, name].to_numpy(dtype=object)
        for name in ("genre", "song", "artist_group", "partition")
    )
    units = {"random": np.arange(len(index)), "track": song, "artist": artist}
    # Where no one is named, each song is resampled on its own.
    by_artist = np.where(pd.isna(artist), song, artist)
    drawn = {"random": song, "track": song, "artist": by_artist}
    splits, reasons = {}, {}
    few = pd.Series(genre).value_counts()
    if few.min() < MIN_ITEMS:
        rows = "1 row" if few.min() == 1 else f"{few.min()} rows"
        why = f"{few.idxmin()} has only {rows}, and at least {MIN_ITEMS} are needed"
        return {}, dict.fromkeys(SPLITS, why)
    for name, groups in units.items():
        counts = pd.Series(groups).groupby(genre).nunique()
        lone = list(counts.index[counts < 2])
        note = ""
        if name == "artist" and own["artist_group"].isna().all():
            reasons[name] = "the collection does not say who the artists are"
            continue
        if name == "artist" and len(counts) - len(lone) > 1:
            groups = np.where(np.isin(genre, lone), None, groups)  # noqa: PLW2901
            note = _left_out(own, lone)
        elif lone:
            what = {"random": "row", "track": "song", "artist": "artist"}[name]
            reasons[name] = f"{lone[0]} has only one {what}"
            continue
        known = pd.unique(groups[pd.notna(groups)])
        most = counts.min() if name != "artist" else min(len(known), few.max())
        folds = min(n_splits, most)
        splitter = (
            StratifiedKFold(folds, shuffle=True, random_state=seed)
            if name == "random"
            else GroupedKFold(groups, folds, seed)
        )
        splits[name] = Split(name, splitter, drawn[name], random_state=seed, note=note)
    lacking = [
        f"{subset} has {len(missing)} of {len(set(genre))} genres missing"
        for subset in ("train", "valid", "test")
        if (missing := set(genre) - set(genre[partition == subset]))
    ]
    if lacking:
        reasons["filtered"] = f"in the published partition, {lacking[0]}"
    else:
        splits["filtered"] = Split("filtered", PartitionSplit(partition), by_artist)
    return splits, reasons


def _left_out(tracks: pd.DataFrame, lone: list[str]) -> str:
    """What the split "artist" leaves out, in one phrase; "" if nothing."""
    nameless = int((tracks["artist_group"].isna() & ~tracks["genre"].isin(lone)).sum())
    parts = [f"without {', '.join(lone)} (fewer than two named artists)"] if lone else []
    if nameless:
        parts.append(f"without {nameless} tracks whose artist is not named")
    return ", ".join(parts)

"""The evaluation splits: what may be in both the training and the test set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

MIN_ITEMS = 6  # per genre; fewer leave too little to fit on once folds are made
N_INNER = 2  # folds inside a training set
SPLITS = {
    "random": "items at random: songs and artists in both sets, as published",
    "track": "no song in both sets",
    "artist": "no artist in both sets",
    "filtered": "the published fault-filtered partition, no named artist in two sets",
}
Fold = tuple[np.ndarray, np.ndarray]  # positions of training and test items


@dataclass(frozen=True)
class Split:
    """A way to evaluate, applied to the items of one table.

    Attributes
    ----------
    groups
        What is resampled together when an interval is bootstrapped, shape (items,).
    disjoint
        Song or artist of each item, in one set only; items without one are in neither set. None:
        items are split at random.
    partition
        "train", "valid", "test" or missing, shape (items,), instead of folds.
    note
        What was left out, in one phrase; "" if nothing.
    """

    name: str
    groups: np.ndarray
    disjoint: np.ndarray | None = None
    partition: np.ndarray | None = None
    n_splits: int = 10
    random_state: int = 0
    note: str = ""

    def folds(self, y: np.ndarray) -> list[Fold]:
        """Positions of training and test items of each fold."""
        if len(y) != len(self.groups):
            raise ValueError(
                f"groups of {len(self.groups)} items cannot split {len(y)}: they belong to one "
                "table, not to a part of it"
            )
        if self.partition is not None:
            train, test = (np.flatnonzero(self.partition == name) for name in ("train", "test"))
            return [(train, test)]
        return _folds(y, self.disjoint, self.n_splits, self.random_state)

    def inner_cv(self, y: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, list[Fold]]:
        """Splits to choose hyperparameters on, without the test set.

        Returns
        -------
        pool, splits
            Positions of the items to choose with, and splits as positions in `pool`: made by the
            same rule as the split; for ``filtered`` the one split of train against valid.
        """
        if self.partition is not None:
            pool = np.concatenate([train, np.flatnonzero(self.partition == "valid")])
            return pool, [(np.arange(len(train)), np.arange(len(train), len(pool)))]
        folds = max(2, min(N_INNER, int(pd.Series(y[train]).value_counts().max())))
        disjoint = None
        if self.disjoint is not None:
            disjoint = self.disjoint[train]
            folds = min(folds, len(set(disjoint)))
        return train, _folds(y[train], disjoint, folds, self.random_state)


def _folds(y: np.ndarray, disjoint: np.ndarray | None, n_splits: int, seed: int) -> list[Fold]:
    """Shuffled stratified folds; one that would be empty is left out."""
    if disjoint is None:
        return list(StratifiedKFold(n_splits, shuffle=True, random_state=seed).split(y, y))
    items = np.flatnonzero(pd.notna(disjoint))
    cv = StratifiedGroupKFold(n_splits, shuffle=True, random_state=seed)
    folds = cv.split(items, y[items], disjoint[items])
    return [(items[train], items[test]) for train, test in folds if len(test)]


def make_splits(
    tracks: pd.DataFrame, index: pd.Index, *, n_splits: int = 10, seed: int = 0
) -> tuple[dict[str, Split], dict[str, str]]:
    """All splits that a table's tracks support.

    A track without a named artist could be by anyone: under "artist" it is in neither set.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`.
    index
        Index of the table: ``track_id``, or ``track_id`` and ``segment``.

    Returns
    -------
    splits, reasons
        Splits by name; and for each that is not possible, why.
    """
    track = index.get_level_values("track_id")
    own = tracks.loc[track.unique()]
    columns = ["genre", "song", "artist_group", "partition"]
    genre, song, artist, partition = own.loc[track, columns].to_numpy(dtype=object).T
    # Where no one is named, each song is resampled on its own.
    by_artist = np.where(pd.isna(artist), song, artist)
    items = pd.Series(genre).value_counts()
    if items.min() < MIN_ITEMS:
        rows = "1 row" if items.min() == 1 else f"{items.min()} rows"
        why = f"{items.idxmin()} has only {rows}, and at least {MIN_ITEMS} are needed"
        return {}, dict.fromkeys(SPLITS, why)
    splits, reasons = {}, {}
    for name, unit, values, drawn in (
        ("random", "row", np.arange(len(index)), song),
        ("track", "song", song, song),
        ("artist", "artist", artist, by_artist),
    ):
        counts = pd.Series(values).groupby(genre).nunique()
        single, note, most = list(counts.index[counts < 2]), "", counts.min()
        if name == "artist" and own["artist_group"].isna().all():
            reasons[name] = "the collection names no artists"
            continue
        if name == "artist" and len(counts) - len(single) > 1:
            values = pd.Series(values).mask(np.isin(genre, single)).to_numpy()  # noqa: PLW2901
            unnamed = (own["artist_group"].isna() & ~own["genre"].isin(single)).sum()
            named = f"without {', '.join(single)} (fewer than two named artists)" if single else ""
            other = f"without {unnamed} tracks whose artist is not named" if unnamed else ""
            note = ", ".join(filter(None, (named, other)))
        elif single:
            reasons[name] = f"{single[0]} has only one {unit}"
            continue
        if name == "artist":
            most = min(len(pd.unique(values[pd.notna(values)])), items.max())
        splits[name] = Split(
            name,
            drawn,
            None if name == "random" else values,
            n_splits=min(n_splits, most),
            random_state=seed,
            note=note,
        )
    for subset in ("train", "valid", "test"):
        if missing := set(genre) - set(genre[partition == subset]):
            reasons["filtered"] = (
                f"in the published partition, {subset} has {len(missing)} of {len(items)} genres "
                "missing"
            )
            break
    else:
        splits["filtered"] = Split("filtered", by_artist, partition=partition)
    return splits, reasons

"""Several models asked under several splits, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from genre_utils.data import Dataset, Features, Split, features_or_reason, make_splits
from genre_utils.evaluation.cross_validation import evaluate, side_by_side
from genre_utils.evaluation.predictions import Predictions, metrics
from genre_utils.evaluation.results import MODEL_NAMES


class Table(NamedTuple):
    """A table of features with the splits that its rows allow.

    Attributes
    ----------
    features
        None where there are neither audio nor a published table.
    source
        One sentence: where it is from, or why there is none.
    splits, reasons
        As from `make_splits`.
    """

    features: Features | None
    source: str
    splits: dict[str, Split]
    reasons: dict[str, str]


def open_table(dataset: Dataset, kind: str, *, n_splits: int, seed: int = 0) -> Table:
    """A collection's features of one kind, and the splits that they allow.

    Parameters
    ----------
    dataset
        The collection.
    kind
        "features_3_sec" or "features_30_sec".
    n_splits, seed
        As in `make_splits`.
    """
    if not len(dataset.audio) and kind == "features_3_sec" and 3 not in dataset.tables:
        return Table(None, "no audio and no table, so no pieces", {}, {})
    features, why_not = features_or_reason(dataset, kind)
    if features is None:
        return Table(None, why_not, {}, {"random": why_not})
    made = make_splits(dataset.tracks, features.values.index, n_splits=n_splits, seed=seed)
    return Table(features, features.source, *made)


def ask_all(
    asked: Mapping[str, BaseEstimator],
    table: Features | None,
    splits: Iterable[Split],
    data: str,
    *,
    progress: str = "",
) -> dict[tuple[str, str, str], Predictions]:
    """Each model under each split: `evaluate`, in processes beside each other.

    Parameters
    ----------
    asked
        Models by short name; the slowest first keeps all processes busy.
    table
        Features and labels; None only where there are no splits.
    splits
        Over the rows of the table.
    data
        Short name of the table.
    progress
        Name to show beside a progress bar; "" shows none.

    Returns
    -------
    dict
        Predictions by model, table and split.
    """
    splits = list(splits)
    if table is None or not splits:
        return {}
    calls: dict[Hashable, Callable[[], object]] = {
        (name, data, split.name): partial(evaluate, model, table.X, table.genre, split, n_jobs=1)
        for name, model in asked.items()
        for split in splits
    }
    return side_by_side(calls, progress=progress)


def at_once(splits: Mapping[str, Split], seed: int = 0) -> list[Split]:
    """The published split, if there can be one: 70 % of the items, at random, against the others.

    Parameters
    ----------
    splits
        As from `make_splits`.
    seed
        Of the drawing.
    """
    if "random" not in splits:
        return []
    once = ShuffleSplit(1, test_size=0.3, random_state=seed)
    return [replace(splits["random"], splitter=once)]


def by_neighbours(table: Features, splits: Iterable[Split], ks: Sequence[int]) -> pd.DataFrame:
    """Accuracy of k-nearest neighbours on scaled features: a row a k, a column a split.

    Parameters
    ----------
    table
        Features and labels.
    splits
        Over the rows of the table.
    ks
        How many neighbours vote; no more than the smallest training side has items.

    Returns
    -------
    pandas.DataFrame
        ``attrs["fewer"]`` names the splits that go over fewer genres than others.
    """
    found, genres = pd.DataFrame(index=pd.Index(ks, name="k")), {}
    for split in splits:
        asked = {str(k): make_pipeline(MinMaxScaler(), KNeighborsClassifier(k)) for k in ks}
        said = ask_all(asked, table, [split], "", progress=f"neighbours, {split.name}")
        found[split.name] = [metrics(one)["accuracy"] for one in said.values()]
        genres[split.name] = next(iter(said.values())).table["y_true"].nunique()
    most = max(genres.values(), default=0)
    found.attrs["fewer"] = [name for name, number in genres.items() if number < most]
    return found


def as_written(tracks: pd.DataFrame) -> pd.DataFrame:
    """Tracks whose songs are told apart by bytes alone, and artists by how they are written."""
    return tracks.assign(
        song=tracks["duplicate_of"].fillna(tracks.index.to_series()),
        artist_group=tracks["artist"].fillna("unnamed artists of " + tracks["genre"]),
    )


def identity_effect(
    asked: Mapping[str, BaseEstimator],
    tracks: pd.DataFrame,
    table: Features,
    *,
    n_splits: int = 10,
    seed: int = 0,
) -> pd.DataFrame:
    """What it changes to know which tracks are one song, and which names one artist.

    Parameters
    ----------
    asked
        Models by short name.
    tracks
        As in `Dataset.tracks`.
    table
        One row a track.
    n_splits, seed
        As in `make_splits`.

    Returns
    -------
    pandas.DataFrame
        Accuracies: a row a model and split ("k-nearest neighbours artist"), columns
        ``as written`` and ``one song is one song``.
    """
    columns = {}
    for told, known in {"as written": as_written(tracks), "one song is one song": tracks}.items():
        splits, _ = make_splits(known, table.values.index, n_splits=n_splits, seed=seed)
        grouped = [splits[name] for name in ("artist", "track") if name in splits]
        found = ask_all(asked, table, grouped, "", progress=f"songs {told}")
        columns[told] = {
            f"{MODEL_NAMES[name]} {split}": metrics(one)["accuracy"]
            for (name, _, split), one in found.items()
        }
    return pd.DataFrame(columns).rename_axis("model, split").sort_index()

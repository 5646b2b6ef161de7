"""What is behind a score: leaks, missing artists, features that matter, errors of tempo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from genre_utils.data import Split
from genre_utils.evaluation.cross_validation import fit

TEMPO_VERDICTS = ("same", "double", "half", "triple", "third", "other")


def permutation_drops(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    split: Split,
    groups: Mapping[str, Sequence[str]],
    *,
    repeats: int = 5,
    seed: int = 0,
    n_jobs: int = -1,
) -> pd.DataFrame:
    """How much accuracy is lost on the test sides when columns are shuffled (Breiman 2001).

    Columns of a group are shuffled together, so that correlated ones cannot stand in for each
    other.

    Parameters
    ----------
    estimator, X, y, split
        As in `evaluate`.
    groups
        Columns to shuffle together, by name.
    repeats
        Shuffles a fold and group.
    seed
        Seed of the shuffling.
    n_jobs
        Processes; -1 for one a core.

    Returns
    -------
    pandas.DataFrame
        A row a group: ``drop``, the mean loss of accuracy over folds, and ``sd`` of the folds.
    """
    labels = y.to_numpy(dtype=object)
    jobs = (
        delayed(_drops_of_fold)(estimator, X, labels, split, fold, groups, repeats, seed + i)
        for i, fold in enumerate(split.folds(labels))
    )
    found = pd.DataFrame(Parallel(n_jobs=n_jobs)(jobs))
    table = pd.DataFrame({"drop": found.mean(), "sd": found.std()})
    return table.sort_values("drop", ascending=False)


def _drops_of_fold(  # noqa: PLR0917
    estimator, X, labels, split, fold, groups, repeats, seed
) -> dict[str, float]:
    train, test = fold
    rng = np.random.default_rng(seed)
    model, _ = fit(estimator, X, labels, train, split)
    held_out = X.iloc[test]
    right = np.mean(model.predict(held_out) == labels[test])
    copies = []
    for columns in map(list, groups.values()):
        for _ in range(repeats):
            shuffled = held_out.copy()
            shuffled[columns] = held_out[columns].to_numpy()[rng.permutation(len(test))]
            copies.append(shuffled)
    said = model.predict(pd.concat(copies)).reshape(len(groups), repeats, len(test))
    drops = right - (said == labels[test]).mean(axis=(1, 2))
    return dict(zip(groups, drops, strict=True))


def artist_curve(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    split: Split,
    shares: Sequence[float],
    *,
    repeats: int = 3,
    seed: int = 0,
) -> pd.DataFrame:
    """Accuracy when only a share of the training side's artists is fitted on.

    Parameters
    ----------
    estimator, X, y
        As in `evaluate`.
    split
        "artist", whose groups are the artists.
    shares
        Shares of each genre's training artists to keep, at least one.
    repeats
        Draws of artists.
    seed
        Seed of the drawing.

    Returns
    -------
    pandas.DataFrame
        A row a share: ``share``, mean number of ``artists``, mean ``accuracy`` over all test items
        and its ``sd`` over the draws.
    """
    labels = y.to_numpy(dtype=object)
    rows = []
    for share in shares:
        counts, accuracies = [], []
        for repeat in range(repeats if share < 1 else 1):
            rng = np.random.default_rng(seed + repeat)
            right = tested = 0
            for train, test in split.folds(labels):
                by_genre = pd.Series(split.groups[train]).groupby(labels[train]).unique()
                kept = {
                    artist
                    for artists in by_genre
                    for artist in rng.permutation(artists)[: max(1, round(share * len(artists)))]
                }
                part = train[np.isin(split.groups[train], list(kept))]
                model, _ = fit(estimator, X, labels, part, split)
                right += np.sum(model.predict(X.iloc[test]) == labels[test])
                tested += len(test)
                counts.append(len(kept))
            accuracies.append(right / tested)
        row = {"share": share, "artists": np.mean(counts), "accuracy": np.mean(accuracies)}
        rows.append(row | {"sd": np.std(accuracies, ddof=1) if len(accuracies) > 1 else 0.0})
    return pd.DataFrame(rows)


def label_curve(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    split: Split,
    sizes: Sequence[int | None],
    *,
    draws: int = 5,
    seed: int = 0,
    n_jobs: int = -1,
) -> pd.DataFrame:
    """Accuracy when only some items of each genre are labelled on the training side.

    What is drawn for a size holds what is drawn for the smaller ones, and is the same for every
    model on the same items.

    Parameters
    ----------
    estimator, X, y, split
        As in `evaluate`.
    sizes
        Labels a genre; None for all of the training side.
    draws
        How often they are drawn.
    seed
        Seed of the drawing.
    n_jobs
        Processes; -1 for one a core.

    Returns
    -------
    pandas.DataFrame
        A row a size and draw: ``labels``, the mean number a genre, ``draw`` and ``accuracy``, over
        the test items of all folds.
    """
    labels = y.to_numpy(dtype=object)
    sides = [
        (size, draw, fold)
        for size in sizes
        for draw in range(draws)
        for fold in split.folds(labels)
    ]
    jobs = (
        delayed(_with_few_labels)(estimator, X, labels, split, fold, size, seed + draw)
        for size, draw, fold in sides
    )
    found = pd.DataFrame(Parallel(n_jobs=n_jobs)(jobs), columns=["labels", "right", "tested"])
    found["size"] = [-1 if size is None else size for size, _, _ in sides]
    found["draw"] = [draw for _, draw, _ in sides]
    of_draw = found.groupby(["size", "draw"], sort=False).agg(
        labels=("labels", "mean"), right=("right", "sum"), tested=("tested", "sum")
    )
    of_draw["accuracy"] = of_draw["right"] / of_draw["tested"]
    of_draw["labels"] = of_draw.groupby("size")["labels"].transform("mean").round(1)
    return of_draw.reset_index()[["labels", "draw", "accuracy"]]


def _with_few_labels(  # noqa: PLR0917
    estimator, X, labels, split, fold, size, seed
) -> tuple[float, int, int]:
    train, test = fold
    order = np.random.default_rng(seed).permutation(train)
    place = pd.Series(labels[order]).groupby(labels[order]).cumcount().to_numpy()
    part = np.sort(order if size is None else order[place < size])
    model, _ = fit(estimator, X, labels, part, split)
    right = int(np.sum(model.predict(X.iloc[test]) == labels[test]))
    return len(part) / len(set(labels[part])), right, len(test)


def nearest_tracks(X: pd.DataFrame, tracks: pd.DataFrame) -> pd.Series:
    """What the nearest other track of each track, by cosine, has in common with it.

    Parameters
    ----------
    X
        A row a track; standardised here.
    tracks
        As in `Dataset.tracks`, same rows.

    Returns
    -------
    pandas.Series
        Shares of tracks whose nearest one is by the ``same artist`` and of the ``same genre``; and
        whose nearest one by another artist is of it.
    """
    artist = tracks["artist_group"].fillna(tracks["song"]).to_numpy(str)
    genre = tracks["genre"].to_numpy(str)
    alike = cosine_similarity(StandardScaler().fit_transform(X))
    np.fill_diagonal(alike, -2)
    nearest = alike.argmax(axis=1)
    stranger = np.where(artist[:, None] == artist, -2, alike).argmax(axis=1)
    return pd.Series(
        {
            "same artist": np.mean(artist[nearest] == artist),
            "same genre": np.mean(genre[nearest] == genre),
            "same genre, by another artist": np.mean(genre[stranger] == genre),
        }
    )


def same_song_neighbours(X: pd.DataFrame, tracks: pd.DataFrame) -> pd.Series:
    """What the nearest other piece of each piece has in common with it.

    Parameters
    ----------
    X
        Features of pieces, index (``track_id``, ``segment``); min-max scaled here.
    tracks
        As in `Dataset.tracks`.

    Returns
    -------
    pandas.Series
        Shares of pieces whose nearest other piece (Euclidean) is of the same ``song``, of the same
        ``artist`` but another song, of the same ``genre`` but another artist, or of another genre.
    """
    nearest = NearestNeighbors(n_neighbors=1).fit(MinMaxScaler().fit_transform(X))
    other = nearest.kneighbors(return_distance=False)[:, 0]
    track = X.index.get_level_values("track_id")
    own = tracks.loc[track]
    theirs = tracks.loc[track[other]]
    song = own["song"].to_numpy() == theirs["song"].to_numpy()
    named = own["artist_group"].notna().to_numpy()
    artist = named & (own["artist_group"].to_numpy() == theirs["artist_group"].to_numpy()) & ~song
    genre = (own["genre"].to_numpy() == theirs["genre"].to_numpy()) & ~song & ~artist
    shares = {"song": song, "artist": artist, "genre": genre, "other": ~(song | artist | genre)}
    return pd.Series({name: float(share.mean()) for name, share in shares.items()})


def same_track_by_chance(track: pd.Index) -> float:
    """Share of all pairs of pieces that are of one track.

    Parameters
    ----------
    track
        Track of each piece.
    """
    sizes = track.value_counts()
    return float((sizes * (sizes - 1)).sum() / (len(track) * (len(track) - 1)))


def tempo_verdicts(
    estimated: pd.Series, annotated: pd.Series, tolerance: float = 0.04
) -> pd.Series:
    """Compare tempi as the field does: within 4 %, and octave errors apart.

    The shares of "same" alone and of all but "other" are Accuracy 1 and Accuracy 2 of Gouyon et
    al., "An experimental comparison of audio tempo induction algorithms", IEEE TASLP 14(5), 2006.

    Parameters
    ----------
    estimated, annotated
        Beats per minute, same index; both positive.
    tolerance
        Largest relative deviation that still counts.

    Returns
    -------
    pandas.Series, categories `TEMPO_VERDICTS`
        Which multiple of the annotated tempo the estimate is.
    """
    ratio = (estimated / annotated).to_numpy(dtype=float)
    factors = np.array([1, 2, 1 / 2, 3, 1 / 3])
    near = np.abs(ratio[:, None] / factors - 1) <= tolerance
    which = np.where(near.any(axis=1), near.argmax(axis=1), len(factors))
    categories = pd.Categorical.from_codes(which, categories=list(TEMPO_VERDICTS))
    return pd.Series(categories, index=estimated.index, name="verdict")

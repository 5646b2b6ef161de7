"""What is behind a score: leaks, missing artists, features that matter, errors of tempo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import StandardScaler

from genre_utils.data import Split
from genre_utils.evaluation.cross_validation import fit


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

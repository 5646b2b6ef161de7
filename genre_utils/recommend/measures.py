"""How good recommendations are: by genre, with and without the same artist, and over rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import skew
from sklearn.base import TransformerMixin, clone

from genre_utils.data import GroupedKFold
from genre_utils.evaluation import bootstrap_interval
from genre_utils.recommend.feedback import rocchio_query
from genre_utils.recommend.recommender import songs_and_artists

DEPTHS = (1, 5, 10)


@dataclass(frozen=True)
class Collection:
    """Who may be recommended to whom: genre, song and artist of each row."""

    genre: np.ndarray
    song: np.ndarray
    artist: np.ndarray
    group: np.ndarray

    @classmethod
    def of(cls, tracks: pd.DataFrame) -> Collection:
        """From rows of `Dataset.tracks`; a song without an artist counts as by one of its own."""
        song, artist = songs_and_artists(tracks)
        artist = artist.fillna(song)
        parts = (tracks["genre"], song, artist, artist)
        return cls(*(part.to_numpy(dtype=str) for part in parts))

    def barred(self, *, same_artist: bool) -> np.ndarray:
        """Pairs that do not count: a song and itself, and one artist's; shape (rows, rows)."""
        barred = self.song[:, None] == self.song
        return barred if same_artist else barred | (self.artist[:, None] == self.artist)


def similarities(vectors: np.ndarray) -> np.ndarray:
    """Cosine of each pair of rows, shape (rows, rows)."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit @ unit.T


def measure(
    similarity: np.ndarray, collection: Collection, *, same_artist: bool, seed: int = 0
) -> dict[str, float | list[float]]:
    """How often what is recommended is of the seed's genre, over all songs as seeds.

    Parameters
    ----------
    similarity
        Shape (rows, rows), a row a seed.
    collection
        The songs.
    same_artist
        Whether songs by the seed's artist may be recommended.
    seed
        Of the bootstrap over artists.

    Returns
    -------
    dict
        ``precision_at_1``, ``_5``, ``_10``, ``mrr`` (mean reciprocal rank of the first song of
        the genre), each with its 95 % interval in ``..._ci95``; ``coverage``, the share of songs
        that are recommended to anybody within ten; ``hubness``, the skewness of how often songs
        are (Radovanovic et al., JMLR 11, 2010); ``chance``, the precision of random lists.

    Notes
    -----
    What may not be recommended is in no list. Where fewer than k songs are left for a seed, its
    list is shorter, and its precision is over those; a seed for which none is left does not count.
    """
    allowed = ~collection.barred(same_artist=same_artist)
    hits = allowed & (collection.genre[:, None] == collection.genre)
    order = np.argsort(np.where(allowed, -similarity, np.inf), axis=1, kind="stable")
    right = np.take_along_axis(hits, order, axis=1)
    left = allowed.sum(axis=1)
    rows = {f"precision_at_{k}": right[:, :k].sum(axis=1) / np.clip(left, 1, k) for k in DEPTHS}
    rows["mrr"] = np.where(right.any(axis=1), 1 / (1 + right.argmax(axis=1)), 0.0)
    rows["chance"] = hits.sum(axis=1) / np.maximum(left, 1)
    found: dict[str, float | list[float]] = {}
    served = left > 0
    for name, values in rows.items():
        found[name] = float(values[served].mean()) if served.any() else np.nan
        if name != "chance":
            interval = (np.nan, np.nan)
            if served.any():
                interval = bootstrap_interval(values[served], collection.group[served], seed=seed)
            found[f"{name}_ci95"] = list(interval)
    listed = order[:, : max(DEPTHS)]
    listed = listed[np.arange(listed.shape[1]) < left[:, None]]
    times = np.bincount(listed, minlength=len(hits))
    found["coverage"] = float((times > 0).mean())
    found["hubness"] = float(skew(times)) if np.ptp(times) else 0.0
    found["most_recommended"] = int(times.max())
    return found


class Space(NamedTuple):
    """Where songs are compared by cosine: which columns, how scaled, and whether that is learned.

    What learns from genres or artists must not have met the seed's artist: it is fitted anew for
    each fold of artists.
    """

    scaling: TransformerMixin
    columns: Sequence[str]
    learns: bool = False


def compare_spaces(
    spaces: Mapping[str, Space], X: pd.DataFrame, collection: Collection
) -> dict[str, np.ndarray]:
    """Similarities of all songs in each of several spaces.

    Parameters
    ----------
    spaces
        By name. Those whose columns are not in `X` are left out.
    X
        Features, a row a song, index ``track_id``.
    collection
        The same songs.

    Returns
    -------
    dict of numpy.ndarray, shape (rows, rows)
    """
    found = {}
    for name, (scaling, columns, learns) in spaces.items():
        if not set(columns) <= set(X):
            continue
        own = X[list(columns)]
        if learns:
            found[name] = cross_fitted_similarities(scaling, own, collection)
        else:
            found[name] = similarities(np.asarray(clone(scaling).fit_transform(own)))
    return found


def as_table(measured: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Measures of several spaces, with the interval of precision at 10, as a table to be read.

    Parameters
    ----------
    measured
        As from `measure`, by space.
    """
    rows = {}
    for name, found in measured.items():
        low, high = found["precision_at_10_ci95"]
        rows[name] = {
            "at 1": found["precision_at_1"],
            "at 5": found["precision_at_5"],
            "at 10": found["precision_at_10"],
            "95 % interval (at 10)": f"{low:.3f} to {high:.3f}",
            "reciprocal rank": found["mrr"],
            "coverage": found["coverage"],
            "hubness": found["hubness"],
        }
    return pd.DataFrame(rows).T.infer_objects().round(3).rename_axis("precision, by space")


def cross_fitted_similarities(
    metric: TransformerMixin, X: pd.DataFrame, collection: Collection, *, n_splits: int = 10
) -> np.ndarray:
    """Similarities under a learned metric that has not met the seed or its artist.

    Parameters
    ----------
    metric
        A transformer that learns from genres or artists; fitted anew for each fold of artists.
    X
        Features, a row a song.
    collection
        The same songs.
    n_splits
        Number of folds.

    Returns
    -------
    numpy.ndarray, shape (rows, rows)
        A row a seed: its cosines in the space of the fold in which its artist was left out.
    """
    found = np.zeros((len(X), len(X)))
    largest = int(pd.Series(collection.genre).value_counts().max())
    folds = max(2, min(n_splits, len(set(collection.group)), largest))
    splitter = GroupedKFold(collection.group, folds, random_state=0)
    for train, test in splitter.split(X, collection.genre):
        fitted = clone(metric).fit(X.iloc[train], collection.genre[train])
        found[test] = similarities(np.asarray(fitted.transform(X)))[test]
    return found


def simulate_listener(
    vectors: np.ndarray,
    collection: Collection,
    liked: Sequence[str],
    *,
    rounds: int = 10,
    k: int = 5,
    feedback: bool = True,
    same_artist: bool = True,
    rng: np.random.Generator,
) -> list[float]:
    """Precision of each round for a listener who likes some genres and skips all others.

    Parameters
    ----------
    vectors
        Unit vectors, a row a song.
    collection
        The same songs.
    liked
        The genres that are liked.
    rounds, k
        Songs are recommended `k` at a time, and none of which an excerpt was heard.
    feedback
        Whether likes and skips move the query, as in `CosineRecommender`.
    same_artist
        Whether songs by artists that were heard may be recommended.
    rng
        Where the first song comes from.

    Returns
    -------
    list of float
        A number a round: over fewer songs where fewer are left, NaN where none is.
    """
    wanted = np.isin(collection.genre, liked)
    first = rng.choice(np.flatnonzero(wanted))

    def known(row: int) -> np.ndarray:
        alike = collection.song == collection.song[row]
        return alike if same_artist else alike | (collection.artist == collection.artist[row])

    heard = known(first)
    likes: list[int] = []
    skips: list[int] = []
    precision = []
    for _ in range(rounds):
        judged = (vectors[likes], vectors[skips]) if feedback else ()
        query = rocchio_query(vectors[first], *judged)
        played: list[int] = []
        for row in np.argsort(-(vectors @ query), kind="stable"):
            if len(played) == k:
                break
            if not heard[row]:
                played.append(row)
                heard |= known(row)
        for row in played:
            (likes if wanted[row] else skips).append(row)
        precision.append(float(wanted[played].mean()) if played else np.nan)
    return precision


def listening(
    vectors: np.ndarray,
    collection: Collection,
    *,
    listeners: int = 200,
    seed: int = 0,
    **settings: Any,
) -> Mapping[str, np.ndarray]:
    """Many simulated listeners, with and without feedback; see `simulate_listener`.

    Returns
    -------
    dict
        "with feedback" and "without": precision, shape (listeners, rounds).
    """
    genres = sorted(set(collection.genre))
    found: dict[str, list] = {"with feedback": [], "without": []}
    for number in range(listeners):
        count = 1 + number % 2
        liked = list(np.random.default_rng([seed, number]).choice(genres, count, replace=False))
        for name, feedback in (("with feedback", True), ("without", False)):
            rng = np.random.default_rng([seed, number, 1])
            found[name].append(
                simulate_listener(
                    vectors, collection, liked, feedback=feedback, rng=rng, **settings
                )
            )
    return {name: np.array(rows) for name, rows in found.items()}

"""How good recommendations are: by genre, with and without the same artist, and over rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import skew

from genre_utils.evaluation import bootstrap_interval
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

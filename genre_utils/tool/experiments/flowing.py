"""Playlists in which each song is like the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from genre_utils.evaluation import bootstrap_interval
from genre_utils.recommend import CosineRecommender

FLOW, SHUFFLED, NEAREST, ANY = (
    "each like the last",
    "the same songs, random order",
    "nearest to the first",
    "any songs",
)


def flowing_playlist(recommender: CosineRecommender, start: str, k: int = 20) -> list[str]:
    """Songs in an order in which each is like the one before it.

    From the start on, the nearest song follows that was not played yet, and is by nobody who was.

    Parameters
    ----------
    recommender
        Fitted on the songs.
    start
        The first track.
    k
        How many songs, the first among them; fewer where artists run out.

    Returns
    -------
    list of str
        Tracks; no song and no named artist twice.

    Raises
    ------
    UnknownTrack
        If the first track is not among the songs.
    """
    (row,) = recommender.positions([start])
    artist = pd.Series(recommender.artist_)
    free = np.ones(len(artist), dtype=bool)
    rows = [row]
    while True:
        free &= recommender.song_ != recommender.song_[row]
        free &= ~(artist == artist[row]).to_numpy(dtype=bool)
        if len(rows) == k or not free.any():
            return [str(recommender.features_.index[row]) for row in rows]
        near = recommender.unit_ @ recommender.unit_[row]
        row = int(np.where(free, near, -np.inf).argmax())
        rows.append(row)


def steps_between(recommender: CosineRecommender, playlist: Sequence[str]) -> np.ndarray:
    """How far each song is from the one before it.

    Parameters
    ----------
    recommender
        Fitted on the songs.
    playlist
        Tracks, two or more.

    Returns
    -------
    numpy.ndarray, shape (songs - 1,)
        One minus the cosine, from 0 to 2.
    """
    unit = recommender.unit_[recommender.positions(playlist)]
    return 1 - (unit[1:] * unit[:-1]).sum(axis=1)


def compare_playlists(
    recommender: CosineRecommender, starts: Sequence[str], k: int = 15, *, seed: int = 0
) -> pd.DataFrame:
    """Mean step between neighbours of playlists that were made in four ways.

    Parameters
    ----------
    recommender
        Fitted on the songs.
    starts
        First tracks, a playlist each; by different artists, for the intervals' sake.
    k
        Songs of a playlist.
    seed
        Of the random orders, and of the intervals, which draw playlists.

    Returns
    -------
    pandas.DataFrame
        Index ``order``: as `flowing_playlist`; its songs in random order; the songs nearest to the
        first one, best first, none by the first artist; any songs. Columns ``mean_step``, ``low``
        and ``high`` (95 %).
    """
    rng = np.random.default_rng(seed)
    steps: dict[str, list[float]] = {FLOW: [], SHUFFLED: [], NEAREST: [], ANY: []}
    for start in starts:
        flow = flowing_playlist(recommender, start, k)
        near = recommender.recommend(start, k - 1, same_artist=False)["track"]
        songs = list(recommender.features_.index)
        orders: dict[str, Sequence[str]] = {
            FLOW: flow,
            SHUFFLED: list(rng.permutation(flow)),
            NEAREST: [start, *near],
            ANY: list(rng.choice(songs, len(flow), replace=False)),
        }
        for name, order in orders.items():
            steps[name].append(float(steps_between(recommender, order).mean()))
    rows = {}
    for name, means in steps.items():
        low, high = bootstrap_interval(np.array(means), np.arange(len(means)), seed=seed)
        rows[name] = {"mean_step": float(np.mean(means)), "low": low, "high": high}
    return pd.DataFrame(rows).T.rename_axis("order")

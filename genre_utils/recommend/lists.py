"""Lists of a recommender compared: what taming hubs, variety and feedback change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from genre_utils.evaluation import bootstrap_interval
from genre_utils.recommend.recommender import CosineRecommender

_DRAWS = 2000


class Gain(NamedTuple):
    """A mean over listeners, its 95 % interval, and of how many."""

    mean: float
    low: float
    high: float
    listeners: int


def compare_lists(
    library: Any, trials: Mapping[str, Mapping[str, Any]], seeds: Sequence[str]
) -> pd.DataFrame:
    """Lists of ten songs by other artists, under several settings of the recommender.

    Parameters
    ----------
    library
        The songs, as from `genre_utils.tool.load_library`.
    trials
        Settings of `CosineRecommender` by name; the others are compared with the first.
    seeds
        Tracks to ask with.

    Returns
    -------
    pandas.DataFrame
        A row a trial: ``precision at 10``, ``likeness inside a list`` (mean cosine of two songs in
        it), ``hubness`` (skewness of how often a song is recommended), ``most often recommended``;
        and ``change`` of precision from the first trial, with its interval ``low``, ``high`` over
        artists.
    """
    rows: dict[str, dict[str, float]] = {}
    first: np.ndarray | None = None
    for name, settings in trials.items():
        made, _ = library.recommender(**settings)
        lists = [made.recommend(seed, 10, same_artist=False) for seed in seeds]
        listed = pd.concat([table["track"] for table in lists]).value_counts()
        times = listed.reindex(made.features_.index, fill_value=0)
        inside = []
        for table in lists:
            unit = made.unit_[made.positions(table["track"])]
            inside.append((unit @ unit.T)[np.triu_indices(len(unit), 1)].mean())
        genre = library.tracks["genre"]
        pairs = zip(seeds, lists, strict=True)
        hits = np.array([(table["genre"] == genre[seed]).mean() for seed, table in pairs])
        first = hits if first is None else first
        artists = pd.Series(made.artist_[made.positions(seeds)], list(seeds))
        groups = artists.fillna(artists.index.to_series()).to_numpy()
        low, high = bootstrap_interval(hits - first, groups)
        rows[name] = {
            "precision at 10": hits.mean(),
            "change": (hits - first).mean(),
            "low": low,
            "high": high,
            "likeness inside a list": float(np.mean(inside)),
            "hubness": times.skew(),
            "most often recommended": int(times.max()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def feedback_gain(listened: Mapping[str, np.ndarray], *, seed: int = 0) -> Gain:
    """How much more is liked with feedback than without, from the second round on.

    Parameters
    ----------
    listened
        As from `listening`. Rounds for which no songs were left do not count.
    seed
        Of the bootstrap over listeners.
    """
    gains = listened["with feedback"][:, 1:] - listened["without"][:, 1:]
    counted = ~np.isnan(gains)
    served = counted.any(axis=1)
    late = np.nansum(gains[served], axis=1) / counted[served].sum(axis=1)
    drawn = np.random.default_rng(seed).choice(late, (_DRAWS, len(late))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Gain(float(late.mean()), float(low), float(high), len(late))


def check_copies(recommender: CosineRecommender, tracks: pd.DataFrame) -> dict[str, int]:
    """Whether the other tracks of a song are named, and never recommended, when it is the seed.

    Parameters
    ----------
    recommender
        Fitted on these tracks.
    tracks
        As in `Dataset.tracks`.

    Returns
    -------
    dict
        ``songs_several_times``; their tracks, ``seeds_asked``; of these ``seeds_named``, for
        how many all others are named as copies, and ``seeds_offered``, for how many one of them is
        recommended.
    """
    groups = [set(names) for names in tracks.groupby("song").groups.values() if len(names) > 1]
    named = offered = 0
    for together in groups:
        for seed in sorted(together):
            table = recommender.recommend(seed, 10)
            others = together - {seed}
            named += others <= set(table.attrs["duplicates"])
            offered += bool(others & set(table["track"]))
    return {
        "songs_several_times": len(groups),
        "seeds_asked": sum(map(len, groups)),
        "seeds_named": named,
        "seeds_offered": offered,
    }

"""Which tracks are one song, and which are by one artist."""

from __future__ import annotations

import pandas as pd


def song_groups(tracks: pd.DataFrame) -> pd.Series:
    """Song of each track: equal recordings are one.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`.
    """
    return _merge_duplicates(pd.Series(tracks.index, tracks.index), tracks)


def artist_groups(tracks: pd.DataFrame) -> pd.Series:
    """Artist of each track, so that equal recordings have one and nameless ones share a genre's.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`.
    """
    artists = tracks["artist"].fillna("unnamed artists of " + tracks["genre"])
    return _merge_duplicates(artists, tracks)


def _merge_duplicates(groups: pd.Series, tracks: pd.DataFrame) -> pd.Series:
    """Give the groups of exact duplicates one name."""
    merged = groups.astype(object).copy()
    own = pd.Series(tracks.index, tracks.index, dtype=object)
    first = tracks["duplicate_of"].astype(object).fillna(own)
    for twins in tracks.groupby(first).groups.values():
        if len(twins) > 1:
            merged[merged.isin(set(merged[twins]))] = merged[twins[0]]
    return merged

"""Which songs are one, and whose they are, in a table of tracks that may lack columns."""

from __future__ import annotations

import pandas as pd

from genre_utils.data import identify

KNOWN = ["genre", "artist", "title", "duplicate_of"]
IDENTITY = ["song", "artist_group"]


def songs_and_artists(tracks: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Song and artist of each track.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`. Where the columns ``song`` and ``artist_group`` are not there,
        `identify` tells them from the columns `KNOWN`, of which any may be missing.

    Returns
    -------
    song, artist
        Same index; the artist is missing where nobody is named.
    """
    filled = tracks.reindex(columns=tracks.columns.union(KNOWN, sort=False)).astype(object)
    if not set(IDENTITY) <= set(tracks):
        filled = identify(filled).assign(**tracks[tracks.columns.intersection(IDENTITY)])
    return filled["song"], filled["artist_group"]

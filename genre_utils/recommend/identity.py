"""Which songs are one, and whose they are, in a table of tracks that may lack columns."""

from __future__ import annotations

import pandas as pd

from genre_utils.data import artist_groups, song_groups

KNOWN = ["genre", "artist", "title", "duplicate_of"]


def songs_and_artists(tracks: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Song and artist of each track.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`, with or without the columns `KNOWN`. A column ``song``, as a kept
        collection has it, is taken as it is; else `song_groups` says what is one.

    Returns
    -------
    song, artist
        Same index. The artist is the group of `artist_groups`; missing if no excerpt of the song
        names an artist.
    """
    filled = tracks.reindex(columns=tracks.columns.union(KNOWN, sort=False)).astype(object)
    filled["genre"] = filled["genre"].fillna("")
    song = filled["song"] if "song" in filled else song_groups(filled)
    named = filled["artist"].notna().groupby(song).transform("any")
    return song, artist_groups(filled).where(named, None)

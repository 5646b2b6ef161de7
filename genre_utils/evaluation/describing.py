"""What a collection is like before any model: sizes, faults, what its features separate."""

from __future__ import annotations

import pandas as pd

from genre_utils.wording import count, listed


def split_artists(tracks: pd.DataFrame) -> list[str]:
    """Artists who are on more than one side of the published partition."""
    known = tracks.dropna(subset=["artist_group", "partition"])
    sides = known.groupby("artist_group")["partition"].nunique()
    return list(sides[sides > 1].index)


def tell_artists(tracks: pd.DataFrame) -> str:
    """How few artists there are, and whom the published partition splits.

    Parameters
    ----------
    tracks
        As in `Dataset`; some with an ``artist_group``.
    """
    known = tracks.dropna(subset=["artist_group"])
    per_genre = known.groupby("genre")["artist_group"]
    artists, largest = per_genre.nunique(), per_genre.value_counts()
    few = artists[artists == artists.min()].index
    fewest = listed(few) if len(few) < len(artists) else "all genres"
    genre, most = largest.idxmax()
    told = (
        f"{count(known['artist_group'].nunique(), 'named artist')} made {len(known):,} of the "
        f"{count(len(tracks), 'track')}; fewest, {artists.min()}, in {fewest}. {most} alone has "
        f"{count(int(largest.max()), 'track')} of {genre}."
    )
    split = split_artists(tracks)
    if split:
        told += (
            " The published partition keeps names apart as they are written; by way of duets, "
            f"{listed(split)} {'is' if len(split) == 1 else 'are'} on two of its sides."
        )
    return told

"""Concerts ranked by taste, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from genre_utils.audio import TAGS
from genre_utils.data import members, normalize_name
from genre_utils.recommend import CosineRecommender, Taste
from genre_utils.tool.feedback_file import TasteError
from genre_utils.tool.library import Library
from genre_utils.tool.preference import nearness
from genre_utils.wording import percent

_TYPICAL = 10  # songs that stand for tags
# What follows the artist in the summary of a calendar: "NAME live at PLACE", "NAME @ PLACE", ...
_AFTER = re.compile(r"\s+(?:@|at|live|on tour|[-–—|])(?:\s+|$)|\s*[:|(@]\s*", re.IGNORECASE)


def rank_events(
    events: pd.DataFrame, library: Library, recommender: CosineRecommender, taste: Taste
) -> pd.DataFrame:
    """Concerts by how near their artists' songs are to what is liked.

    Parameters
    ----------
    events
        As from `read_events`.
    library, recommender
        Songs, and what compares them, as from `Library.recommender`.
    taste
        Likes and skips.

    Returns
    -------
    pandas.DataFrame
        Index ``rank`` from 1, columns ``artist``, ``when``, ``place``, ``score`` (mean over the
        artist's songs of what `nearness` gives), ``known`` ("by songs", "by tags" or "unknown"),
        ``reason``. Equally near ones by date; unknown ones, without a score, last.

    Raises
    ------
    TasteError
        If none of the songs is liked.
    """
    near = nearness(recommender, taste)
    if near is None:
        raise TasteError(
            f"None of the songs of {library.name} is liked yet: genre recommend --like TRACK, or "
            "genre taste --import FILE."
        )
    tracks = library.tracks.loc[recommender.features_.index]
    by_artist = _songs_of_artists(tracks["artist"])
    rows = []
    for artist, when, place, tags in events.itertuples(index=False):
        name, own = _known(artist, by_artist)
        how, reason, score = "by songs", "", np.nan
        if own:
            score, reason = float(near[own].mean()), _by_songs(own, near, tracks.index, taste)
        elif typical := _typical(tags, library, tracks):
            known, own = typical
            how, score = "by tags", float(near[own].mean())
            shown = ", ".join(str(track) for track in tracks.index[own[:2]])
            reason = f"no song of theirs is here; tagged {', '.join(known)}, as {shown} are"
        else:
            how, reason = "unknown", "no song of theirs is here, and no tag that is known"
        rows.append((name, when, place, score, how, reason))
    columns = ["artist", "when", "place", "score", "known", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    order = sorted(
        range(len(table)),
        key=lambda row: (-np.nan_to_num(table["score"].iloc[row], nan=-1.0), table["when"][row]),
    )
    return table.iloc[order].set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def _songs_of_artists(artists: pd.Series) -> dict[str, list[int]]:
    """Rows of all songs at which somebody plays, by normalised name, alone or with others."""
    named = artists.reset_index(drop=True).dropna()
    alone = {normalize_name(name) for name in named.unique()}
    found: dict[str, list[int]] = {}
    for row, name in named.items():
        for member in members(name, alone):
            found.setdefault(member, []).append(row)
    return found


def _known(artist: str, by_artist: dict[str, list[int]]) -> tuple[str, list[int]]:
    """Name to show of an artist, and the rows of the songs; none if it is not known."""
    for named in _candidates(artist):
        rows = [by_artist[m] for m in members(named, by_artist) if m in by_artist]
        if rows:
            return named, sorted({row for own in rows for row in own})
    return artist, []


def _candidates(summary: str) -> Iterator[str]:
    """What may be the artist, from the whole to its first words."""
    yield summary
    ends = [found.start() for found in _AFTER.finditer(summary)]
    yield from (summary[:end].strip() for end in reversed(ends) if summary[:end].strip())


def _by_songs(own: list[int], near: np.ndarray, names: pd.Index, taste: Taste) -> str:
    told = []
    for verb, judged in (("liked", taste.likes), ("skipped", taste.skips)):
        if of_them := [str(names[row]) for row in own if names[row] in judged]:
            told.append(f"you {verb} {', '.join(of_them[:2])}")
    if not told:
        best = max(own, key=lambda row: near[row])
        nearer = percent(near[best], 0)
        told.append(f"{names[best]} is nearer to what you like than {nearer} of the songs")
    return "; ".join(told)


def _typical(
    tags: Iterable[str], library: Library, tracks: pd.DataFrame
) -> tuple[list[str], list[int]] | None:
    """Tags that mean something here, and rows of the songs that have most of them."""
    genres = tracks["genre"].fillna("").map(normalize_name)
    heard = library.heard.reindex(tracks.index)
    known = {normalize_name(tag): tag for tag in TAGS if not heard[tag].isna().all()}
    used, score = [], np.zeros(len(tracks))
    for tag in tags:
        plain = normalize_name(tag)
        if (genres == plain).any():
            score += (genres == plain).to_numpy(float)
        elif plain in known:
            score += heard[known[plain]].fillna(0.0).to_numpy()
        else:
            continue
        used.append(tag)
    if not used:
        return None
    # Of few songs, ten would be all of them, whatever the tag.
    order = np.argsort(-score, kind="stable")[: min(_TYPICAL, max(1, len(score) // 5))]
    return used, [int(row) for row in order if score[row] > 0]

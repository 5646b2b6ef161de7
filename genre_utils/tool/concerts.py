"""Preference scores of songs, and concerts ranked by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from genre_utils.audio import TAGS
from genre_utils.data import members, normalize_name
from genre_utils.recommend import CosineRecommender, Feedback
from genre_utils.tool.feedback_file import FeedbackError
from genre_utils.tool.library import Library

_TYPICAL = 10  # songs that represent tags
# Text after the artist in the summary of an event: "NAME live at PLACE", "NAME @ PLACE", ...
_AFTER = re.compile(r"\s+(?:@|at|live|on tour|[-–—|])(?:\s+|$)|\s*[:|(@]\s*", re.IGNORECASE)


def preference_scores(recommender: CosineRecommender, feedback: Feedback) -> np.ndarray | None:
    """Share of all other songs that are less similar to what the user likes, for each song.

    The similarity is that to Rocchio's query. Returns None if none of the songs is liked.
    """
    known, _ = feedback.among(recommender.features_.index)
    if not known.likes:
        return None
    similarity = recommender.unit_ @ recommender.query_of(known.likes, known)
    return (rankdata(similarity, "min") - 1) / max(len(similarity) - 1, 1)


def rank_events(
    events: pd.DataFrame, library: Library, recommender: CosineRecommender, feedback: Feedback
) -> pd.DataFrame:
    """Rank concerts by the mean preference score of the artists' songs.

    Parameters
    ----------
    events
        As from `read_events`.
    library, recommender
        The songs, and the recommender as from `Library.recommender`.
    feedback
        Likes and skips.

    Returns
    -------
    pandas.DataFrame
        Index ``rank`` from 1, columns ``artist``, ``when``, ``place``, ``score``, ``known``
        ("by songs", "by tags" or "unknown"), ``reason``. Equal scores are ordered by date; unknown
        artists, without a score, come last.

    Raises
    ------
    FeedbackError
        If none of the songs is liked.
    """
    scores = preference_scores(recommender, feedback)
    if scores is None:
        raise FeedbackError(
            f"You like none of the songs of {library.name} yet: genre recommend --like TRACK, or "
            "genre feedback --import FILE."
        )
    tracks = library.tracks.loc[recommender.features_.index]
    by_artist = _songs_of_artists(tracks["artist"])
    rows = []
    for artist, when, place, tags in events.itertuples(index=False):
        name, own = _known(artist, by_artist)
        how, reason, score = "by songs", "", np.nan
        if own:
            score, reason = float(scores[own].mean()), _reason(own, scores, tracks.index, feedback)
        elif typical := _typical(tags, library, tracks):
            known, own = typical
            how, score = "by tags", float(scores[own].mean())
            shown = ", ".join(str(track) for track in tracks.index[own[:2]])
            reason = f"no song in the library; tagged {', '.join(known)}, as {shown}"
        else:
            how, reason = "unknown", "no song in the library, and no known tag"
        rows.append((name, when, place, score, how, reason))
    columns = ["artist", "when", "place", "score", "known", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    order = sorted(
        range(len(table)),
        key=lambda row: (-np.nan_to_num(table["score"].iloc[row], nan=-1.0), table["when"][row]),
    )
    return table.iloc[order].set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def _songs_of_artists(artists: pd.Series) -> dict[str, list[int]]:
    """Rows of the songs of each artist, alone or with others, by normalized name."""
    named = artists.reset_index(drop=True).dropna()
    alone = {normalize_name(name) for name in named.unique()}
    found: dict[str, list[int]] = {}
    for row, name in named.items():
        for member in members(name, alone):
            found.setdefault(member, []).append(row)
    return found


def _known(artist: str, by_artist: dict[str, list[int]]) -> tuple[str, list[int]]:
    """Name of an artist, and the rows of the songs; no rows if the artist is unknown."""
    for named in _candidates(artist):
        rows = [by_artist[m] for m in members(named, by_artist) if m in by_artist]
        if rows:
            return named, sorted({row for own in rows for row in own})
    return artist, []


def _candidates(summary: str) -> Iterator[str]:
    """Candidates for the artist, from the whole summary to its first words."""
    yield summary
    ends = [found.start() for found in _AFTER.finditer(summary)]
    yield from (summary[:end].strip() for end in reversed(ends) if summary[:end].strip())


def _reason(own: list[int], scores: np.ndarray, names: pd.Index, feedback: Feedback) -> str:
    parts = []
    for verb, judged in (("liked", feedback.likes), ("skipped", feedback.skips)):
        if of_them := [str(names[row]) for row in own if names[row] in judged]:
            parts.append(f"you {verb} {', '.join(of_them[:2])}")
    if not parts:
        best = max(own, key=lambda row: scores[row])
        parts.append(f"{names[best]} is closer to your likes than {scores[best]:.0%} of the songs")
    return "; ".join(parts)


def _typical(
    tags: Iterable[str], library: Library, tracks: pd.DataFrame
) -> tuple[list[str], list[int]] | None:
    """The known tags, and rows of the songs with the highest probabilities of them."""
    genres = tracks["genre"].fillna("").map(normalize_name)
    probability = library.embeddings.reindex(tracks.index)
    known = {normalize_name(tag): tag for tag in TAGS if not probability[tag].isna().all()}
    used, score = [], np.zeros(len(tracks))
    for tag in tags:
        plain = normalize_name(tag)
        if (genres == plain).any():
            score += (genres == plain).to_numpy(float)
        elif plain in known:
            score += probability[known[plain]].fillna(0.0).to_numpy()
        else:
            continue
        used.append(tag)
    if not used:
        return None
    # In a small library, ten songs would be all of them.
    order = np.argsort(-score, kind="stable")[: min(_TYPICAL, max(1, len(score) // 5))]
    return used, [int(row) for row in order if score[row] > 0]

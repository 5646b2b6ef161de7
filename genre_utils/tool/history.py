"""Listening histories exported from ListenBrainz, and the tracks that their songs are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from genre_utils.data import identify
from genre_utils.tool.feedback_file import FeedbackError

MIN_PLAYS = 2
_NAMES = ["artist", "title"]


def read_history(path: Path, *, min_plays: int = MIN_PLAYS) -> pd.DataFrame:
    """Read an export of ListenBrainz: listens, feedback, or both.

    Parameters
    ----------
    path
        JSON lines, as exported, or JSON, as from the API.
    min_plays
        A song that was played this often is liked. Loved songs are liked and hated ones skipped,
        however often they were played.

    Returns
    -------
    pandas.DataFrame
        One row per song: ``artist``, ``title``, ``liked``.

    Raises
    ------
    FeedbackError
        If it is something else.
    """
    plays: Counter[tuple[str, str]] = Counter()
    judged: dict[tuple[str, str], int] = {}
    known = 0
    for item in _items(path):
        about = item.get("track_metadata")
        if not isinstance(about, dict) or not {"listened_at", "score"} & set(item):
            continue
        known += 1
        artist, title = (str(about.get(k) or "").strip() for k in ("artist_name", "track_name"))
        if not (artist and title):
            continue
        if "score" in item:
            judged[artist, title] = item["score"]
        else:
            plays[artist, title] += 1
    if not known:
        raise FeedbackError(f"{path} contains no listens and no feedback of ListenBrainz.")
    liked = {song: True for song, times in plays.items() if times >= min_plays}
    liked |= {song: score > 0 for song, score in judged.items() if score in (1, -1)}
    return pd.DataFrame([(*song, like) for song, like in liked.items()], columns=[*_NAMES, "liked"])


def _items(path: Path) -> Iterator[dict]:
    """All objects that may be a listen or a judgment, in lists and lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise FeedbackError(f"{path} cannot be read ({reason}).") from error
    try:
        whole = [json.loads(text)]
    except (ValueError, RecursionError):
        try:
            whole = [json.loads(line) for line in text.split("\n") if line.strip()]
        except (ValueError, RecursionError) as error:
            raise FeedbackError(f"{path} is not an export of ListenBrainz (no JSON).") from error
    for part in whole:
        yield from _inside(part)


def _inside(part: Any) -> Iterator[dict]:
    if isinstance(part, dict):
        payload = part.get("payload", part)
        payload = payload if isinstance(payload, dict) else {}
        lists = [payload.get(key) for key in ("listens", "feedback")]
        found = [item for items in lists if isinstance(items, list) for item in items]
        part = found or [part]
    if isinstance(part, list):
        yield from (item for item in part if isinstance(item, dict))


def match_songs(tracks: pd.DataFrame, named: pd.DataFrame) -> list[str | None]:
    """For each row of `named` (``artist``, ``title``) the first track of that song, or None.

    Songs are the same as for `identify`; `tracks` has ``artist``, ``title``, ``duplicate_of``.
    """
    own = tracks.reindex(columns=[*_NAMES, "duplicate_of"]).astype(object)
    asked = named[_NAMES].astype(object).set_axis(range(len(named))).assign(duplicate_of=None)
    both = pd.concat([own, asked], keys=["own", "asked"])
    both.index = pd.Index([f"{kind}\n{name}" for kind, name in both.index])
    both = both.where(both.notna(), None)
    both["duplicate_of"] = [f"own\n{name}" if name else None for name in both["duplicate_of"]]
    song = identify(both)["song"].to_numpy()
    first: dict[str, str] = {}
    for track, number in zip(own.index, song[: len(own)], strict=True):
        first.setdefault(number, track)
    return [first.get(number) for number in song[len(own) :]]



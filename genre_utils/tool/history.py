"""What was listened to and judged elsewhere, and which of one's songs that is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from genre_utils.data import identify
from genre_utils.tool.feedback_file import TasteError

PLAYED_OFTEN = 2
_NAMES = ["artist", "title"]


def read_history(path: Path, *, often: int = PLAYED_OFTEN) -> pd.DataFrame:
    """Read an export of ListenBrainz: listens, feedback, or both.

    Parameters
    ----------
    path
        JSON lines as in its export, or JSON as from its interface.
    often
        A song that was listened to so many times is liked; what was heard less often says nothing.
        Loved is liked and hated is skipped, however often it was heard.

    Returns
    -------
    pandas.DataFrame
        A row a song: ``artist``, ``title``, ``liked``.

    Raises
    ------
    TasteError
        If it is something else.
    """
    listens: Counter[tuple[str, str]] = Counter()
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
        song = artist, title
        if "score" in item:
            judged[song] = item["score"]
        else:
            listens[song] += 1
    if not known:
        raise TasteError(f"{path} holds no listens and no feedback of ListenBrainz.")
    liked = {song: True for song, times in listens.items() if times >= often}
    liked |= {song: score > 0 for song, score in judged.items() if score in (1, -1)}
    return pd.DataFrame([(*song, told) for song, told in liked.items()], columns=[*_NAMES, "liked"])


def _items(path: Path) -> Iterator[dict]:
    """All objects that could be a listen or a judgement, in lists and lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise TasteError(f"{path} cannot be read ({reason}).") from error
    try:
        whole = [json.loads(text)]
    except (ValueError, RecursionError):
        try:
            whole = [json.loads(line) for line in text.split("\n") if line.strip()]
        except (ValueError, RecursionError) as error:
            raise TasteError(f"{path} is no export of ListenBrainz: it is not JSON.") from error
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


def same_songs(tracks: pd.DataFrame, named: pd.DataFrame) -> list[str | None]:
    """Which of some tracks is the song of an artist and a title, as `identify` tells songs.

    Parameters
    ----------
    tracks
        As in `Library`, with ``artist``, ``title`` and ``duplicate_of``.
    named
        ``artist`` and ``title``, a row a song.

    Returns
    -------
    list
        For each row of `named` the first such track, or None.
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


def crowd_of(histories: Mapping[str, pd.DataFrame], tracks: pd.DataFrame) -> pd.DataFrame:
    """Listeners as they told: whose history names which of some tracks as liked.

    Parameters
    ----------
    histories
        By listener, as from `read_history`.
    tracks
        With ``artist``, ``title`` and ``duplicate_of``.

    Returns
    -------
    pandas.DataFrame
        As from `genre_utils.recommend.simulate_crowd`.
    """
    table = pd.DataFrame(False, tracks.index, list(histories))
    for listener, told in histories.items():
        liked = told[told["liked"].astype(bool)]
        found = {track for track in same_songs(tracks, liked) if track}
        table.loc[sorted(found), listener] = True
    return table[table.any(axis=1)]

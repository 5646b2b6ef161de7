"""`genre taste`: what is liked and skipped; shown, forgotten, or brought from elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import UNUSABLE

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.tool.library import Library


def add_feedback_command(commands: argparse._SubParsersAction) -> None:
    """Add `taste`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    taste = commands.add_parser(
        "taste",
        help="show, import or forget what was liked and skipped",
        description="Show what was liked and skipped, bring it from elsewhere, or forget it. From "
        "a playlist all songs are liked. Of an export of ListenBrainz, what was loved, or listened "
        "to twice or more, is liked, and what was hated is skipped; songs are found by artist "
        "and title. Exit status: 0, or 1 if a file cannot be used or none of its songs is yours.",
    )
    what = taste.add_mutually_exclusive_group()
    what.add_argument("--forget", action="store_true", help="delete it")
    what.add_argument(
        "--import",
        dest="history",
        type=Path,
        metavar="FILE",
        help="a playlist (M3U), or listens or feedback exported from ListenBrainz (JSON, JSONL)",
    )
    taste.add_argument(
        "--songs", help="name of the songs that --import is about, if several were kept"
    )
    taste.add_argument("--taste", type=Path, help="file of likes and skips")
    taste.add_argument("--json", action="store_true", help="print JSON, for other programs")
    taste.set_defaults(run=_taste, missing=UNUSABLE)


def _taste(options: argparse.Namespace) -> int:
    from genre_utils.recommend import Taste  # noqa: PLC0415
    from genre_utils.tool.feedback_file import forget_taste, read_tastes, taste_path, tastes_as_json  # noqa: PLC0415

    if options.history:
        return _import(options)
    path = options.taste or taste_path()
    tastes = forget_taste(path) if options.forget else read_tastes(path)
    if options.json:
        about = {"forgotten": str(path), "damaged": tastes is None} if options.forget else {}
        print(tastes_as_json(tastes or {}, **about))
    elif options.forget:
        held = f"what {path} held, which could not be read"
        if tastes is not None:
            likes, skips = (
                sum(len(getattr(taste, kind)) for taste in tastes.values())
                for kind in ("likes", "skips")
            )
            held = f"{likes} likes and {skips} skips in {path}"
        print(f"Forgotten: {held}.")
    else:
        for name, taste in (tastes or {"": Taste()}).items():
            print(f"Of {name or 'any collection'}:")
            print(f"  Liked: {', '.join(taste.likes) or 'nothing yet'}.")
            print(f"  Skipped: {', '.join(taste.skips) or 'nothing yet'}.")
        print(f"(In {path}; `genre taste --forget` deletes it.)")
    return 0


def _import(options: argparse.Namespace) -> int:
    import json  # noqa: PLC0415

    from genre_utils.tool.feedback_file import taste_path, tell_taste  # noqa: PLC0415
    from genre_utils.tool.history import read_history, same_songs  # noqa: PLC0415
    from genre_utils.tool.library import load_library  # noqa: PLC0415
    from genre_utils.tool.playlists import PLAYLIST_SUFFIXES  # noqa: PLC0415

    file = options.history
    library = load_library(options.songs)
    if file.suffix.lower() in PLAYLIST_SUFFIXES:
        history = _of_playlist(library, file)
    else:
        history = read_history(file)
        history["track"] = same_songs(library.tracks, history)
    known = history.dropna(subset="track")
    path = options.taste or taste_path()
    likes = list(known.loc[known["liked"].astype(bool), "track"])
    skips = list(known.loc[~known["liked"].astype(bool), "track"])
    if len(known):
        tell_taste(path, library.collection, like=likes, skip=skips)
    if options.json:
        told = {"collection": library.collection, "songs": len(history)}
        print(json.dumps({**told, "likes": likes, "skips": skips}))
    else:
        print(
            f"{len(known)} of the {len(history)} songs that {file} judges are in "
            f"{library.collection}: {len(likes)} liked, {len(skips)} skipped."
        )
    return 0 if len(known) else 1


def _of_playlist(library: Library, playlist: Path) -> pd.DataFrame:
    """Songs of a playlist, all liked: found by their files, else by artist and title."""
    import pandas as pd  # noqa: PLC0415

    from genre_utils.tool.history import same_songs  # noqa: PLC0415
    from genre_utils.tool.playlists import read_playlist  # noqa: PLC0415

    entries = read_playlist(playlist)
    table = pd.DataFrame(entries)[["artist", "title"]].assign(liked=True)
    there = [library.track_at(entry.path) if entry.path else None for entry in entries]
    named = same_songs(library.tracks, table)
    table["track"] = [found or other for found, other in zip(there, named, strict=True)]
    return table

"""`genre feedback` (also `genre taste`): show, import or delete likes and skips."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import UNUSABLE, print_json, print_lines

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.tool.library import Library


def add_feedback_argument(parser: argparse.ArgumentParser, **settings) -> None:
    """Add the option that names a file of likes and skips."""
    settings = {"help": "file of likes and skips", **settings}
    parser.add_argument("--feedback", "--taste", type=Path, metavar="FILE", **settings)


def add_feedback_command(commands: argparse._SubParsersAction) -> None:
    """Add `feedback` to the subparsers."""
    feedback = commands.add_parser(
        "feedback",
        aliases=["taste"],
        help="show, import or delete your likes and skips",
        description="Show your likes and skips, import some, or delete them. All songs of an "
        "imported playlist are liked. In an export of ListenBrainz, songs that were loved, or "
        "played at least twice, are liked, and hated songs are skipped; songs are matched by "
        "artist and title. Exit status: 0, or 1 if a file cannot be used or none of its songs is "
        "in the library.",
    )
    what = feedback.add_mutually_exclusive_group()
    what.add_argument("--delete", "--forget", action="store_true", help="delete the file")
    what.add_argument(
        "--import",
        dest="history",
        type=Path,
        metavar="FILE",
        help="a playlist (M3U), or listens or feedback exported from ListenBrainz (JSON, JSONL)",
    )
    feedback.add_argument("--songs", help="library that --import is about, if there are several")
    add_feedback_argument(feedback)
    feedback.add_argument("--json", action="store_true", help="print JSON for other programs")
    feedback.set_defaults(run=_feedback, missing=UNUSABLE)


def _feedback(options: argparse.Namespace) -> int:
    from genre_utils.recommend import Feedback  # noqa: PLC0415
    from genre_utils.tool.feedback_file import (  # noqa: PLC0415
        delete_feedback,
        feedback_as_dict,
        feedback_path,
        read_all_feedback,
    )

    if options.history:
        return _import(options)
    path = options.feedback or feedback_path()
    everything = delete_feedback(path) if options.delete else read_all_feedback(path)
    if options.json:
        about = {"deleted": str(path), "damaged": everything is None} if options.delete else {}
        print_json(feedback_as_dict(everything or {}, **about), indent=2)
    elif options.delete and everything is None:
        print_lines(f"Deleted {path}, which could not be read.")
    elif options.delete:
        likes = sum(len(feedback.likes) for feedback in (everything or {}).values())
        skips = sum(len(feedback.skips) for feedback in (everything or {}).values())
        print_lines(f"Deleted {likes} likes and {skips} skips in {path}.")
    else:
        for name, feedback in (everything or {"": Feedback()}).items():
            print_lines(
                f"In {name or 'any collection'}:",
                f"  Liked: {', '.join(feedback.likes) or 'nothing yet'}.",
                f"  Skipped: {', '.join(feedback.skips) or 'nothing yet'}.",
            )
        print_lines(f"(The file is {path}; `genre feedback --delete` deletes it.)")
    return 0


def _import(options: argparse.Namespace) -> int:
    from genre_utils.tool.feedback_file import add_feedback, feedback_path  # noqa: PLC0415
    from genre_utils.tool.history import match_songs, read_history  # noqa: PLC0415
    from genre_utils.tool.library import load_library  # noqa: PLC0415
    from genre_utils.tool.playlists import PLAYLIST_SUFFIXES  # noqa: PLC0415

    file = options.history
    library = load_library(options.songs)
    if file.suffix.lower() in PLAYLIST_SUFFIXES:
        history = _match_playlist(library, file)
    else:
        history = read_history(file)
        history["track"] = match_songs(library.tracks, history)
    known = history.dropna(subset="track")
    liked = known["liked"].astype(bool)
    likes, skips = list(known.loc[liked, "track"]), list(known.loc[~liked, "track"])
    if len(known):
        path = options.feedback or feedback_path()
        add_feedback(path, library.collection, like=likes, skip=skips)
    if options.json:
        about = {"collection": library.collection, "songs": len(history)}
        print_json({**about, "likes": likes, "skips": skips})
    else:
        print_lines(
            f"{len(known)} of the {len(history)} songs in {file} are in {library.collection}: "
            f"{len(likes)} liked, {len(skips)} skipped."
        )
    return 0 if len(known) else 1


def _match_playlist(library: Library, playlist: Path) -> pd.DataFrame:
    """Songs of a playlist, all liked, matched by path, or else by artist and title."""
    import pandas as pd  # noqa: PLC0415

    from genre_utils.tool.history import match_songs  # noqa: PLC0415
    from genre_utils.tool.playlists import read_playlist  # noqa: PLC0415

    entries = read_playlist(playlist)
    table = pd.DataFrame(entries)[["artist", "title"]].assign(liked=True)
    by_path = [library.track_at(entry.path) if entry.path else None for entry in entries]
    by_name = match_songs(library.tracks, table)
    table["track"] = [track or other for track, other in zip(by_path, by_name, strict=True)]
    return table

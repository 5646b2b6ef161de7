"""`genre library`: a catalogue of one's own music, to recommend from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from genre_utils.tool.console import UNUSABLE, count, has_encoder, quiet_libraries, say


def add_library_command(commands: argparse._SubParsersAction) -> None:
    """Add `library`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    library = commands.add_parser(
        "library",
        help="hear a folder of your own music, to recommend from it",
        description="Hear all music in a folder, however it lies there, and keep what was heard: "
        "genre recommend then names songs of it. What is done is kept at once, so that after a "
        "break it goes on where it was, and later only new files are heard. Exit status: 0 if "
        "there are songs to recommend now, files that cannot be used or not; else 1.",
    )
    library.add_argument("folder", type=Path, help="where the music is")
    library.add_argument("--name", help="what to call it (as the folder)")
    library.add_argument("--jobs", type=count, default=-1, help="processes (one a core)")
    library.set_defaults(run=_library, missing=UNUSABLE)


def _library(options: argparse.Namespace) -> int:
    from genre_utils.audio import count_unreadable, format_unreadable  # noqa: PLC0415
    from genre_utils.data import read_songs, walk_files  # noqa: PLC0415
    from genre_utils.tool.library import library_file, save_songs  # noqa: PLC0415

    folder = options.folder.expanduser()
    encoder = has_encoder()
    library_file(folder, options.name)
    with quiet_libraries():
        songs = read_songs(
            folder, encoder=encoder, n_jobs=options.jobs, progress=sys.stderr.isatty()
        )
    target = save_songs(songs, folder, options.name)
    for fault in songs.faults.itertuples():
        say(f"{fault.file}: {fault.reason}")
    if unread := count_unreadable(walk_files(folder)):
        say(f"{format_unreadable(unread)}.")
    name = target.name.removesuffix(".songs.parquet")
    print(f"{_told(songs)} They are kept in {target}.")
    print(f"Next: genre recommend SONG --songs {name}")
    return 0


def _told(songs) -> str:
    """How many songs there are, and how many of them are there again."""
    again = len(songs.tracks) - songs.tracks["song"].nunique()
    more = f", {again} of them another copy of one" if again else ""
    return f"{len(songs.tracks)} recordings{more}."

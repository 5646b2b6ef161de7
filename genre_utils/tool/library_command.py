"""`genre library` and `genre watch`: a library of a music folder, and keeping it up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import (
    UNUSABLE,
    has_encoder,
    number_between,
    positive_int,
    print_json,
    print_lines,
    print_message,
    quiet_libraries,
    require_live,
)
from genre_utils.tool.feedback_command import add_feedback_argument

if TYPE_CHECKING:
    from genre_utils.models import Model
    from genre_utils.recommend import Feedback
    from genre_utils.tool.watch import NewSong


def add_library_commands(commands: argparse._SubParsersAction) -> None:
    """Add `library` and `watch` to the subparsers."""
    library = commands.add_parser(
        "library",
        help="make a library of a music folder, to recommend from",
        description="Analyze all music in a folder, whatever its layout, and save a library from "
        "which genre recommend can recommend songs. A run that was interrupted continues where it "
        "stopped, and later only new files are analyzed. Exit status: 0 if there are songs to "
        "recommend, even if some files cannot be used; else 1.",
    )
    library.add_argument("folder", type=Path, help="the music folder")
    library.add_argument("--name", help="name of the library (that of the folder)")
    library.add_argument("--jobs", type=positive_int, default=-1, help="processes (one per core)")
    library.set_defaults(run=_library, missing=UNUSABLE)
    watch = commands.add_parser(
        "watch",
        help="keep a library up to date while music is added to its folder",
        description="Wait for music to appear in a folder. Each file is analyzed once it is "
        "completely written, and added to the library of the folder (as by genre library). Its "
        "genre, similar songs and your preference score are printed. It may be stopped at any "
        "time and continues where it was. Exit status: 0 at the end of --once, 1 if the folder "
        "cannot be watched, 2 if a model is missing or the library cannot be saved.",
    )
    watch.add_argument("folder", type=Path, help="the music folder")
    watch.add_argument("--name", help="name of the library (that of the folder)")
    watch.add_argument("--model", help="model that predicts the genre (see `genre models`)")
    watch.add_argument(
        "-k", type=positive_int, default=3, help="number of similar songs to print (3)"
    )
    add_feedback_argument(
        watch, action="append", help="file of likes and skips of a user (may be repeated)"
    )
    watch.add_argument(
        "--settle",
        type=number_between(0, 3600),
        default=3.0,
        metavar="SECONDS",
        help="read a file once it has not changed for this time (3)",
    )
    watch.add_argument("--poll", action="store_true", help="check every second: for network drives")
    watch.add_argument("--once", action="store_true", help="end when all existing files are added")
    watch.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines for other programs: one per file, also if it cannot be used",
    )
    watch.set_defaults(run=_watch)


def _library(options: argparse.Namespace) -> int:
    from genre_utils.audio import count_unreadable, format_unreadable  # noqa: PLC0415
    from genre_utils.data import walk_files  # noqa: PLC0415
    from genre_utils.tool.library import library_file, library_of_file, save_songs  # noqa: PLC0415
    from genre_utils.tool.songs import read_songs  # noqa: PLC0415

    folder = options.folder.expanduser()
    encoder = has_encoder()
    library_file(folder, options.name)
    with quiet_libraries():
        songs = read_songs(
            folder, encoder=encoder, n_jobs=options.jobs, progress=sys.stderr.isatty()
        )
    target = save_songs(songs, folder, options.name)
    for fault in songs.faults.itertuples():
        print_message(f"{fault.file}: {fault.reason}")
    if unread := count_unreadable(walk_files(folder)):
        print_message(f"{format_unreadable(unread)}.")
    copies = len(songs.tracks) - songs.tracks["song"].nunique()
    more = f", {copies} of them copies of another one" if copies else ""
    print_lines(
        f"{len(songs.tracks)} recordings{more}. The library is saved in {target}.",
        f"Next: genre recommend SONG --songs {library_of_file(target)}",
    )
    return 0


def _watch(options: argparse.Namespace) -> int:
    require_live("watchdog")
    from genre_utils.tool.feedback_file import feedback_path  # noqa: PLC0415
    from genre_utils.tool.library import library_file, library_of_file  # noqa: PLC0415
    from genre_utils.tool.watch import watch_folder  # noqa: PLC0415

    folder = options.folder.expanduser()
    encoder = has_encoder()
    model = _load_model(options.model, encoder=encoder)
    name = library_of_file(library_file(folder, options.name))
    files = {"you": feedback_path()}
    if options.feedback:
        stems = [path.stem for path in options.feedback]
        files = {
            stem if stems.count(stem) == 1 else str(path): path
            for stem, path in zip(stems, options.feedback, strict=True)
        }
    feedback = FeedbackOfUsers(files, name)
    if folder.is_dir() and not options.once:
        print_message(f"Watching {folder}; press Ctrl-C to stop.")
    song = None
    with quiet_libraries():
        for song in watch_folder(
            folder,
            name=options.name,
            encoder=encoder,
            model=model,
            feedback=feedback,
            k=options.k,
            settle=options.settle,
            poll=options.poll,
            once=options.once,
        ):
            if options.json:
                print_json(asdict(song))
            elif song.track:
                print_lines(*_as_text(song))
            if song.error:
                print_message(f"{song.file}: {song.error}")
    if song is None:
        print_message(f"Nothing is new in {folder}.")
    return 0


class FeedbackOfUsers(Mapping[str, "Feedback"]):
    """Feedback by user, each read again when its file has changed.

    A file that cannot be used raises `FeedbackError`; if it is damaged later, a message is printed
    and the former content is used.
    """

    def __init__(self, files: Mapping[str, Path], collection: str) -> None:
        from genre_utils.tool.feedback_file import read_feedback  # noqa: PLC0415

        self._files, self._collection = files, collection
        self._states = {user: self._state(user) for user in files}
        self._feedback = {user: read_feedback(path, collection) for user, path in files.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, user: str) -> Feedback:
        from genre_utils.tool.feedback_file import FeedbackError, read_feedback  # noqa: PLC0415

        if (state := self._state(user)) != self._states[user]:
            self._states[user] = state
            try:
                self._feedback[user] = read_feedback(self._files[user], self._collection)
            except FeedbackError as error:
                print_message(error)
        return self._feedback[user]

    def _state(self, user: str) -> tuple[int, int] | None:
        from genre_utils.tool.debounce import file_state  # noqa: PLC0415

        return file_state(self._files[user])


def _load_model(name: str | None, *, encoder: bool) -> Model | None:
    """The model that predicts genres; without a name, None if there is none."""
    from genre_utils.models import LinearModel, ModelError, load_model  # noqa: PLC0415

    try:
        model = load_model(name)
    except ModelError as error:
        if name:
            raise
        print_message(f"No genres are predicted. {error}")
        return None
    if isinstance(model, LinearModel) and not encoder:
        if name:
            raise ModelError(f"The model {name} needs the pretrained encoder.")
        return None
    return model


def _as_text(song: NewSong) -> list[str]:
    lines = [song.track]
    if song.genre:
        unsure = "" if song.sure else ", not sure"
        lines.append(f"  Predicted genre: {song.genre} ({song.probability:.0%}{unsure}).")
    if song.same_song:
        lines.append(f"  The same song as {song.same_song}.")
    if song.similar:
        similar = ", ".join(f"{track} ({cosine:.2f})" for track, cosine in song.similar.items())
        lines.append(f"  Similar to {similar}.")
    for user, score in song.preference.items():
        whose = "your likes" if user == "you" else f"the likes of {user}"
        lines.append(f"  Closer to {whose} than {score:.0%} of the songs.")
    return lines

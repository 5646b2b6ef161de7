"""`genre watch`: a folder to which music is added."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import count, has_encoder, need, quiet_libraries, say

if TYPE_CHECKING:
    from genre_utils.models import Model
    from genre_utils.recommend import Taste
    from genre_utils.tool.watch import Placed


def add_watch_command(commands: argparse._SubParsersAction) -> None:
    """Add `watch`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    watch = commands.add_parser(
        "watch",
        help="hear and place the music that appears in a folder",
        description="Wait for music to appear in a folder. Each file is heard once it is written, "
        "added to the catalogue of the folder (as genre library does), and placed: which genre it "
        "sounds like, which songs are like it, and how near it is to what is liked. It may be "
        "stopped at any time, and goes on where it was. Exit status: 0 at the end of --once, 1 "
        "if the folder cannot be watched, 2 if a model is missing or the catalogue cannot be kept.",
    )
    watch.add_argument("folder", type=Path, help="where the music appears")
    watch.add_argument("--name", help="what to call its catalogue (as the folder)")
    watch.add_argument("--model", help="name of the model that tells genres (see `genre models`)")
    watch.add_argument("-k", type=count, default=3, help="how many similar songs to name (3)")
    watch.add_argument(
        "--taste",
        type=Path,
        action="append",
        metavar="FILE",
        help="file of likes and skips of a listener (may be given several times)",
    )
    watch.add_argument(
        "--settle",
        type=_seconds,
        default=3.0,
        metavar="SECONDS",
        help="read a file once it has not changed for so long (3)",
    )
    watch.add_argument("--poll", action="store_true", help="look every second: for network drives")
    watch.add_argument("--once", action="store_true", help="end when all that is there is placed")
    watch.add_argument(
        "--json",
        action="store_true",
        help="print JSON lines, for other programs: a file each, also one that cannot be used",
    )
    watch.set_defaults(run=_watch)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0 to 3600")
    return value


def _watch(options: argparse.Namespace) -> int:
    need("watchdog")
    from genre_utils.tool.feedback_file import taste_path  # noqa: PLC0415
    from genre_utils.tool.library import library_file  # noqa: PLC0415
    from genre_utils.tool.watch import watch_folder  # noqa: PLC0415

    folder = options.folder.expanduser()
    encoder = has_encoder()
    model = _model(options.model, encoder=encoder)
    name = library_file(folder, options.name).name.removesuffix(".songs.parquet")
    files = options.taste or [taste_path()]
    stems = [path.stem for path in files]
    names = [
        "you" if not options.taste else stem if stems.count(stem) == 1 else str(path)
        for stem, path in zip(stems, files, strict=True)
    ]
    tastes = Tastes(dict(zip(names, files, strict=True)), name)
    if folder.is_dir() and not options.once:
        say(f"Watching {folder}; Ctrl-C ends it.")
    placed = None
    with quiet_libraries():
        for placed in watch_folder(
            folder,
            name=options.name,
            encoder=encoder,
            model=model,
            tastes=tastes,
            k=options.k,
            settle=options.settle,
            poll=options.poll,
            once=options.once,
        ):
            _tell(placed, as_json=options.json)
    if placed is None:
        say(f"Nothing is new in {folder}.")
    return 0


class Tastes(Mapping[str, "Taste"]):
    """Tastes of listeners, each read anew once its file has changed.

    Parameters
    ----------
    files
        Of each listener, by name.
    collection
        Which songs they are about.

    Raises
    ------
    TasteError
        If a file cannot be used; of one that is damaged later, it is said, and what it held counts.
    """

    def __init__(self, files: Mapping[str, Path], collection: str) -> None:
        from genre_utils.tool.feedback_file import read_taste  # noqa: PLC0415

        self._files, self._collection = files, collection
        self._states = {who: self._state(who) for who in files}
        self._read = {who: read_taste(path, collection) for who, path in files.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, who: str) -> Taste:
        from genre_utils.tool.feedback_file import TasteError, read_taste  # noqa: PLC0415

        if (state := self._state(who)) != self._states[who]:
            self._states[who] = state
            try:
                self._read[who] = read_taste(self._files[who], self._collection)
            except TasteError as error:
                say(error)
        return self._read[who]

    def _state(self, who: str) -> tuple[int, int] | None:
        from genre_utils.tool.debounce import state_of  # noqa: PLC0415

        return state_of(self._files[who])


def _model(name: str | None, *, encoder: bool) -> Model | None:
    """The model that tells genres; without a name, none where there is none."""
    from genre_utils.models import LinearModel, ModelError, load_model  # noqa: PLC0415

    try:
        model = load_model(name)
    except ModelError as error:
        if name:
            raise
        say(f"No genres are told. {error}")
        return None
    if isinstance(model, LinearModel) and not encoder:
        if name:
            raise ModelError(f"The model {name} needs the pretrained encoder.")
        return None
    return model


def _tell(placed: Placed, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(placed)), flush=True)
    elif placed.track:
        print(_as_text(placed), flush=True)
    if placed.error:
        say(f"{placed.file}: {placed.error}")


def _as_text(placed: Placed) -> str:
    lines = [placed.track]
    if placed.genre:
        sure = "" if placed.sure else ", not sure"
        lines.append(f"  Sounds like {placed.genre} ({placed.probability:.0%}{sure}).")
    if placed.same:
        lines.append(f"  The same song as {placed.same}.")
    if placed.like:
        told = ", ".join(f"{track} ({near:.2f})" for track, near in placed.like.items())
        lines.append(f"  Like {told}.")
    for name, share in placed.pleases.items():
        lines.append(f"  Nearer to what {name} like{_s(name)} than {share:.0%} of the others.")
    return "\n".join(lines)


def _s(name: str) -> str:
    return "" if name == "you" else "s"

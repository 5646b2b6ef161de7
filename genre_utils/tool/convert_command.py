"""`genre convert`: a song in the manner of another genre."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import named, quiet_libraries, say

if TYPE_CHECKING:
    import numpy as np

    from genre_utils.models import Manner

# As `genre_utils.models.METHODS`, which is loaded when it is needed. `genre --help` does not wait.
_METHODS = ("style", "bands", "drums")
_FORMATS = (".wav", ".flac")  # what is lossless cannot overshoot
_LONGEST = 600  # seconds


def add_convert_command(commands: argparse._SubParsersAction) -> None:
    """Add `convert`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    convert = commands.add_parser(
        "convert",
        help="write a song in the manner of another genre",
        description="Write a song in the manner of another genre, as some songs of a collection "
        "have it: mono, 22050 Hz, as long and as loud as it was. Notebook 10 measures what each "
        "method changes, and what it leaves. Exit status: 0, 1 if nothing was written.",
    )
    convert.add_argument("song", type=Path, help="audio file")
    convert.add_argument("--to", required=True, metavar="GENRE", help="a genre of the collection")
    convert.add_argument(
        "-o", "--output", required=True, type=Path, help=f"file to write ({', '.join(_FORMATS)})"
    )
    convert.add_argument(
        "--method",
        choices=_METHODS,
        default=_METHODS[0],
        help="style: what the pretrained encoder hears (default; needs TensorFlow); bands: a "
        "filter; drums: other drums at the song's tempo",
    )
    convert.add_argument(
        "--songs", metavar="DATA", help="folder of genre folders (GTZAN_HOME, or data/gtzan)"
    )
    convert.add_argument("--force", action="store_true", help="replace the output if it is there")
    convert.add_argument("--seed", type=int, default=0, help="of the choice of songs")
    convert.set_defaults(run=_convert, missing=1)


def _convert(options: argparse.Namespace) -> int:
    wrong = _wrong_output(options)
    if wrong:
        say(wrong)
        return 1
    with quiet_libraries(), named(str(options.song)):
        y = _read(options.song)
        manner = _manner(options)
        made = _made(y, manner, options.method)
    try:
        _write(options.output, made)
    except OSError as error:
        say(f"{options.output} cannot be written: {error.strerror or error}")
        return 1
    print(f"{options.output}: {options.song} after {len(manner.songs)} songs of {manner.genre}.")
    return 0


def _wrong_output(options: argparse.Namespace) -> str:
    """What is wrong with where to write to, before anything is computed; "" if nothing."""
    output: Path = options.output
    if output.suffix.lower() not in _FORMATS:
        return f"{output}: the name of the output must end in {' or '.join(_FORMATS)}"
    if not output.parent.is_dir():
        return f"{output}: there is no folder {output.parent}"
    if output.is_dir():
        return f"{output} is a folder"
    if output.exists():
        if options.song.exists() and output.samefile(options.song):
            return f"{output} is the song itself"
        if not options.force:
            return f"{output} is there already; --force replaces it"
    return "the seed must not be negative" if options.seed < 0 else ""


def _read(song: Path) -> np.ndarray:
    from genre_utils.audio import AudioError, duration, load_audio  # noqa: PLC0415

    seconds = duration(song)
    if seconds > _LONGEST:
        raise AudioError(f"{seconds / 60:.0f} minutes are too long; at most {_LONGEST // 60}")
    return load_audio(song)


def _manner(options: argparse.Namespace) -> Manner:
    """Hear songs of the genre; never the song that is to be converted."""
    from genre_utils.data import (  # noqa: PLC0415
        DatasetError,
        NoCollection,
        find_root,
        read_dataset,
    )
    from genre_utils.models import gather_manner  # noqa: PLC0415

    try:
        tracks = read_dataset(find_root(options.songs)).tracks
    except NoCollection as error:
        raise DatasetError(
            f"Songs of {options.to} are needed to learn from: name a folder of genre folders by "
            "--songs, or fetch a collection (genre download)."
        ) from error
    own = str(options.song.resolve())
    others = tracks[[str(path) != path or _resolved(path) != own for path in tracks["path"]]]
    return gather_manner(others, options.to, seed=options.seed)


def _resolved(path: str) -> str:
    return str(Path(path).resolve())


def _made(y: np.ndarray, manner: Manner, method: str) -> np.ndarray:
    from tqdm import tqdm  # noqa: PLC0415

    from genre_utils.audio import SAMPLE_RATE  # noqa: PLC0415
    from genre_utils.models import convert, count_steps  # noqa: PLC0415

    total = count_steps(len(y) / SAMPLE_RATE) if method == "style" else 1
    with tqdm(total=total, desc=f"to {manner.genre}", unit="step", disable=None) as bar:
        made = convert(y, manner, method, watch=lambda painted: bar.update(painted.step - bar.n))
        bar.update(total - bar.n)
    return made


def _write(output: Path, made: np.ndarray) -> None:
    import soundfile as sf  # noqa: PLC0415

    from genre_utils.audio import SAMPLE_RATE  # noqa: PLC0415
    from genre_utils.files import replacing  # noqa: PLC0415

    with replacing(output) as temporary:
        try:
            sf.write(temporary, made, SAMPLE_RATE, format=output.suffix[1:].upper())
        except sf.LibsndfileError as error:  # a disk that is full has no errno here
            raise OSError(str(error)) from error

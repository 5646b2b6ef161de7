"""`genre convert`: a song in the style of another genre."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.tool.console import (
    name_in_errors,
    print_lines,
    print_message,
    quiet_libraries,
)

if TYPE_CHECKING:
    import numpy as np

    from genre_utils.models import StyleTarget

# As `genre_utils.models.METHODS`, which is not imported here so that `genre --help` is fast.
_METHODS = ("style", "bands", "drums")
_FORMATS = (".wav", ".flac")  # lossless formats, which cannot overshoot
_LONGEST = 600  # seconds


def add_convert_command(commands: argparse._SubParsersAction) -> None:
    """Add `convert` to the subparsers."""
    convert = commands.add_parser(
        "convert",
        help="convert a song to the style of another genre",
        description="Convert a song to the style of another genre, learned from songs of a "
        "collection: mono, 22050 Hz, with the same length and loudness. Notebook 10 measures what "
        "each method changes. Exit status: 0, or 1 if nothing was written.",
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
        help="style: style transfer with the pretrained encoder (default; needs TensorFlow); "
        "bands: a filter; drums: other drums at the song's tempo",
    )
    convert.add_argument(
        "--songs", metavar="DATA", help="folder of genre folders (GTZAN_HOME, or data/gtzan)"
    )
    convert.add_argument("--force", action="store_true", help="replace an existing output")
    convert.add_argument("--seed", type=int, default=0, help="seed of the choice of songs")
    convert.set_defaults(run=_convert, missing=1)


def _convert(options: argparse.Namespace) -> int:
    if fault := _output_fault(options):
        print_message(fault)
        return 1
    with quiet_libraries(), name_in_errors(str(options.song)):
        y = _read(options.song)
        style = _genre_style(options)
        converted = _convert_signal(y, style, options.method)
    try:
        _write(options.output, converted)
    except OSError as error:
        print_message(f"{options.output} cannot be written: {error.strerror or error}")
        return 1
    print_lines(
        f"{options.output}: {options.song} in the style of {len(style.songs)} {style.genre} songs."
    )
    return 0


def _output_fault(options: argparse.Namespace) -> str:
    """Why the output cannot be written, checked before anything is computed; or ""."""
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
            return f"{output} exists already; --force replaces it"
    return "the seed must not be negative" if options.seed < 0 else ""


def _read(song: Path) -> np.ndarray:
    from genre_utils.audio import AudioError, duration, load_audio  # noqa: PLC0415

    seconds = duration(song)
    if seconds > _LONGEST:
        raise AudioError(f"{seconds / 60:.0f} minutes are too long; at most {_LONGEST // 60}")
    return load_audio(song)


def _genre_style(options: argparse.Namespace) -> StyleTarget:
    """The style of songs of the genre, without the song that is converted."""
    from genre_utils.data import (  # noqa: PLC0415
        DatasetError,
        NoCollection,
        find_root,
        read_dataset,
    )
    from genre_utils.models import load_style_target  # noqa: PLC0415

    try:
        tracks = read_dataset(find_root(options.songs)).tracks
    except NoCollection as error:
        raise DatasetError(
            f"Songs of the genre {options.to} are needed: name a folder of genre folders with "
            "--songs, or download a collection (genre download)."
        ) from error
    own = str(options.song.resolve())
    others = tracks[[str(path) != path or _resolved(path) != own for path in tracks["path"]]]
    return load_style_target(others, options.to, seed=options.seed)


def _resolved(path: str) -> str:
    return str(Path(path).resolve())


def _convert_signal(y: np.ndarray, style: StyleTarget, method: str) -> np.ndarray:
    from tqdm import tqdm  # noqa: PLC0415

    from genre_utils.audio import SAMPLE_RATE  # noqa: PLC0415
    from genre_utils.models import convert, count_steps  # noqa: PLC0415

    total = count_steps(len(y) / SAMPLE_RATE) if method == "style" else 1
    with tqdm(total=total, desc=f"to {style.genre}", unit="step", disable=None) as bar:
        converted = convert(y, style, method, progress=bar.update)
        bar.update(total - bar.n)
    return converted


def _write(output: Path, y: np.ndarray) -> None:
    import soundfile as sf  # noqa: PLC0415

    from genre_utils.audio import SAMPLE_RATE  # noqa: PLC0415
    from genre_utils.files import replacing  # noqa: PLC0415

    with replacing(output) as temporary:
        try:
            sf.write(temporary, y, SAMPLE_RATE, format=output.suffix[1:].upper())
        except sf.LibsndfileError as error:  # a disk that is full has no errno here
            raise OSError(str(error)) from error

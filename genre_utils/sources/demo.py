"""A collection synthesized on the spot, in the layout of the real one.

Ten small genres, each a row in a table of recipes, are played with NumPy and SciPy alone, so that
everything can be run and tested without a download. Scores on it say nothing about music.

Artists bend their recipe towards a related genre and keep their sound from track to track: genres
overlap, and a model that has heard an artist before has it easier. One fault is there on purpose:
the last rock track equals the one before it byte for byte, and the partition leaves it out.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import wavfile
from tqdm import tqdm

from genre_utils.sources.synth import GENRES, SAMPLE_RATE, synthesize

VERSION = 2
MARKER = "DEMO.json"
SENTENCE = "This collection was synthesized: its tracks and artists are invented."
FIRST = ("Abel", "Élodie", "Ilse", "Jorun", "Maribel", "Orrin", "Tamsin", "Völund")
LAST = ("Callowhey", "Marchetaux", "Oberlind", "Teagle", "Vantreese")
SIDES = {1: ["train"], 2: ["train", "test"], 3: ["train", "valid", "test"]}
SIDES[4] = ["train", "train", "valid", "test"]  # one for each artist of a genre


def write_demo(
    root: Path,
    *,
    tracks_per_genre: int = 8,
    seconds: float = 12.0,
    seed: int = 0,
    progress: bool = True,
) -> Path:
    """Write a collection of invented tracks, or leave the one that is there already.

    It appears whole or not at all: two processes that write it at once do not harm each other.

    Parameters
    ----------
    root : Path
        Where to: a new or empty folder, or a demo collection, which is replaced if it was made
        with other parameters.
    tracks_per_genre : int
        At least 1. From 4 on, every genre is on all three sides of the partition.
    seconds : float
        Length of each track, at least 1.
    seed : int
        Another seed makes other tracks by the same artists. Not negative.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        `root`, which holds `genres_original`, `images_original`, `splits`, `meta`, `tempo` and the
        marker `DEMO.json`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `root` holds anything that is not the demo's.
    """
    if tracks_per_genre < 1 or seconds < 1 or seed < 0:
        raise ValueError("A demo needs a track a genre, a second a track, and a seed from 0 up.")
    marker: dict[str, object] = {
        "synthetic": True,
        "version": VERSION,
        "seed": seed,
        "seconds": seconds,
    }
    marker |= {"tracks_per_genre": tracks_per_genre, "sentence": SENTENCE}
    target = Path(root).resolve()
    if _is_settled(target, marker):
        return Path(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
    ) as beside:
        built = Path(beside, "built")
        _build(built, marker, progress)
        _install(built, target, marker)
    return Path(root)


def is_demo(root: Path) -> bool:
    """Tell whether a folder holds a collection written by `write_demo`."""
    return bool(_marker(Path(root)))


def _marker(root: Path) -> dict:
    try:
        found = json.loads((root / MARKER).read_text(encoding="utf-8"))
        return found if found["synthetic"] is True else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _files(tracks: int) -> set[str]:
    names = {MARKER, "meta/GTZANindex.txt", *(f"splits/{s}_filtered.txt" for s in SIDES[3])}
    for genre in GENRES:
        for n in (f"{number:05d}" for number in range(tracks)):
            names |= {f"genres_original/{genre}/{genre}.{n}.wav", f"tempo/gtzan_{genre}_{n}.bpm"}
            names.add(f"images_original/{genre}/{genre}{n}.png")
    return names


def _is_settled(root: Path, marker: dict) -> bool:
    """Tell whether the wanted demo is there; refuse if what is there is not ours to replace."""
    found = _marker(root)
    ours = _files(found["tracks_per_genre"]) if found else set()
    paths = (p for p in root.rglob("*") if not p.is_dir()) if found else root.glob("*")
    there = {path.relative_to(root).as_posix() for path in paths}
    if _marker(root) != found:  # another process has just replaced it
        return _is_settled(root, marker)
    if found == marker and ours <= there:
        return True
    if there - ours or root.is_file():
        what = min(there - ours, default="a file")
        raise ValueError(f"{root} is or holds what no demo does ({what}): name another folder.")
    return False


def _install(built: Path, target: Path, marker: dict) -> None:
    for attempt in range(5):
        try:
            if _is_settled(target, marker):
                return
            if target.exists():
                target.replace(built.with_name(f"former{attempt}"))
            built.replace(target)
            return
        except OSError:  # another process was faster: look again
            if attempt == 4:
                raise


def _build(root: Path, marker: dict, progress: bool) -> None:
    tracks, seed, seconds = (marker[n] for n in ("tracks_per_genre", "seed", "seconds"))
    for name in _files(tracks):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    sides: dict[str, str] = dict.fromkeys(SIDES[3], "")
    index = ""
    everything = [(genre, number) for genre in GENRES for number in range(tracks)]
    for genre, number in tqdm(everything, "Synthesizing", unit="track", disable=not progress):
        songs = tracks - (genre == "rock" and tracks > 1)
        song = min(number, songs - 1)
        artists = min(4, songs)
        artist = song * artists // songs
        track_seed = seed * 100_000 + song
        y, tempo = synthesize(genre, seconds=seconds, seed=track_seed, artist=artist)
        stem = f"{genre}/{genre}.{number:05d}.wav"
        wave = np.round(y * 32767).astype(np.int16)
        wavfile.write(root / "genres_original" / stem, SAMPLE_RATE, wave)
        _picture(y).save(root / f"images_original/{genre}/{genre}{number:05d}.png")
        (root / f"tempo/gtzan_{genre}_{number:05d}.bpm").write_text(f"{tempo:.4f}\n")
        if song == number:
            sides[SIDES[artists][artist]] += f"{stem}\n"
        first, last = divmod(4 * GENRES.index(genre) + artist, len(LAST))
        credit = f"{FIRST[first]} {LAST[last]} ::: {genre.title()} Piece No. {song + 1}"
        if genre in ("classical", "country", "jazz") and number == tracks - 1:
            credit = " ::: "
        index += f"{Path(stem).name} ::: {credit}\n"
    for side, lines in sides.items():
        (root / f"splits/{side}_filtered.txt").write_text(lines)
    (root / "meta/GTZANindex.txt").write_text(index, encoding="latin-1")
    (root / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")


def _picture(y: np.ndarray) -> Image.Image:
    """Draw the log power spectrogram, 0 to 11025 Hz from below, in a white margin."""
    frames = np.lib.stride_tricks.sliding_window_view(y, 256)
    frames = frames[np.linspace(0, len(frames) - 1, 248).astype(int)] * np.hanning(256)
    power = np.abs(np.fft.rfft(frames)) ** 2
    rows = ((np.arange(187) + 0.5) / 187 * 129).astype(int)
    power = np.log(power[:, rows].T[::-1] + 1e-10)
    canvas = np.full((195, 260), 255, np.uint8)
    canvas[4:191, 6:254] = 254 * (power - power.min()) / np.ptp(power)
    image = Image.fromarray(canvas)
    import matplotlib  # noqa: PLC0415  (slow, and only who writes a demo needs it)

    palette = matplotlib.colormaps["viridis"](np.linspace(0, 1, 255), bytes=True)[:, :3]
    image.putpalette([*palette.ravel().tolist(), 255, 255, 255])
    return image


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m genre_utils.sources.demo", description=__doc__)
    parser.add_argument("root", type=Path, help="folder to write, new or a demo collection")
    parser.add_argument("--tracks-per-genre", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args(arguments))
    root = options.pop("root")
    try:
        write_demo(root, **options)
    except (OSError, ValueError) as error:
        print(f"The demo collection cannot be written to {root}: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Names: which files are music or pictures, and which track a file name stands for."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from genre_utils.audio import AUDIO_SUFFIXES

GTZAN_GENRES = (
    "blues classical country disco hiphop jazz metal pop reggae rock".split()  # in the usual order
)
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
AUDIO_FOLDERS = ("genres_original", "genres")

_ENDINGS = "|".join(e[1:] for e in sorted(AUDIO_SUFFIXES | PICTURE_SUFFIXES)) + "|bpm"
_ENDING = re.compile(rf"\.({_ENDINGS})$", re.IGNORECASE)
_GTZAN_NAME = re.compile(rf"(?:gtzan_)?({'|'.join(GTZAN_GENRES)})[._]?(\d{{5}})")


def parse_track_id(filename: str) -> str:
    r"""Track of a file name.

    "blues.00000" of "blues/blues.00000.wav", of "blues00000.png" and of
    "gtzan_blues_00000.bpm"; for names that are not GTZAN's, the name without its ending. A byte
    that is not UTF-8 becomes ``\udce9`` or so, because tables hold nothing but text.
    """
    path = printable(_ENDING.sub("", filename))
    found = _GTZAN_NAME.fullmatch(path.rsplit("/", 1)[-1])
    return f"{found[1]}.{found[2]}" if found else path


def printable(name: str) -> str:
    """A file name as text: what of it is none, as bytes that are not UTF-8, is written out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def walk_files(folder: Path) -> Iterator[Path]:
    """Files below a folder and the folders it links to, each folder once, hidden ones not."""
    seen = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (Path(here) / name for name in sorted(names) if not name.startswith("."))


def name_tracks(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give every audio file the name of its track.

    Parameters
    ----------
    names
        Files as "genre/name.wav" or "genre/folder/name.wav". Of files that would share a name,
        the first has it; the others keep their whole path, ending included.

    Yields
    ------
    track_id, name
        Of those that have the ending of an audio file, in the order given. The track is text
        (see `parse_track_id`), the name as it was given.
    """
    seen: set[str] = set()
    for name in names:
        genre, _, inside = name.partition("/")
        stem, ending = posixpath.splitext(name)
        if ending.lower() not in AUDIO_SUFFIXES:
            continue
        track = parse_track_id(posixpath.basename(inside))
        if not track.startswith(f"{printable(genre)}."):
            track = printable(stem)
        if track in seen:
            track = printable(name)
        seen.add(track)
        yield track, name


def find_parts(folders: Iterable[str], is_there: Callable[[str], bool]) -> str:
    """Folder with the parts of a collection: "" for the root, or "Data/", or another one in it.

    Parameters
    ----------
    folders
        Names of the folders in the root.
    is_there
        Says whether a folder, or a table (.csv), of that path below the root is there.
    """
    parts = (*AUDIO_FOLDERS, "features_30_sec.csv")
    candidates = ("", "Data/", *sorted(f"{folder}/" for folder in folders))
    return next((c for c in candidates if any(is_there(c + part) for part in parts)), "")


def find_audio(parts: str, is_there: Callable[[str], bool]) -> str:
    """Folder with the genre folders, ending in "/": "genres/", or where the parts are.

    Parameters
    ----------
    parts, is_there
        As from and for `find_parts`.
    """
    return next((f"{parts}{f}/" for f in AUDIO_FOLDERS if is_there(parts + f)), parts)

"""What somebody likes and skips, in a small file of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from genre_utils.files import write_text

TASTE_VARIABLE = "GENRE_UTILS_TASTE"
FORMAT = 1


class TasteError(ValueError):
    """A file of likes and skips cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Taste:
    """Tracks that were liked and skipped, the oldest first; the last word on a track counts."""

    likes: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()

    def told(self, *, like: Iterable[str] = (), skip: Iterable[str] = ()) -> Taste:
        """Return the taste after more likes and skips."""
        likes, skips = dict.fromkeys(self.likes), dict.fromkeys(self.skips)
        for track in like:
            skips.pop(track, None)
            likes[track] = None
        for track in skip:
            likes.pop(track, None)
            skips[track] = None
        return Taste(tuple(likes), tuple(skips))


def taste_path() -> Path:
    """Where likes and skips are kept: ``GENRE_UTILS_TASTE`` or the user's folder for data."""
    named = os.environ.get(TASTE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("genre_utils")) / "taste.json"


def read_taste(path: Path) -> Taste:
    """Read likes and skips; of a file that is not there, none.

    Raises
    ------
    TasteError
        If the file is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise TasteError(f"{path} was written by another version. Remove it to begin anew.")
        likes, skips = found["likes"], found["skips"]
        if not all(isinstance(name, str) for name in [*likes, *skips]):
            raise TypeError
    except FileNotFoundError:
        return Taste()
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, TasteError):
            raise
        raise TasteError(f"{path} holds no likes and skips. Name another file.") from error
    except OSError as error:
        raise TasteError(f"{path} cannot be read ({error.strerror}).") from error
    return Taste(tuple(likes), tuple(skips))


def tell_taste(path: Path, *, like: Iterable[str] = (), skip: Iterable[str] = ()) -> Taste:
    """Add likes and skips to a file; calls at the same time wait for each other.

    Parameters
    ----------
    path
        The file; made if it is not there, replaced whole or not at all.
    like, skip
        Tracks.

    Returns
    -------
    Taste
        What the file holds now.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
            taste = read_taste(path).told(like=like, skip=skip)
            held = {"format": FORMAT, "likes": taste.likes, "skips": taste.skips}
            write_text(path, json.dumps(held, indent=2, ensure_ascii=False) + "\n")
    except Timeout as error:
        raise TasteError(f"{path} is in use by another program; try again.") from error
    except OSError as error:
        raise TasteError(f"{path} cannot be written ({error.strerror}).") from error
    return taste


def forget_taste(path: Path) -> None:
    """Delete a file of likes and skips."""
    path.unlink(missing_ok=True)

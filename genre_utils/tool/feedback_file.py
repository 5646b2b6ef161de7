"""What somebody likes and skips, collection by collection, in a small file of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from genre_utils.files import write_text
from genre_utils.recommend import Taste

TASTE_VARIABLE = "GENRE_UTILS_TASTE"
# Format 1 knew no collections: its likes and skips are those of "".
FORMAT = 2


class TasteError(ValueError):
    """A file of likes and skips cannot be used; the message says what to do."""


def taste_path() -> Path:
    """Where likes and skips are kept: ``GENRE_UTILS_TASTE`` or the user's folder for data."""
    named = os.environ.get(TASTE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("genre_utils")) / "taste.json"


def read_tastes(path: Path) -> dict[str, Taste]:
    """Read all likes and skips of a file, by collection; of a file that is not there, none.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Under "", if there are any, those that name no collection.

    Raises
    ------
    TasteError
        If the file is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] not in (1, FORMAT):
            raise TasteError(f"{path} was written by another version. Remove it to begin anew.")
        collections = found["collections"] if found["format"] == FORMAT else {}
        tastes = {"": found, **collections}
        read = {name: Taste(_names(t["likes"]), _names(t["skips"])) for name, t in tastes.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, TasteError):
            raise
        raise TasteError(f"{path} holds no likes and skips. Name another file.") from error
    except OSError as error:
        raise TasteError(f"{path} cannot be read ({error.strerror}).") from error
    return {name: taste for name, taste in read.items() if taste != Taste()}


def _names(found: object) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise TypeError
    return tuple(found)


def read_taste(path: Path, collection: str = "") -> Taste:
    """Read likes and skips of one collection, and those that name none.

    Parameters
    ----------
    path
        The file; if it is not there, nothing was liked.
    collection
        Its name.

    Raises
    ------
    TasteError
        If the file is something else.
    """
    return _taste_in(read_tastes(path), collection)


def _taste_in(tastes: Mapping[str, Taste], collection: str) -> Taste:
    own = tastes.get(collection, Taste())
    return tastes.get("", Taste()).told(like=own.likes, skip=own.skips)


def tell_taste(
    path: Path, collection: str = "", *, like: Iterable[str] = (), skip: Iterable[str] = ()
) -> Taste:
    """Add likes and skips to a file; calls at the same time wait for each other.

    Parameters
    ----------
    path
        The file; made if it is not there, replaced whole or not at all.
    collection
        Name of the collection whose tracks they are.
    like, skip
        Tracks.

    Returns
    -------
    Taste
        What the file holds now of this collection, as `read_taste` gives it.
    """
    with _held(path, "written"):
        tastes = read_tastes(path)
        tastes[collection] = tastes.get(collection, Taste()).told(like=like, skip=skip)
        write_text(path, tastes_as_json(tastes, format=FORMAT) + "\n")
    return _taste_in(tastes, collection)


def forget_taste(path: Path) -> dict[str, Taste] | None:
    """Delete a file of likes and skips, damaged or not.

    Parameters
    ----------
    path
        The file. One that holds no likes and skips is deleted only if its name ends in ".json":
        a slip must not delete a song.

    Returns
    -------
    dict or None
        What it held, as `read_tastes` gives it; None if that cannot be read.

    Raises
    ------
    TasteError
        If it cannot be deleted, or is something else.
    """
    if not os.path.lexists(path):
        return {}
    with _held(path, "deleted"):
        tastes: dict[str, Taste] | None = None
        try:
            tastes = read_tastes(path)
        except TasteError:
            if path.suffix != ".json":
                raise
        path.unlink(missing_ok=True)
    return tastes


def tastes_as_json(tastes: Mapping[str, Taste], **about: object) -> str:
    """Write likes and skips as in a file: those without a collection, then each collection's.

    Parameters
    ----------
    tastes
        As from `read_tastes`.
    **about
        What to put before them.
    """
    named = {name: asdict(taste) for name, taste in tastes.items() if name}
    whole = {**about, **asdict(tastes.get("", Taste())), "collections": named}
    return json.dumps(whole, indent=2)


@contextmanager
def _held(path: Path, done: str) -> Iterator[None]:
    """Keep a file for oneself; what fails is a sentence."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
            yield
    except Timeout as error:
        raise TasteError(f"{path} is in use by another program; try again.") from error
    except OSError as error:
        raise TasteError(f"{path} cannot be {done} ({error.strerror}).") from error

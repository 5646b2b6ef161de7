"""The user's file of likes and skips, by collection."""

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
from genre_utils.recommend import Feedback

# The second name of each is that of earlier versions.
VARIABLES = ("GENRE_UTILS_FEEDBACK", "GENRE_UTILS_TASTE")
NAMES = ("feedback.json", "taste.json")
FORMAT = 2  # format 1 had no collections: its likes and skips are those of ""


class FeedbackError(ValueError):
    """A file of likes and skips cannot be used; the message says what to do."""


def feedback_path() -> Path:
    """The file: ``GENRE_UTILS_FEEDBACK``, or one in the user's data folder."""
    for variable in VARIABLES:
        if named := os.environ.get(variable):
            return Path(named)
    files = [Path(platformdirs.user_data_dir("genre_utils")) / name for name in NAMES]
    return next((file for file in files if file.exists()), files[0])


def read_all_feedback(path: Path) -> dict[str, Feedback]:
    """Read the feedback of a file by collection; "" has the one that names no collection.

    Raises
    ------
    FeedbackError
        If the file is something else. A file that does not exist has no feedback.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] not in (1, FORMAT):
            raise FeedbackError(f"{path} was written by another version. Remove it to start again.")
        collections = content["collections"] if content["format"] == FORMAT else {}
        everything = {
            name: Feedback(_tracks(part["likes"]), _tracks(part["skips"]))
            for name, part in {"": content, **collections}.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, FeedbackError):
            raise
        raise FeedbackError(f"{path} has no likes and skips. Name another file.") from error
    except OSError as error:
        raise FeedbackError(f"{path} cannot be read ({error.strerror}).") from error
    return {name: feedback for name, feedback in everything.items() if feedback != Feedback()}


def _tracks(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError
    return tuple(value)


def read_feedback(path: Path, collection: str = "") -> Feedback:
    """Read the feedback on one collection, and that which names no collection."""
    return _merged(read_all_feedback(path), collection)


def _merged(everything: Mapping[str, Feedback], collection: str) -> Feedback:
    own = everything.get(collection, Feedback())
    return everything.get("", Feedback()).add(like=own.likes, skip=own.skips)


def add_feedback(
    path: Path, collection: str = "", *, like: Iterable[str] = (), skip: Iterable[str] = ()
) -> Feedback:
    """Add likes and skips to a file, and return what `read_feedback` finds then.

    The file is created if it does not exist, and replaced as a whole; concurrent calls wait for
    each other.
    """
    with _locked(path, "written"):
        everything = read_all_feedback(path)
        everything[collection] = everything.get(collection, Feedback()).add(like=like, skip=skip)
        write_text(path, json.dumps(feedback_as_dict(everything, format=FORMAT), indent=2) + "\n")
    return _merged(everything, collection)


def delete_feedback(path: Path) -> dict[str, Feedback] | None:
    """Delete a file of likes and skips, and return its content; None if it was damaged.

    A damaged file is deleted only if its name ends in ".json", so that a typing error does not
    delete a song: it raises `FeedbackError` instead.
    """
    if not os.path.lexists(path):
        return {}
    with _locked(path, "deleted"):
        everything: dict[str, Feedback] | None = None
        try:
            everything = read_all_feedback(path)
        except FeedbackError:
            if path.suffix != ".json":
                raise
        path.unlink(missing_ok=True)
    return everything


def feedback_as_dict(everything: Mapping[str, Feedback], **about: object) -> dict[str, object]:
    """Feedback as in the file, after what is in `about`."""
    named = {name: asdict(feedback) for name, feedback in everything.items() if name}
    return {**about, **asdict(everything.get("", Feedback())), "collections": named}


@contextmanager
def _locked(path: Path, action: str) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
            yield
    except Timeout as error:
        raise FeedbackError(f"{path} is in use by another program; try again.") from error
    except OSError as error:
        raise FeedbackError(f"{path} cannot be {action} ({error.strerror}).") from error

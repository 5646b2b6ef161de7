"""Find a collection, download one, or synthesize one."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from genre_utils.data.dataset import (
    ENVIRONMENT_VARIABLE,
    HOW_TO_GET_DATA,
    Dataset,
    DatasetError,
    read_dataset,
)
from genre_utils.data.recordings import with_recordings
from genre_utils.sources import DownloadError, get_collection, write_demo


class NoCollection(DatasetError):  # noqa: N818
    """No collection was named, and none is where one is looked for."""


def open_dataset(data: str | Path | None = None) -> Dataset:
    """Find a collection, list what is in it, and listen for recordings that are there twice.

    Searched in this order: `data`, the environment variable ``GTZAN_HOME``, ``data/gtzan`` in the
    working folder or the one above it. If there is none, the mini collection is downloaded into
    the latter; where that fails, the demo collection is synthesized, with a warning.

    Parameters
    ----------
    data
        The collection's folder, in the layout of Kaggle (``genres_original/``, tables and
        pictures, also nested in ``Data/``), of Marsyas or the mini set (``genres/``), or a folder
        of genre folders with audio in them.

    Raises
    ------
    DatasetError
        If a folder that was named is not there, or has neither audio nor a table.
    """
    return with_recordings(read_dataset(_there(data)))


def _there(data: str | Path | None) -> Path:
    """Root of a collection that is there, or is made now."""
    try:
        return find_root(data)
    except NoCollection:
        home = next((folder for folder in _nearby() if folder.is_dir()), _nearby()[0])
    try:
        get_collection(home / "gtzan")
        return home / "gtzan"
    except DownloadError as error:
        warnings.warn(
            f"There is no collection here, so the demo collection is used. {error}", stacklevel=3
        )
    return write_demo(home / "demo")


def find_root(data: str | Path | None = None) -> Path:
    """Find the folder of a collection that is on disk; see `open_dataset`.

    Raises
    ------
    NoCollection
        If none was named, and none is in ``data/gtzan``.
    """
    named = data or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named)
    for folder in _nearby():
        if (folder / "gtzan").is_dir():
            return folder / "gtzan"
    raise NoCollection(f"There is no collection here. {HOW_TO_GET_DATA}")


def _nearby() -> list[Path]:
    return [folder / "data" for folder in (Path.cwd(), Path.cwd().parent)]

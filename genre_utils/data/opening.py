"""Find a collection on disk, else download one, else synthesize one."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import replace
from pathlib import Path

from genre_utils.audio import near_duplicates
from genre_utils.data.dataset import (
    ENVIRONMENT_VARIABLE,
    HOW_TO_GET_DATA,
    Dataset,
    DatasetError,
    read_dataset,
)
from genre_utils.data.deduplicate import identify
from genre_utils.data.download import DownloadError, get_collection
from genre_utils.data.feature_tables import NoUsableAudio, cache_dir, load_features
from genre_utils.files import to_json, write_text

_RECORDINGS_FORMAT = 1


class NoCollection(DatasetError):  # noqa: N818
    """No collection was named, and there is none in the usual places."""


def open_dataset(data: str | Path | None = None) -> Dataset:
    """Find a collection, list what is in it, and identify recordings that are there twice.

    Searched in this order: `data`, the environment variable ``GTZAN_HOME``, ``data/gtzan`` in the
    working folder or the one above it. If there is none, the mini collection is downloaded into the
    latter; where that fails, the demo collection is synthesized, with a warning. A collection is a
    folder in the layout of Kaggle (``genres_original/``, tables and pictures, also nested in
    ``Data/``), of Marsyas or the mini set (``genres/``), or a folder of genre folders with audio.

    Raises
    ------
    DatasetError
        If a folder that was named is not there, or has neither audio nor a table.
    """
    try:
        root = find_root(data)
    except NoCollection:
        home = next((folder for folder in _nearby() if folder.is_dir()), _nearby()[0])
        root = home / "gtzan"
        try:
            get_collection(root)
        except DownloadError as error:
            note = "There is no collection here, so the demo collection is used."
            warnings.warn(f"{note} {error}", stacklevel=2)
            from genre_utils.data.synthetic import write_demo  # noqa: PLC0415

            root = write_demo(home / "demo")
    return _with_recordings(read_dataset(root))


def find_root(data: str | Path | None = None) -> Path:
    """Folder of a collection that is on disk; see `open_dataset`."""
    if named := data or os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named)
    for folder in _nearby():
        if (folder / "gtzan").is_dir():
            return folder / "gtzan"
    raise NoCollection(f"There is no collection here. {HOW_TO_GET_DATA}")


def _nearby() -> list[Path]:
    return [folder / "data" for folder in (Path.cwd(), Path.cwd().parent)]


def _with_recordings(dataset: Dataset) -> Dataset:
    """A collection whose songs are also identified by their fingerprints (cached)."""
    path = cache_dir() / f"recordings-{_RECORDINGS_FORMAT}-{dataset.fingerprint()}.json"
    try:
        pairs = [(str(one), str(other)) for one, other in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError):  # not there, or damaged
        try:
            prints = load_features(dataset, "fingerprint").values["frames"]
            found = near_duplicates(prints.to_dict())
            pairs = list(zip(found["track"], found["other"], strict=True))
        except NoUsableAudio:
            pairs = []
        try:
            write_text(path, to_json(pairs) + "\n")
        except OSError as error:
            warnings.warn(f"{path} cannot be written ({error.strerror}).", stacklevel=3)
    return replace(dataset, tracks=identify(dataset.tracks, pairs))

"""The same recording under several names, found by listening to a whole collection once."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

from genre_utils.audio import near_duplicates
from genre_utils.data.dataset import Dataset
from genre_utils.data.identity import identify
from genre_utils.data.inputs import cache_dir, load_features
from genre_utils.data.tables import NoUsableAudio
from genre_utils.files import to_json, write_text

FORMAT = 1


def with_recordings(dataset: Dataset, *, n_jobs: int = -1, progress: bool = True) -> Dataset:
    """A collection whose songs are also told by their fingerprints.

    What was found is kept in the cache under the collection's fingerprint.

    Parameters
    ----------
    dataset
        As from `read_dataset`, which knows songs by their bytes, artists and titles alone.
    n_jobs
        Processes; -1 for one a core.
    progress
        Whether to show a progress bar.
    """
    path = cache_dir() / f"recordings-{FORMAT}-{dataset.fingerprint()}.json"
    try:
        pairs = [(str(one), str(other)) for one, other in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError):  # not there, or damaged: found again
        pairs = _pairs(dataset, n_jobs, progress)
        try:
            write_text(path, to_json(pairs) + "\n")
        except OSError as error:
            warnings.warn(f"{path} cannot be written ({error.strerror}).", stacklevel=3)
    return replace(dataset, tracks=identify(dataset.tracks, pairs))


def _pairs(dataset: Dataset, n_jobs: int, progress: bool) -> list[tuple[str, str]]:
    try:
        prints = load_features(dataset, "fingerprint", n_jobs=n_jobs, progress=progress)
    except NoUsableAudio:
        return []
    found = near_duplicates(prints.values["frames"].to_dict())
    return list(zip(found["track"], found["other"], strict=True))

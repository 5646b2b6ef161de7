"""A collection's features, kept for `genre recommend` once a report has been made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genre_utils.audio import (
    FEATURE_COLUMNS,
    find_copies,
    fingerprint_of_file,
)
from genre_utils.data import Dataset, Features, NoUsableAudio, load_features
from genre_utils.files import replacing
from genre_utils.models import HOW_TO_GET_A_MODEL, ModelError, model_name, models_dir
from genre_utils.recommend.identity import IDENTITY, KNOWN

_SUFFIX = ".songs.parquet"


@dataclass(frozen=True)
class Library:
    """Songs that can be recommended.

    Attributes
    ----------
    name
        Under which they are kept: the collection's, and the profile's if that is "quick".
    collection
        Name of the collection.
    X
        The 57 features, a row a track.
    tracks
        What is known of them: genre, artist, title, duplicate_of; and song and artist_group, as in
        `Dataset.tracks`.
    prints
        Fingerprint of each track that has audio, as from `genre_utils.audio.fingerprint`.
    synthetic
        Whether the music is invented.
    """

    name: str
    collection: str
    X: pd.DataFrame
    tracks: pd.DataFrame
    prints: Mapping[str, np.ndarray]
    synthetic: bool

    def copies_of(self, path: str | Path | BinaryIO) -> list[str]:
        """Tracks that are the recording in an audio file, whatever its format, bit rate or cut.

        Parameters
        ----------
        path
            As in `load_audio`.

        Raises
        ------
        AudioError
            If the file cannot be read.
        """
        return list(find_copies(fingerprint_of_file(path), self.prints)["track"])


def save_library(
    dataset: Dataset, features: Features, profile: str, prints: pd.Series | None = None
) -> Path:
    """Keep features, names and fingerprints of a collection; replaced whole or not at all.

    Parameters
    ----------
    dataset
        The collection, as from `open_dataset`, which knows songs by their sound too.
    features
        Of the kind "features_30_sec".
    profile
        "quick" or "full".
    prints
        Fingerprint of each track that has audio: ``values["frames"]`` of the kind "fingerprint".
        None for those of `load_features`, which computes what is not in the cache.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    prints = _fingerprints(dataset) if prints is None else prints
    prints = prints.reindex(features.tracks).dropna()
    known = dataset.tracks.loc[features.tracks, [*KNOWN, *IDENTITY]]
    table = pa.Table.from_pandas(features.X.join(known.astype("string")))
    kept = [prints.get(track) for track in features.tracks]
    table = table.append_column("fingerprint", pa.array(kept, pa.list_(pa.uint32())))
    about = {
        "collection": dataset.name,
        "synthetic": dataset.synthetic,
        "fingerprint": dataset.fingerprint(),
    }
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), b"genre_utils": json.dumps(about).encode()}
    )
    target = models_dir() / f"{model_name(dataset.name, profile)}{_SUFFIX}"
    try:
        with replacing(target) as temporary:
            pq.write_table(table, temporary)
    except OSError as error:
        raise ModelError(f"The songs cannot be kept in {target}: {error.strerror}.") from error
    return target


def _fingerprints(dataset: Dataset) -> pd.Series:
    try:
        return load_features(dataset, "fingerprint").values["frames"]
    except NoUsableAudio:
        return pd.Series(dtype=object)


def load_library(name: str | None = None) -> Library:
    """Find songs that were kept.

    Parameters
    ----------
    name
        Of the collection; None for real music before the demo, then the newest.

    Raises
    ------
    ModelError
        If there are none, or the file is damaged.
    """
    paths = {path.name.removesuffix(_SUFFIX): path for path in models_dir().glob(f"*{_SUFFIX}")}
    if not paths:
        raise ModelError(f"There are no songs to recommend yet. {HOW_TO_GET_A_MODEL}")
    if name is None:
        name = min(paths, key=lambda n: (n == "demo", -paths[n].stat().st_mtime))
    if name not in paths:
        raise ModelError(f"There are no songs called {name}; there are {', '.join(sorted(paths))}.")
    try:
        table = pq.read_table(paths[name])
        about = json.loads(table.schema.metadata[b"genre_utils"])
        frame = table.to_pandas()
        X, tracks = frame[list(FEATURE_COLUMNS)], frame[[*KNOWN, *IDENTITY]].astype(object)
        tracks = tracks.where(tracks.notna(), None)
        prints = frame["fingerprint"].dropna().to_dict()
        return Library(name, about["collection"], X, tracks, prints, bool(about["synthetic"]))
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"{paths[name]} is damaged, or of another version. {HOW_TO_GET_A_MODEL}"
        ) from error

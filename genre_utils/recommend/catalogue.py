"""A collection's features, kept for `genre recommend` once a report has been made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.data import Dataset, Features
from genre_utils.files import replacing
from genre_utils.models import HOW_TO_GET_A_MODEL, ModelError, model_name, models_dir

KNOWN = ["genre", "artist", "title", "duplicate_of"]
_SUFFIX = ".songs.parquet"


@dataclass(frozen=True)
class Library:
    """Songs that can be recommended.

    Attributes
    ----------
    name
        Of the collection.
    X
        The 57 features, a row a track.
    tracks
        What is known of them: genre, artist, title, duplicate_of.
    synthetic
        Whether the music is invented.
    """

    name: str
    X: pd.DataFrame
    tracks: pd.DataFrame
    synthetic: bool


def save_library(dataset: Dataset, features: Features, profile: str) -> Path:
    """Keep features and names of a collection; replaced whole or not at all.

    Parameters
    ----------
    dataset
        The collection.
    features
        Of the kind "features_30_sec".
    profile
        "quick" or "full".

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    known = dataset.tracks.loc[features.tracks, KNOWN].astype("string")
    table = pa.Table.from_pandas(features.X.join(known))
    about = {"synthetic": dataset.synthetic, "fingerprint": dataset.fingerprint()}
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
        X, tracks = frame[list(FEATURE_COLUMNS)], frame[KNOWN].astype(object)
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{paths[name]} is damaged. {HOW_TO_GET_A_MODEL}") from error
    return Library(name, X, tracks.where(tracks.notna(), None), bool(about["synthetic"]))

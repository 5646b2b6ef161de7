"""The published tables of features: reading them, checking them, writing the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genre_utils.audio.features import FEATURE_COLUMNS
from genre_utils.data.dataset import DatasetError, read_csv
from genre_utils.data.naming import GTZAN_GENRES, parse_track_id

if TYPE_CHECKING:
    from genre_utils.data.inputs import Features


def read_feature_table(path: str | Path) -> pd.DataFrame:
    """Read a table in the published format, and check it.

    Parameters
    ----------
    path
        ``features_30_sec.csv`` or ``features_3_sec.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns ``length``, the 57 features and ``label``. Index ``track_id``; for pieces of
        tracks ("blues.00000.0.wav") ``track_id`` and ``segment``.

    Raises
    ------
    DatasetError
        If columns are missing, values are not numbers, rows are doubled or names contradict
        labels; the message says which.
    """
    path = Path(path)
    table = read_csv(path)
    needed = ["filename", "length", *FEATURE_COLUMNS, "label"]
    if lacking := [name for name in needed if name not in table]:
        shown = ", ".join(lacking[:3]) + (", ..." if len(lacking) > 3 else "")
        raise DatasetError(f"{path} lacks {len(lacking)} of its columns: {shown}")
    if table.empty:
        raise DatasetError(f"{path} has no rows.")
    table = table[needed]
    numbers = table[["length", *FEATURE_COLUMNS]].apply(pd.to_numeric, errors="coerce")
    wrong = ~np.isfinite(numbers.to_numpy(dtype=float)).all(axis=1) | table["label"].isna()
    if wrong.any():
        name = table["filename"][wrong].iloc[0]
        raise DatasetError(f"{path}: {wrong.sum()} rows have missing values, the first is {name}")
    doubled = table["filename"].duplicated()
    if doubled.any():
        name = table["filename"][doubled].iloc[0]
        raise DatasetError(f"{path}: {doubled.sum()} rows are there twice, the first is {name}")
    table = table.assign(**numbers)
    pieces = table["filename"].str.extract(r"^(.*)\.(\d{1,3})\.[^.]+$")
    # One piece of each track would be a track whose name ends in a number.
    if pieces.notna().all(axis=None) and ("3_sec" in path.name or pieces[0].duplicated().any()):
        table["track_id"], table["segment"] = pieces[0], pieces[1].astype(int)
        index = ["track_id", "segment"]
    else:
        table["track_id"], index = table["filename"].map(parse_track_id), ["track_id"]
    prefix = table["track_id"].str.extract(r"^([a-z]+)\.\d{5}$")[0]
    contradict = prefix.isin(GTZAN_GENRES) & (prefix != table["label"])
    if contradict.any():
        row = table[contradict].iloc[0]
        raise DatasetError(f"{path}: {row['filename']} is labelled {row['label']}")
    return table.set_index(index).drop(columns="filename")


def as_published_table(features: Features) -> pd.DataFrame:
    """Features in the shape of the published tables: filename, length, the 57, label.

    Parameters
    ----------
    features
        Of the kind "features_30_sec" or "features_3_sec".
    """
    index = features.values.index.to_frame(index=False).astype(str)
    table = features.values.reset_index(drop=True)[["length", *FEATURE_COLUMNS]]
    table.insert(0, "filename", index.agg(".".join, axis=1) + ".wav")
    table["label"] = features.genre.to_numpy()
    return table

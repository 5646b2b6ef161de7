"""Tables of features: what the rooms hand to each other, and the published files of that shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.data.dataset import DatasetError, read_csv
from genre_utils.data.naming import GTZAN_GENRES, parse_track_id, printable


class NoUsableAudio(DatasetError):  # noqa: N818
    """No file of a collection can be used; `faults` lists them with the reasons."""

    def __init__(self, message: str, faults: pd.DataFrame) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(frozen=True)
class Features:
    """Features of a collection, and where they are from.

    Attributes
    ----------
    values
        One row a track (index ``track_id``) or a segment (index ``track_id``, ``segment``). For
        the 57 features one column each, and ``length`` in samples; for frames the one column
        ``frames``, each cell an array of shape (frames, coefficients); of fingerprints, (frames,).
    genre
        Genre of each row, same index.
    source
        One sentence: which published table was read, or from how many files it was computed.
    faults
        Files that could not be used or not wholly: index ``track_id``, columns ``file``,
        ``reason`` and ``used``.
    """

    values: pd.DataFrame
    genre: pd.Series
    source: str
    faults: pd.DataFrame

    @property
    def tracks(self) -> pd.Index:
        """Track of each row."""
        return self.values.index.get_level_values("track_id")

    @property
    def X(self) -> pd.DataFrame:  # noqa: N802
        """The 57 features alone, in the order of the published table."""
        return self.values[list(FEATURE_COLUMNS)]


def track_means(values: pd.DataFrame) -> pd.DataFrame:
    """Mean over the pieces of each track.

    Parameters
    ----------
    values
        Numbers, index ``track_id`` and ``segment``, as ``values`` of `Features`.

    Returns
    -------
    pandas.DataFrame
        Same columns, a row a track, in the order in which they came.
    """
    return values.groupby(level="track_id", sort=False).mean()


def fault_table(rows: Iterable[tuple[str, str, str, bool]]) -> pd.DataFrame:
    """Faults as in `Features`, from rows of track, file, reason and whether it was used."""
    columns = ["track_id", "file", "reason", "used"]
    told = [(track, printable(file), reason, used) for track, file, reason, used in rows]
    return pd.DataFrame(told, columns=columns).set_index("track_id")


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
    table = table.assign(**numbers)
    pieces = table["filename"].str.extract(r"^(.*)\.(\d{1,3})\.[^.]+$")
    # One piece of each track would be a track whose name ends in a number.
    if pieces.notna().all(axis=None) and ("3_sec" in path.name or pieces[0].duplicated().any()):
        table["track_id"], table["segment"] = pieces[0], pieces[1].astype(int)
        index = ["track_id", "segment"]
    else:
        table["track_id"], index = table["filename"].map(parse_track_id), ["track_id"]
    doubled = table.duplicated(index)
    if doubled.any():
        name = table["filename"][doubled].iloc[0]
        raise DatasetError(f"{path}: {doubled.sum()} rows are there twice, the first is {name}")
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

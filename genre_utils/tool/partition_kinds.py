"""What a partition holds of a file: features of the whole, or what the encoder hears in pieces."""

from __future__ import annotations

import io
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.audio import SAMPLE_RATE

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FEATURES, ENCODER = "features_30_sec", "encoder"
# What is a number in each row of a file that can be used, and null where it cannot.
_KEY = {FEATURES: "length", ENCODER: "segment"}


def extraction_versions(kind: str = FEATURES) -> tuple:
    """All that what is computed of a file depends on, save the file.

    Raises
    ------
    EncoderMissing
        If the encoder is asked and is not there.
    """
    from genre_utils.audio import encoder_digest  # noqa: PLC0415
    from genre_utils.data import EXTRACTION_VERSION  # noqa: PLC0415

    versions = EXTRACTION_VERSION, SAMPLE_RATE, version("librosa"), version("soxr")
    return (*versions, kind, encoder_digest()) if kind == ENCODER else versions


def columns(kind: str) -> tuple[str, ...]:
    """Names of the numbers in a row, without its key."""
    from genre_utils.audio import FEATURE_COLUMNS  # noqa: PLC0415
    from genre_utils.data import ENCODER_COLUMNS  # noqa: PLC0415

    return ENCODER_COLUMNS if kind == ENCODER else tuple(FEATURE_COLUMNS)


def schema(kind: str) -> pa.Schema:
    """Columns of a partition."""
    import pyarrow as pa  # noqa: PLC0415

    number = pa.float32() if kind == ENCODER else pa.float64()
    return pa.schema(
        [
            *((name, pa.string()) for name in ("track_id", "genre", "path")),
            (_KEY[kind], pa.int64()),
            *((name, number) for name in columns(kind)),
            ("fault", pa.string()),
        ]
    )


def numbers_of(content: bytes, kind: str) -> list[dict]:
    """Compute what a partition holds of a file, a dictionary a row.

    Raises
    ------
    AudioError
        If it cannot be used.
    """
    from genre_utils.audio import embed_file, features_of_file  # noqa: PLC0415

    if kind == ENCODER:
        heard = np.hstack(embed_file(io.BytesIO(content)))
        names = columns(kind)
        return [
            {"segment": i, **dict(zip(names, row, strict=True))}
            for i, row in enumerate(heard.tolist())
        ]
    features, samples = features_of_file(io.BytesIO(content))
    return [{"length": samples, **features}]


def is_used(row: dict, kind: str) -> bool:
    """Whether a row is of a file that can be used."""
    return row.get(_KEY[kind]) is not None


def about_files(kind: str) -> list[str]:
    """Columns that say what became of a file."""
    return ["track_id", "path", _KEY[kind], "fault"]


def values_of(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Rows of files that can be used, as `genre_utils.data.load_features` has them, and ``genre``.

    Parameters
    ----------
    table
        All partitions, one after the other, index ``track_id``.
    """
    known = table[table[_KEY[kind]].notna()].astype({_KEY[kind]: "int64"})
    if kind == ENCODER:
        known = known.set_index("segment", append=True).sort_index()
        return known[[*columns(kind), "genre"]]
    return known[["length", *columns(kind), "genre"]]

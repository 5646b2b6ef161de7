"""Arrays of a track kept in a file, from which they are mapped: read when they are asked for."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from genre_utils.files import replacing

_CHECK = 8  # hexadecimal figures


def write_frames(table: pd.DataFrame, path: Path) -> None:
    """Keep arrays of one shape; whole or not at all.

    Parameters
    ----------
    table
        Index ``segment``, one column ``frames``.
    path
        The file: an array as NumPy writes it, the segments as JSON, and a checksum (CRC-32).

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with replacing(path) as temporary:
        with temporary.open("wb") as file:
            np.save(file, np.stack(table["frames"]), allow_pickle=False)
            file.write(json.dumps(table.index.tolist()).encode())
        check = zlib.crc32(temporary.read_bytes())
        with temporary.open("ab") as file:
            file.write(f"{check:0{_CHECK}x}".encode())


def read_frames(path: Path) -> pd.DataFrame:
    """Map what `write_frames` kept: the cells are views of the file, which processes share.

    Raises
    ------
    ValueError
        If the file is damaged.
    OSError
        If it is not there.
    """
    whole = path.read_bytes()
    if f"{zlib.crc32(whole[:-_CHECK]):0{_CHECK}x}".encode() != whole[-_CHECK:]:
        raise ValueError(f"{path} is damaged")
    frames = np.load(path, mmap_mode="r", allow_pickle=False)
    segments = json.loads(whole[frames.offset + frames.nbytes : -_CHECK])
    return pd.DataFrame({"frames": list(frames)}, index=pd.Index(segments, name="segment"))

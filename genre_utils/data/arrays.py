"""Arrays of a track kept in a file, from which they are mapped: read when they are asked for."""

from __future__ import annotations

import io
import json
import zlib
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd

from genre_utils.files import replacing

_CHECK = 8  # hexadecimal figures
_PIECES = 12  # of a track, each of which a process that is handed them opens anew
_OTHERS = 1024
# NumPy evaluates a header as a literal, which CPython before 3.13 counts wrongly where threads do
# so at once (its issue 106905): a file that is sound was then said to be no array.
_ONE_AT_A_TIME = Lock()


def may_map(count: int) -> bool:
    """Whether so many tracks may be mapped: each takes an open file, and systems limit these.

    The limit of this process, and of those that it starts, is raised as far as the user may.
    """
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows counts otherwise
        return True
    wanted = _PIECES * count + _OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (ValueError, OSError):
            return False
        return most >= wanted
    return True


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


def read_frames(path: Path, *, mapped: bool = True) -> pd.DataFrame:
    """Map what `write_frames` kept: the cells are views of the file, which processes share.

    Parameters
    ----------
    path
        The file.
    mapped
        False to read it instead, where `may_map` says so.

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
    file = io.BytesIO(whole)
    with _ONE_AT_A_TIME:
        frames = np.load(file, allow_pickle=False)
        if mapped:
            frames = np.load(path, mmap_mode="r", allow_pickle=False)
    segments = json.loads(whole[file.tell() : -_CHECK])
    return pd.DataFrame({"frames": list(frames)}, index=pd.Index(segments, name="segment"))

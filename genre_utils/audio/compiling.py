"""Machine code is made by one program at a time: two at once damage what numba keeps of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import filelock
import platformdirs

_SECONDS = 300


@contextmanager
def alone() -> Iterator[None]:
    """Hold other programs of this user back that want to compile.

    Where no lock can be made, as in a home that may not be written, nobody is held back: numba
    keeps nothing there either.
    """
    kept = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("genre_utils")
    lock = filelock.FileLock(Path(kept) / "genre_utils-numba.lock", timeout=_SECONDS)
    with suppress(OSError, filelock.Timeout):
        Path(kept).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@cache
def load_librosa() -> None:
    """Import the parts of librosa that compile functions when they are imported."""
    with alone():
        import librosa.core  # noqa: PLC0415  (half a minute the first time)
        import librosa.filters  # noqa: PLC0415
        import librosa.util  # noqa: F401, PLC0415

"""One program at a time downloads into a folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

from genre_utils.sources.archives import DownloadError

SILENT_SECONDS, PATIENT_SECONDS = 5, 1800


class BusyError(DownloadError):
    """Another program downloads into the same folder."""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold a folder while fetching into it; wait while another program does, and say so.

    Parameters
    ----------
    root
        The collection's folder, resolved.

    Raises
    ------
    BusyError
        If the other program is not done after `PATIENT_SECONDS`.
    """
    folder = Path(platformdirs.user_cache_dir("genre_utils")) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    lock = filelock.FileLock(folder / f"{name}.lock")
    try:
        try:
            lock.acquire(timeout=SILENT_SECONDS)
        except filelock.Timeout:
            told = f"Another program is downloading into {root}: this one waits for it."
            print(told, file=sys.stderr, flush=True)
            lock.acquire(timeout=PATIENT_SECONDS)
    except filelock.Timeout as error:
        raise BusyError(
            f"Another program has been downloading into {root} for {PATIENT_SECONDS / 60:.0f} "
            "minutes: wait until it is done, or end it, and start again."
        ) from error
    try:
        yield
    finally:
        lock.release()

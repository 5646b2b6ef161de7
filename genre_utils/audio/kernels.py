"""Machine code: the lock around compiling it, and the one kernel that no library does fast."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import platformdirs

_LOCK_SECONDS = 300
# Columns that are processed together, so that their windows stay in the fastest cache.
_TILE = 128


@contextmanager
def compile_lock() -> Iterator[None]:
    """Hold back other programs of this user that compile: two at once damage numba's cache."""
    folder = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("genre_utils")
    lock = filelock.FileLock(Path(folder) / "genre_utils-numba.lock", timeout=_LOCK_SECONDS)
    with suppress(OSError, filelock.Timeout):
        Path(folder).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@cache
def load_librosa() -> None:
    """Import the parts of librosa that compile functions when they are imported."""
    with compile_lock():
        import librosa.core  # noqa: PLC0415  (half a minute the first time)
        import librosa.filters  # noqa: PLC0415
        import librosa.util  # noqa: F401, PLC0415


def compile_librosa() -> None:
    """Compile what notebooks use of librosa, in one process: two at once damage numba's cache."""
    with compile_lock():
        import librosa  # noqa: PLC0415

        y = np.random.default_rng(0).normal(0, 0.1, 22050).astype(np.float32)
        librosa.feature.chroma_stft(y=y)
        librosa.feature.mfcc(y=y)
        librosa.feature.spectral_centroid(y=y)
        librosa.feature.tempo(onset_envelope=librosa.onset.onset_strength(y=y))
        librosa.effects.hpss(y)


def running_medians(values: np.ndarray, size: int) -> np.ndarray:
    """Running median along the first axis of float32 (steps, columns), with mirrored edges.

    The same numbers as `scipy.ndimage.median_filter(values, (size, 1))`, to the last bit. The
    values of each window are kept in order; a step takes one out and puts one in, for 128 columns
    side by side and without a branch, so that the processor vectorizes it.
    """
    if size % 2 == 0 or size < 1:
        raise ValueError(f"the window's length must be odd, got {size}")
    half = size // 2
    padded = np.pad(np.asarray(values, np.float32), ((half, half), (0, 0)), mode="symmetric")
    medians = np.empty(values.shape, np.float32)
    if medians.size:
        _compiled()(np.ascontiguousarray(padded), medians, size)
    return medians


def _running_medians(padded: np.ndarray, medians: np.ndarray, size: int) -> None:
    steps, columns = medians.shape
    ordered = np.empty((size + 1, _TILE), np.float32)
    before = np.empty(_TILE, np.float32)
    for left in range(0, columns, _TILE):
        width = min(_TILE, columns - left)
        for j in range(width):
            for k in range(size):
                value = padded[k, left + j]
                at = k
                while at > 0 and ordered[at - 1, j] > value:
                    ordered[at, j] = ordered[at - 1, j]
                    at -= 1
                ordered[at, j] = value
            ordered[size, j] = np.inf
            medians[0, left + j] = ordered[size // 2, j]
        for i in range(1, steps):
            old = padded[i - 1, left : left + width]
            new = padded[i + size - 1, left : left + width]
            for j in range(width):
                before[j] = -np.inf
            for k in range(size):
                here, following = ordered[k], ordered[k + 1]
                for j in range(width):
                    # Without the old value, what follows it moves up; the new one is put between.
                    rest = here[j] if here[j] < old[j] else following[j]
                    low = rest if rest < new[j] else new[j]
                    here[j] = low if low > before[j] else before[j]
                    before[j] = rest
            for j in range(width):
                medians[i, left + j] = ordered[size // 2, j]


@cache
def _compiled() -> Callable[[np.ndarray, np.ndarray, int], None]:
    import numba  # noqa: PLC0415  (slow to import)

    settings: dict[str, Any] = {"boundscheck": False, "error_model": "numpy"}
    signature = "void(float32[:,::1], float32[:,::1], int64)"
    try:
        with compile_lock():
            return numba.njit(signature, cache=True, **settings)(_running_medians)
    except (OSError, RuntimeError):  # no folder to cache it in
        return numba.njit(signature, **settings)(_running_medians)

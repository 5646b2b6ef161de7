"""A cache of fits, so that a report that was stopped continues where it was."""

from __future__ import annotations

import hashlib
import os
import pickle
import pickletools
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import joblib
import numpy as np
import pandas as pd
from joblib import Memory
from sklearn.base import BaseEstimator

from genre_utils.data import cache_dir
from genre_utils.evaluation.results import versions
from genre_utils.imports import PACKAGE, source_fingerprint

MOST_BYTES = 2 << 30  # beyond this, the least recently used fits are deleted
T = TypeVar("T")


def cached(call: Callable[..., T], *arguments: Any, estimator: BaseEstimator, content: tuple) -> T:
    """Call a function, or return the cached result of the same call.

    Parameters
    ----------
    call, arguments
        The function and its arguments.
    estimator
        The estimator that it fits. If it needs something that was defined in a notebook, it is
        always fitted again, because a pickle holds only the name of such a definition.
    content
        All other data that the result depends on. The versions of the libraries and the code of
        the modules that the function and the estimator import are added to the key.
    """
    try:
        written = pickle.dumps(estimator)
    except (pickle.PicklingError, AttributeError, TypeError):
        return call(*arguments)
    memory = _memory(cache_dir() / "fits")
    if memory is None or b"__main__" in written:
        return call(*arguments)
    code = _code(call.__module__, *_modules_in(written))
    key = joblib.hash((call.__qualname__, code, _libraries(), estimator, content))
    return memory.cache(_called, ignore=["call", "arguments"])(key, call, arguments)


def content_of(X: pd.DataFrame) -> str:
    """Digest of a table: its index, its columns and its cells."""
    digest = hashlib.sha256(repr((list(X.columns), X.index.tolist())).encode())
    for name in X.columns:
        cells = X[name].to_numpy()
        for part in cells if cells.dtype == object else [cells]:
            array = np.ascontiguousarray(part)
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(array.data.cast("B") if array.size else b"")
    return digest.hexdigest()


def _called(key: str, call: Callable, arguments: tuple) -> Any:
    return call(*arguments)


@cache
def _memory(folder: Path) -> Memory | None:
    """The memory in a folder; None if others could write there, because it holds pickles."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat()
    except OSError:
        return None
    if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
        return None
    memory = Memory(folder, verbose=0)
    memory.reduce_size(bytes_limit=MOST_BYTES)
    return memory


def _modules_in(written: bytes) -> list[str]:
    """Modules of the package that a pickle needs."""
    strings = {argument for _, argument, _ in pickletools.genops(written)}
    own = sorted(s for s in strings if isinstance(s, str) and s.startswith(f"{PACKAGE.name}."))
    return [name for name in own if _path(name).is_file()]


@cache
def _code(*modules: str) -> list[str]:
    """Fingerprints of modules of the package and of all that they import."""
    return [source_fingerprint(_path(name)) for name in modules]


def _path(module: str) -> Path:
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


@cache
def _libraries() -> list[tuple[str, str]]:
    return sorted(versions().items())

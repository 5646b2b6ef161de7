"""Silence for C libraries, which write to standard error behind Python's back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ERROR = 2


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Let nobody but Python write to standard error, here and in processes started from here.

    libmpg123 tells each damaged frame of a file, and libsndfile has no switch for that. It holds
    for the whole process, whatever its threads do, so a command does it once.
    """
    try:
        kept = os.dup(_ERROR)
    except OSError:  # closed: there is nobody to disturb
        yield
        return
    python, own = sys.stderr, None
    with suppress(AttributeError, OSError, ValueError):
        if python.fileno() == _ERROR:  # else it was replaced, and goes elsewhere
            python.flush()
            own = os.fdopen(
                os.dup(kept), "w", encoding=python.encoding, errors=python.errors, buffering=1
            )
            sys.stderr = own
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), _ERROR)
        yield
    finally:
        sys.stderr = python
        os.dup2(kept, _ERROR)
        os.close(kept)
        if own is not None:
            own.close()

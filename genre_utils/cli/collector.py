"""Python's search for cycles of garbage, left out where a command ends before there is any."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import and compute without searching for cycles, then and when the program ends.

    Importing makes some million objects that all stay; to look through them again and again is a
    fifth of what a question of a second costs. Not for what runs long: cycles are not freed.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()

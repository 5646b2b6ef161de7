"""What all commands share: their messages, their exit status, and kinds of arguments."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

_STANDARD_ERROR = 2
UNUSABLE, MISSING = 1, 2
"""Exit status where something given cannot be used, and where a model or a library is missing."""


class ExtraMissing(RuntimeError):  # noqa: N818
    """A library is not there that a command needs; the message says how to get it."""


def say(text: object) -> None:
    """Say something to who started the command, not among its results."""
    print(f"genre: {text}", file=sys.stderr)


def status_of(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command; returns the exit status.

    All errors that the package defines are sentences for the user; others are faults of the
    program.

    Parameters
    ----------
    run
        The command.
    options
        What it gets; ``options.missing`` is the exit status where a model, or what it hears with,
        is missing (2).
    """
    try:
        return run(options)
    except Exception as error:
        if not type(error).__module__.startswith("genre_utils."):
            raise
        from genre_utils.audio import EncoderMissing  # noqa: PLC0415
        from genre_utils.models import ModelError  # noqa: PLC0415

        say(error)
        if isinstance(error, EncoderMissing | ExtraMissing | ModelError):
            return getattr(options, "missing", MISSING)
        return UNUSABLE


@contextmanager
def named(name: str) -> Iterator[None]:
    """Name the sound in which something is wrong."""
    from genre_utils.audio import AudioError  # noqa: PLC0415

    try:
        yield
    except AudioError as error:
        raise AudioError(f"{name}: {error}") from error


def need(*modules: str) -> None:
    """Make sure that what the extra `live` brings is there.

    Raises
    ------
    ExtraMissing
        If it is not.
    """
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            how = 'pip install "genre_utils[live]"'
            raise ExtraMissing(f"{module} is not there: {how}") from error


def has_encoder() -> bool:
    """Whether songs can be heard by the encoder; if not, it is said how they are compared."""
    from genre_utils.audio import EncoderMissing, encoder_digest  # noqa: PLC0415

    try:
        encoder_digest()
    except EncoderMissing as error:
        say(f"Songs will be compared by the 57 features. {error}")
        return False
    return True


def count(text: str) -> int:
    """Read a number from 1 up, as an argument."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 up")
    return int(text)


def share(text: str) -> float:
    """Read a number from 0 to 1, as an argument."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return value


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Let nobody but Python write to standard error, here and in processes started from here.

    libmpg123 tells each damaged frame of a file, and libsndfile has no switch for that. It holds
    for the whole process, whatever its threads do, so a command does it once.
    """
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:  # closed: there is nobody to disturb
        yield
        return
    python, own = sys.stderr, None
    with suppress(AttributeError, OSError, ValueError):
        if python.fileno() == _STANDARD_ERROR:  # else it was replaced, and goes elsewhere
            python.flush()
            own = os.fdopen(
                os.dup(kept), "w", encoding=python.encoding, errors=python.errors, buffering=1
            )
            sys.stderr = own
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), _STANDARD_ERROR)
        yield
    finally:
        sys.stderr = python
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)
        if own is not None:
            own.close()


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

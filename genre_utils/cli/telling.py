"""What commands say beside their results: what is wrong, and what is missing, in one sentence."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

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

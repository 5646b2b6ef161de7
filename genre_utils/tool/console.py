"""What all commands share: output, error messages, exit statuses and types of arguments."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

UNUSABLE, MISSING = 1, 2
"""Exit status if an input cannot be used, and if a model or a library is missing."""

_STANDARD_ERROR = 2


class ExtraMissing(RuntimeError):  # noqa: N818
    """A command needs a library that is not installed; the message says how to install it."""


# --- output -----------------------------------------------------------------------------------


def printable_line(text: object) -> str:
    """Text as one line without control characters, which names and tags of files may contain."""
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "\N{REPLACEMENT CHARACTER}"
        for letter in str(text)
    )


def print_lines(*lines: object) -> None:
    """Print results, one per line."""
    for line in lines:
        print(printable_line(line), flush=True)


def print_json(value: Any, indent: int | None = None) -> None:
    """Print a result for other programs; JSON escapes control characters."""
    print(json.dumps(value, indent=indent), flush=True)


def print_message(text: object) -> None:
    """Print a message to standard error, where it does not mix with the results."""
    print(f"genre: {printable_line(text)}", file=sys.stderr)


def join_first(names: Iterable[str], n: int = 3) -> str:
    """Join the first `n` names."""
    names = list(names)
    return ", ".join(names[:n]) + (", ..." if len(names) > n else "")


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Discard what C libraries write to standard error, in this process and its children.

    libmpg123 reports each damaged frame of a file, and libsndfile has no switch for that. The
    redirection affects all threads, so a command does it once.
    """
    try:
        saved = os.dup(_STANDARD_ERROR)
    except OSError:  # standard error is closed
        yield
        return
    python, own = sys.stderr, None
    with suppress(AttributeError, OSError, ValueError):
        if python.fileno() == _STANDARD_ERROR:  # otherwise it was replaced, and goes elsewhere
            python.flush()
            own = os.fdopen(
                os.dup(saved), "w", encoding=python.encoding, errors=python.errors, buffering=1
            )
            sys.stderr = own
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), _STANDARD_ERROR)
        yield
    finally:
        sys.stderr = python
        os.dup2(saved, _STANDARD_ERROR)
        os.close(saved)
        if own is not None:
            own.close()


# --- errors -----------------------------------------------------------------------------------


def run_command(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command and return its exit status.

    Errors that the package defines are printed as messages; all others are bugs. The exit status
    is ``options.missing`` if a model, the encoder or a library is missing.
    """
    try:
        return command(options)
    except Exception as error:
        if not type(error).__module__.startswith("genre_utils."):
            raise
        from genre_utils.audio import EncoderMissing  # noqa: PLC0415
        from genre_utils.models import ModelError  # noqa: PLC0415

        print_message(error)
        if isinstance(error, EncoderMissing | ExtraMissing | ModelError):
            return getattr(options, "missing", MISSING)
        return UNUSABLE


@contextmanager
def name_in_errors(name: str) -> Iterator[None]:
    """Prefix an `AudioError` with the name of the file or station."""
    from genre_utils.audio import AudioError  # noqa: PLC0415

    try:
        yield
    except AudioError as error:
        raise AudioError(f"{name}: {error}") from error


def require_live(*modules: str) -> None:
    """Raise `ExtraMissing` unless the extra `live` is installed."""
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            how = 'pip install "genre_utils[live]"'
            raise ExtraMissing(f"{module} is not installed: {how}") from error


def has_encoder() -> bool:
    """Whether the pretrained encoder is available; prints a message if it is not."""
    from genre_utils.audio import EncoderMissing, encoder_digest  # noqa: PLC0415

    try:
        encoder_digest()
    except EncoderMissing as error:
        print_message(f"Songs will be compared by the 57 features. {error}")
        return False
    return True


# --- types of arguments -----------------------------------------------------------------------


def positive_int(text: str) -> int:
    """Parse a positive integer."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return int(text)


def number_between(low: float, high: float) -> Callable[[str], float]:
    """Make a type of argument: a number in a range."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not a number from {low:g} to {high:g}")
        return value

    return parse

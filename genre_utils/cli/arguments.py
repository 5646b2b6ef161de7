"""Kinds of arguments that several commands have."""

from __future__ import annotations

import argparse


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

"""Numbers in words, in one style on all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage: 0.9444 is "94.4 %"."""
    return f"{100 * share:.{digits}f} %"


def points(difference: float, digits: int = 1) -> str:
    """A difference of two shares, with its sign: 0.073 is "+7.3 points"."""
    return f"{_signed(100 * difference, digits)} points"


def interval(low: float, high: float, digits: int = 1) -> str:
    """The interval of a share, in per cent: "[94.0, 95.1]"."""
    return f"[{100 * low:.{digits}f}, {100 * high:.{digits}f}]"


def points_interval(low: float, high: float, digits: int = 1) -> str:
    """The interval of a difference of two shares, in points, with signs: "[-0.3, +1.2]"."""
    return f"[{_signed(100 * low, digits)}, {_signed(100 * high, digits)}]"


def count(n: int, one: str, more: str = "") -> str:
    """How many of something: "1 track", "1,000 tracks"."""
    return f"{n:,} {one if n == 1 else more or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence: "blues, jazz and rock"."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shares(by_name: Mapping[str, float], digits: int = 0) -> str:
    """Shares with their names: "blues 94 %, jazz 90 %"."""
    return ", ".join(f"{name} {percent(share, digits)}" for name, share in by_name.items())


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text.replace("-", "+") if float(text) == 0 else text

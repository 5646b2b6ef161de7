"""Covers of the notebooks' cards: one small drawing each, in the page's colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

WIDTH, HEIGHT = 160, 80


def cover(notebook: str) -> str:
    """Return the drawing that stands for a notebook, as an ``<svg>`` element.

    Parameters
    ----------
    notebook
        Its name, for example "04_cnn".

    Returns
    -------
    str
        Coloured by the classes ``a`` to ``d`` (filled) and ``line``; hidden from screen readers,
        which have the title; empty for a notebook that has no drawing.
    """
    draw = _MOTIFS.get(notebook.partition("_")[2])
    if draw is None:
        return ""
    return (
        f'<svg class="cover" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f"{''.join(draw())}</svg>"
    )


def _circle(x: float, y: float, r: float, name: str, opacity: float = 1) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}" class="{name}" opacity="{opacity:.2g}"/>'


def _box(place: tuple[float, float, float, float], name: str, opacity: float = 1) -> str:
    x, y, width, height = place
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
        f'class="{name}" opacity="{opacity:.2g}"/>'
    )


def _path(d: str, name: str = "line") -> str:
    return f'<path d="{d}" class="{name}"/>'


def _waves() -> Iterator[str]:
    """A wave, and the two tones it is made of."""
    at = np.linspace(0, 1, 90)
    y = 40 - 16 * np.sin(6 * math.pi * at) - 10 * np.sin(18 * math.pi * at)
    yield _path("M" + "L".join(f"{12 + 90 * t:.1f} {v:.1f}" for t, v in zip(at, y, strict=True)))
    for number, height in enumerate((4, 46, 3, 5, 28, 4)):
        yield _box((112 + 6 * number, 66 - height, 4, height), "ab"[height > 6])


def _axes() -> Iterator[str]:
    """A cloud of tracks, and its two longest directions."""
    rng = np.random.default_rng(2)
    along, across = rng.normal(0, 24, 90), rng.normal(0, 8, 90)
    for u, v in zip(along, across, strict=True):
        x, y = 80 + 0.92 * u + 0.39 * v, 40 - 0.39 * u + 0.92 * v
        if 4 < x < 156 and 4 < y < 76:
            yield _circle(x, y, 1.7, "a" if u < 0 else "b", 0.75)
    yield _path("M80 40l48-20m-7-1l7 1-4 6M80 40l-9-21m-2 7l2-7 6 4")


def _confusions() -> Iterator[str]:
    """A confusion matrix."""
    rng = np.random.default_rng(3)
    for row, column in product(range(6), range(6)):
        share = 0.95 if row == column else 0.08 + 0.3 * rng.random() ** 3
        yield _box((47 + 11 * column, 7 + 11 * row, 9.5, 9.5), "a", share)


def _filter() -> Iterator[str]:
    """A filter over a spectrogram, and what it answers."""
    rng = np.random.default_rng(4)
    for row, column in product(range(7), range(10)):
        yield _box((10 + 9 * column, 9 + 9 * row, 7.5, 7.5), "c", 0.15 + 0.6 * rng.random() ** 2)
    yield _path("M45.5 26.5h27v27h-27z")
    yield _path("M73 26.5L121 36M73 53.5L121 44")
    yield _box((120, 35, 10, 10), "b")
    for row, column in product(range(3), range(3)):
        if (row, column) != (1, 0):
            yield _box((120 + 11 * column, 24 + 11 * row, 10, 10), "b", 0.3)


def _neighbours() -> Iterator[str]:
    """Arrows from a song to those like it."""
    rng = np.random.default_rng(5)
    for x, y in zip(rng.uniform(8, 152, 40), rng.uniform(6, 74, 40), strict=True):
        yield _circle(x, y, 1.6, "c", 0.45)
    for x, y in ((104, 18), (116, 36), (110, 58), (86, 66), (58, 62)):
        yield _path(f"M76 38L{x} {y}")
        yield _circle(x, y, 4, "b")
    yield _circle(76, 38, 6, "a")


def _sequence() -> Iterator[str]:
    """A state that is handed on from frame to frame."""
    for number in range(5):
        x = 16 + 28 * number
        yield _box((x, 52, 16, 12), "c", 0.6)
        yield _box((x, 20, 16, 16), "a")
        yield _path(f"M{x + 8} 52v-15" + (f"M{x + 16} 28h11m-4-3l4 3-4 3" if number < 4 else ""))


def _others() -> Iterator[str]:
    """Many songs heard before, and a few that matter here."""
    rng = np.random.default_rng(7)
    for x, y in zip(rng.normal(64, 26, 260), rng.normal(40, 15, 260), strict=True):
        if 4 < x < 124 and 4 < y < 76:
            yield _circle(x, y, 1, "c", 0.5)
    for number, name in enumerate("abd"):
        yield _path(f"M100 {28 + 12 * number}H128")
        yield _circle(136, 28 + 12 * number, 5, name)


def _stream() -> Iterator[str]:
    """Sound up to now, and what is not known yet."""
    for number in range(24):
        height = 12 + 22 * abs(math.sin(0.7 * number) * math.cos(0.23 * number)) * 2
        known = number < 16
        shade = ("a" if number < 9 else "b") if known else "c"
        x, y = 10 + 6 * number, 40 - height / 2
        yield _box((x, y, 4, height), shade, 1 if known else 0.3)
    yield _path("M106 6V74")


def _streams_meet() -> Iterator[str]:
    """Four sources that become one answer."""
    for number, name in enumerate("abcd"):
        y = 13 + 18 * number
        yield _path(f"M30 {y}C70 {y} 70 40 112 40")
        yield _circle(26, y, 6, name)
    yield _circle(124, 40, 12, "a")


def _repainted() -> Iterator[str]:
    """One spectrogram in two colours."""
    rng = np.random.default_rng(10)
    for column, row in product(range(16), range(8)):
        share = 0.12 + 0.8 * rng.random() ** 2
        yield _box((9 + 9 * column, 5 + 9 * row, 7.5, 7.5), "a" if column < 8 else "b", share)
    yield _path("M80 2V78")


_MOTIFS: dict[str, Callable[[], Iterator[str]]] = {
    "eda": _waves,
    "preprocessing_pca": _axes,
    "classical_models": _confusions,
    "cnn": _filter,
    "recommender": _neighbours,
    "sequences": _sequence,
    "transfer": _others,
    "live": _stream,
    "fusion": _streams_meet,
    "conversion": _repainted,
}

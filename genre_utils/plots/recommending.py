"""Figures of how a recommender works: its steps, angles between songs, what likes change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from genre_utils.plots.drawing import ON_FILL
from genre_utils.plots.style import MUTED, genre_colors
from genre_utils.wording import percent

_ROUND = "round,pad=0.02,rounding_size=0.08"


def recommender_diagram(features: int, heard: int, songs: int) -> Axes:
    """The way from a song to ten others.

    Parameters
    ----------
    features, heard
        How many numbers describe a song, and how many the encoder adds; 0 if it has not heard it.
    songs
        How many songs there are.
    """
    first = f"{features} features" + (f"\n+ {heard} of the encoder" if heard else "")
    steps = [
        ("a song", "file or track"),
        ("numbers", first),
        ("scaled", "comparable columns,\nmoved to neighbours"),
        ("query", "length 1; likes pull,\nskips push"),
        ("cosines", f"with {songs:,} songs"),
        ("ten songs", "no copies of the seed;\nwhy: parts of the sum"),
    ]
    _, ax = plt.subplots(figsize=(11, 3.3))
    for n, (name, told) in enumerate(steps):
        row, column = divmod(n, 3)
        x, y = 3.6 * column, -1.5 * row
        color = MUTED[1] if row else "#EEEEEE"
        ax.add_patch(FancyBboxPatch((x, y), 2.6, 0.9, boxstyle=_ROUND, fc=color, ec="#444444"))
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": ON_FILL}
        ax.text(x + 1.3, y + 0.72, name, weight="bold", **look)
        ax.text(x + 1.3, y + 0.3, told, fontsize=9, **look)
        if n in (0, 1, 3, 4):
            _arrow(ax, (x + 2.65, y + 0.45), (x + 3.55, y + 0.45))
    _arrow(ax, (8.5, -0.05), (1.3, -0.55))
    ax.set(xlim=(-0.2, 10.1), ylim=(-1.7, 1.3), title="From a song to ten others")
    ax.axis("off")
    return ax


def angles(cosines: Mapping[str, float], title: str) -> Axes:
    """Songs as arrows of length 1, each at its angle from the seed.

    Parameters
    ----------
    cosines
        Of some songs with the seed, by name.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 4.6))
    ax.plot(np.cos(np.linspace(0, np.pi)), np.sin(np.linspace(0, np.pi)), color="#CCCCCC", lw=1)
    _arrow(ax, (0, 0), (1, 0))
    ax.text(1.03, 0, "the seed", va="center")
    for (name, cosine), color in zip(cosines.items(), MUTED, strict=False):
        x, y = cosine, np.sqrt(1 - min(cosine**2, 1.0))
        _arrow(ax, (0, 0), (x, y), color)
        ax.plot([x, x], [0, y], color=color, ls=":", lw=1)
        turn = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        ax.text(1.04 * x, 1.06 * y, f"{name}\ncosine {cosine:.2f}, {turn:.0f}°",
                ha="left" if x >= 0 else "right", va="bottom", fontsize=9)  # fmt: skip
    ax.set(xlim=(-1.5, 1.6), ylim=(-0.06, 1.35), aspect="equal", title=title, yticks=[],
           xlabel="cosine with the seed")  # fmt: skip
    ax.grid(visible=False)
    return ax


def genre_lists(lists: Mapping[str, Sequence[str]], title: str) -> Axes:
    """Genres of the songs in several lists, a column a list, the best on top.

    Parameters
    ----------
    lists
        Genres in their order, by what the list is called.
    title
        What is to be seen.
    """
    colors = genre_colors(sorted({genre for genres in lists.values() for genre in genres}))
    longest = max(map(len, lists.values()))
    _, ax = plt.subplots(figsize=(1.6 + 1.35 * len(lists), 0.9 + 0.32 * longest))
    for column, genres in enumerate(lists.values()):
        for row, genre in enumerate(genres):
            box = Rectangle((column - 0.45, row - 0.42), 0.9, 0.84, fc=colors[genre], alpha=0.35)
            ax.add_patch(box)
            ax.text(column, row, genre, ha="center", va="center", fontsize=9)
    ax.set(xlim=(-0.6, len(lists) - 0.4), ylim=(longest - 0.4, -0.6), title=title, ylabel="rank")
    ax.set_xticks(range(len(lists)), list(lists))
    ax.set_yticks(range(longest), [str(rank + 1) for rank in range(longest)])
    ax.grid(visible=False)
    return ax


def genre_maps(
    place: np.ndarray, genre: pd.Series, marked: Sequence[int], shares: pd.Series, title: str
) -> np.ndarray:
    """A map of songs, a panel a genre: its songs in colour, all others grey.

    Parameters
    ----------
    place
        Shape (songs, 2).
    genre
        Of each song.
    marked
        Rows to circle, the seed first; none if empty.
    shares
        By genre, what stands in the title of its panel.
    title
        What is to be seen.
    """
    names = sorted(genre.unique())
    colors = genre_colors(names)
    columns = min(5, len(names))
    rows = -(-len(names) // columns)
    fig, axes = plt.subplots(
        rows, columns, figsize=(2.2 * columns, 2.4 * rows + 0.5), squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    circled = np.isin(np.arange(len(place)), list(marked))
    for ax, name in zip(axes.flat, names, strict=False):
        here = (genre == name).to_numpy()
        ax.scatter(*place[~here].T, s=5, color="#CCCCCC", linewidths=0)
        ax.scatter(*place[here].T, s=14, color=colors[name], linewidths=0)
        ax.scatter(*place[here & circled].T, s=60, facecolors="none", edgecolors="black")
        if here[list(marked[:1])].any():
            ax.scatter(
                *place[list(marked[:1])].T, s=170, facecolors="none", edgecolors="black", lw=2
            )
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"{name}, {percent(shares[name], 0)}", fontsize=10)
    for ax in axes.flat[len(names) :]:
        ax.set_axis_off()
    fig.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def _arrow(ax: Axes, start, end, color: str = "#444444") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.5})

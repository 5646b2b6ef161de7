"""Figures of recommendations: what makes songs similar, where they lie, how good lists are."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from genre_utils.plots.style import genre_colors, genre_markers

_GROUP_COLORS = "#332288 #88CCEE #44AA99 #DDCC77 #CC6677 #AA4499 #444444".split()


def shares(parts: pd.DataFrame, title: str) -> Axes:
    """Share of each feature group in the similarity, a bar a song.

    Parameters
    ----------
    parts
        As from `CosineRecommender.explain`.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 1.5 + 0.4 * len(parts)))
    right, left = np.zeros(len(parts)), np.zeros(len(parts))
    for (name, values), color in zip(parts.items(), _GROUP_COLORS, strict=False):
        start = np.where(values >= 0, right, left)
        ax.barh(parts.index, values, left=start, color=color, label=name, edgecolor="white")
        right += values.clip(lower=0)
        left += values.clip(upper=0)
    ax.scatter(
        parts.sum(axis=1), parts.index, marker="D", color="black", zorder=3, label="similarity"
    )
    ax.axvline(0, color="#888888", lw=1)
    ax.invert_yaxis()
    ax.set(title=title, xlabel="share of the cosine (the parts add up to the diamond)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.grid(visible=False, axis="y")
    return ax


def song_map(place: np.ndarray, genre: pd.Series, marked: Sequence[int], title: str) -> Axes:
    """Songs in the plane, in the colours of their genres.

    Parameters
    ----------
    place
        Shape (songs, 2).
    genre
        Of each song.
    marked
        Rows to circle, the seed first; none if empty.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 7))
    names = sorted(genre.unique())
    colors, markers = genre_colors(names), genre_markers(names)
    for name in names:
        here = (genre == name).to_numpy()
        x, y = place[here].T
        ax.scatter(x, y, s=22, color=colors[name], marker=markers[name], alpha=0.75,
                   linewidths=0, label=name)  # fmt: skip
    x, y = place[list(marked)].T
    ax.scatter(x, y, s=130, facecolors="none", edgecolors="black", linewidths=1.2)
    x, y = place[list(marked[:1])].T
    ax.scatter(x, y, s=320, facecolors="none", edgecolors="black", linewidths=2)
    ax.set(
        title=title, xticks=[], yticks=[], xlabel="t-SNE 1 (no unit)", ylabel="t-SNE 2 (no unit)"
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax

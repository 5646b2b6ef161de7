"""Figures of recommendations: what makes songs similar, where they lie, how good lists are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def precisions(found: Mapping[tuple[str, str], dict], chance: float) -> Axes:
    """Precision at 10 of each space, with and without songs by the same artist.

    Parameters
    ----------
    found
        Measures as from `recommend.measure`, by space and "with" or "without".
    chance
        Precision of random lists, drawn as a line.
    """
    names = [n for n in dict.fromkeys(name for name, _ in found) if n != "by genre label"]
    _, ax = plt.subplots(figsize=(9, 1.5 + 0.5 * len(names)))
    looks = {"without": ("o", "#332288", -0.12), "with": ("s", "#CC6677", 0.12)}
    for mode, (marker, color, shift) in looks.items():
        rows = [found[name, mode] for name in names]
        middle = np.array([row["precision_at_10"] for row in rows])
        low, high = np.array([row["precision_at_10_ci95"] for row in rows]).T
        label = f"{mode} the same artist"
        ax.errorbar(middle, np.arange(len(names)) + shift, xerr=[middle - low, high - middle],
                    fmt=marker, color=color, capsize=3, label=label)  # fmt: skip
    ax.axvline(chance, color="#888888", ls="--", lw=1, label=f"chance, {chance:.0%}")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(
        title="How many of the first ten are of the seed's genre",
        xlabel="precision at 10, with 95 % interval",
        xlim=(0, None),
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def rounds(heard: Mapping[str, np.ndarray], title: str) -> Axes:
    """Precision of each round of listening, with the 95 % interval of the mean.

    Parameters
    ----------
    heard
        As from `recommend.listening`.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 4.5))
    for (name, values), color, marker in zip(
        heard.items(), ("#332288", "#CC6677"), "os", strict=False
    ):
        error = 1.96 * values.std(axis=0) / np.sqrt(len(values))
        ax.errorbar(np.arange(values.shape[1]) + 1, values.mean(axis=0), yerr=error, color=color,
                    marker=marker, capsize=3, label=name)  # fmt: skip
    ax.set(title=title, xlabel="round", ylabel="share of songs that are liked", ylim=(0, 1))
    ax.legend()
    return ax

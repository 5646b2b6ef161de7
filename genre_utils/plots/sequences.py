"""Figures of sequences: how time is read, what order is worth, where attention looks."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from genre_utils.plots.drawing import ON_FILL

_COLORS = ("#332288", "#CC6677")
_MARKERS = "os"


def reading_diagram() -> np.ndarray:
    """How a recurrent network and attention read the same frames: a box a frame, arrows of time."""
    _, axes = plt.subplots(1, 2, figsize=(11, 3.4))
    for ax, (title, inner) in zip(
        axes, (("recurrent: a state is handed on", "h"), ("attention: a weight a frame", "a")),
        strict=True,
    ):  # fmt: skip
        for t in range(4):
            _box(ax, t, 0, f"$x_{t + 1}$", "#DDDDDD")
            _box(ax, t, 1, f"${inner}_{t + 1}$", "#88CCEE")
            _arrow(ax, (t, 0.25), (t, 0.75))
            _arrow(ax, (t, 1.25), (1.5, 1.8))
            if inner == "h" and t:
                _arrow(ax, (t - 0.7, 1), (t - 0.3, 1))
        _box(ax, 1.5, 2.05, "mean" if inner == "h" else "weighted mean", "#DDCC77", half=0.7)
        _arrow(ax, (2.2, 2.05), (2.6, 2.05))
        ax.text(2.7, 2.05, "genre", va="center")
        ax.set(title=title, xlim=(-0.5, 3.6), ylim=(-0.4, 2.5))
        ax.axis("off")
    return axes


def _box(ax: Axes, x: float, y: float, text: str, color: str, *, half: float = 0.3) -> None:
    ax.add_patch(plt.Rectangle((x - half, y - 0.25), 2 * half, 0.5, facecolor=color,
                               edgecolor="black"))  # fmt: skip
    ax.text(x, y, text, ha="center", va="center", color=ON_FILL)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "lw": 1.2})


def order_worth(accuracy: Mapping[str, pd.DataFrame], title: str) -> np.ndarray:
    """Accuracy of each network in order and shuffled; a panel an input.

    Parameters
    ----------
    accuracy
        By input: a row a network, columns "in order" and "shuffled".
    title
        What is to be seen.
    """
    most = max(len(table) for table in accuracy.values())
    figure, axes = plt.subplots(1, len(accuracy), figsize=(1 + 5 * len(accuracy), 1.6 + 0.4 * most),
                                sharex=True, squeeze=False)  # fmt: skip
    for ax, (what, table) in zip(axes[0], accuracy.items(), strict=True):
        places = np.arange(len(table))
        ax.hlines(places, table.min(axis=1), table.max(axis=1), color="#bbbbbb", lw=2, zorder=1)
        for order, color, marker in zip(("in order", "shuffled"), _COLORS, _MARKERS, strict=True):
            ax.scatter(table[order], places, color=color, marker=marker, s=60, label=order,
                       zorder=2)  # fmt: skip
        ax.set_yticks(places, table.index)
        ax.invert_yaxis()
        ax.set(title=what, xlabel="accuracy", xlim=(0, 1))
    axes[0, -1].legend(loc="upper right")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def frame_weights(frames: np.ndarray, weights: np.ndarray, seconds: float, title: str) -> Axes:
    """What a network is given of a piece, and above it the weight of each frame.

    Parameters
    ----------
    frames
        Shape (frames, coefficients).
    weights
        Shape (frames,), with the sum 1.
    seconds
        Length of the piece.
    title
        What is to be seen.
    """
    _, (above, below) = plt.subplots(2, 1, figsize=(10, 4.5), sharex=True,
                                     height_ratios=(1, 2))  # fmt: skip
    time = (np.arange(len(weights)) + 0.5) * seconds / len(weights)
    above.step(time, weights, where="mid", color=_COLORS[1])
    above.axhline(1 / len(weights), color="#666666", lw=1, ls="--", label="if all weighed alike")
    above.set(title=title, ylabel="weight", ylim=(0, None))
    above.legend(loc="upper right")
    below.imshow(frames.T, origin="lower", aspect="auto", cmap="magma",
                 extent=(0, seconds, 0, frames.shape[1]))  # fmt: skip
    below.set(xlabel="time (s)", ylabel="coefficient")
    below.grid(visible=False)
    return below


def piece_weights(weights: pd.DataFrame, title: str) -> Axes:
    """Weight of each piece of songs, a row a song.

    Parameters
    ----------
    weights
        A row a song, a column a piece, rows that sum to 1.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 1.8 + 0.32 * len(weights)))
    sns.heatmap(100 * weights, annot=True, fmt=".0f", cmap="Blues", vmin=0, ax=ax,
                annot_kws={"size": 8}, cbar_kws={"label": "weight (%)"})  # fmt: skip
    ax.set(title=title, xlabel="piece of 3 s", ylabel="")
    ax.tick_params(axis="y", rotation=0)
    return ax

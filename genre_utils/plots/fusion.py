"""Figures of several sources: how they meet, what each adds, whom a gate trusts, cold starts."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from genre_utils.plots.style import MUTED

_SOURCES = ("sound", "picture", "words", "history")
WAYS = {"sound": MUTED[0], "history": MUTED[5], "both": MUTED[2]}


def fusion_diagram(title: str) -> Axes:
    """Where sources can meet: before a model (early), or after one each (late, stacking, gate)."""
    figure, ax = plt.subplots(figsize=(9, 3.6))
    ax.set(xlim=(0, 10), ylim=(0, 4), title=title)
    ax.axis("off")
    heights = [3.4, 2.5, 1.6, 0.7]
    for name, y in zip(_SOURCES, heights, strict=True):
        _box(ax, 0.8, y, name)
        _box(ax, 3.0, y, "own model")
        _arrow(ax, (1.55, y), (2.2, y))
        _arrow(ax, (3.8, y), (5.1, 2.9), rad=0.0)
    _box(ax, 6.1, 2.9, "late fusion,\nstacking, gate:\nprobabilities meet", wide=1.9, high=1.1)
    _box(ax, 6.1, 0.8, "early fusion:\nnumbers meet,\none model", wide=1.9, high=1.1)
    for y in heights:
        _arrow(ax, (0.8, y - 0.28), (5.1, 0.8), rad=0.18, style=":")
    _box(ax, 9.1, 2.9, "genre")
    _box(ax, 9.1, 0.8, "genre")
    _arrow(ax, (7.1, 2.9), (8.35, 2.9))
    _arrow(ax, (7.1, 0.8), (8.35, 0.8))
    figure.set_layout_engine("constrained")
    return ax


def _box(ax: Axes, x: float, y: float, text: str, *, wide: float = 1.5, high: float = 0.55) -> None:
    box = FancyBboxPatch(
        (x - wide / 2, y - high / 2), wide, high, boxstyle="round,pad=0.04", fc="white",
        ec=MUTED[0], zorder=2,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(x, y, text, ha="center", va="center", fontsize=10, zorder=3)


def _arrow(ax: Axes, start, end, *, rad: float = 0.0, style: str = "-") -> None:
    look = {"arrowstyle": "->", "color": "0.5", "ls": style, "connectionstyle": f"arc3,rad={rad}"}
    ax.annotate("", end, start, arrowprops=look, zorder=1)


def shares_of_sources(values: dict[str, pd.DataFrame], title: str) -> np.ndarray:
    """What each source adds, by split, with intervals.

    Parameters
    ----------
    values
        By split: a row a source, columns ``value``, ``low``, ``high``, in points.
    title
        Of the figure.
    """
    figure, axes = plt.subplots(1, len(values), figsize=(9, 2.8), sharey=True, squeeze=False)
    for ax, (split, table) in zip(axes[0], values.items(), strict=True):
        away = np.abs(table[["low", "high"]].sub(table["value"], axis=0)).T
        ax.barh(table.index, table["value"], xerr=away, color=MUTED[2], ecolor="0.3", height=0.6)
        for row, (value, high) in enumerate(zip(table["value"], table["high"], strict=True)):
            place = {"textcoords": "offset points", "va": "center"}
            ax.annotate(f"{value:+.1f}", (max(high, 0), row), (5, 0), **place)
        ax.axvline(0, color="0.3", lw=0.8)
        ax.margins(x=0.18)
        ax.set(title=split, xlabel="points of accuracy")
        ax.grid(visible=False, axis="y")
    axes[0, 0].invert_yaxis()
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return axes


def trust(weights: pd.DataFrame, title: str) -> Axes:
    """Mean weight that a gate gives to each source, a row a genre."""
    _, ax = plt.subplots(figsize=(6, 0.38 * len(weights) + 1.2))
    sns.heatmap(weights, annot=True, fmt=".0%", cmap="Blues", cbar=False, vmin=0, vmax=1, ax=ax)
    ax.set(title=title, xlabel="", ylabel="")
    ax.tick_params(axis="y", rotation=0)
    return ax


def cold_starts(table: pd.DataFrame, title: str) -> Axes:
    """Precision of recommendations against the share of songs with a history.

    Parameters
    ----------
    table
        As from `recommend.cold_start`.
    title
        Of the figure.
    """
    _, ax = plt.subplots(figsize=(8, 3.6))
    for way, rows in table.groupby("way", sort=False):
        ax.plot(100 * rows["share"], rows["precision"], "o-", color=WAYS[str(way)])
        ax.fill_between(
            100 * rows["share"], rows["low"], rows["high"], color=WAYS[str(way)], alpha=0.12, lw=0
        )
        last = rows.iloc[-1]
        ax.annotate(
            str(way),
            (100 * last["share"], last["precision"]),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=WAYS[str(way)],
            fontweight="bold",
        )
    ax.axhline(table["chance"].iloc[0], color="0.5", ls=":")
    ax.annotate("chance", (0, table["chance"].iloc[0]), (0, 4), textcoords="offset points")
    ax.set(title=title, xlabel="songs with a history (%)", ylabel="precision at 10", ylim=(0, 1))
    ax.margins(x=0.12)
    return ax

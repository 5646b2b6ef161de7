"""Figures: one function a figure, each returns its Axes. Colours mean the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from genre_utils.plots.style import MUTED
from genre_utils.wording import percent


def genre_counts(tracks: pd.DataFrame) -> Axes:
    """Tracks a genre, and how many of them have audio; `tracks` as in `Dataset`."""
    counts = pd.DataFrame(
        {
            "audio and table": tracks["path"].notna() & tracks["table"],
            "table only": tracks["path"].isna() & tracks["table"],
            "audio only": tracks["path"].notna() & ~tracks["table"],
        }
    )
    counts = counts.groupby(tracks["genre"]).sum().loc[:, lambda c: c.any()]
    colors = {"audio and table": "#332288", "table only": "#88CCEE", "audio only": "#117733"}
    height = 1.5 + 0.35 * len(counts)
    _, ax = plt.subplots(figsize=(9, height))
    counts.plot.barh(stacked=True, ax=ax, color=colors, width=0.8)
    ax.invert_yaxis()
    ax.set(title="Tracks of each genre, and what there is of them", xlabel="tracks", ylabel="")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.grid(visible=False, axis="y")
    return ax


def tempo_boxplot(tempo: pd.Series, genre: pd.Series) -> Axes:
    """Tempo of the tracks of each genre, in beats per minute, as a box plot."""
    _, ax = plt.subplots(figsize=(9, 4.5))
    order = sorted(genre.unique())
    sns.boxplot(x=genre, y=tempo, hue=genre, order=order, hue_order=order, palette="rocket",
                legend=False, ax=ax)  # fmt: skip
    ax.set(title="BPM Boxplot for Genres", xlabel="Genre", ylabel="BPM")
    return ax


def tempo_agreement(estimated: pd.Series, annotated: pd.Series, verdict: pd.Series) -> Axes:
    """Estimated against annotated tempo in beats per minute, octave errors on their own lines.

    Parameters
    ----------
    estimated, annotated
        Beats per minute, same index.
    verdict
        What `analysis.tempo_verdicts` says of each.
    """
    _, ax = plt.subplots(figsize=(8.5, 5.5))
    low, high = 0.95 * annotated.min(), 1.05 * annotated.max()
    top = 1.05 * max(estimated.max(), annotated.max())
    for factor, name in ((1, "same"), (2, "double"), (0.5, "half")):
        end = min(high, top / factor)
        ax.plot([low, end], [factor * low, factor * end], color="#888888", lw=1, zorder=1)
        ax.text(end, factor * end, name, ha="right", va="bottom", color="#555555")
    order = [name for name in verdict.cat.categories if (verdict == name).any()]
    sns.scatterplot(x=annotated, y=estimated, hue=verdict, style=verdict, hue_order=order,
                    style_order=order, palette=MUTED[: len(order)], ax=ax, s=35)  # fmt: skip
    ax.set(
        title="Estimated tempo against the tempo that people heard",
        xlabel="annotated tempo (BPM)",
        ylabel="estimated tempo (BPM)",
        ylim=(0, 1.05 * top),
    )
    ax.legend(title="estimate is", loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def correlations(table: pd.DataFrame) -> Axes:
    """Pearson correlation of each column with each other; mean and variance share a name."""
    _, ax = plt.subplots(figsize=(9, 8.3))
    sns.heatmap(
        table.corr(),
        vmin=-1,
        vmax=1,
        cmap="RdBu_r",
        square=True,
        ax=ax,
        xticklabels=False,
        yticklabels=False,
        cbar_kws={"label": "correlation", "shrink": 0.6},
    )
    measures = [re.sub("_(mean|var)$", "", str(column)) for column in table.columns]
    names = list(dict.fromkeys(measures))
    places = [np.flatnonzero(np.array(measures) == name).mean() + 0.5 for name in names]
    ax.set_xticks(places, names, rotation=90, fontsize=9)
    ax.set_yticks(places, names, fontsize=9)
    ax.set_title("Which features say the same thing")
    return ax


def artists_per_genre(tracks: pd.DataFrame) -> Axes:
    """Share of each genre's tracks that its most frequent artists have."""
    known = tracks.dropna(subset=["artist_group"])
    counts = known.groupby("genre")["artist_group"].value_counts()
    _, ax = plt.subplots(figsize=(10, 1.5 + 0.4 * known["genre"].nunique()))
    for genre, artists in counts.groupby(level="genre"):
        left = 0
        for i, count in enumerate(artists):
            ax.barh(genre, count, left=left, color=MUTED[1] if i % 2 else MUTED[0], height=0.8)
            left += count
        ax.text(left, genre, f"  {len(artists)} artists", va="center", fontsize=9)
    ax.invert_yaxis()
    ax.set(
        title="Each block is one artist: some genres are a handful of them",
        xlabel="tracks with a named artist",
        ylabel="",
    )
    ax.grid(visible=False, axis="y")
    return ax


def feature_ranges(table: pd.DataFrame) -> Axes:
    """Range of each column from its smallest to its largest value, on a logarithmic scale."""
    low, high = table.min(), table.max()
    spans = (high - low)[lambda s: s > 0].sort_values()
    _, ax = plt.subplots(figsize=(8.5, 3.5))
    ax.bar(range(len(spans)), spans, color=MUTED[0])
    ax.set(
        yscale="log",
        title="Unscaled, a few columns would drown all others",
        xlabel="column, from the narrowest range to the widest",
        ylabel="largest minus smallest value",
        xticks=[0, len(spans) - 1],
        xticklabels=[spans.index[0], spans.index[-1]],
    )
    return ax


def explained_variance(ratios: Mapping[str, np.ndarray], marks: Iterable[float] = (0.9,)) -> Axes:
    """Cumulative explained variance against the number of components.

    Parameters
    ----------
    ratios
        Explained variance ratio of all components, shape (components,), by name of the scaling.
    marks
        Shares to draw as lines.
    """
    marks = list(marks)
    _, ax = plt.subplots(figsize=(8.5, 4.2))
    for (name, ratio), color in zip(ratios.items(), MUTED[::7], strict=False):
        ax.plot(np.arange(1, len(ratio) + 1), np.cumsum(ratio), marker=".", color=color, label=name)
    for mark in marks:
        ax.axhline(mark, color="#888888", ls="--", lw=1)
        side = "bottom" if mark == max(marks) else "top"
        ax.text(1, mark, percent(mark, 0), va=side, color="#555555")
    ax.set(
        title="How much of the variance the first components hold",
        xlabel="number of components",
        ylabel="cumulative explained variance (share)",
        ylim=(0, 1.03),
    )
    ax.legend(title="scaling", loc="lower right")
    return ax


def loadings(table: pd.DataFrame, top: int = 12) -> np.ndarray:
    """Largest weights of the features on each axis.

    Parameters
    ----------
    table
        One row a feature, one column an axis.
    top
        How many features to show an axis.
    """
    _, grid = plt.subplots(1, table.shape[1], figsize=(9, 0.9 + 0.3 * top), squeeze=False)
    for ax, (name, weights) in zip(grid[0], table.items(), strict=True):
        largest = weights[weights.abs().nlargest(top).index][::-1]
        ax.barh(largest.index, largest, color=np.where(largest > 0, MUTED[0], MUTED[7]))
        ax.axvline(0, color="#444444", lw=1)
        ax.set(title=f"Weights of {name}", xlabel="weight")
        ax.grid(visible=False, axis="y")
    return grid[0]

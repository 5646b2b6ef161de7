"""Figures of transfer: what tags say, what a leak is worth, how few labels are enough."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

_COLORS = "#332288 #CC6677 #117733 #DDCC77 #88CCEE #AA4499".split()
_MARKERS = "osD^vP"


def tag_map(shares: pd.DataFrame, title: str) -> Axes:
    """Mean probability of tags in each group of songs, as a heat map.

    Parameters
    ----------
    shares
        A row a group of songs, a column a tag.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(2.5 + 0.52 * shares.shape[1], 1.8 + 0.42 * len(shares)))
    sns.heatmap(100 * shares, annot=True, fmt=".0f", cmap="Blues", vmin=0, ax=ax,
                annot_kws={"size": 8}, cbar_kws={"label": "mean probability (%)"})  # fmt: skip
    ax.set(title=title, xlabel="tag", ylabel="")
    ax.tick_params(axis="x", rotation=60)
    ax.tick_params(axis="y", rotation=0)
    return ax


def falls(accuracy: Mapping[str, pd.DataFrame], title: str) -> np.ndarray:
    """What each input loses when songs, then artists, are kept apart; a panel a kind of item.

    Parameters
    ----------
    accuracy
        By what is classified ("3 s pieces"): a row an input, a column a split, in the order in
        which they become stricter.
    title
        What is to be seen.
    """
    figure, axes = plt.subplots(1, len(accuracy), figsize=(5.5 * len(accuracy), 4.5), sharey=True,
                                squeeze=False)  # fmt: skip
    for ax, (what, table) in zip(axes[0], accuracy.items(), strict=True):
        places = np.arange(table.shape[1])
        looks = zip(table.iterrows(), _COLORS, _MARKERS, strict=False)
        ends = _apart(table.iloc[:, -1], 0.06)
        for (name, values), color, marker in looks:
            ax.plot(places, values, color=color, marker=marker, lw=2)
            fall = 100 * (values.iloc[-1] - values.iloc[0])
            ax.text(places[-1] + 0.06, ends[name], f"{name} {fall:+.0f}", va="center", color=color)
        ax.set_xticks(places, table.columns)
        ax.set(title=what, xlabel="what is kept apart gets stricter", ylim=(0, 1.02))
        ax.set_xlim(-0.2, places[-1] + 0.35 * len(places))
    axes[0, 0].set_ylabel("accuracy")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def _apart(values: pd.Series, least: float) -> dict[str, float]:
    """Places of labels beside values, moved upwards until none covers another."""
    places: dict[str, float] = {}
    for name, value in values.sort_values().items():
        places[str(name)] = max(value, *(place + least for place in places.values()), value)
    return places


def label_curves(curves: Mapping[str, pd.DataFrame], title: str) -> Axes:
    """Accuracy against the number of labels a genre, with 95 % of the draws.

    Parameters
    ----------
    curves
        By model, as from `evaluation.label_curve`.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 5))
    for (name, curve), color, marker in zip(curves.items(), _COLORS, _MARKERS, strict=False):
        of_size = curve.groupby("labels")["accuracy"]
        middle, sides = of_size.mean(), of_size.quantile([0.025, 0.975]).unstack()
        spans = [middle - sides[0.025], sides[0.975] - middle]
        ax.errorbar(middle.index, middle, yerr=np.maximum(spans, 0), color=color, marker=marker,
                    capsize=3, label=name)  # fmt: skip
    ticks = sorted({round(x) for curve in curves.values() for x in curve["labels"]})
    ax.set_xscale("log")
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()
    ax.set(
        title=title,
        xlabel="labelled tracks a genre (logarithmic)",
        ylabel="accuracy, artists apart",
        ylim=(0, 1),
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def recalls(table: pd.DataFrame, title: str) -> Axes:
    """Recall of each genre by several models, on one line each.

    Parameters
    ----------
    table
        A row a genre, a column a model.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 1.5 + 0.4 * len(table)))
    places = np.arange(len(table))
    ax.hlines(places, table.min(axis=1), table.max(axis=1), color="#bbbbbb", lw=2, zorder=1)
    for (name, values), color, marker in zip(table.items(), _COLORS, _MARKERS, strict=False):
        ax.scatter(values, places, color=color, marker=marker, s=60, label=name, zorder=2)
    ax.set_yticks(places, table.index)
    ax.invert_yaxis()
    ax.set(title=title, xlabel="recall: share of the genre's tracks that are named rightly",
           xlim=(-0.02, 1.02))  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def decade_map(shares: pd.DataFrame, decade: pd.Series, title: str) -> Axes:
    """How much more than usual each decade's tag lights up for artists; their own is framed.

    Parameters
    ----------
    shares
        A row an artist, a column a decade's tag; any unit in which columns compare.
    decade
        Column of each artist's own decade, by artist.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(7.5, 1.8 + 0.3 * len(shares)))
    limit = float(np.abs(shares.to_numpy()).max())
    sns.heatmap(shares, cmap="RdBu_r", vmin=-limit, vmax=limit, ax=ax,
                cbar_kws={"label": "deviations from the mean"})  # fmt: skip
    for row, name in enumerate(shares.index):
        column = shares.columns.get_loc(decade[name])
        ax.add_patch(plt.Rectangle((column, row), 1, 1, fill=False, edgecolor="black", lw=2))
    ax.set(title=title, xlabel="tag", ylabel="")
    ax.tick_params(axis="y", rotation=0)
    return ax

"""Figures of models on pieces of songs: confusions beside each other, accuracy by neighbours."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from genre_utils.plots.scores import SPLIT_COLORS
from genre_utils.wording import percent


def confusion_panels(counts: Mapping[str, pd.DataFrame], title: str) -> np.ndarray:
    """Confusion matrices of several models: colour and number are the share of a row in per cent.

    Parameters
    ----------
    counts
        By model: rows true, columns predicted.
    title
        What is to be seen.
    """
    rows = -(-len(counts) // 2)
    fig, axes = plt.subplots(rows, 2, figsize=(10.5, 5.2 * rows), squeeze=False)
    for ax, (name, matrix) in zip(axes.flat, counts.items(), strict=False):
        shares = 100 * matrix.div(matrix.sum(axis=1).clip(lower=1), axis=0)
        right = np.trace(matrix.to_numpy()) / max(matrix.to_numpy().sum(), 1)
        texts = shares.round().astype(int).astype(str).where(shares >= 0.5, "")
        sns.heatmap(shares, annot=texts, fmt="", cmap="Blues", vmin=0, vmax=100, square=True,
                    ax=ax, cbar=False, annot_kws={"size": 8})  # fmt: skip
        ax.set(title=f"{name}: {percent(right)}", xlabel="y_pred", ylabel="y_true")
        ax.tick_params(axis="x", rotation=60, labelsize=9)
        ax.tick_params(axis="y", rotation=0, labelsize=9)
    for ax in axes.flat[len(counts) :]:
        ax.set_axis_off()
    fig.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def accuracy_by_neighbours(table: pd.DataFrame, published: float, title: str) -> Axes:
    """Accuracy of k-nearest neighbours against k, a line a split.

    Parameters
    ----------
    table
        A row a k, a column a split.
    published
        What was published, drawn as a line.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 4.5))
    for (name, values), marker in zip(table.items(), "os^D", strict=False):
        fewer = name in table.attrs.get("fewer", [])
        ax.plot(values.index, values, color=SPLIT_COLORS[str(name)], marker=marker,
                mfc="white" if fewer else None,
                label=f"{name}, fewer genres" if fewer else name)  # fmt: skip
    ax.axhline(published, color="#444444", ls="--", lw=1)
    ax.text(table.index.max(), published, f"the summary, {percent(published, 0)}", ha="right",
            va="bottom")  # fmt: skip
    ax.set(title=title, xlabel="neighbours that vote (k)", ylabel="accuracy", ylim=(0, 1.02))
    ax.legend(title="split", ncols=len(table.columns), loc="lower right")
    return ax

"""Figures of scores: confusion, splits side by side, importance, learning curves."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes


def confusion(counts: pd.DataFrame, title: str) -> Axes:
    """Confusion matrix as a heat map: colour is the share of a row, numbers are counts.

    Parameters
    ----------
    counts
        Rows true, columns predicted.
    title
        What is to be seen.
    """
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    _, ax = plt.subplots(figsize=(8.5, 7))
    sns.heatmap(shares, annot=counts, fmt="d", cmap="Blues", vmin=0, vmax=1, square=True, ax=ax,
                cbar_kws={"label": "share of the true genre's items", "shrink": 0.7})  # fmt: skip
    ax.set(title=title, xlabel="y_pred", ylabel="y_true")
    ax.tick_params(axis="x", rotation=40)
    ax.tick_params(axis="y", rotation=0)
    return ax

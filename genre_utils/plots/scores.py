"""Figures of scores: confusion, splits side by side, importance, learning curves."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from genre_utils.wording import percent

SPLIT_COLORS = {
    "random": "#CC6677",
    "track": "#DDCC77",
    "artist": "#332288",
    "filtered": "#117733",
}


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


def score_overview(table: pd.DataFrame, people: float) -> Axes:
    """Accuracy of models under splits with 95 % intervals, published values as crosses.

    Parameters
    ----------
    table
        Columns ``label`` (the row's text), ``split``, ``accuracy``, ``low``, ``high``,
        ``published``; and ``fewer``, if it is there: whether it goes over fewer genres than others,
        which is drawn hollow.
    people
        What people reach on other music, drawn as a line.
    """
    table = table.assign(fewer=table.get("fewer", False))
    labels = list(dict.fromkeys(table["label"]))
    _, ax = plt.subplots(figsize=(10, 1.8 + 0.55 * len(labels)))
    shown = [name for name in SPLIT_COLORS if name in set(table["split"])]
    for i, split in enumerate(shown):
        of_split = table[table["split"] == split]
        for fewer, rows in of_split.groupby("fewer"):
            y = rows["label"].map(labels.index) + 0.8 * ((i + 0.5) / len(shown) - 0.5)
            spans = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
            ax.errorbar(rows["accuracy"], y, xerr=spans, fmt="os^D"[i], capsize=3,
                        color=SPLIT_COLORS[split], mfc="white" if fewer else None,
                        label=split + (", fewer genres" if fewer else ""))  # fmt: skip
    published = table.dropna(subset=["published"]).drop_duplicates("label")
    ax.scatter(published["published"], published["label"].map(labels.index), marker="x", s=70,
               color="#444444", label="the summary", zorder=3)  # fmt: skip
    ax.axvline(people, color="#888888", ls="--", lw=1)
    ax.text(
        people, -0.75, f"people, other music: {percent(people, 0)}", ha="center", color="#555555"
    )
    ax.set(
        title="The same models under each split, with 95 % intervals",
        xlabel="accuracy",
        xlim=(0, 1),
        ylim=(len(labels) - 0.4, -0.95),
    )
    ax.set_yticks(range(len(labels)), labels)
    ax.legend(title="split", loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def drops(table: pd.DataFrame, title: str) -> Axes:
    """Loss of accuracy when columns are shuffled, as bars with the spread over folds.

    Parameters
    ----------
    table
        As from `analysis.permutation_drops`.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 1.3 + 0.33 * len(table)))
    spread = table["sd"].fillna(0)
    ax.barh(table.index, table["drop"], xerr=spread if spread.any() else None, color="#88CCEE",
            capsize=3)  # fmt: skip
    ax.invert_yaxis()
    ax.set(title=title, xlabel="accuracy lost when shuffled (mean and deviation over folds)")
    ax.grid(visible=False, axis="y")
    return ax


def learning_curve(curve: pd.DataFrame) -> Axes:
    """Accuracy against the number of artists that were learnt from.

    Parameters
    ----------
    curve
        As from `analysis.artist_curve`.
    """
    _, ax = plt.subplots(figsize=(8, 4.5))
    ax.errorbar(curve["artists"], curve["accuracy"], yerr=curve["sd"], marker="o", capsize=3,
                color=SPLIT_COLORS["artist"])  # fmt: skip
    ax.set(
        title="Accuracy on unknown artists, by the number of artists learnt from",
        xlabel="artists on the training side (mean over folds)",
        ylabel="accuracy",
        ylim=(0, None),
    )
    return ax


def training_curves(curves: Mapping[str, pd.DataFrame], title: str) -> np.ndarray:
    """Accuracy on the training and the validation side while networks learn.

    Parameters
    ----------
    curves
        By name, `history_` of a `NetworkClassifier`.
    title
        What is to be seen.
    """
    fig, axes = plt.subplots(1, len(curves), figsize=(4.8 * len(curves), 4), sharey=True,
                             squeeze=False)  # fmt: skip
    for ax, (name, curve) in zip(axes[0], curves.items(), strict=True):
        for _, one in curve.groupby("member" if "member" in curve else lambda _: 0):
            ax.plot(one["epoch"], one["accuracy"], "o-", color="#88CCEE", label="training side")
            ax.plot(one["epoch"], one["val_accuracy"], "s-", color="#882255",
                    label="validation side, other songs")  # fmt: skip
        ax.set(title=name, xlabel="times each item was seen (epochs)", ylim=(0, 1.02))
    axes[0, 0].set_ylabel("accuracy")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    first = dict(zip(labels, handles, strict=True))
    axes[0, 0].legend(first.values(), first.keys(), loc="lower right")
    fig.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def reliability_diagram(rows: Mapping[str, tuple[list, float]]) -> Axes:
    """How often predictions are right against how probable they were said to be.

    Parameters
    ----------
    rows
        By name, as from `calibration.reliability`.
    """
    _, ax = plt.subplots(figsize=(6.5, 5.5))
    ax.plot([0, 1], [0, 1], color="#888888", ls="--", lw=1, label="as often as said")
    colors = ("#CC6677", "#332288", "#117733")
    for (name, (bins, error)), color, marker in zip(rows.items(), colors, "osD", strict=False):
        said, was, count = np.array(bins).T
        ax.plot(said, was, color=color, lw=1)
        ax.scatter(said, was, s=15 + 2 * count, color=color, marker=marker, alpha=0.8,
                   label=f"{name}: off by {100 * error:.1f} points on average")  # fmt: skip
    ax.set(
        title="Said and true: larger marks stand for more tracks",
        xlabel="probability of the predicted genre",
        ylabel="share that was right",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    ax.legend(loc="upper left")
    return ax

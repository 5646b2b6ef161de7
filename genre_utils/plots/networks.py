"""Figures of what networks see: where they look, and what they say over time."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from genre_utils.models import ROUNDS
from genre_utils.wording import percent


def training_panels(curves: Mapping[str, pd.DataFrame], updates: int, title: str) -> np.ndarray:
    """Accuracy on the training and the validation side while networks learn, on equal axes.

    Parameters
    ----------
    curves
        By name, `history_` of a `NetworkClassifier` that was given so many updates, a row a tenth.
    updates
        Of each.
    title
        What is to be seen.
    """
    rows = -(-len(curves) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(10, 3.4 * rows), sharex=True, sharey=True,
                                squeeze=False)  # fmt: skip
    for ax in axes.flat[len(curves) :]:
        ax.axis("off")
    for ax, (name, curve) in zip(axes.flat, curves.items(), strict=False):
        done = updates * np.arange(1, len(curve) + 1) / ROUNDS
        sides = (("accuracy", "training", "#4477AA"), ("val_accuracy", "validation", "#882255"))
        for line, (column, side, color) in enumerate(sides):
            ax.plot(done, curve[column], "o-", color=color, ms=4)
            told = f"{side} side, at the end {percent(curve[column].iloc[-1], 0)}"
            ax.text(0.03, 0.96 - 0.09 * line, told, color=color, va="top",
                    transform=ax.transAxes)  # fmt: skip
        ax.set_title(name, fontsize=11)
        ax.set(ylim=(0, 1.25), xlim=(0, 1.02 * updates), yticks=np.linspace(0, 1, 5))
    for ax in axes[-1]:
        ax.set_xlabel("updates")
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes

"""Figures of what networks see: where they look, and what they say over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from genre_utils.audio import BANDS, COLUMNS_PER_SECOND, band_edges
from genre_utils.models import ROUNDS, ClipGenre
from genre_utils.plots.style import genre_colors
from genre_utils.wording import percent

_TICKS = (100, 500, 1000, 2000, 5000, 10000)
_HOT = "#EE7733"  # of Paul Tol's colours: seen on grey by all


def spectrogram(frames: np.ndarray, ax: Axes, heat: np.ndarray | None = None) -> Axes:
    """Spectrogram as networks see it, and optionally where one looks.

    Parameters
    ----------
    frames
        Shape (columns, bands).
    ax
        Where to draw.
    heat
        Same shape, from 0 to 1. The spectrogram is drawn in grey then, and the heat over it: the
        hotter, the more orange.
    """
    seconds = len(frames) / COLUMNS_PER_SECOND
    extent = (0, seconds, 0, BANDS)
    ax.imshow(frames.T, origin="lower", aspect="auto", vmin=-2, vmax=3, extent=extent,
              cmap="magma" if heat is None else "gray")  # fmt: skip
    if heat is not None:
        glow = np.empty((*heat.T.shape, 4))
        glow[..., :3] = to_rgb(_HOT)
        glow[..., 3] = 0.8 * (heat.T - heat.min()) / max(np.ptp(heat), 1e-9)
        ax.imshow(glow, origin="lower", aspect="auto", extent=extent)
    places = np.interp(_TICKS, band_edges()[1:-1], np.arange(BANDS) + 0.5)
    ax.set_yticks(places, [f"{f / 1000:g}" for f in _TICKS])
    ax.set(xlabel="time (s)", ylabel="frequency (kHz, mel-spaced)")
    ax.grid(visible=False)
    return ax


def attention(
    tracks: Sequence[tuple[str, np.ndarray, np.ndarray]],
) -> np.ndarray:
    """Where a network looks when it names a genre: above when, below when and how high.

    Parameters
    ----------
    tracks
        Title, spectrogram and heat of each, as for `spectrogram`; one below the other.
    """
    figure, axes = plt.subplots(2 * len(tracks), 1, figsize=(9, 4.3 * len(tracks)),
                                height_ratios=[1, 3] * len(tracks), squeeze=False)  # fmt: skip
    for i, (title, frames, heat) in enumerate(tracks):
        when, where = axes[2 * i, 0], axes[2 * i + 1, 0]
        of_time = heat.mean(axis=1)
        seconds = (np.arange(len(of_time)) + 0.5) / COLUMNS_PER_SECOND
        when.fill_between(seconds, of_time / max(of_time.max(), 1e-9), color=_HOT)
        when.set(title=title, ylabel="evidence", ylim=(0, 1.05), yticks=[0, 1], xticklabels=[],
                 xlim=(0, len(frames) / COLUMNS_PER_SECOND))  # fmt: skip
        spectrogram(frames, where, heat)
    figure.align_ylabels()
    return axes


def clip_votes(frames: np.ndarray, result: ClipGenre, title: str) -> np.ndarray:
    """Spectrogram of a clip, and below it the genre of each piece.

    Parameters
    ----------
    frames
        As from `audio.signal_spectrogram`.
    result
        What `clip.classify_clip` said.
    title
        What is to be seen.
    """
    genres = list(dict.fromkeys(vote.genre for vote in result.votes))
    colors = genre_colors(sorted(result.probability))
    _, axes = plt.subplots(2, 1, figsize=(10, 5), sharex=True, height_ratios=(2, 1))
    spectrogram(frames, axes[0]).set(title=title, xlabel="")
    for vote in result.votes:
        axes[1].barh(genres.index(vote.genre), vote.end - vote.start, left=vote.start,
                     color=colors[vote.genre], alpha=0.25 + 0.75 * vote.probability,
                     edgecolor="white")  # fmt: skip
    axes[1].set_yticks(range(len(genres)), genres)
    axes[1].set(xlabel="time (s)", ylabel="vote", xlim=(0, result.seconds))
    axes[1].invert_yaxis()
    return axes


def variants(table: pd.DataFrame, title: str) -> np.ndarray:
    """Log loss and accuracy of variants of a network on the validation side.

    Parameters
    ----------
    table
        As from `evaluation.compare_variants`.
    title
        What is to be seen.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 1.7 + 0.45 * len(table)), sharey=True)
    places = np.arange(len(table))
    far = [table["above"] - table["above_low"], table["above_high"] - table["above"]]
    near = [table["accuracy"] - table["low"], table["high"] - table["accuracy"]]
    for ax, values, spans, color in (
        (axes[0], table["above"], far, "#CC6677"),
        (axes[1], 100 * table["accuracy"], 100 * np.array(near), "#332288"),
    ):
        ax.errorbar(values, places, xerr=np.maximum(spans, 0), fmt="o", color=color, capsize=3)
    axes[0].axvline(0, color="#888888", lw=1, ls="--")
    axes[0].set_yticks(places, table.index)
    axes[0].invert_yaxis()
    axes[0].set_xlabel("log loss above the smallest (left is better)")
    axes[1].set_xlabel("accuracy on valid, per cent")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


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

"""Figures of sound that arrives: how long one listens, what changes, what is played next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from genre_utils.plots.style import genre_colors, genre_markers

_COLORS = "#332288 #CC6677 #117733 #DDCC77 #88CCEE #AA4499".split()
_MARKERS = "osD^vP"


def listening_curves(table: pd.DataFrame, title: str) -> np.ndarray:
    """Accuracy, and how much too sure what is said is, against the seconds heard.

    Parameters
    ----------
    table
        As from `live.calibration_table`.
    title
        What is to be seen.
    """
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2))
    panels = (("accuracy", "low", "high"), ("too_sure", "too_sure_low", "too_sure_high"))
    for ax, (middle, low, high), color in zip(axes, panels, _COLORS, strict=False):
        spans = [table[middle] - table[low], table[high] - table[middle]]
        ax.errorbar(table.index, table[middle], yerr=np.maximum(spans, 0), color=color, marker="o",
                    capsize=3)  # fmt: skip
        ax.set_xscale("log")
        ax.set_xticks(table.index, table.index)
        ax.minorticks_off()
        ax.set_xlabel("seconds heard (logarithmic)")
    axes[0].set(ylabel="accuracy", ylim=(0, 1))
    axes[1].axhline(0, color="#888888", lw=1)
    axes[1].set_ylabel("mean probability minus accuracy")
    axes[1].set_title("above 0: too sure", weight="normal")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def change_delays(table: pd.DataFrame, target: Mapping[str, float], title: str) -> np.ndarray:
    """How soon changes are noticed, how many, and how many false alarms, by the window's length.

    Parameters
    ----------
    table
        Index: seconds of the window. ``median_delay``, ``found`` and ``false_alarms`` as from
        `live.summarise_splices`, with their intervals.
    target
        What is asked at most or at least, by name of these three; drawn as a line.
    title
        What is to be seen.
    """
    labels = {"median_delay": "median delay (s)", "found": "share of changes noticed",
              "false_alarms": "false alarms in ten minutes"}  # fmt: skip
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8))
    for ax, (name, label), color in zip(axes, labels.items(), _COLORS, strict=False):
        seen = table[np.isfinite(table[name])]
        spans = [seen[name] - seen[f"{name}_low"], seen[f"{name}_high"] - seen[name]]
        bars = np.nan_to_num(np.maximum(spans, 0), posinf=1e3)
        ax.errorbar(seen.index, seen[name], yerr=bars, color=color, marker="o", capsize=3)
        if name in target:
            ax.axhline(target[name], color="#888888", ls="--", lw=1)
        top = max([*seen[name], *seen[f"{name}_high"].replace(np.inf, 0), target.get(name, 0.0)])
        ax.set(xlabel="window (s)", ylabel=label, ylim=(0, 1.1 * max(top, 1e-3)))
        ax.set_xticks(table.index, table.index)
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def timeline(
    truth: pd.DataFrame, heard: pd.DataFrame, changes: Sequence[float], title: str
) -> Axes:
    """What was played and what was heard, along time, in the colours of genres.

    Parameters
    ----------
    truth
        A row a song: ``start``, ``end`` in seconds, ``genre``.
    heard
        A row a moment: ``seconds``, ``genre`` (None in silence), ``probability``.
    changes
        Seconds at which another song was noticed.
    title
        What is to be seen.
    """
    figure, ax = plt.subplots(figsize=(12, 3.2))
    known = dict.fromkeys([*truth["genre"], *heard["genre"].dropna()])
    colors = genre_colors(known)
    for start, end, genre in truth[["start", "end", "genre"]].itertuples(index=False):
        ax.barh(1, end - start, left=start, color=colors[genre], edgecolor="white")
        ax.text((start + end) / 2, 1.45, genre, ha="center", va="bottom", fontsize=8, rotation=20)
    said = heard.dropna(subset="genre")
    ax.bar(said["seconds"] - 0.5, 0.8 * said["probability"], bottom=-0.4, width=1,
           color=[colors[genre] for genre in said["genre"]])  # fmt: skip
    ax.vlines(changes, -0.5, 0.5, color="black", lw=1.5)
    ax.set_yticks([0, 1], ["heard", "played"])
    ax.set(title=title, xlabel="time (s)", ylim=(-0.55, 2.2), xlim=(0, truth["end"].max()))
    ax.grid(visible=False)
    handles = [plt.Rectangle((0, 0), 1, 1, color=color) for color in colors.values()]
    figure.legend(handles, colors, loc="outside right upper", fontsize=8)
    return ax


def regrets(curves: pd.DataFrame, turn: int, title: str) -> Axes:
    """Cumulative regret of recommenders, with 95 % of the listeners' means.

    Parameters
    ----------
    curves
        As from `live.regret_curves`.
    turn
        Songs after which the taste turns.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 4.8))
    groups = curves.groupby("recommender", sort=False)
    for (name, own), color, marker in zip(groups, _COLORS, _MARKERS, strict=False):
        ax.fill_between(own["step"], own["low"], own["high"], color=color, alpha=0.2, lw=0)
        ax.plot(own["step"], own["regret"], color=color, marker=marker, markevery=5, label=name)
    ax.axvline(turn + 0.5, color="#888888", ls="--", lw=1)
    ax.annotate("the taste turns", (turn + 0.5, 1), xycoords=("data", "axes fraction"),
                xytext=(4, -4), textcoords="offset points", va="top")  # fmt: skip
    ax.set(title=title, xlabel="songs played", ylabel="wanted songs fewer than the oracle's")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def playlist_steps(playlist: pd.DataFrame, usual: float, title: str, *, longest: int = 45) -> Axes:
    """How far each song of a playlist is from the one before it.

    Parameters
    ----------
    playlist
        A row a song, in order: ``name``, ``genre`` and ``step`` (missing for the first).
    usual
        Mean step in a random order; drawn as a line.
    title
        What is to be seen.
    longest
        Letters of a name that are shown.
    """
    figure, ax = plt.subplots(figsize=(9, 1.5 + 0.3 * len(playlist)))
    genres = list(dict.fromkeys(playlist["genre"]))
    colors, markers = genre_colors(genres), genre_markers(genres)
    places = pd.Series(np.arange(len(playlist)), playlist.index)
    steps = playlist["step"].fillna(0.0)
    ax.hlines(places, 0, steps, color="#bbbbbb", lw=2, zorder=1)
    for genre, own in playlist.groupby("genre", sort=False):
        ax.scatter(steps[own.index], places[own.index], color=colors[genre], marker=markers[genre],
                   s=60, label=genre, zorder=2)  # fmt: skip
    ax.axvline(usual, color="#888888", ls="--", lw=1, label="mean in random order")
    ax.set_yticks(places, [str(name)[:longest].replace("$", r"\$") for name in playlist["name"]])
    ax.invert_yaxis()
    ax.set(title=title, xlabel="distance to the song before (1 - cosine)", xlim=(-0.02, None))
    figure.legend(loc="outside right upper", fontsize=8)
    return ax

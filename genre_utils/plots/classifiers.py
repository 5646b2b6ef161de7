"""Figures of how classifiers decide, and of what a split lets them learn from."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch, Rectangle
from sklearn.base import ClassifierMixin
from sklearn.svm import SVC

from genre_utils.data import make_splits
from genre_utils.plots.style import genre_colors, genre_markers
from genre_utils.wording import percent

Side = tuple[np.ndarray, pd.Series]  # places in the plane, shape (tracks, 2), and genres
_GRID = 200
_SIDES = {"train": "#88CCEE", "valid": "#DDCC77", "test": "#882255", "": "#DDDDDD"}
_SIDE_NAMES = {
    "train": "training side",
    "valid": "validation side",
    "test": "test side",
    "": "left out: a faulty recording",
}


def decision_regions(
    fitted: Mapping[str, ClassifierMixin], learnt: Side, others: Side, title: str
) -> np.ndarray:
    """How models that were fitted in a plane divide it, and what they get right.

    Parameters
    ----------
    fitted
        By name, on `learnt`.
    learnt, others
        Tracks that the models know (filled marks), and tracks that they do not (open ones).
    title
        What is to be seen.
    """
    columns = min(3, len(fitted))
    rows = -(-len(fitted) // columns)
    fig, axes = plt.subplots(
        rows, columns, figsize=(3.7 * columns, 3.4 * rows + 0.7), squeeze=False
    )
    genres = sorted(set(learnt[1]))
    colors, markers = genre_colors(genres), genre_markers(genres)
    both = np.concatenate([learnt[0], others[0]])
    margin = 0.05 * np.ptp(both, axis=0)
    (left, low), (right, high) = both.min(axis=0) - margin, both.max(axis=0) + margin
    grid = np.meshgrid(np.linspace(left, right, _GRID), np.linspace(low, high, _GRID))
    cells = np.column_stack([part.ravel() for part in grid])
    for ax, (name, model) in zip(axes.flat, fitted.items(), strict=False):
        said = pd.Categorical(model.predict(cells), categories=genres).codes.reshape(grid[0].shape)
        ax.imshow(said, origin="lower", extent=(left, right, low, high), aspect="auto", alpha=0.3,
                  cmap=ListedColormap(list(colors.values())), vmin=0, vmax=len(genres) - 1,
                  interpolation="nearest")  # fmt: skip
        for (places, labels), filled in ((learnt, True), (others, False)):
            for genre in genres:
                x, y = places[(labels == genre).to_numpy()].T
                ax.scatter(x, y, s=22, marker=markers[genre], edgecolors=colors[genre],
                           facecolors=colors[genre] if filled else "white")  # fmt: skip
        if isinstance(model, SVC):
            ax.scatter(*learnt[0][model.support_].T, s=80, facecolors="none", edgecolors="#444444")
        known, unknown = (percent(model.score(*side), 0) for side in (learnt, others))
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.set_title(f"{name}\nlearnt {known}, others {unknown}", fontsize=10, weight="normal")
    for ax in axes.flat[len(fitted) :]:
        ax.set_axis_off()
    handles = [Patch(color=colors[genre], label=genre) for genre in genres]
    fig.legend(handles=handles, loc="outside lower center", ncols=len(genres))
    fig.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def split_diagram() -> Axes:
    """What each split lets stand on both sides, on a collection small enough to be drawn.

    The sides are those that `make_splits` gives: five artists of a genre, with two songs of
    three pieces each; one song is a faulty recording.
    """
    tracks = _small_collection()
    index = pd.MultiIndex.from_product([tracks.index, range(3)], names=["track_id", "segment"])
    splits, _ = make_splits(tracks, index, n_splits=3)
    labels = tracks.loc[index.get_level_values("track_id"), "genre"].to_numpy(object)
    drawn = np.flatnonzero(labels == labels[0])
    _, ax = plt.subplots(figsize=(10.5, 3.6))
    place = np.array([n + 0.5 * (n // 3) + 0.8 * (n // 6) for n in range(len(drawn))])
    for row, (name, split) in enumerate(splits.items()):
        sides = _sides(split, labels)[drawn]
        for x, side in zip(place, sides, strict=True):
            ax.add_patch(Rectangle((x, row - 0.3), 0.9, 0.6, fc=_SIDES[side], ec="#444444", lw=0.5))
        ax.text(-0.6, row, name, ha="right", va="center", family="monospace")
    for n in range(0, len(drawn), 3):
        ax.plot([place[n], place[n] + 2.9], [-0.5, -0.5], color="#777777", lw=1)
        ax.text(place[n] + 1.45, -0.58, f"song {n // 3 + 1}", ha="center", va="bottom", fontsize=8)
    for n in range(0, len(drawn), 6):
        ax.text(place[n] + 3.2, -1.05, f"artist {'ABCDE'[n // 6]}", ha="center", va="bottom",
                weight="bold", fontsize=10)  # fmt: skip
    handles = [Patch(fc=color, ec="#444444", label=_SIDE_NAMES[s]) for s, color in _SIDES.items()]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, fontsize=9)
    ax.set(xlim=(-4.5, place[-1] + 1.2), ylim=(len(splits) - 0.4, -1.5),
           title="One split of each split: a square is a piece of 3 s")  # fmt: skip
    ax.axis("off")
    return ax


def _small_collection() -> pd.DataFrame:
    """Two genres, of five artists with two songs each, as in `Dataset.tracks`."""
    rows = [
        (f"{genre}.{2 * artist + song:05d}", genre, f"{genre} {artist}", sides[song])
        for genre in ("jazz", "rock")
        for artist, sides in enumerate(
            [
                ("train", ""),
                ("train", "train"),
                ("train", "train"),
                ("valid", "valid"),
                ("test",) * 2,
            ]
        )
        for song in range(2)
    ]
    table = pd.DataFrame(rows, columns=["track_id", "genre", "artist_group", "partition"])
    return table.assign(song=table["track_id"]).set_index("track_id")


def _sides(split, labels: np.ndarray) -> np.ndarray:
    """Side of each item in the first fold; "" where it is on none."""
    train, test = split.folds(labels)[0]
    sides = np.full(len(labels), "", dtype=object)
    if split.name == "filtered":
        pool, _ = split.inner_cv(labels, train)
        sides[pool] = "valid"
    sides[train], sides[test] = "train", "test"
    return sides

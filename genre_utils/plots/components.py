"""Figures of the plane of two components: genres, weights, and who is near whom in it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Ellipse
from scipy.ndimage import distance_transform_edt, label
from sklearn.neighbors import KNeighborsClassifier

from genre_utils.plots.drawing import INK
from genre_utils.plots.style import MUTED, genre_colors


def genre_panels(
    points: np.ndarray, genre: pd.Series, names: tuple[str, str], title: str
) -> np.ndarray:
    """A panel a genre: its tracks and the ellipse of their spread, before all others in grey.

    Parameters
    ----------
    points
        Coordinates, shape (tracks, 2).
    genre
        Genre of each track.
    names
        Labels of the two axes.
    title
        What is to be seen.
    """
    labels = genre.to_numpy()
    order = sorted(set(labels))
    columns = min(5, len(order))
    rows = -(-len(order) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(8.5, 0.9 + 1.9 * rows), sharex=True,
                                sharey=True, squeeze=False)  # fmt: skip
    for ax in axes.flat[len(order) :]:
        ax.set_axis_off()
    for ax, (name, color) in zip(axes.flat, genre_colors(order).items(), strict=False):
        own = points[labels == name]
        ax.scatter(points[:, 0], points[:, 1], s=3, color="#bbbbbb", lw=0)
        ax.scatter(own[:, 0], own[:, 1], s=9, color=color, lw=0)
        spread = _ellipse(own)
        if spread is not None:
            spread.set(fill=False, edgecolor="#222222", lw=1.2)
            ax.add_patch(spread)
        ax.set_title(name, fontsize=11)
    figure.supxlabel(names[0], fontsize=11)
    figure.supylabel(names[1], fontsize=11)
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def _ellipse(points: np.ndarray) -> Ellipse | None:
    """Return the ellipse at two standard deviations along the axes of a cloud."""
    if len(points) < 3:
        return None
    lengths, directions = np.linalg.eigh(np.cov(points.T))
    width, height = 4 * np.sqrt(np.maximum(lengths, 0))
    turn = float(np.degrees(np.arctan2(directions[1, 0], directions[0, 0])))
    x, y = points.mean(axis=0)
    return Ellipse((float(x), float(y)), float(width), float(height), angle=turn)


def biplot(
    points: np.ndarray,
    genre: pd.Series,
    weights: pd.DataFrame,
    names: tuple[str, str],
    title: str,
    *,
    top: int = 4,
) -> Axes:
    """Means of genres among all tracks, and the features with the largest weights as arrows.

    Parameters
    ----------
    points
        Coordinates, shape (tracks, 2).
    genre
        Genre of each track.
    weights
        A row a feature, a column an axis.
    names
        Labels of the two axes.
    title
        What is to be seen.
    top
        Features of each axis that are drawn.
    """
    _, ax = plt.subplots(figsize=(8.5, 6.5))
    ax.scatter(points[:, 0], points[:, 1], s=5, color="#cccccc", lw=0)
    shown = list(dict.fromkeys(c for _, w in weights.items() for c in w.abs().nlargest(top).index))
    longest = np.linalg.norm(weights.loc[shown], axis=1).max()
    reach = 0.85 * np.abs(points).max(axis=0).min() / longest
    ends = reach * weights.loc[shown].to_numpy()
    for end in ends:
        ax.annotate("", end, (0, 0), arrowprops={"arrowstyle": "-|>", "color": MUTED[7], "lw": 1.2})
    centres = pd.DataFrame(points).groupby(genre.to_numpy()).mean()
    for name, color in genre_colors(list(centres.index)).items():
        x, y = centres.loc[name]
        ax.scatter(x, y, s=60, color=color, edgecolor="white", zorder=3)
    ax.set(title=title, xlabel=names[0], ylabel=names[1])
    ax.margins(0.12)
    dot = 0.01 * float(np.ptp(ax.get_xlim()))
    taken = [(*at, dot) for at in [*centres.to_numpy(), *ends]]
    _place(ax, list(centres.index), centres.to_numpy(), taken, fontsize=12, weight="bold",
           color=INK)  # fmt: skip
    _place(ax, shown, ends, taken, fontsize=9, color=MUTED[9])
    return ax


def _place(
    ax: Axes,
    names: Sequence,
    at: np.ndarray,
    taken: list[tuple[float, float, float]],
    *,
    fontsize: float,
    **look,
) -> None:
    """Write names outwards of their points, away from what is taken: centres, half of widths."""
    width, height = float(np.ptp(ax.get_xlim())), float(np.ptp(ax.get_ylim()))
    levels = (0, 1, -1, 2, -2, 3, -3)
    steps = [(0, 1), (0, -1), *((dx, dy) for dy in levels for dx in (1, -1)), (0, 2), (0, -2)]
    for name, point in zip(names, at, strict=True):
        half = 0.00055 * fontsize * len(str(name)) * width
        outwards = np.where(point < 0, -1, 1)

        def put(step, half=half, point=point, outwards=outwards):
            dx, dy = step * outwards
            return point + np.array([dx * (half + 0.012 * width), dy * 0.034 * height])

        def room(step, half=half, put=put):
            x, y = put(step)
            far = [max(abs(x - left) / (half + other), abs(y - low) / (0.034 * height))
                   for left, low, other in taken]  # fmt: skip
            return min(1.0, *far) if far else 1.0

        best = put(max(steps, key=room))
        taken.append((*best, half))
        ax.text(best[0], best[1], str(name), ha="center", va="center", zorder=4,
                fontsize=fontsize, **look)  # fmt: skip


def _grid(points: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    (left, low), (right, high) = np.quantile(points, [0.005, 0.995], axis=0)
    return np.linspace(left, right, steps), np.linspace(low, high, steps)


def said_in_plane(points: np.ndarray, genre: pd.Series, k: int, *, steps: int = 160) -> np.ndarray:
    """Genre that k-nearest neighbours say at places of a plane, as its place in the alphabet.

    Parameters
    ----------
    points
        Coordinates, shape (tracks, 2).
    genre
        Genre of each track.
    k
        How many neighbours vote.
    steps
        Places along each axis.

    Returns
    -------
    numpy.ndarray, shape (steps, steps)
        A row a place on the second axis.
    """
    places = np.dstack(np.meshgrid(*_grid(points, steps))).reshape(-1, 2)
    model = KNeighborsClassifier(n_neighbors=min(k, len(points))).fit(points, genre)
    return np.searchsorted(sorted(genre.unique()), model.predict(places)).reshape(steps, steps)


def count_patches(said: np.ndarray) -> int:
    """How many regions that hang together a plane has, as from `said_in_plane`."""
    return sum(label(said == genre)[1] for genre in np.unique(said))


def neighbour_regions(
    points: np.ndarray,
    genre: pd.Series,
    ks: Sequence[int],
    names: tuple[str, str],
    title: str,
    *,
    steps: int = 160,
) -> np.ndarray:
    """Which genre k-nearest neighbours say at each place of the plane, a panel a k.

    Whoever moves a slider gives one k.

    Parameters
    ----------
    points
        Coordinates, shape (tracks, 2).
    genre
        Genre of each track.
    ks
        How many neighbours vote.
    names
        Labels of the two axes.
    title
        What is to be seen.
    steps
        Places along each axis.
    """
    order = sorted(genre.unique())
    colors = genre_colors(order)
    x, y = _grid(points, steps)
    left, right, low, high = x[0], x[-1], y[0], y[-1]
    figure, axes = plt.subplots(1, len(ks), figsize=(8.5, 4.6), sharey=True, squeeze=False)
    cmap = ListedColormap([colors[name] for name in order])
    for ax, k in zip(axes[0], ks, strict=True):
        said = said_in_plane(points, genre, k, steps=steps)
        ax.imshow(
            said,
            origin="lower",
            extent=(left, right, low, high),
            aspect="auto",
            cmap=cmap,
            vmin=-0.5,
            vmax=len(order) - 0.5,
            alpha=0.55,
        )
        for place, name in enumerate(order):
            inside = distance_transform_edt(np.pad(said == place, 1))[1:-1, 1:-1]
            row, column = np.unravel_index(inside.argmax(), inside.shape)
            if inside[row, column] > 2:  # where its region is thickest, if it has any to speak of
                ax.text(x[column], y[row], name, ha="center", va="center", fontsize=9,
                        weight="bold", color=INK,
                        bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1})  # fmt: skip
        ax.scatter(points[:, 0], points[:, 1], s=3, color="#222222", lw=0)
        ax.set(xlim=(left, right), ylim=(low, high), xlabel=names[0])
        ax.set_title(f"k = {k}", fontsize=11, weight="normal")
        ax.grid(visible=False)
    axes[0, 0].set_ylabel(names[1])
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes[0]

"""Figures of scaling and components with their two texts, for ``show(*...)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from genre_utils.audio import FEATURE_GROUPS
from genre_utils.plots.components import (
    biplot,
    count_patches,
    genre_panels,
    neighbour_regions,
    said_in_plane,
)
from genre_utils.plots.lessons import Told
from genre_utils.plots.tracks import explained_variance, feature_ranges, loadings
from genre_utils.wording import count, listed, percent

_GROUPS = {column: group for group, columns in FEATURE_GROUPS.items() for column in columns}
_WORDS = {
    "timbre": "timbre (MFCC)",
    "brightness": "brightness (centroid, bandwidth, rolloff, zero crossings)",
    "harmony": "harmony (chroma, harmonic part)",
    "percussion": "percussion",
    "loudness": "loudness (RMS)",
    "rhythm": "tempo",
}


def ranges(table: pd.DataFrame) -> Told:
    """Range of each column, and what the widest counts in a plain distance."""
    spans = table.max() - table.min()
    widest, narrowest = spans.idxmax(), spans[spans > 0].idxmin()
    variance = table.var(ddof=0)
    return Told(
        feature_ranges(table),
        f"Bars on a logarithmic scale: the range of each column, from {narrowest} to {widest}.",
        f"{widest} spans {spans[widest]:,.0f}, {narrowest} {spans[narrowest]:.2g}. In a plain "
        f"squared distance between two tracks, {variance.idxmax()} alone has on average "
        f"{percent(variance.max() / variance.sum(), 2)}.",
    )


def enough(ratios: Mapping[str, np.ndarray], needed: Mapping[str, Mapping[float, int]]) -> Told:
    """How much of the variance so many components hold.

    Parameters
    ----------
    ratios
        Explained variance ratio of all components by name of the scaling.
    needed
        By scaling, how many components hold a share.
    """
    told = " or ".join(f"{listed(map(str, n.values()))} ({name})" for name, n in needed.items())
    marks = tuple(next(iter(needed.values())))
    shares = listed(percent(mark, 0) for mark in marks)
    columns = max(len(ratio) for ratio in ratios.values())
    return Told(
        explained_variance(ratios, marks=marks),
        "Cumulative explained variance against the number of components, a line a scaling.",
        f"There is no one number, it depends on how much variance one wants to keep. To keep "
        f"{shares} of it takes {told} of {columns} components: columns say again what others "
        "said, not in pairs alone, but several together.",
    )


def planes(points: np.ndarray, genre: pd.Series, names: tuple[str, str]) -> Told:
    """Genres in the plane of two components, a panel each."""
    labels = genre.to_numpy()
    centres = pd.DataFrame(points).groupby(labels).mean()
    first, second = (
        f"{centres[i].idxmin()} and {centres[i].idxmax()} are furthest apart on the {nth}"
        for i, nth in enumerate(("first", "second"))
    )
    away = np.linalg.norm(points[:, None] - centres.to_numpy(), axis=2).argmin(axis=1)
    elsewhere = percent(float(np.mean(centres.index.to_numpy()[away] != labels)))
    return Told(
        genre_panels(points, genre, names, "Genres in the plane of the first two components"),
        "A panel a genre, its tracks in colour before all others in grey, with an ellipse: "
        f"{first} axis, {second}.",
        f"By their means, {first} axis, {second}. Clouds overlap: in this plane, {elsewhere} of "
        "the tracks lie nearer to the mean of another genre than to that of their own.",
    )


def weights_and_genres(
    points: np.ndarray, genre: pd.Series, weights: pd.DataFrame, names: tuple[str, str]
) -> Told:
    """Biplot: means of genres, and the features that point at them."""
    centres = pd.DataFrame(points).groupby(genre.to_numpy()).mean()
    top = [weights[name].abs().idxmax() for name in weights]
    pulled = []
    for axis, column in enumerate(top):
        rises = weights[weights.columns[axis]][column] > 0
        end = centres[axis].idxmax() if rises else centres[axis].idxmin()
        pulled.append(f"{column} points towards {end}")
    return Told(
        biplot(points, genre, weights, names, "Biplot: where genres lie, and which features pull"),
        f"Means of {len(centres)} genres among grey tracks, and arrows of features.",
        f"Of the longest arrows, {listed(pulled)}: tracks there have more of it than others.",
    )


def heaviest(weights: pd.DataFrame) -> Told:
    """Largest weights of each axis."""
    top = {name: column.abs().nlargest(5).index for name, column in weights.items()}
    told = "; ".join(f"{name}: {listed(columns)}" for name, columns in top.items())
    return Told(
        loadings(weights), f"Bars of the largest weights. Of {told}.", tell_weights(weights)
    )


def tell_weights(weights: pd.DataFrame) -> str:
    """The three largest weights of each axis, and what a negative one means.

    Parameters
    ----------
    weights
        A row a column of the table, a column an axis.
    """
    told, negative = [], ""
    for name, column in weights.items():
        top = column[column.abs().nlargest(3).index]
        ends = listed(f"{feature} ({weight:+.2f})" for feature, weight in top.items())
        told.append(f"The largest weights of {name}: {ends}.")
        if not negative and (top < 0).any():
            negative = f"A negative weight: the axis falls as {top.index[top < 0][0]} rises."
    return " ".join([*told, negative]).strip()


def tell_axes(weights: pd.DataFrame) -> str:
    """Name each axis by the groups that have most of its squared weights.

    Parameters
    ----------
    weights
        A row a column of the table, a column an axis.
    """
    told = []
    for name, column in weights.items():
        squared = (column**2).groupby([_word(str(feature)) for feature in column.index]).sum()
        words = [f"{percent(share, 0)} {word}" for word, share in squared.nlargest(2).items()]
        told.append(f"{str(name).capitalize()} is {listed(words)}, by its squared weights.")
    return " ".join(told)


def tell_reproduction(ratio: np.ndarray, published: np.ndarray) -> str:
    """Whether explained variance ratios are the published ones, to a millionth."""
    if np.allclose(ratio, published, atol=1e-6):
        return "They are equal to a millionth: the table and the steps are the same."
    return "They differ, as they must on other data than Kaggle's table of 1000 tracks."


def _word(feature: str) -> str:
    return _WORDS.get(_GROUPS.get(feature, ""), feature)


def regions(
    points: np.ndarray, genre: pd.Series, ks: Sequence[int], names: tuple[str, str]
) -> Told:
    """Regions of k-nearest neighbours in the plane, a panel a k.

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
    """
    patches = {k: count_patches(said_in_plane(points, genre, k)) for k in ks}
    told = listed(f"{count(n, 'patch', 'patches')} with k = {k}" for k, n in patches.items())
    falls = patches[max(ks)] < patches[min(ks)]
    trend = ": the more neighbours vote, the smoother the boundaries" if falls else ""
    return Told(
        neighbour_regions(points, genre, ks, names, "Who is near whom, by k"),
        "The plane coloured by the genre that k-nearest neighbours would say at each place.",
        f"The plane falls into {told}{trend}. Dots are tracks.",
    )

"""Figures of what networks see: where they look, and what they say over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from genre_utils.audio import BANDS, COLUMNS_PER_SECOND, band_edges
from genre_utils.models import ClipGenre
from genre_utils.plots.style import genre_colors

_TICKS = (100, 500, 1000, 2000, 5000, 10000)


def spectrogram(frames: np.ndarray, ax: Axes, heat: np.ndarray | None = None) -> Axes:
    """Spectrogram as networks see it, and optionally where one looks.

    Parameters
    ----------
    frames
        Shape (columns, bands).
    ax
        Where to draw.
    heat
        Same shape, from 0 to 1; what is cold is darkened, and a line drawn around the hot half.
    """
    seconds = len(frames) / COLUMNS_PER_SECOND
    extent = (0, seconds, 0, BANDS)
    ax.imshow(frames.T, origin="lower", aspect="auto", cmap="magma", extent=extent, vmin=-2, vmax=3)
    if heat is not None:
        veil = np.zeros((*heat.T.shape, 4))
        veil[..., 3] = 0.8 * (1 - heat.T)
        ax.imshow(veil, origin="lower", aspect="auto", extent=extent)
        ax.contour(heat.T, levels=[0.5], colors="cyan", linewidths=1.2, extent=extent)
    places = np.interp(_TICKS, band_edges()[1:-1], np.arange(BANDS) + 0.5)
    ax.set_yticks(places, [f"{f / 1000:g}" for f in _TICKS])
    ax.set(xlabel="time (s)", ylabel="frequency (kHz, mel-spaced)")
    ax.grid(visible=False)
    return ax


def attention(
    tracks: Sequence[tuple[str, np.ndarray, np.ndarray]],
) -> np.ndarray:
    """Where a network looks when it names a genre, one row a track.

    Parameters
    ----------
    tracks
        Title, spectrogram and heat of each, as for `spectrogram`.
    """
    _, axes = plt.subplots(len(tracks), 2, figsize=(11, 3.2 * len(tracks)), sharey=True,
                           squeeze=False)  # fmt: skip
    for (plain, lit), (title, frames, heat) in zip(axes, tracks, strict=True):
        spectrogram(frames, plain).set_title(title)
        spectrogram(frames, lit, heat).set_title("lit: what speaks for that genre", weight="normal")
        lit.set_ylabel("")
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


def ablation(values: Mapping[str, tuple[float, float, float]], title: str) -> Axes:
    """Accuracy with parts left out, with intervals.

    Parameters
    ----------
    values
        Accuracy and both ends of its interval, by name.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(8, 1.2 + 0.45 * len(values)))
    middle, low, high = np.array(list(values.values())).T
    ax.errorbar(middle, range(len(values)), xerr=[middle - low, high - middle], fmt="o",
                color="#332288", capsize=3)  # fmt: skip
    ax.set_yticks(range(len(values)), list(values))
    ax.invert_yaxis()
    ax.set(title=title, xlabel="accuracy on the validation side, with 95 % interval")
    return ax

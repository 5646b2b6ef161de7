"""Figures of a collection: one excerpt a genre, and how its features are distributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from genre_utils.audio import SAMPLE_RATE, AudioError, Spectra, load_audio
from genre_utils.plots.representations import mel_axis
from genre_utils.plots.style import genre_colors
from genre_utils.wording import percent


def first_sounds(tracks: pd.DataFrame, seconds: float = 5.0) -> dict[str, np.ndarray]:
    """Beginning of the first track of each genre that can be decoded, by track.

    Parameters
    ----------
    tracks
        As in `Dataset`.
    seconds
        How much of each.
    """
    sounds = {}
    for _, paths in tracks.groupby("genre")["path"]:
        for track, path in paths.dropna().items():
            with suppress(AudioError):
                sounds[str(track)] = load_audio(path)[: int(seconds * SAMPLE_RATE)]
                break
    return sounds


def genre_looks(sounds: Mapping[str, np.ndarray], title: str) -> np.ndarray:
    """Mel spectrograms of several tracks, on the same axes and in the same colours.

    Parameters
    ----------
    sounds
        Mono signals by track.
    title
        What is to be seen.
    """
    rows = -(-len(sounds) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(8.5, 0.8 + 1.5 * rows), sharex=True, sharey=True,
                                squeeze=False)  # fmt: skip
    mels = {track: Spectra(y, SAMPLE_RATE).log_mel.T for track, y in sounds.items()}
    loudest = max(mel.max() for mel in mels.values())
    for ax in axes.flat[len(sounds) :]:
        ax.set_axis_off()
    for ax, (track, mel) in zip(axes.flat, mels.items(), strict=False):
        extent = (0, len(sounds[track]) / SAMPLE_RATE, 0, len(mel))
        image = ax.imshow(mel - loudest, aspect="auto", origin="lower", cmap="magma", vmin=-80,
                          vmax=0, extent=extent)  # fmt: skip
        ax.set_title(track, fontsize=11, weight="normal")
        ax.grid(visible=False)
    for ax in axes[:, 0]:
        mel_axis(ax)
    for ax in axes[-1]:
        ax.set_xlabel("time (s)")
    figure.colorbar(image, ax=axes, label="dB below the loudest", shrink=0.5)
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def distributions(
    table: pd.DataFrame, genre: pd.Series, shares: pd.Series, columns: Sequence[str], title: str
) -> np.ndarray:
    """Boxes of features by genre, a panel a feature.

    Parameters
    ----------
    table
        Features, a row a track.
    genre
        Genre of each track, same index.
    shares
        By column, the share of its variance that lies between genres; said in the panel's title.
    columns
        Which to draw.
    title
        What is to be seen.
    """
    order = sorted(genre.unique())
    rows = -(-len(columns) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(8.5, 0.8 + (0.7 + 0.2 * len(order)) * rows),
                                sharey=True, squeeze=False)  # fmt: skip
    figure.set_layout_engine("constrained", h_pad=0.12)
    for ax in axes.flat[len(columns) :]:
        ax.set_axis_off()
    for ax, column in zip(axes.flat, columns, strict=False):
        sns.boxplot(x=table[column], y=genre, hue=genre, order=order, hue_order=order, orient="h",
                    palette=genre_colors(order), legend=False, fliersize=2, linewidth=0.8,
                    ax=ax)  # fmt: skip
        ax.set(xlabel="", ylabel="")
        ax.set_title(
            f"{column}: {percent(shares[column], 0)} between genres", fontsize=10, weight="normal"
        )
        ax.ticklabel_format(axis="x", style="plain", useOffset=False)
        ax.locator_params(axis="x", nbins=5)
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes

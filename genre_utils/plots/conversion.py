"""Figures of conversion: songs before and after, the way there, and what it gained and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

_COLORS = "#332288 #CC6677 #117733 #DDCC77 #88CCEE #AA4499".split()
_MARKERS = "osD^vP"
_FRAMES_PER_SECOND = 62.5
_HERTZ = (500, 1000, 2000, 4000)


def repainted(mels: Mapping[str, np.ndarray], title: str) -> np.ndarray:
    """Mel spectrograms one above the other, in the same colours.

    Parameters
    ----------
    mels
        As from `audio.encoder_mel`, shape (frames, 96), by name.
    title
        What is to be seen.
    """
    figure, axes = plt.subplots(len(mels), 1, figsize=(9, 1 + 1.5 * len(mels)), sharex=True,
                                squeeze=False)  # fmt: skip
    top = max(float(mel.max()) for mel in mels.values())
    for ax, (name, mel) in zip(axes[:, 0], mels.items(), strict=True):
        extent = (0, len(mel) / _FRAMES_PER_SECOND, 0, mel.shape[1])
        image = ax.imshow(mel.T, origin="lower", aspect="auto", cmap="magma", vmin=0, vmax=top,
                          extent=extent)  # fmt: skip
        ax.set_yticks([_band(hz, mel.shape[1]) for hz in _HERTZ], [f"{hz:g}" for hz in _HERTZ])
        ax.set_title(name, fontsize=10)
        ax.grid(visible=False)
    axes[-1, 0].set_xlabel("time (s)")
    figure.supylabel("frequency (Hz)")
    figure.colorbar(image, ax=axes, label="log10(1 + 10000 power)")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def _band(hz: float, bands: int) -> float:
    """Where a frequency lies among bands from 0 to 8 kHz, on the mel scale of Slaney."""

    def mel(f: float) -> float:
        return 3 * f / 200 if f < 1000 else 15 + 27 * np.log(f / 1000) / np.log(6.4)

    return mel(hz) / mel(8000) * bands


def probability_path(path: pd.DataFrame, title: str) -> Axes:
    """Probability of the wanted genre while a song is optimised; a line an ear.

    Parameters
    ----------
    path
        Index: steps; a column a listener, probabilities.
    title
        What is to be seen.
    """
    _, ax = plt.subplots(figsize=(9, 4))
    looks = zip(path.items(), _COLORS, _MARKERS, strict=False)
    for (name, values), color, marker in looks:
        ax.plot(path.index, values, color=color, marker=marker, label=name)
    ax.set(title=title, xlabel="steps of the optimisation", ylabel="probability", ylim=(0, 1.02))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def conversion_plane(
    gains: pd.DataFrame, means: pd.DataFrame, judges: Sequence[str], title: str
) -> np.ndarray:
    """How much of songs is left against how much more the genre is heard; a panel a judge.

    Parameters
    ----------
    gains
        As from `models.conversion_gains`: small marks.
    means
        As from `models.mean_by_way`: large marks with their intervals.
    judges
        Whose panels.
    title
        What is to be seen.
    """
    figure, axes = plt.subplots(1, len(judges), figsize=(5.5 * len(judges), 4.8), sharex=True,
                                sharey=True, squeeze=False)  # fmt: skip
    for ax, judge in zip(axes[0], judges, strict=True):
        ax.axhline(0, color="#888888", lw=1)
        ways = gains.groupby(level="way", sort=False)
        for (way, own), color, marker in zip(ways, _COLORS, _MARKERS, strict=False):
            look = {"color": color, "marker": marker}
            ax.scatter(own["left"], own[judge], s=14, alpha=0.35, lw=0, **look)
            x, y = means.loc[(way, "left")], means.loc[(way, judge)]
            spans = [[[m["mean"] - m["low"]], [m["high"] - m["mean"]]] for m in (x, y)]
            ax.errorbar(x["mean"], y["mean"], xerr=spans[0], yerr=spans[1], ms=10, mec="black",
                        capsize=3, ls="", label=way, **look)  # fmt: skip
        ax.set(title=f"heard by {judge}", xlabel="what is left of the song (correlation)")
    axes[0, 0].set_ylabel("gain in probability of the wanted genre")
    axes[0, 0].legend(loc="upper right", fontsize=9)
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes

"""The style of all figures: colors and markers that mean the same everywhere; display, players."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping
from contextlib import suppress

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import soundfile as sf
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, LogFormatterMathtext

from genre_utils.audio import SAMPLE_RATE, AudioError, load_audio
from genre_utils.data import GTZAN_GENRES
from genre_utils.plots.drawing import GRID, INK, to_png, to_svg

# "muted" of Paul Tol, "Colour Schemes" (SRON/EPS/TN/09-002), for color-blind readers.
MUTED = "#332288 #88CCEE #44AA99 #DDCC77 #999933 #AA4499 #444444 #CC6677 #117733 #882255".split()
MARKERS = "osD^vP*X<>"


def set_style() -> None:
    """Set the style of all figures, and read names from the data as plain text.

    A genre is named by its folder: dollars in it are no formula, and brackets no HTML.
    """
    sns.set_theme(style="whitegrid", context="notebook")
    plt.rcParams |= {
        "figure.dpi": 100,
        "text.parse_math": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.edgecolor": GRID,
        "grid.color": GRID,
        "figure.constrained_layout.use": True,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    pd.set_option("styler.format.escape", "html")


def genre_colors(genres: Iterable[str]) -> dict[str, str]:
    """One color per genre: always the same for GTZAN's, for other genres in their order."""
    genres = list(genres)
    order = GTZAN_GENRES if set(genres) <= set(GTZAN_GENRES) else genres
    return {genre: MUTED[order.index(genre) % len(MUTED)] for genre in genres}


def genre_markers(genres: Iterable[str]) -> dict[str, str]:
    """One marker per genre, as `genre_colors`."""
    genres = list(genres)
    order = GTZAN_GENRES if set(genres) <= set(GTZAN_GENRES) else genres
    return {genre: MARKERS[order.index(genre) % len(MARKERS)] for genre in genres}


def show(figure: Figure | Axes | np.ndarray, *, alt: str, caption: str = "") -> None:
    """Display a figure with a text alternative, and close it.

    Jupyter shows the picture or the SVG; pages use the SVG, in the reader's colors.

    Parameters
    ----------
    figure
        A figure, one of its axes, or an array of them.
    alt
        What the figure shows, for readers who do not see it.
    caption
        One sentence that stands below the figure. Without it, `alt` stands there.
    """
    if not isinstance(figure, Figure):
        figure = np.ravel(np.asarray(figure, dtype=object))[0].get_figure(root=True)
    assert isinstance(figure, Figure)
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):  # powers of ten would be formulas
            if isinstance(axis.get_major_formatter(), LogFormatterMathtext):
                axis.set_major_formatter("{x:g}")
            if isinstance(axis.get_minor_formatter(), LogFormatterMathtext):
                axis.set_minor_formatter(LogFormatter())
    data = {
        "image/svg+xml": to_svg(figure),
        "image/png": base64.b64encode(to_png(figure)).decode(),
        "text/plain": alt,
    }
    about = {"alt": alt, "width": int(figure.get_figwidth() * 80)}
    about |= {"caption": caption} if caption else {}
    plt.close(figure)
    display(data, metadata=dict.fromkeys(("image/svg+xml", "image/png"), about), raw=True)


def players(paths: Mapping[str, str | None], seconds: float = 6.0) -> HTML:
    """Audio players for the beginnings of files, each with the name of its track.

    Parameters
    ----------
    paths
        File of each track; missing and unreadable ones have no player.
    seconds
        Length of each excerpt.
    """
    made = []
    for track, path in paths.items():
        with suppress(AudioError, TypeError):  # notebook 1 lists them
            y = load_audio(path)  # type: ignore[arg-type]
            sound = player(y, f"{seconds:g} s of {track}", seconds=seconds).data
            made.append(f"<p>{html.escape(track)}</p>{sound}")
    return HTML("".join(made))


def player(y: np.ndarray, label: str, sr: int = SAMPLE_RATE, seconds: float = 6.0) -> HTML:
    """Audio player for the beginning of a signal, as MP3 inside the page.

    Parameters
    ----------
    y
        Mono signal, shape (samples,).
    label
        Description for screen readers.
    sr
        Sampling rate in Hz.
    seconds
        Length of the excerpt.
    """
    buffer = io.BytesIO()
    sf.write(buffer, y[: int(seconds * sr)], sr, format="MP3", subtype="MPEG_LAYER_III")
    sound = base64.b64encode(buffer.getvalue()).decode()
    return HTML(
        f'<audio controls preload="none" aria-label="{html.escape(label, quote=True)}" '
        f'src="data:audio/mpeg;base64,{sound}"></audio>'
    )

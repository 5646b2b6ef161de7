"""What conversions of songs gained and cost, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from genre_utils.wording import listed, points


def tell_changes(mels: Mapping[str, np.ndarray]) -> str:
    """How far spectrograms lie from the first of them.

    Parameters
    ----------
    mels
        Logarithms to base ten of about the power, shape (frames, bands), by name.
    """
    (first, before), *others = mels.items()
    away = {
        name: float(np.abs(mel[: len(before)] - before[: len(mel)]).mean()) for name, mel in others
    }
    told = listed(f"{name} {value:.2f}" for name, value in away.items())
    least = min(away, key=lambda name: away[name])
    return (
        f"How far a point lies from *{first}* on average, in powers of ten: {told}. "
        f"Nearest to it is *{least}*."
    )


def tell_trade(means: pd.DataFrame, ways: Sequence[str], judges: Sequence[str]) -> str:
    """Which way leaves most of a song, which gains most, and what stands against both.

    Parameters
    ----------
    means
        Column ``mean``, index: way and what was measured, ``left`` among it; ``another song`` is
        the way that leaves nothing.
    ways, judges
        Which of both.
    """
    mean = means["mean"]
    keeps = max(ways, key=lambda way: mean[way, "left"])
    best = {judge: max(ways, key=lambda way: mean[way, judge]) for judge in judges}
    gains = listed(f"{way} ({judge}, {points(mean[way, judge])})" for judge, way in best.items())
    other = listed(points(mean["another song", judge]) for judge in judges)
    return (
        f"Most is left by {keeps} ({mean[keeps, 'left']:.2f}); most is gained by {gains}. Another "
        f"song gains {other}, and leaves {mean['another song', 'left']:.2f}."
    )

"""Figures of sound with their two texts, for ``show(*...)``: what is seen, and what it means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genre_utils.plots.representations import (
    clicks_seen,
    tones_seen,
)
from genre_utils.wording import count, listed


def tell_windows(y: np.ndarray, sizes: Sequence[int]) -> str:
    """How many tones and clicks are told apart with windows of several sizes.

    Parameters
    ----------
    y
        Two tones and two clicks.
    sizes
        Of the windows, in samples.
    """
    seen = {window: (tones_seen(y, window), clicks_seen(y, window)) for window in sizes}
    told = listed(
        f"{count(tones, 'tone')} and {count(clicks, 'click')} with {window}"
        for window, (tones, clicks) in seen.items()
    )
    both = listed(str(window) for window, found in seen.items() if found == (2, 2)) or "no window"
    return (
        f"Counted: {told}. Both are shown by {both}. The hop sets how many columns there "
        "are. It sharpens nothing that the window has smeared; if it is longer than the window, "
        "sound is skipped."
    )

"""Both texts of figures of networks: what they show, for those who do not see it; what it means."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from genre_utils.wording import percent

Texts = tuple[str, str]  # text alternative and caption


def tell_training(curves: Mapping[str, pd.DataFrame]) -> Texts:
    """Of `training_panels`: where curves end, and which gaps are smallest and largest."""
    ends = pd.DataFrame(
        {name: curve.iloc[-1][["accuracy", "val_accuracy"]] for name, curve in curves.items()}
    ).astype(float)
    gaps = ends.loc["accuracy"] - ends.loc["val_accuracy"]
    alt = "; ".join(
        f"{name} training side {percent(end['accuracy'], 0)}, validation side "
        f"{percent(end['val_accuracy'], 0)}"
        for name, end in ends.items()
    )
    low, high = (
        f"{abs(100 * gap):.0f} points {'below' if gap < 0 else 'above'} ({name})"
        for gap, name in ((gaps.min(), gaps.idxmin()), (gaps.max(), gaps.idxmax()))
    )
    caption = (
        f"At the end the training side is between {low} and {high} the validation side. What is "
        "above does not carry over."
    )
    if gaps.min() < 0:
        caption += (
            " It can be below, because on the training side accuracy is measured while the network "
            "still learns, with dropout."
        )
    return f"Learning curves. At the end: {alt}.", caption


def tell_frame_weights(weights: np.ndarray, seconds: float, called: str) -> Texts:
    """Of `frame_weights`: where the largest weight lies, and what an even one would be."""
    at = seconds * (weights.argmax() + 0.5) / len(weights)
    alt = f"Weights of the {len(weights)} frames of {called}, and the frames themselves below."
    caption = (
        f"The largest weight is {percent(weights.max(), 0)}, at {at:.1f} s; if all frames weighed "
        f"alike, each would have {percent(1 / len(weights))}."
    )
    return alt, caption


def tell_piece_weights(weights: pd.DataFrame, told: str) -> Texts:
    """Of `piece_weights`: how uneven they are; and what is told of pieces that are left out."""
    most = weights.max(axis=1)
    alt = f"Weights of the pieces of songs, a row a song; the largest is {percent(most.max(), 0)}."
    caption = (
        f"The largest weight of a song is {percent(most.mean(), 0)} on average; alike would be "
        f"{percent(1 / weights.shape[1], 0)}. {told}"
    )
    return alt, caption

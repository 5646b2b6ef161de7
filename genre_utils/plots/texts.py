"""Both texts of figures of networks: what they show, for those who do not see it; what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from genre_utils.evaluation import out_of, tell_variants
from genre_utils.models import ClipGenre
from genre_utils.plots.architecture import layer_name
from genre_utils.wording import count, percent, shares

Texts = tuple[str, str]  # text alternative and caption


def tell_layers(layers: Sequence[tuple[str, tuple[int, ...], int]]) -> Texts:
    """Of `network_diagram`: all layers with their shapes; how large it is, what becomes of time."""
    alt = "Diagram of a network, from the input to the genres: " + "; ".join(
        f"{layer_name(kind)} {' by '.join(map(str, shape))}" for kind, shape, _ in layers
    )
    given = ("InputLayer", "Reshape")
    maps = [shape for kind, shape, _ in layers if len(shape) == 3 and kind not in given]
    caption = (
        f"{sum(n for *_, n in layers):,} parameters. From above to below time gets shorter (length "
        f"of a box), from {count(maps[0][0], 'frame')} to {maps[-1][0]}. Thickness is the number "
        f"of channels: {maps[0][-1]} at first, {maps[-1][-1]} in the end."
    )
    return f"{alt}.", caption


def tell_decoded(path: str, frames: np.ndarray, track: str) -> Texts:
    """Of `decoded_picture`: how much there is; and where most of it lies."""
    columns, bands = frames.shape
    alt = (
        f"Kaggle's picture of {track}, and beside it what is decoded: "
        f"{count(columns, 'column')} of {count(bands, 'band')}."
    )
    level = frames.mean(axis=0)
    loudest = "lower" if level[: bands // 2].mean() > level[bands // 2 :].mean() else "upper"
    caption = (
        f"The same ridges stand in both. Our {bands} rows are spaced as hearing is; most energy "
        f"lies in the {loudest} half of them."
    )
    return alt, caption


def tell_small_maps(given: np.ndarray, answer: np.ndarray, pooled: np.ndarray) -> Texts:
    """Of `small_maps`: what a filter answers, and what ReLU and pooling leave of it."""
    alt = (
        f"Arrays of numbers: an input of {' by '.join(map(str, given.shape))}, a filter, the "
        f"convolution, ReLU and pooling. The convolution: {answer.T[::-1].astype(int).tolist()}."
    )
    caption = (
        f"The filter answers most ({answer.max():g}) where sound begins, and "
        f"{answer.min():g} where it ends. ReLU takes "
        f"{count(int((answer < 0).sum()), 'negative answer')} away; pooling leaves {pooled.size} "
        f"of {answer.size} numbers."
    )
    return alt, caption


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


def tell_tried(table: pd.DataFrame) -> Texts:
    """Of `variants`: all values; what is taken, and what cannot be told apart from it."""
    alt = "; ".join(
        f"{name} log loss {row['loss']:.2f}, accuracy {percent(row['accuracy'])}"
        for name, row in table.iterrows()
    )
    return f"On the validation side: {alt}.", tell_variants(table)


def tell_reliability(errors: Mapping[str, float], n: int) -> Texts:
    """Of `reliability_diagram`: mean distances; and whether calibration helped on fresh tracks."""
    alt = f"Reliability; mean distance of what was said from what was true: {shares(errors, 1)}."
    helped = "helps" if errors["after"] < errors["before"] else "does not help"
    caption = (
        f"What was said and what was true differ by {100 * errors['before']:.1f} points before and "
        f"by {100 * errors['after']:.1f} after calibration: what was fitted on valid {helped} on "
        f"{count(n, 'other track')}."
    )
    return alt, caption


def tell_filters(kernel: np.ndarray) -> Texts:
    """Of `first_filters`: how many; and in which direction they differ."""
    time, bands, _, filters = kernel.shape
    change = [np.abs(np.diff(kernel, axis=axis)).mean((0, 1, 2)) for axis in (0, 1)]
    alt = f"{count(filters, 'small map')} of {time} by {bands} weights in red and blue."
    return alt, (
        f"{out_of(int((change[0] > change[1]).sum()), filters)} filters differ more in time than "
        "in frequency."
    )


def tell_votes(answer: ClipGenre) -> str:
    """Of `clip_votes`: which genre each piece votes for."""
    votes = ", ".join(f"{vote.start:.0f} s {vote.genre}" for vote in answer.votes)
    return f"Spectrogram of a clip, and below it the votes of its pieces: {votes}."


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

"""Figures of networks themselves: their layers with shapes, the filters of the first one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from genre_utils.plots.networks import spectrogram
from genre_utils.plots.style import MUTED

if TYPE_CHECKING:
    import keras

_KINDS = {
    "Conv2D": ("convolution", MUTED[0]),
    "Conv1D": ("convolution", MUTED[0]),
    "MaxPooling2D": ("pooling", MUTED[2]),
    "BatchNormalization": ("normalisation", MUTED[3]),
    "Flatten": ("flatten", MUTED[6]),
    "Dense": ("dense", MUTED[7]),
    "Dropout": ("dropout", MUTED[4]),
}


def layer_shapes(network: keras.Model) -> list[tuple[str, tuple[int, ...], int]]:
    """Kind, shape of the output (without the items) and parameters of each layer."""
    return [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in network.layers
    ]


def network_diagram(network: keras.Model, title: str) -> Axes:
    """The layers of a network from left to right, drawn from the network itself.

    Parameters
    ----------
    network
        A sequence of layers. A box is as high as its output has rows (time), and as deep as it
        has channels, both on a square-root scale.
    title
        What is to be seen.
    """
    layers = layer_shapes(network)
    _, ax = plt.subplots(figsize=(11, 4))
    at, seen = 0.0, set()
    for kind, shape, parameters in layers:
        name, color = _KINDS.get(kind, (kind, MUTED[5]))
        height = np.sqrt(shape[0])
        width = 0.25 + 0.12 * np.sqrt(shape[-1] if len(shape) > 1 else 1)
        label = name if name not in seen else None
        seen.add(name)
        box = Rectangle((at, -height / 2), width, height, fc=color, ec="white", label=label)
        ax.add_patch(box)
        told = " × ".join(map(str, shape)) + (f"\n{parameters:,}" if parameters else "")
        ax.annotate(told, (at + width / 2, -height / 2), (0, -4), textcoords="offset points",
                    ha="center", va="top", rotation=90, fontsize=8)  # fmt: skip
        at += width + 0.35
    tallest = max(np.sqrt(shape[0]) for _, shape, _ in layers)
    ax.set(xlim=(-0.3, at), ylim=(-1.15 * tallest, 0.62 * tallest), title=title)
    ax.legend(loc="lower right", ncols=3, fontsize=9)
    ax.axis("off")
    return ax


def first_filters(kernel: np.ndarray, title: str) -> np.ndarray:
    """The filters of the first convolution over a spectrogram.

    Parameters
    ----------
    kernel
        Shape (time, bands, 1, filters), as Keras keeps it.
    title
        What is to be seen.
    """
    filters = kernel[:, :, 0].transpose(2, 1, 0)
    columns = min(16, len(filters))
    rows = -(-len(filters) // columns)
    _, axes = plt.subplots(
        rows, columns, figsize=(0.65 * columns, 0.75 * rows + 0.5), squeeze=False
    )
    largest = np.abs(filters).max()
    for ax in axes.flat:
        ax.axis("off")
    for ax, one in zip(axes.flat, filters, strict=False):
        ax.imshow(one, origin="lower", cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes[0, 0].figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


def decoded_picture(path: str, frames: np.ndarray, title: str) -> Sequence[Axes]:
    """A published picture of a spectrogram, and what is decoded from it.

    Parameters
    ----------
    path
        The picture.
    frames
        Shape (columns, bands).
    title
        What is to be seen.
    """
    _, axes = plt.subplots(1, 2, figsize=(11, 3.2))
    with PIL.Image.open(path) as picture:
        axes[0].imshow(np.asarray(picture.convert("RGB")), aspect="auto")
    axes[0].axis("off")
    axes[0].set_title(title)
    spectrogram(frames, axes[1]).set_title("decoded: 64 bands", weight="normal")
    return axes

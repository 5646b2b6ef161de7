"""Figures of networks themselves: layers with shapes, what layers do, filters of the first one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    "InputLayer": ("input", MUTED[5]),
    "Conv2D": ("convolution", MUTED[0]),
    "Conv1D": ("convolution", MUTED[0]),
    "AveragePooling2D": ("mean of neighbours", MUTED[2]),
    "MaxPooling2D": ("pooling", MUTED[2]),
    "GlobalAveragePooling2D": ("mean of all places", MUTED[2]),
    "BatchNormalization": ("batch normalisation", MUTED[3]),
    "Activation": ("ReLU", MUTED[4]),
    "Flatten": ("flatten", MUTED[6]),
    "Dense": ("dense", MUTED[7]),
    "Dropout": ("dropout", MUTED[4]),
}
_LONGEST, _MOMENT = 4.5, 0.1  # lengths of boxes, in the units of the figure; without time left


def layer_name(kind: str) -> str:
    """What a kind of layer of Keras is called on a page."""
    return _KINDS.get(kind, (kind,))[0]


def layer_shapes(
    network: keras.Model, item: tuple[int, ...] | None = None
) -> list[tuple[str, tuple[int, ...], int]]:
    """Kind, shape of the output (without the items) and parameters of each layer.

    Parameters
    ----------
    network
        In Keras.
    item
        Shape of an item, for a network that takes items of any length.
    """
    shapes: list[tuple[int, ...]] = [layer.output.shape[1:] for layer in network.layers]
    if item is not None:
        each = type(network)(network.inputs, [layer.output for layer in network.layers])
        given = each.compute_output_shape((1, *item))
        shapes = [shape[1:] for shape in given]
    return [
        (type(layer).__name__, tuple(shape), layer.count_params())
        for layer, shape in zip(network.layers, shapes, strict=True)
    ]


def network_diagram(
    layers: Sequence[tuple[str, tuple[int, ...], int]],
    title: str,
    leave_out: Sequence[str] = ("Activation", "Reshape"),
) -> Axes:
    """The layers of a network from the input at the top to the genres at the bottom.

    Parameters
    ----------
    layers
        As from `layer_shapes`. A box is as long as the layer's output has rows (time), and as thick
        as it has channels, both on a square-root scale; where no time is left it is a stroke.
        Beside it stand shape and parameters.
    title
        What is to be seen.
    leave_out
        Kinds of layers that change no shape and would only make it longer.
    """
    shown = [layer for layer in layers if layer[0] not in leave_out]
    _, ax = plt.subplots(figsize=(8.5, 0.7 + 0.36 * len(shown)))
    longest = max(shape[0] for _, shape, _ in shown if len(shape) > 1)
    deepest = max(shape[-1] for _, shape, _ in shown if len(shape) > 1)
    for row, (kind, shape, parameters) in enumerate(shown):
        name, color = _KINDS.get(kind, (kind, MUTED[5]))
        width = _LONGEST * np.sqrt(shape[0] / longest) if len(shape) > 1 else _MOMENT
        height = 0.1 + 0.7 * min(1, np.sqrt(shape[-1] / deepest))
        ax.add_patch(Rectangle((0, row - height / 2), width, height, fc=color, ec="none"))
        ax.text(-0.1, row, name, ha="right", va="center")
        told = " × ".join(map(str, shape))
        ax.text(_LONGEST + 0.2, row, told, va="center")
        ax.text(_LONGEST + 3.6, row, f"{parameters:,}" if parameters else "–", ha="right",
                va="center")  # fmt: skip
    ax.text(_LONGEST + 0.2, -1, "what comes out", va="center", color="#555555")
    ax.text(_LONGEST + 3.6, -1, "parameters", ha="right", va="center", color="#555555")
    ax.set(xlim=(-2.3, _LONGEST + 3.7), ylim=(len(shown) - 0.3, -1.5), title=title)
    ax.axis("off")
    return ax


def small_maps(maps: Mapping[str, np.ndarray], title: str) -> np.ndarray:
    """Small arrays side by side, each number in its cell: what a layer makes of another's output.

    Parameters
    ----------
    maps
        By name, arrays of shape (time, frequency); drawn with time to the right.
    title
        What is to be seen.
    """
    rows = -(-len(maps) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(9, 2.5 * rows), squeeze=False)
    long, high = np.max([array.shape for array in maps.values()], axis=0)
    largest = max(np.abs(array).max() for array in maps.values())
    for ax in axes.flat:
        ax.axis("off")
    for ax, (name, array) in zip(axes.flat, maps.items(), strict=False):
        ax.imshow(array.T, origin="lower", cmap="RdBu_r", vmin=-largest, vmax=largest)
        for (t, f), value in np.ndenumerate(array):
            ax.text(t, f, f"{value:g}", ha="center", va="center",
                    color="white" if abs(value) > 0.6 * largest else "black")  # fmt: skip
        wide, tall = array.shape
        ax.add_patch(Rectangle((-0.5, -0.5), wide, tall, fill=False, ec="#888888"))
        ax.set_title(name, fontsize=11, weight="normal")
        ax.set(xlim=(-0.6, long - 0.4), ylim=(-0.6, high - 0.4))
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return axes


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
        Whose it is.
    """
    _, axes = plt.subplots(2, 1, figsize=(9, 6.2))
    with PIL.Image.open(path) as picture:
        axes[0].imshow(np.asarray(picture.convert("RGB")), aspect="auto")
    axes[0].axis("off")
    axes[0].set_title(f"Kaggle's picture of {title}")
    spectrogram(frames, axes[1]).set_title(f"decoded: {frames.shape[1]} bands", weight="normal")
    return axes

"""Architectures of neural networks in Keras 3, for any of its backends.

Keras is imported where it is first needed: that takes seconds, which nobody else should wait.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

MOMENTUM = 0.9  # Keras' 0.99 needs more steps than small collections give to know the means


def published_cnn(
    input_shape: tuple[int, ...] = (130, 13, 1), n_classes: int = 10
) -> keras.Sequential:
    """The network of the summary, layer by layer, with its table's names.

    Parameters
    ----------
    input_shape
        Frames, coefficients and the one channel, of which the latter may be left out.
    n_classes
        Number of genres.

    Returns
    -------
    keras.Sequential
        With the default shapes it has 33,242 parameters, of which 288 are not trainable.
    """
    layers = load_keras().layers
    shape = tuple(input_shape) if len(input_shape) == 3 else (*input_shape, 1)
    network = [layers.Input(shape)]
    blocks = [(64, 3, 3), (32, 3, 3), (32, 2, 2), (16, 1, 2)]
    for i, (filters, kernel, pool) in enumerate(blocks):
        suffix = f"_{i}" if i else ""
        network += [
            layers.Conv2D(filters, kernel, activation="relu", name=f"conv2d{suffix}"),
            layers.MaxPooling2D(pool, strides=2, padding="same", name=f"max_pooling2d{suffix}"),
            layers.BatchNormalization(momentum=MOMENTUM, name=f"batch_normalization{suffix}"),
        ]
    network += [
        layers.Flatten(name="flatten_2"),
        layers.Dense(64, activation="relu", name="dense_9"),
        layers.Dropout(0.3, name="dropout_3"),
        layers.Dense(n_classes, activation="softmax", name="dense_10"),
    ]
    return load_keras().Sequential(network, name="published_cnn")


def dense_network(
    input_shape: tuple[int, ...],
    n_classes: int = 10,
    units: tuple[int, ...] = (256, 128, 64),
    dropout: float = 0.3,
) -> keras.Sequential:
    """Feed-forward network: dense layers over all numbers of an item at once.

    Parameters
    ----------
    input_shape
        Shape of an item, for example (130, 13) or (57,).
    n_classes
        Number of genres.
    units
        Width of each layer.
    dropout
        Share of each layer that is dropped in training.
    """
    layers = load_keras().layers
    network = [layers.Input(input_shape), layers.Flatten()]
    for width in units:
        network += [layers.Dense(width, activation="relu"), layers.Dropout(dropout)]
    network.append(layers.Dense(n_classes, activation="softmax"))
    return load_keras().Sequential(network, name="feed_forward")


def waveform_network(input_shape: tuple[int] = (66150,), n_classes: int = 10) -> keras.Sequential:
    """One-dimensional convolutions over raw amplitude, each halving or quartering the rate.

    Parameters
    ----------
    input_shape
        Number of samples.
    n_classes
        Number of genres.
    """
    layers = load_keras().layers
    network = [layers.Input(input_shape), layers.Reshape((*input_shape, 1))]
    for filters, kernel, stride in ((16, 64, 16), (32, 8, 4), (64, 8, 4), (96, 8, 4)):
        network += [
            layers.Conv1D(filters, kernel, strides=stride, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=MOMENTUM),
            layers.Activation("relu"),
        ]
    network += [
        layers.GlobalAveragePooling1D(),
        layers.Dropout(0.3),
        layers.Dense(n_classes, activation="softmax"),
    ]
    return load_keras().Sequential(network, name="waveform")


def spectrogram_network(
    input_shape: tuple[int | None, int],
    n_classes: int = 10,
    widths: tuple[int, ...] = (16, 32, 64, 96, 128),
    dropout: float = 0.3,
    columns: int = 1,
) -> keras.Model:
    """Convolutions over a spectrogram of any length, averaged over time and frequency.

    Each block is a 3 x 3 convolution, pooling, batch normalisation and ReLU, in that order:
    normalising after pooling costs a quarter, and max pooling and ReLU change places freely.

    Parameters
    ----------
    input_shape
        Columns (None for any number, from 32 up) and bands; more than 64 bands are averaged down.
    n_classes
        Number of genres.
    widths
        Filters of each block.
    dropout
        Share of the averaged filters that is dropped in training.
    columns
        How many neighbouring columns are averaged first.
    """
    layers = load_keras().layers
    bands = input_shape[1]
    x = inputs = layers.Input((None, bands), name="spectrogram")
    x = layers.Reshape((-1, bands, 1))(x)
    if columns > 1 or bands > 64:
        x = layers.AveragePooling2D((columns, max(1, bands // 64)))(x)
    for i, filters in enumerate(widths):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{i}")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.BatchNormalization(momentum=MOMENTUM)(x)
        x = layers.Activation("relu", name=f"block_{i}")(x)
    x = layers.GlobalAveragePooling2D(name="embedding")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(n_classes, activation="softmax", name="genre")(x)
    return load_keras().Model(inputs, x, name="spectrogram_network")


def average(networks: list[keras.Model]) -> keras.Model:
    """One network that gives the mean of what several say about the same input."""
    keras = load_keras()
    if len(networks) == 1:
        return networks[0]
    inputs = keras.layers.Input(networks[0].input_shape[1:])
    for i, network in enumerate(networks):
        network.name = f"member_{i}"
    outputs = keras.layers.Average()([network(inputs) for network in networks])
    return keras.Model(inputs, outputs, name="average")


def load_keras() -> ModuleType:
    """Import Keras, quietly."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # So joblib divides the cores among its processes; TensorFlow has a variable of its own.
    if threads := os.environ.get("OMP_NUM_THREADS"):
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", threads)
    import keras  # noqa: PLC0415

    return keras

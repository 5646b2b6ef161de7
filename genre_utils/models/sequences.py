"""Networks that read frames, or the pieces of a song, in order of time; and the control without it.

What is missing of an item, because items are as long as the longest of them, is NaN: each network
masks it, so that it says the same whatever was filled up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.utils import check_array

from genre_utils.models.networks import load_keras
from genre_utils.models.saved import padded
from genre_utils.models.training import Batches, NetworkClassifier

if TYPE_CHECKING:
    import keras

_AT_ONCE = 512  # items that a network is asked about: each step over time costs a call of its own
_UNROLLED = 16  # steps over time up to which they are laid out beside each other


def recurrent_network(
    input_shape: tuple[int, int],
    n_classes: int = 10,
    *,
    cell: str = "gru",
    units: int = 64,
    both_ways: bool = False,
    dropout: float = 0.3,
) -> keras.Model:
    """A layer that carries a state from frame to frame; the genre is read from the mean state.

    Parameters
    ----------
    input_shape
        Frames and coefficients.
    n_classes
        Number of genres.
    cell
        "gru" (Cho et al., EMNLP 2014) or "lstm" (Hochreiter and Schmidhuber, Neural Computation
        9(8), 1997).
    units
        Numbers in the state; of both directions together, where there are two.
    both_ways
        Whether half of the state comes from reading backwards (Schuster and Paliwal, IEEE TSP
        45(11), 1997).
    dropout
        Share of the state that is dropped in training.
    """
    layers = load_keras().layers
    inputs, x, present = _given(input_shape)
    kind = {"gru": layers.GRU, "lstm": layers.LSTM}[cell]
    x = _recurrent(kind, input_shape[0], units, both_ways)(x, mask=present)
    x = layers.GlobalAveragePooling1D(name="embedding")(x, mask=present)
    return _topped(inputs, x, n_classes, dropout)


def convolutional_recurrent_network(
    input_shape: tuple[int, int],
    n_classes: int = 10,
    filters: tuple[int, ...] = (48, 48),
    units: int = 48,
    dropout: float = 0.3,
) -> keras.Model:
    """Convolutions over time find short shapes, a GRU reads their order (CRNN).

    Choi et al., "Convolutional recurrent neural networks for music classification", ICASSP 2017,
    far smaller.

    Parameters
    ----------
    input_shape, n_classes, units, dropout
        As in `recurrent_network`.
    filters
        Of each convolution; each halves the number of frames.
    """
    keras = load_keras()
    layers, ops = keras.layers, keras.ops
    inputs, x, present = _given(input_shape)
    length = input_shape[0]
    for width in filters:
        x = layers.Conv1D(width, 5, padding="same")(x)
        x = layers.Activation("relu")(layers.LayerNormalization()(x))
        there = ops.expand_dims(ops.cast(present, x.dtype), -1)
        x = layers.MaxPooling1D(2, padding="same")(x * there)  # what is missing is 0 for the next
        present = layers.MaxPooling1D(2, padding="same")(there)[..., 0] > 0
        length = -(-length // 2)
    x = _recurrent(layers.GRU, length, units, both_ways=False)(x, mask=present)
    x = layers.GlobalAveragePooling1D(name="embedding")(x, mask=present)
    return _topped(inputs, x, n_classes, dropout)


def transformer_network(
    input_shape: tuple[int, int],
    n_classes: int = 10,
    *,
    width: int = 48,
    blocks: int = 2,
    heads: int = 4,
    dropout: float = 0.3,
) -> keras.Model:
    """Each frame asks all others what it needs (Vaswani et al., NeurIPS 2017), by self-attention.

    Attention alone knows no order: waves of different lengths that are added to the frames say
    where each stands (`positions`). Normalised before each block (Xiong et al., ICML 2020).

    Parameters
    ----------
    input_shape, n_classes, dropout
        As in `recurrent_network`.
    width
        Numbers a frame inside.
    blocks, heads
        Layers of attention, and how many questions each frame asks in each.
    """
    keras = load_keras()
    layers, ops = keras.layers, keras.ops
    inputs, x, present = _given(input_shape)
    x = layers.Dense(width)(x)
    place = layers.Embedding(input_shape[0] + 1, width, trainable=False, name="position")
    x = x + place(ops.cumsum(ops.cast(present, "int32"), axis=1))
    place.set_weights([positions(input_shape[0] + 1, width)])
    seen = ops.expand_dims(present, 1)
    for _ in range(blocks):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(heads, width // heads)(y, y, attention_mask=seen)
        y = layers.LayerNormalization()(x)
        x = x + layers.Dense(width)(layers.Dense(2 * width, activation="relu")(y))
    x = layers.LayerNormalization()(x)
    x = layers.GlobalAveragePooling1D(name="embedding")(x, mask=present)
    return _topped(inputs, x, n_classes, dropout)


def attention_network(
    input_shape: tuple[int, int], n_classes: int = 10, units: int = 64, dropout: float = 0.3
) -> keras.Model:
    """A weight for every frame, and the weighted mean of the frames: it does not know their order.

    Ilse, Tomczak and Welling, "Attention-based deep multiple instance learning", ICML 2018,
    equation 8. `attention_weights` shows the weights.

    Parameters
    ----------
    input_shape, n_classes, dropout
        As in `recurrent_network`.
    units
        Numbers a frame inside.
    """
    layers = load_keras().layers
    inputs, x, present = _given(input_shape)
    x = layers.Dense(units, activation="relu")(x)
    score = layers.Dense(1, use_bias=False)(layers.Dense(units // 2, activation="tanh")(x))
    weights = layers.Softmax(name="attention")(score[..., 0], mask=present)
    x = layers.Dot(axes=1, name="embedding")([weights, x])
    return _topped(inputs, x, n_classes, dropout)


SEQUENCES: dict[str, Callable[..., keras.Model]] = {
    "gru": recurrent_network,
    "lstm": partial(recurrent_network, cell="lstm"),
    "bidirectional": partial(recurrent_network, both_ways=True),
    "crnn": convolutional_recurrent_network,
    "transformer": transformer_network,
    "attention": attention_network,
}


def positions(length: int, width: int) -> np.ndarray:
    """Positions as waves: sines and cosines, whose lengths grow from 2 pi to 20,000 pi.

    Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.5.

    Parameters
    ----------
    length, width
        Positions, and numbers a position, even.

    Returns
    -------
    numpy.ndarray, shape (length, width)
    """
    rate = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angle = np.arange(length)[:, None] * rate
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, width)


def _given(input_shape: tuple[int, int]) -> tuple:
    """Input of a network, its frames without what is missing, and which are there."""
    keras = load_keras()
    inputs = keras.layers.Input(input_shape, name="frames")
    present = keras.ops.logical_not(keras.ops.any(keras.ops.isnan(inputs), axis=-1))
    return inputs, keras.ops.nan_to_num(inputs), present


def _recurrent(kind: Callable, length: int, units: int, both_ways: bool):
    if both_ways:  # never laid out: Keras then forgets the mask of the one that reads backwards
        return load_keras().layers.Bidirectional(kind(units // 2, return_sequences=True))
    return kind(units, return_sequences=True, unroll=length <= _UNROLLED)


def _topped(inputs, x, n_classes: int, dropout: float) -> keras.Model:
    layers = load_keras().layers
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(n_classes, activation="softmax", name="genre")(x)
    return load_keras().Model(inputs, x)


class SequenceClassifier(NetworkClassifier):
    """`NetworkClassifier` for items of which something may be missing: rows of NaN."""

    def _prepared(self, table: pd.DataFrame) -> np.ndarray:
        items = np.stack(table["frames"].to_numpy())
        return check_array(items, allow_nd=True, ensure_all_finite="allow-nan")

    def _survey(self, frames: Batches, y: np.ndarray) -> None:
        items = frames[:]
        super()._survey(items[_present(items)][:, None], y)

    def _predict(self, network, frames: Batches, views: int | None = None) -> np.ndarray:
        parts = (frames[at : at + _AT_ONCE] for at in range(0, len(frames), _AT_ONCE))
        to_numpy = load_keras().ops.convert_to_numpy
        return np.concatenate([to_numpy(network(self._views(p, 1), training=False)) for p in parts])

    def attention_weights(self, X: pd.DataFrame) -> np.ndarray:
        """Weight of each frame, shape (items, frames), of an `attention_network`; mean of members.

        Those of an item sum to 1; what is missing has 0.
        """
        keras, frames = load_keras(), self._frames(X)
        heard = [keras.Model(n.inputs[0], n.get_layer("attention").output) for n in self.networks_]
        return np.mean([self._predict(network, frames) for network in heard], axis=0)


def pooled_frames(X: pd.DataFrame, frames: int = 1, bands: int = 1) -> pd.DataFrame:
    """Means of neighbouring frames and bands: sequences short enough for two cores.

    Parameters
    ----------
    X
        A column ``frames`` with arrays, shape (frames, bands); what is left over is cut off.
    frames, bands
        How many become one.
    """

    def pooled(item: np.ndarray) -> np.ndarray:
        long, wide = item.shape[0] // frames, item.shape[1] // bands
        cut = item[: long * frames, : wide * bands].reshape(long, frames, wide, bands)
        return cut.mean(axis=(1, 3), dtype=np.float32)

    return pd.DataFrame({"frames": [pooled(item) for item in X["frames"]]}, X.index)


def shuffled(X: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Items with their frames in an order drawn anew for each: nothing is lost but time.

    Parameters
    ----------
    X
        A column ``frames``; rows that are missing (NaN) stay where they are.
    seed
        Of the drawing.
    """
    rng, mixed = np.random.default_rng(seed), []
    for item in X["frames"]:
        there = np.flatnonzero(_present(item))
        changed = item.copy()
        changed[there] = item[rng.permutation(there)]
        mixed.append(changed)
    return pd.DataFrame({"frames": mixed}, X.index)


def song_sequences(values: pd.DataFrame, pieces: int = 10) -> pd.DataFrame:
    """Songs as sequences of their first pieces.

    Parameters
    ----------
    values
        Numbers a piece, index ``track_id`` and ``segment``.
    pieces
        Length of the sequences; shorter songs are filled up with NaN.

    Returns
    -------
    pandas.DataFrame
        A row a track, one column ``frames`` with arrays, shape (pieces, columns).
    """
    grouped = values.groupby(level="track_id", sort=False)
    songs = {track: padded(part.to_numpy(np.float32)[:pieces], pieces) for track, part in grouped}
    return pd.DataFrame({"frames": list(songs.values())}, pd.Index(songs, name="track_id"))


def without_frames(X: pd.DataFrame, drop: Iterable[np.ndarray]) -> pd.DataFrame:
    """Items whose frames are missing at some places, to see what hangs on these.

    Parameters
    ----------
    X
        A column ``frames``.
    drop
        Positions to drop of each item.
    """
    left = []
    for item, places in zip(X["frames"], drop, strict=True):
        changed = item.copy()
        changed[places] = np.nan
        left.append(changed)
    return pd.DataFrame({"frames": left}, X.index)


def _present(frames: np.ndarray) -> np.ndarray:
    return ~np.isnan(frames).any(axis=-1)

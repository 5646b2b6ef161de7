"""The optimisation behind style transfer, on the pretrained encoder, in Keras of any backend.

The only weight that is trained is what is added to the spectrogram; the encoder stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.models.encoder import PATCH, build_encoder
from genre_utils.models.networks import load_keras

if TYPE_CHECKING:
    import keras

STYLE_POOLS = (1, 2, 3, 4)
CONTENT_POOL = 3
POOLED = 16  # frames that the highest of these pools puts together
CONTENT_WEIGHT = 0.03  # beside the mean over the layers of style
_RATE = 0.1


class Painter:
    """Optimises spectrograms of one length; made once, for any number of songs.

    Parameters
    ----------
    frames
        Length of the spectrograms, best a multiple of `POOLED`.
    """

    def __init__(self, frames: int) -> None:
        self._seen = _seen()
        keras = load_keras()
        given = keras.layers.Input((frames, PATCH[1]))
        self._change = _change_layer()
        self._network = keras.Model(given, self._seen(self._change(given)))
        weights = [CONTENT_WEIGHT] + [1 / len(STYLE_POOLS)] * len(STYLE_POOLS)
        self._optimizer = keras.optimizers.Adam(_RATE)
        self._optimizer.build(self._network.trainable_variables)
        self._fresh = [keras.ops.convert_to_numpy(v) for v in self._optimizer.variables]
        self._network.compile(
            self._optimizer,
            loss=[_apart] * len(weights),
            loss_weights=weights,
            jit_compile=False,  # no slower on two cores, and nobody waits for the compiler
        )

    def steps(
        self, mel: np.ndarray, grams: list[np.ndarray], steps: int
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Optimise one, step by step.

        Parameters
        ----------
        mel
            Shape (frames, 96).
        grams
            What its Gram matrices are to become, as from `grams_of`.
        steps
            How many.

        Yields
        ------
        loss, mel
            What is left of the loss, 1 at the start; and the spectrogram then.
        """
        keras = load_keras()
        song = mel[None].astype(np.float32)
        wanted = [self._seen.predict_on_batch(song)[0], *(gram[None] for gram in grams)]
        self._start()
        first = 0.0
        for _ in range(steps):
            losses = self._network.train_on_batch(song, wanted, return_dict=True)
            loss = float(losses["loss"])
            first = first or max(loss, 1e-12)
            change = keras.ops.convert_to_numpy(self._change.weights[0])
            yield loss / first, np.maximum(mel + change, 0)

    def _start(self) -> None:
        """Forget the last song."""
        for variable, value in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        self._change.set_weights([np.zeros_like(w) for w in self._change.get_weights()])


@lru_cache(maxsize=1)
def painter(frames: int) -> Painter:
    """The painter of spectrograms of a length; the last one is kept."""
    return Painter(frames)


def grams_of(mel: np.ndarray) -> list[np.ndarray]:
    """Style of a spectrogram: Gram matrices of `STYLE_POOLS`.

    Parameters
    ----------
    mel
        As from `audio.encoder_mel`, shape (frames, 96).

    Returns
    -------
    list of numpy.ndarray, shape (128, 128)
        For each layer how much any two filters are there together, mean over all places.
    """
    return [gram[0] for gram in _seen().predict_on_batch(mel[None].astype(np.float32))[1:]]


@lru_cache(maxsize=1)
def _seen() -> keras.Model:
    """From spectrograms of any length to content and Gram matrices."""
    encoder = build_encoder()  # first: it says what to do where there is no Keras
    keras = load_keras()
    inputs = keras.layers.Input((None, PATCH[1]))
    x = keras.layers.Reshape((-1, PATCH[1], 1))(inputs)
    x = encoder.get_layer("batch_normalization")(x)
    content, grams = None, []
    for pool in range(1, max(*STYLE_POOLS, CONTENT_POOL) + 1):
        for name in (f"{pool}CNN", f"batch_normalization_{pool}", f"pool_{pool}"):
            x = encoder.get_layer(name)(x)
        if pool == CONTENT_POOL:
            content = x
        if pool in STYLE_POOLS:
            flat = keras.layers.Reshape((-1, x.shape[-1]))(x)
            together = keras.ops.einsum("npi,npj->nij", flat, flat)
            places = keras.ops.sum(keras.ops.ones_like(flat[:, :, :1]), axis=1, keepdims=True)
            grams.append(together / places)
    network = keras.Model(inputs, [content, *grams])
    network.trainable = False  # which also keeps the means of its normalisation from moving
    return network


def _change_layer() -> keras.Layer:
    keras = load_keras()

    class Change(keras.layers.Layer):  # type: ignore[name-defined]
        """Adds to a spectrogram what is learnt; none falls below silence."""

        def build(self, shape):
            self.change = self.add_weight(shape=shape[1:], initializer="zeros", name="change")

        def call(self, mel):
            return keras.ops.maximum(mel + self.change, 0.0)

    return Change()


def _apart(wanted, found):
    """Squared distance, as a share of the squares of what is wanted."""
    ops = load_keras().ops
    return ops.sum(ops.square(found - wanted)) / ops.sum(ops.square(wanted))

"""The pretrained encoder, trained on: its last blocks or all of them, for genres of one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.models.encoder import PATCH, build_encoder
from genre_utils.models.frames import Frames
from genre_utils.models.networks import load_keras
from genre_utils.models.training import Batches, NetworkClassifier

if TYPE_CHECKING:
    import keras

# How many of the five blocks are trained. Below them nothing changes, and is computed once.
BLOCKS = 5
DEPTHS = {"head only": 0, "last blocks": 2, "all blocks": BLOCKS}
_AT_ONCE = 32


class FineTunedEncoder(NetworkClassifier):
    """Trains the pretrained encoder on, with a layer of genres on top: ``FineTunedEncoder(depth)``.

    ``FineTunedEncoder(depth="last blocks", *, epochs=10, batch_size=16, learning_rate=1e-4,
    weight_decay=1e-2, dropout=0.5, probe_C=0.01, patience=4, validation=0.15, by_song=True,
    groups=None, members=1, random_state=0)``. First a logistic regression on what the encoder says,
    which becomes its last layer; then all from there, at a low rate (Kumar et al., "Fine-tuning can
    distort pretrained features and underperform out-of-distribution", ICLR 2022: trained together
    from a random last layer, the blocks below are spoilt before it knows anything). Batch
    normalisation keeps the means and scales that it has.

    `fit` takes a table with index (``track_id``, ``segment``) and a column ``frames`` of patches
    of shape (187, 96), ``load_features(dataset, "patch").values``, or an array of them, or what
    `lower_blocks` makes of them; and ``validation=(X, y)``, on which it stops (the best round is
    kept) and is calibrated. It predicts a genre a patch; a track's is that of the mean of their
    probabilities.

    Parameters
    ----------
    depth
        "head only", "last blocks" (the last two of five, 6 % of the work) or "all blocks". What
        lies below is computed once a patch.
    epochs
        Passes over all patches at most; the validation side is looked at ten times in all. Parts
        of one, such as 0.5, will do.
    batch_size, learning_rate, weight_decay, patience, validation, by_song, groups
        As for `NetworkClassifier`.
    dropout
        Share of the embedding that is dropped in training.
    probe_C
        Inverse strength of regularisation of the logistic regression at the start.
    members
        How many are trained, from seeds `random_state` and those that follow. Their probabilities
        are averaged; `predict_members` gives what each says.
    """

    crop: int | None = None
    updates: int | None = None
    views = 1
    augmentation = None
    n_jobs = 1

    def __init__(
        self,
        depth: str = "last blocks",
        *,
        epochs: float = 10,
        batch_size: int = 16,
        learning_rate: float = 1e-4,
        weight_decay: float = 1e-2,
        dropout: float = 0.5,
        probe_C: float = 0.01,
        patience: int = 4,
        validation: float = 0.15,
        by_song: bool = True,
        groups: pd.Series | None = None,
        members: int = 1,
        random_state: int = 0,
    ) -> None:
        self.depth = depth
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.probe_C = probe_C
        self.patience = patience
        self.validation = validation
        self.by_song = by_song
        self.groups = groups
        self.members = members
        self.random_state = random_state

    def fit(self, X, y, validation: tuple | None = None) -> FineTunedEncoder:
        """Train on from the published weights; see the class for `X` and `validation`."""
        if self.depth not in DEPTHS:
            raise ValueError(f"depth is {self.depth!r}, and should be one of {', '.join(DEPTHS)}")
        super().fit(X, y, validation)
        return self

    def _builder(self) -> Callable[[tuple[int, ...], int], keras.Model]:
        return partial(encoder_top, blocks=DEPTHS[self.depth], dropout=self.dropout)

    def _prepared(self, table: pd.DataFrame) -> Batches:
        frames = Frames(table)
        return _below(frames, DEPTHS[self.depth]) if frames.shape[1:] == PATCH else frames

    def _survey(self, frames: Batches, y: np.ndarray) -> None:
        self.mean_, self.scale_ = np.float32(0), np.float32(1)  # the encoder normalises for itself
        keras = load_keras()
        top = self._builder()(frames.shape[1:], len(self.classes_))
        below = keras.Model(top.inputs[0], top.get_layer("seen").output)
        probe = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=self.probe_C, class_weight="balanced", max_iter=1000),
        )
        probe.fit(self._predict(below, frames), y)
        scaler, regression = probe[0], probe[1]
        coefficients, intercept = regression.coef_, regression.intercept_
        if len(self.classes_) == 2:  # scikit-learn keeps those of the second alone
            coefficients = np.concatenate([0 * coefficients, coefficients])
            intercept = np.concatenate([0 * intercept, intercept])
        kernel = coefficients.T / scaler.scale_[:, None]
        self._head = [kernel, intercept - scaler.mean_ @ kernel]

    def _start(self, shape: tuple[int, ...]) -> keras.Model:
        network = super()._start(shape)
        network.get_layer("genre").set_weights(self._head)
        return network


def encoder_top(
    input_shape: tuple[int, ...], n_classes: int, *, blocks: int, dropout: float = 0.5
) -> keras.Model:
    """The last blocks of the pretrained encoder, and a layer of genres on top.

    Parameters
    ----------
    input_shape
        Of what `lower_blocks` gives.
    n_classes
        Number of genres.
    blocks
        How many of the five.
    dropout
        Share of the embedding that is dropped in training.
    """
    keras = load_keras()
    encoder = build_encoder()
    x = inputs = keras.layers.Input(input_shape)
    for layer in _layers_above(encoder, blocks):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False  # which also keeps its means from moving
        x = layer(x)
    x = keras.layers.Identity(name="seen")(x)
    x = keras.layers.Dropout(dropout)(x)
    x = keras.layers.Dense(n_classes, activation="softmax", name="genre")(x)
    return keras.Model(inputs, x, name="fine_tuned_encoder")


def _layers_above(encoder: keras.Model, blocks: int) -> list[keras.Layer]:
    """Layers of the last blocks, up to the embedding."""
    names = ["reshape", "batch_normalization"] if blocks == BLOCKS else []
    for i in range(BLOCKS - blocks + 1, BLOCKS + 1):
        names += [f"{i}CNN", f"batch_normalization_{i}", f"pool_{i}"]
    names += ["embedding"] if blocks else []
    return [encoder.get_layer(name) for name in names]


def lower_blocks(X: pd.DataFrame, depth: str) -> pd.DataFrame:
    """What the blocks that are not trained say of patches: computed once, for any number of fits.

    Parameters
    ----------
    X
        Patches in a column ``frames``.
    depth
        As for `FineTunedEncoder`, whose `fit` and `predict` take the result instead of `X`.

    Returns
    -------
    pandas.DataFrame
        Index as `X`, column ``frames``: arrays of shape (23, 12, 128) below the last blocks, (256,)
        below the head, in half precision, and the patches below all as they are.
    """
    if DEPTHS[depth] == BLOCKS:
        return X
    return pd.DataFrame({"frames": list(_below(Frames(X), DEPTHS[depth])[:])}, index=X.index)


def _below(patches: Frames, blocks: int) -> Batches:
    """What `encoder_top` of so many blocks is given, shape (n, ...)."""
    if blocks == BLOCKS:
        return patches
    keras = load_keras()
    encoder = build_encoder()
    last = encoder.get_layer(f"pool_{BLOCKS - blocks}" if blocks else "embedding").output
    below = keras.Model(encoder.inputs[0], last)
    found = np.empty((len(patches), *last.shape[1:]), np.float16)
    for start in range(0, len(patches), _AT_ONCE):
        part = patches[start : start + _AT_ONCE].astype(np.float32)
        filled = np.resize(part, (min(_AT_ONCE, len(patches)), *part.shape[1:]))  # compiled once
        found[start : start + _AT_ONCE] = below.predict_on_batch(filled)[: len(part)]
    return found

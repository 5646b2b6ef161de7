"""A small network with a gate that says which source it trusts for an item."""

from __future__ import annotations

import numpy as np

from genre_utils.models.fusion import present, prior
from genre_utils.models.networks import load_keras

_FLOOR = 1e-4


class GatedFusion:
    """Mean of the sources' probabilities, weighed for each item by a gate that is learnt.

    The gate sees the logarithms of all probabilities, and which sources are there; a softmax over
    those turns its numbers into weights (a mixture of experts: Jacobs et al. 1991). In training
    sources are dropped at random, so that the gate learns what to do without them.

    Parameters
    ----------
    hidden
        Units between what the gate sees and its weights.
    dropped
        Probability with which each known source of an item is dropped; one is always left. By
        half, each set of sources is met as often, and none is answered worse for being rare.
    steps
        Updates, each on all items.
    decay
        Weight decay: with few items the gate had better be nearly the same for all.
    random_state
        Seed of weights, order and drops.
    """

    def __init__(
        self,
        hidden: int = 16,
        *,
        dropped: float = 0.5,
        steps: int = 300,
        decay: float = 0.05,
        random_state: int = 0,
    ) -> None:
        self.hidden, self.dropped, self.steps = hidden, dropped, steps
        self.decay, self.random_state = decay, random_state

    def fit(self, said: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None) -> GatedFusion:
        """Learn when to trust whom.

        Parameters
        ----------
        said
            Probabilities, shape (items, sources, genres), NaN where a source is silent.
        y
            Number of each item's genre.
        groups
            Not used.
        """
        import keras  # noqa: PLC0415

        keras.utils.set_random_seed(self.random_state)
        rng = np.random.default_rng(self.random_state)
        _, sources, genres = said.shape
        self.network_ = self._network(sources, genres)
        self.network_.compile(
            keras.optimizers.AdamW(1e-2, weight_decay=self.decay),
            keras.losses.SparseCategoricalCrossentropy(),
        )
        self.prior_ = prior(np.asarray(y), genres)
        known = present(said)
        given = np.where(known[:, :, None], said, 1 / genres)
        for _ in range(self.steps):
            kept = known & (rng.random(known.shape) >= self.dropped)
            none = ~kept.any(axis=1)
            kept[none] = known[none]
            self.network_.train_on_batch([given, kept.astype("float32")], y)
        return self

    def predict_proba(self, said: np.ndarray) -> np.ndarray:
        """Probabilities, shape (items, genres); where all are silent, how frequent genres are."""
        weights, known = self.weights(said), present(said)
        given = np.where(known[:, :, None], said, 0.0)
        mean = np.einsum("is,isg->ig", weights, given)
        mean[~known.any(axis=1)] = self.prior_
        return mean / mean.sum(axis=1, keepdims=True)

    def weights(self, said: np.ndarray) -> np.ndarray:
        """How much each source is trusted for each item, shape (items, sources); 0 if silent."""
        known = present(said)
        given = np.where(known[:, :, None], said, 1 / said.shape[2])
        # Not by `predict`, which compiles a graph for each of many small gates, and warns of it.
        asked = [given.astype("float32"), known.astype("float32")]
        gate = load_keras().ops.convert_to_numpy(self._gate(asked, training=False))
        return np.where(known, gate, 0.0)

    def _network(self, sources: int, genres: int):
        import keras  # noqa: PLC0415
        from keras import layers, ops  # noqa: PLC0415

        said = keras.Input((sources, genres))
        known = keras.Input((sources,))
        logs = layers.Lambda(lambda x: ops.log(ops.maximum(x, _FLOOR)), name="log")(said)
        there = layers.Reshape((sources, 1))(known)
        seen = layers.Concatenate()([layers.Flatten()(layers.Multiply()([logs, there])), known])
        hidden = layers.Dense(self.hidden, "relu")(seen)
        raw = layers.Dense(sources)(hidden)
        bias = layers.Lambda(lambda k: (k - 1.0) * 1e9, name="silent")(known)
        gate = layers.Softmax(name="gate")(layers.Add()([raw, bias]))
        self._gate = keras.Model([said, known], gate)
        mean = layers.Dot(axes=1)([gate, said])
        return keras.Model([said, known], mean)

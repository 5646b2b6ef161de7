"""A dense network that fits and predicts like any other estimator."""

from __future__ import annotations

from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from genre_utils.models.networks import dense_network, load_keras
from genre_utils.models.workbench import prepared


class FeedForward(ClassifierMixin, BaseEstimator):
    """Dense network on a feature vector: ReLU layers with dropout, softmax on top (Keras).

    Parameters
    ----------
    units
        Width of each hidden layer.
    dropout
        Share of each hidden layer that is dropped in training.
    epochs, batch_size, learning_rate
        Training with Adam; `epochs` is how often each item is seen.
    random_state
        Seed of weights, dropout and shuffling.
    """

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (256, 128, 64),
        dropout: float = 0.3,
        epochs: int = 30,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        random_state: int = 0,
    ) -> None:
        self.units = units
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X, y) -> FeedForward:
        """Train the network from scratch."""
        X, y = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(y)
        load_keras().utils.set_random_seed(self.random_state)
        self.classes_, codes = np.unique(y, return_inverse=True)
        build = partial(dense_network, units=tuple(self.units), dropout=self.dropout)
        self.network_ = build(X.shape[1:], len(self.classes_))
        bench = prepared(build, X.shape[1:], self.network_, at_once=20)
        bench.optimizer.learning_rate = self.learning_rate
        rng = np.random.default_rng(self.random_state)
        # One long epoch: on so small a table, epochs themselves cost more than steps.
        order = np.concatenate([rng.permutation(len(X)) for _ in range(self.epochs)])
        targets = np.eye(len(self.classes_), dtype=np.float32)[codes]
        bench.fit(X[order], targets[order], self.batch_size, epochs=1, verbose=0, shuffle=False)
        self.network_.set_weights(bench.get_weights())
        return self

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each of `classes_`, shape (items, classes)."""
        check_is_fitted(self)
        said = self.network_(validate_data(self, X, dtype=np.float32, reset=False), training=False)
        return load_keras().ops.convert_to_numpy(said)

    def predict(self, X) -> np.ndarray:
        """Names of the predicted classes."""
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]

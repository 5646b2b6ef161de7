"""Training of neural networks, so that they fit and predict like any other estimator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from genre_utils.models.augment import Augmentation, even_crops, random_crops
from genre_utils.models.calibration import at_temperature, fit_temperature
from genre_utils.models.frames import Frames
from genre_utils.models.inner_splits import held_out_artists
from genre_utils.models.networks import load_keras
from genre_utils.models.transformers import artist_of
from genre_utils.models.workbench import prepared

if TYPE_CHECKING:
    import keras

Batches = Frames | np.ndarray  # what can be asked for some items at a time

ROUNDS = 10  # how often training stops to look at the validation side
CHECK_VIEWS = 3  # enough to see whether it still gets better


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """Trains a Keras network on arrays in the cells of a table, as scikit-learn's estimators do.

    Coefficients are standardised by the training side. A validation side, on which no song of
    the training side is, decides when to stop (the best weights are kept) and how far the
    probabilities are flattened (temperature scaling, Guo et al., ICML 2017).

    Parameters
    ----------
    build
        Function of the shape of an item and the number of classes that gives a Keras network with
        a softmax on top.
    epochs
        How often each item is seen at most; the learning rate falls to 0 over them (cosine).
    updates
        Batches that are trained on at most, whatever the number of items; None for `epochs`.
    batch_size, learning_rate, weight_decay
        Of training with AdamW.
    crop
        Train on random pieces of so many columns; None for whole items.
    views
        Evenly spaced pieces of an item whose probabilities are averaged, where there is `crop`.
    augmentation
        What to change about items in training; None for nothing.
    validation
        Share of the songs for the validation side, if `fit` is not given one.
    by_song
        Whether no song is on both sides; False cuts by item, as a split that leaks would.
    groups
        Artist group of each track, index ``track_id``, as from `identify`: no artist is on
        both sides then, unless each genre is by a single one. None keeps only songs apart.
    patience
        Stop when the validation loss has not improved for so many of `ROUNDS` rounds.
    members
        Networks trained from different seeds, whose probabilities are averaged.
    random_state
        Seed of weights, order, crops and augmentation.
    n_jobs
        Processes that train members side by side; -1 for one a core.

    Attributes
    ----------
    classes_
        Names of the classes.
    networks_
        The trained Keras networks.
    temperature_
        What the logarithms of probabilities are divided by.
    history_
        Learning curve: a row a member and round, with ``epoch``, ``loss``, ``accuracy``,
        ``val_loss`` and ``val_accuracy``.
    """

    def __init__(
        self,
        build: Callable[[tuple[int, ...], int], keras.Model],
        *,
        epochs: float = 30,
        updates: int | None = None,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        weight_decay: float = 1e-2,
        crop: int | None = None,
        views: int = 8,
        augmentation: Augmentation | None = None,
        validation: float = 0.15,
        by_song: bool = True,
        groups: pd.Series | None = None,
        patience: int = 4,
        members: int = 1,
        random_state: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.build = build
        self.epochs = epochs
        self.updates = updates
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.crop = crop
        self.views = views
        self.augmentation = augmentation
        self.validation = validation
        self.by_song = by_song
        self.groups = groups
        self.patience = patience
        self.members = members
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X, y, validation: tuple | None = None) -> NetworkClassifier:
        """Train from scratch.

        Parameters
        ----------
        X
            Index ``track_id`` (and ``segment``), one column ``frames`` with arrays of one shape;
            or an array, shape (items, ...). Without the index each item counts as a song.
        y
            Genres.
        validation
            Items and genres to stop and calibrate on, instead of a part of `X`.
        """
        table, y = self._table(X, reset=True), _genres(y)
        check_consistent_length(table, y)
        if validation is None:
            train, held_out = self._split(table, y)
            validation = table.iloc[held_out], y[held_out]
            table, y = table.iloc[train], y[train]
        else:
            validation = self._table(validation[0]), _genres(validation[1])
        self.classes_ = np.unique(y)
        frames = self._prepared(table)
        self._survey(frames, y)
        targets = (y[:, None] == self.classes_).astype(np.float32)
        known = np.isin(validation[1], self.classes_)
        codes = np.searchsorted(self.classes_, validation[1][known])
        checked = self._prepared(validation[0][known]), codes
        seeds = range(self.random_state, self.random_state + self.members)
        jobs = (delayed(self._train)(frames, targets, checked, seed) for seed in seeds)
        trained = Parallel(n_jobs=self.n_jobs if self.members > 1 else 1)(jobs)
        self.networks_ = [self._built(frames, weights) for weights, _ in trained]
        histories = [history.assign(member=i) for i, (_, history) in enumerate(trained)]
        self.history_ = pd.concat(histories, ignore_index=True)
        self.temperature_ = 1.0
        self.temperature_ = fit_temperature(self._probability(checked[0]), codes)
        return self

    def _table(self, X, *, reset: bool = False) -> pd.DataFrame:
        """Items in a column ``frames``, as they came or from an array."""
        if isinstance(X, pd.DataFrame) and "frames" in X:
            if X.empty:
                raise ValueError("there is no item, and at least one is needed")
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        items = validate_data(self, X, reset=reset, allow_nd=True)
        return pd.DataFrame({"frames": list(items)})

    def _prepared(self, table: pd.DataFrame) -> Batches:
        """What the networks are given, shape (items, ...), before it is standardised."""
        return Frames(table)

    def _survey(self, frames: Batches, y: np.ndarray) -> None:
        """Learn of the training side what must be known before networks are trained."""
        self.mean_, self.scale_ = _moments(frames)

    def _builder(self) -> Callable[[tuple[int, ...], int], keras.Model]:
        return self.build

    def _start(self, shape: tuple[int, ...]) -> keras.Model:
        """A network to begin from."""
        return self._builder()(shape, len(self.classes_))

    def _item_shape(self, frames: Batches) -> tuple[int, ...]:
        return frames.shape[1:] if self.crop is None else (self.crop, *frames.shape[2:])

    def _built(self, frames: Batches, weights: list[np.ndarray]) -> keras.Model:
        network = self._builder()(self._item_shape(frames), len(self.classes_))
        network.set_weights(weights)
        return network

    def _train(self, frames, targets, checked, seed: int) -> tuple[list[np.ndarray], pd.DataFrame]:
        """Weights of a network and its learning curve."""
        load_keras().utils.set_random_seed(seed)
        shape = self._item_shape(frames)
        network = self._start(shape)
        bench = prepared(self._builder(), shape, network, self.weight_decay)
        size = min(self.batch_size, len(frames))
        a_pass = len(frames) // size
        updates = self.epochs * a_pass if self.updates is None else self.updates
        rounds = max(1, min(ROUNDS, int(updates)))
        steps = round(updates / rounds)
        rates = iter(self.learning_rate * _warm_cosine(rounds * steps, steps // 2))
        batches = self._batches(frames, targets, size, np.random.default_rng(seed))
        history: list[dict[str, float]] = []
        best: list[np.ndarray] = []
        lowest, waited = None, 0
        for number in range(1, rounds + 1):
            # One call a step: feeding a data set costs more than so small a network.
            each = []
            for items, labels in itertools.islice(batches, steps):
                bench.optimizer.learning_rate = next(rates)
                each.append(bench.train_on_batch(items, labels, return_dict=True))
            held_out = self._check(bench, *checked)
            row = {"epoch": number * steps / a_pass, **pd.DataFrame(each).astype(float).mean()}
            history.append(row | held_out)
            if lowest is None or held_out["val_loss"] < lowest:
                lowest, best, waited = held_out["val_loss"], bench.get_weights(), 0
            elif (waited := waited + 1) >= self.patience:
                break
        return best, pd.DataFrame(history)

    def _check(self, network, frames: Batches, codes: np.ndarray) -> dict[str, float]:
        probability = self._predict(network, frames, views=CHECK_VIEWS)
        given = probability[np.arange(len(codes)), codes]
        return {
            "val_loss": float(-np.log(np.maximum(given, 1e-12)).mean()),
            "val_accuracy": float((probability.argmax(axis=1) == codes).mean()),
        }

    def _batches(self, frames, targets, size: int, rng: np.random.Generator):
        while True:
            order = rng.permutation(len(frames))
            for start in range(0, len(order) - size + 1, size):
                own = order[start : start + size]
                items, labels = frames[own], targets[own]
                if self.crop is not None:
                    items = random_crops(items, self.crop, rng)
                items = (items - self.mean_) / self.scale_
                if self.augmentation is not None:
                    items, labels = self.augmentation(items, labels, rng)
                yield items, labels

    def _split(self, X: pd.DataFrame, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if len(y) < 2:
            raise ValueError("one sample is too few: some are trained on, others looked at")
        for train, held_out in self._sides(X, y):
            # A genre of one artist is on one side: what is looked at must have been trained on.
            if np.isin(y[held_out], y[train]).any():
                return train, held_out
        raise ValueError("no genre has two samples: one is trained on, another looked at")

    def _sides(self, X: pd.DataFrame, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Ways to hold samples out, the strictest first: artists apart, songs apart, any."""
        if self.by_song and self.groups is not None:
            sides = held_out_artists(X, y, self.groups, self.validation, self.random_state)
            if sides is not None:
                yield sides
        songs = artist_of(X, None)
        if self.by_song and pd.Series(songs).groupby(y).nunique().min() >= 2:
            yield self._fold(songs, y)
        if pd.Series(y).value_counts().max() >= 2:
            yield self._fold(np.arange(len(y)), y)

    def _fold(self, groups: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fewest = pd.Series(groups).groupby(y).nunique().min()
        folds = int(np.clip(round(1 / self.validation), 2, max(2, fewest)))
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=self.random_state)
        return next(splitter.split(groups, y, groups))

    def _views(self, frames: np.ndarray, views: int) -> np.ndarray:
        if self.crop is not None:
            frames = even_crops(frames, self.crop, views)
        return (frames - self.mean_) / self.scale_

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each of `classes_`, shape (items, classes)."""
        return self._probability(self._frames(X))

    def _frames(self, X) -> Batches:
        check_is_fitted(self)
        return self._prepared(self._table(X))

    def _probability(self, frames: Batches) -> np.ndarray:
        each = [self._predict(network, frames) for network in self.networks_]
        return at_temperature(np.mean(each, axis=0), self.temperature_)

    def _predict(self, network, frames: Batches, views: int | None = None) -> np.ndarray:
        # A few items at a time, for the memory, and always as many, for backends that compile.
        size = min(32, len(frames))
        views = 1 if self.crop is None else views or self.views
        found = []
        for start in range(0, len(frames), size):
            part = frames[start : start + size]
            filled = np.resize(part, (size, *part.shape[1:]))
            said = load_keras().ops.convert_to_numpy(
                network(self._views(filled, views), training=False)
            )
            found.append(said.reshape(size, views, -1).mean(axis=1)[: len(part)])
        return np.concatenate(found)

    def predict_windows(self, windows: np.ndarray) -> np.ndarray:
        """Uncalibrated probabilities of crops, shape (items, crop, ...) to (items, classes)."""
        scaled = (windows - self.mean_) / self.scale_
        each = [network.predict_on_batch(scaled) for network in self.networks_]
        return np.mean(each, axis=0)

    def predict(self, X) -> np.ndarray:
        """Names of the predicted classes."""
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]

    def predict_members(self, X: pd.DataFrame) -> list[np.ndarray]:
        """Names of the classes that each network predicts alone, shape (items,) each."""
        return [self.classes_[p.argmax(axis=1)] for p in self.member_probabilities(X)]

    def member_probabilities(self, X: pd.DataFrame) -> list[np.ndarray]:
        """What each network says alone, at the temperature of all, shape (items, classes) each."""
        frames = self._prepared(X)
        each = (self._predict(network, frames) for network in self.networks_)
        return [at_temperature(probability, self.temperature_) for probability in each]

    def embed(self, X: pd.DataFrame) -> pd.DataFrame:
        """What the layer below the last sees of each item, members side by side."""
        keras = load_keras()
        frames, found = self._frames(X), []
        views = -(-frames.shape[1] // self.crop) if self.crop else None  # enough to see all of it
        for network in self.networks_:
            below = keras.Model(network.inputs[0], network.get_layer("embedding").output)
            found.append(self._predict(below, frames, views))
        return pd.DataFrame(np.concatenate(found, axis=1), index=X.index)

    def heat(self, X: pd.DataFrame, genre: str) -> np.ndarray:
        """Where the network looks when it says how far items are of a genre.

        Grad-CAM (Selvaraju et al., ICCV 2017). Below a dense layer over averaged filters, as in
        `spectrogram_network`, the gradients are that layer's weights, and it equals the
        class activation map of Zhou et al. (CVPR 2016).

        Parameters
        ----------
        X
            Items, as for `fit`.
        genre
            One of `classes_`.

        Returns
        -------
        numpy.ndarray, shape (items, columns, bands)
            From 0 to 1 in each item; the mean over members, interpolated.
        """
        keras = load_keras()
        frames = self._frames(X)
        scaled = (frames[:] - self.mean_) / self.scale_
        total = np.zeros(frames.shape, np.float32)
        for network in self.networks_:
            last = [layer for layer in network.layers if layer.name.startswith("block_")][-1]
            maps = keras.Model(network.inputs[0], last.output)(scaled, training=False)
            weights, _ = network.get_layer("genre").get_weights()
            maps = keras.ops.convert_to_numpy(maps)
            seen = np.maximum(maps @ weights[:, list(self.classes_).index(genre)], 0)
            large = keras.ops.image.resize(seen[..., None], frames.shape[1:], "bilinear")
            total += keras.ops.convert_to_numpy(large)[..., 0]
        return total / np.maximum(total.max(axis=(1, 2), keepdims=True), 1e-9)


def _moments(
    frames: Batches,
) -> tuple[np.ndarray | np.float32, np.ndarray | np.float32]:
    """Mean and deviation of each coefficient (of raw samples, of all), some items at a time."""
    axes = tuple(range(len(frames.shape) - 1)) if len(frames.shape) > 2 else None
    count, total, squares = 0, 0.0, 0.0
    for start in range(0, len(frames), 256):
        part = frames[start : start + 256].astype(np.float64)
        count += part.size if axes is None else part.size // part.shape[-1]
        total = total + part.sum(axis=axes)
        squares = squares + (part**2).sum(axis=axes)
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return np.float32(mean), np.maximum(np.float32(deviation), np.float32(1e-6))


def _warm_cosine(steps: int, warm: int) -> np.ndarray:
    """Factors of the learning rate: up from a tenth, then down to 0 along a cosine."""
    up = np.linspace(0.1, 1, warm, endpoint=False)
    return np.concatenate([up, (1 + np.cos(np.linspace(0, np.pi, steps - warm))) / 2])


def _genres(y) -> np.ndarray:
    y = column_or_1d(y, warn=True)
    if pd.isna(y).any():
        raise ValueError("y contains NaN: the genre of an item is missing")
    check_classification_targets(y)
    return y.astype(str) if y.dtype == object else y

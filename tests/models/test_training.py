"""Training: learns what can be learnt, stops on other songs, and is the same again."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from genre_utils.models import (
    Augmentation,
    NetworkClassifier,
    at_temperature,
    dense_network,
    spectrogram_network,
)

SMALL = partial(spectrogram_network, widths=(4, 8))


def items(songs=36, pieces=1, columns=40, seed=0):
    """Spectrograms of three genres, each with a pulse of its own."""
    rng = np.random.default_rng(seed)
    genre = np.array(["jazz", "metal", "pop"])[np.arange(songs) % 3].repeat(pieces)
    frames = rng.normal(0, 0.5, (songs * pieces, columns, 64)).astype(np.float32)
    for n, name in enumerate(genre):
        frames[n, :: {"jazz": 2, "metal": 5, "pop": 11}[name]] += 3
    names = [f"t{n:02d}" for n in range(songs)]
    index = pd.MultiIndex.from_product([names, range(pieces)], names=["track_id", "segment"])
    if pieces == 1:
        index = index.droplevel("segment")
    return pd.DataFrame({"frames": list(frames)}, index=index), pd.Series(
        genre, index, name="genre"
    )


@pytest.fixture(scope="module")
def fitted():
    X, y = items()
    network = NetworkClassifier(
        SMALL,
        epochs=30,
        crop=24,
        batch_size=8,
        learning_rate=1e-2,
        augmentation=Augmentation(mask_columns=4, style=0),
    )
    return network.fit(X, y)


def test_it_learns_and_answers_with_names(fitted):
    X, y = items(30, seed=1)
    said = fitted.predict_proba(X)
    assert said.shape == (30, 3)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)
    assert (fitted.predict(X) == y).mean() > 0.8
    assert {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"} <= set(fitted.history_)


def test_members_side_by_side_are_those_trained_in_turn():
    X, y = items(24)
    network = NetworkClassifier(SMALL, epochs=1, crop=24, batch_size=8, members=2)
    alone = network.fit(X, y).predict_proba(X)
    together = network.set_params(n_jobs=2).fit(X, y).predict_proba(X)
    assert np.allclose(alone, together, atol=1e-3)
    assert sorted(network.history_["member"].unique()) == [0, 1]


def test_heat_and_embedding_have_the_items_shapes(fitted):
    X, _ = items(4, seed=2)
    heat = fitted.heat(X, "metal")
    assert heat.shape == (4, 40, 64)
    assert heat.min() >= 0
    assert heat.max() == pytest.approx(1)
    embedded = fitted.embed(X)
    assert embedded.shape == (4, 8)
    assert embedded.index.equals(X.index)


def test_the_same_seed_gives_the_same_network():
    X, y = items(12)
    first, again = (
        NetworkClassifier(SMALL, epochs=2, members=2, random_state=3).fit(X, y).predict_proba(X)
        for _ in range(2)
    )
    assert np.allclose(first, again, atol=1e-4)


def test_no_song_is_trained_on_and_looked_at():
    X, y = items(9, pieces=4)
    train, held_out = NetworkClassifier(SMALL)._split(X, y.to_numpy())
    songs = X.index.get_level_values("track_id")
    assert not set(songs[train]) & set(songs[held_out])
    assert set(y.iloc[held_out]) == {"jazz", "metal", "pop"}


def test_training_stops_when_it_only_gets_worse():
    X, _ = items(24)
    y = np.random.default_rng(0).permutation(np.array(["a", "b"]).repeat(12))
    long = NetworkClassifier(dense_network, epochs=60, patience=2, learning_rate=1e-2).fit(X, y)
    assert len(long.history_) < 10
    assert long.history_["val_loss"].min() <= long.history_["val_loss"].iloc[-1]


def test_the_weights_are_those_of_the_round_that_was_best_on_other_songs():
    X, _ = items(24)
    y = np.random.default_rng(0).permutation(np.array(["a", "b"]).repeat(12))
    train, other = slice(0, 16), slice(16, 24)
    network = NetworkClassifier(dense_network, epochs=60, patience=3, learning_rate=1e-2)
    network.fit(X[train], y[train], validation=(X[other], y[other]))
    losses = network.history_["val_loss"]
    assert losses.iloc[-1] > losses.min() + 0.1
    said = at_temperature(network.predict_proba(X[other]), 1 / network.temperature_)
    given = said[np.arange(8), (y[other] == "b").astype(int)]
    assert -np.log(given).mean() == pytest.approx(losses.min(), abs=1e-3)


def test_what_augmentation_changes_is_what_is_trained_on():
    X, y = items(24)
    network = NetworkClassifier(SMALL, epochs=1, crop=24, batch_size=8, learning_rate=1e-2)
    plain, mixed = (
        clone(network).set_params(augmentation=Augmentation(masks=0, style=style)).fit(X, y)
        for style in (0.0, 1.0)
    )
    assert abs(plain.history_["loss"].iloc[-1] - mixed.history_["loss"].iloc[-1]) > 1e-3


def test_one_song_a_genre_can_still_be_learnt_from():
    X, y = items(3, pieces=8)
    network = NetworkClassifier(dense_network, epochs=2).fit(X, y)
    assert network.predict(X).shape == (24,)


def test_what_is_looked_at_is_of_a_genre_that_was_trained_on():
    X, _ = items(5)
    y = ["metal", "pop", "pop", "pop", "pop"]
    artists = pd.Series(["a", "b", "c", "b", "b"], X.index)
    network = NetworkClassifier(dense_network, epochs=1, groups=artists).fit(X, y)
    assert set(network.history_["val_accuracy"]) <= {0.0, 0.5, 1.0}
    with pytest.raises(ValueError, match="no genre has two samples"):
        NetworkClassifier(dense_network, epochs=1).fit(X.iloc[:2], ["metal", "pop"])


def test_updates_are_as_many_as_asked_for_whatever_the_number_of_songs():
    for songs in (18, 36):
        X, y = items(songs)
        network = NetworkClassifier(SMALL, updates=20, batch_size=4, patience=99).fit(X, y)
        curve = network.history_
        a_pass = curve["epoch"].iloc[-1]
        trained = songs - len(network._split(X, y.to_numpy())[1])
        assert len(curve) == 10 and a_pass == pytest.approx(20 / (trained // 4))

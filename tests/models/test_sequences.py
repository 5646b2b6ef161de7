"""Sequence networks: what is missing changes nothing, and order counts where it should."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from genre_utils import models
from genre_utils.models import SEQUENCES, SequenceClassifier
from genre_utils.models.saved import padded

ORDERED = [name for name in SEQUENCES if name != "attention"]


def items(count=4, length=12, bands=5, seed=0):
    return np.random.default_rng(seed).normal(size=(count, length, bands)).astype(np.float32)


def table(frames):
    index = pd.Index([f"jazz.{i:05d}" for i in range(len(frames))], name="track_id")
    return pd.DataFrame({"frames": list(frames)}, index)


def asked(network, frames):
    return np.asarray(network(frames, training=False))


@pytest.mark.parametrize("length", [12, 20])
@pytest.mark.parametrize("name", SEQUENCES)
def test_what_is_filled_up_changes_nothing(name, length):
    short, long = (SEQUENCES[name]((n, 5), 3) for n in (9, length))
    for one, other in zip(short.weights, long.weights, strict=True):
        if one.shape == other.shape:  # positions are there for as many frames as may come
            other.assign(one)
    frames = items(length=9)
    said = asked(short, frames)
    assert said.shape == (4, 3)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)
    filled = np.stack([padded(item, length) for item in frames])
    assert np.allclose(asked(long, filled), said, atol=1e-5)
    other = filled.copy()
    other[:, -1] = 1.0  # what is there counts
    assert not np.allclose(asked(long, other), said, atol=1e-3)


@pytest.mark.parametrize("name", SEQUENCES)
def test_only_attention_without_positions_is_blind_to_order(name):
    network, frames = SEQUENCES[name]((12, 5), 3), items()
    same = np.allclose(asked(network, frames), asked(network, frames[:, ::-1]), atol=1e-5)
    assert same == (name == "attention")


def which_came_first(count, seed, length=8):
    """Two tones one after the other, with noise: the genre is that of the first."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 2, count)
    frames = rng.normal(0, 0.3, (count, length, 4)).astype(np.float32)
    half = length // 2
    for item, code in zip(frames, first, strict=True):
        item[:half, code] += 2
        item[half:, 1 - code] += 2
    return table(frames), np.array(["low first", "high first"])[first]


@pytest.mark.parametrize("name", SEQUENCES)
def test_what_needs_order_is_learnt_in_order_alone(name):
    X, y = which_came_first(160, 0)
    unseen, true = which_came_first(100, 1)
    learner = SequenceClassifier(
        partial(SEQUENCES[name], dropout=0.0), epochs=12, batch_size=16, learning_rate=5e-3
    )
    right = (learner.fit(X, y).predict(unseen) == true).mean()
    assert right > 0.95 if name in ORDERED else right < 0.7
    if name in ("gru", "crnn"):
        learner.fit(models.shuffled(X), y)
        assert (learner.predict(models.shuffled(unseen, 1)) == true).mean() < 0.7


def test_shuffling_keeps_frames_and_what_is_missing():
    frames = items(length=20)
    frames[0, 15:] = np.nan
    X = table(frames)
    mixed = np.stack(models.shuffled(X, 3)["frames"])
    assert np.isnan(mixed[0, 15:]).all() and np.isfinite(mixed[0, :15]).all()
    assert not np.array_equal(mixed[1], frames[1])
    for one, other in zip(mixed, frames, strict=True):
        assert np.array_equal(np.sort(one, axis=0), np.sort(other, axis=0), equal_nan=True)
    orders = [tuple(np.argsort(m[:, 0])[np.argsort(np.argsort(f[:, 0]))]) for m, f in
              zip(mixed[1:], frames[1:], strict=True)]  # fmt: skip
    assert len(set(orders)) == len(orders)  # an order of its own for each
    assert np.array_equal(np.stack(models.shuffled(X, 3)["frames"]), mixed, equal_nan=True)
    assert np.array_equal(np.stack(X["frames"]), frames, equal_nan=True)


def test_frames_are_pooled_to_means():
    X = table(np.arange(2 * 5 * 4, dtype=np.float32).reshape(2, 5, 4))
    pooled = models.pooled_frames(X, 2, 2)
    assert pooled.index.equals(X.index)
    assert pooled["frames"].iloc[0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_songs_become_sequences_of_one_length():
    index = pd.MultiIndex.from_tuples(
        [("b", 0), ("b", 1), ("b", 2), ("a", 1)], names=["track_id", "segment"]
    )
    values = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": 0.0}, index)
    songs = models.song_sequences(values, 2)
    assert list(songs.index) == ["b", "a"]
    assert songs.loc["b", "frames"].tolist() == [[1, 0], [2, 0]]
    assert songs.loc["a", "frames"][0].tolist() == [4, 0]
    assert np.isnan(songs.loc["a", "frames"][1]).all()


def test_attention_weighs_what_is_there_and_finds_what_counts():
    rng = np.random.default_rng(0)
    frames, codes = items(160, seed=2) * 0.3, rng.integers(0, 2, 160)
    place = rng.integers(0, 10, 160)
    frames[np.arange(160), place, codes] += 5  # one frame tells, the others are noise
    frames[:5, 10:] = np.nan
    X, y = table(frames), np.array(["a", "b"])[codes]
    learner = SequenceClassifier(
        models.attention_network, epochs=15, batch_size=16, learning_rate=1e-2
    ).fit(X, y)
    weights = learner.attention_weights(X)
    assert weights.shape == (160, 12)
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert (weights[:5, 10:] < 1e-6).all()
    assert (weights.argmax(axis=1) == place).mean() > 0.9
    column = list(learner.classes_).index
    own = np.arange(160), [column(name) for name in y]
    before = learner.predict_proba(X)[own]
    after = learner.predict_proba(models.without_frames(X, weights.argmax(axis=1)[:, None]))[own]
    assert before.mean() - after.mean() > 0.2


def test_what_is_missing_has_no_part_in_the_scaling():
    frames = items(40, seed=3)
    y = np.array(["a", "b"] * 20)
    whole = SequenceClassifier(models.attention_network, epochs=1).fit(table(frames), y)
    filled = np.pad(frames, ((0, 0), (0, 3), (0, 0)), constant_values=np.nan)
    some = SequenceClassifier(models.attention_network, epochs=1).fit(table(filled), y)
    assert np.allclose(whole.mean_, some.mean_) and np.allclose(whole.scale_, some.scale_)
    with pytest.raises(ValueError, match="infinity"):
        whole.predict(table(np.full((1, 12, 5), np.inf)))


def test_positions_are_all_different():
    place = models.positions(50, 8)
    assert place.shape == (50, 8)
    assert np.allclose(place[0], [0, 1] * 4)
    assert len(np.unique(place.round(6), axis=0)) == 50

"""What order is worth: twins, gains with intervals, what a state knows, what attention explains."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from genre_utils import models
from genre_utils.data import make_splits
from genre_utils.evaluation import Predictions


class FirstFrame(ClassifierMixin, BaseEstimator):
    """Says "a" where the first frame is positive: in order it is always right."""

    def fit(self, X, y):
        self.classes_ = np.array(["a", "b"])
        return self

    def predict(self, X):
        return np.array(["a" if item[0, 0] > 0 else "b" for item in X["frames"]], object)


@pytest.fixture
def songs():
    """Songs of pieces whose first frame alone says the genre."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([[f"a.{n:05d}" for n in range(40)], range(3)])
    index.names = ["track_id", "segment"]
    genre = pd.Series(np.repeat(["a", "b"] * 20, 3), index)
    frames = rng.normal(size=(120, 8, 2))
    frames[:, 0, 0] = np.where(genre == "a", 5, -5)
    tracks = pd.DataFrame({"genre": ["a", "b"] * 20}, index.levels[0])
    tracks["song"] = tracks["artist_group"] = tracks.index
    tracks["partition"] = None
    X = pd.DataFrame({"frames": list(frames)}, index)
    return X, genre, make_splits(tracks, index, n_splits=2)[0]["track"]


def test_what_only_order_tells_is_gained_by_order(songs):
    X, genre, split = songs
    found = models.compare_orders({("gru", "mfcc", 0): (FirstFrame(), X)}, genre, split)
    assert {order for _, order in found} == set(models.ORDERS)
    gain = models.order_gain(*([found[("gru", "mfcc", 0), o]["test"]] for o in models.ORDERS))
    assert 0.3 < gain["difference"] < 0.6 and 0 < gain["low"] < gain["high"] < 1


def test_the_same_in_both_orders_gains_nothing():
    table = pd.DataFrame({"y_true": ["a", "b"], "y_pred": ["a", "a"], "group": ["x", "y"]})
    one = Predictions(table, None, "track", "track", 0, 0)
    other = Predictions(table.iloc[:1], None, "track", "track", 0, 0)
    assert models.order_gain([one, one], [one])["difference"] == 0
    with pytest.raises(ValueError, match="same items"):
        models.order_gain([one], [other])


def test_pieces_and_tracks_are_scored_and_twins_named(songs):
    X, genre, split = songs
    found = models.compare_orders({("gru", "mfcc", 0): (FirstFrame(), X)}, genre, split)
    for sides in found.values():
        table = sides["test"].table
        sides["test"] = replace(
            sides["test"], probability=pd.get_dummies(table["y_pred"]).astype(float)
        )
    scores, gains = models.score_orders(found)
    told = [(s.input, s.level, s.n) for s in scores]
    assert told == [
        ("mfcc", "segment", 120),
        ("mfcc", "track", 40),
        ("mfcc, shuffled", "segment", 120),
        ("mfcc, shuffled", "track", 40),
    ]
    assert scores[0].accuracy == 1 and list(gains) == [("gru", "mfcc", "track")]
    assert models.tell_gain({"difference": 0.1, "low": -0.02, "high": 0.3}) == (
        "+10.0 points [-2.0, +30.0]"
    )


def test_a_linear_reading_finds_what_is_there_and_nothing_else():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(100, 5)))
    groups = pd.Series(np.arange(100) // 2)
    assert models.linear_reading(X, 100 + 20 * X[0] - 5 * X[3], groups) > 0.95
    assert models.linear_reading(X, pd.Series(rng.normal(size=100)), groups) < 0.2


def test_attention_that_explains_costs_most_where_it_looks():
    rng = np.random.default_rng(0)
    frames, codes = rng.normal(0, 0.3, (120, 10, 4)).astype(np.float32), rng.integers(0, 2, 120)
    frames[np.arange(120), rng.integers(0, 10, 120), codes] += 5
    X, y = pd.DataFrame({"frames": list(frames)}), np.array(["a", "b"])[codes]
    learner = models.SequenceClassifier(
        models.attention_network, epochs=15, batch_size=16, learning_rate=1e-2
    ).fit(X, y)
    falls = models.attention_drops(learner, X).mean()
    assert falls["most attended"] > 0.2
    assert falls["most attended"] > 3 * abs(falls["random"])
    assert abs(falls["least attended"]) < 0.05

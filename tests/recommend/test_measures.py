"""Measures of recommendations, on similarities whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.models import KernelLDA
from genre_utils.recommend import (
    Collection,
    cross_fitted_similarities,
    listening,
    measure,
    similarities,
)


def collection(count=40, songs_an_artist=2):
    names = [f"t{n}" for n in range(count)]
    tracks = pd.DataFrame(
        {
            "genre": [("jazz", "pop")[n % 2] for n in range(count)],
            "artist": [f"a{n % 2}-{n // (2 * songs_an_artist)}" for n in range(count)],
            "duplicate_of": None,
        },
        index=pd.Index(names, name="track_id"),
    )
    return tracks


def test_who_knows_the_genre_is_always_right_and_who_knows_nothing_is_at_chance():
    songs = Collection.of(collection(400))
    knows = (songs.genre[:, None] == songs.genre).astype(float)
    perfect = measure(knows, songs, same_artist=False)
    assert perfect["precision_at_10"] == 1.0
    assert perfect["mrr"] == 1.0
    guess = np.random.default_rng(0).random(knows.shape)
    found = measure(guess, songs, same_artist=False)
    assert found["precision_at_10"] == pytest.approx(found["chance"], abs=0.03)
    low, high = found["precision_at_10_ci95"]
    assert low < found["precision_at_10"] < high
    assert abs(found["hubness"]) < 1


def test_artists_that_do_not_count_are_not_counted():
    songs = Collection.of(collection(40, songs_an_artist=4))
    same = (songs.artist[:, None] == songs.artist).astype(float)
    assert measure(same, songs, same_artist=True)["precision_at_1"] == 1.0
    barred = songs.barred(same_artist=False)
    assert (barred.sum(axis=1) == 4).all()
    assert (songs.barred(same_artist=True).sum(axis=1) == 1).all()


def test_duplicates_never_count():
    tracks = collection(6)
    tracks.loc["t2", "duplicate_of"] = "t0"
    barred = Collection.of(tracks).barred(same_artist=True)
    assert barred[0, 2]
    assert barred[2, 0]


def test_a_hub_shows():
    songs = Collection.of(collection(60))
    similarity = np.random.default_rng(0).random((60, 60))
    similarity[:, 7] = 2
    found = measure(similarity, songs, same_artist=True)
    assert found["most_recommended"] == 59
    assert found["hubness"] > 3


def test_a_learned_metric_has_not_met_the_artist():
    tracks = collection(80, songs_an_artist=4)
    songs = Collection.of(tracks)
    rng = np.random.default_rng(0)
    # Features tell the artist and nothing else: what is learnt of genres must not carry over.
    artists = sorted(set(songs.artist))
    places = {name: rng.normal(0, 3, len(FEATURE_COLUMNS)) for name in artists}
    X = pd.DataFrame([places[name] for name in songs.artist], tracks.index, list(FEATURE_COLUMNS))
    X += rng.normal(0, 0.1, X.shape)
    metric = KernelLDA(gamma=0.001, components=60)
    honest = cross_fitted_similarities(metric, X, songs, n_splits=5)
    leaking = similarities(metric.fit(X, songs.genre).transform(X))
    assert measure(leaking, songs, same_artist=False)["precision_at_10"] > 0.95
    assert measure(honest, songs, same_artist=False)["precision_at_10"] < 0.75


def test_feedback_helps_a_listener():
    tracks = collection(200, songs_an_artist=2)
    songs = Collection.of(tracks)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 10))
    vectors[songs.genre == "jazz", 0] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    heard = listening(vectors, songs, listeners=60, rounds=6, seed=1)
    assert heard["with feedback"].shape == (60, 6)
    assert np.array_equal(heard["with feedback"][:, 0], heard["without"][:, 0])
    assert heard["with feedback"][:, 1:].mean() >= heard["without"][:, 1:].mean()

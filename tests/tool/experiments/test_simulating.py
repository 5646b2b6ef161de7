"""Simulated listeners: who knows all has no regret, who adapts has less than who does not."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.models import unit_vectors
from genre_utils.recommend import Collection
from genre_utils.tool.experiments.simulating import (
    gain_after_turn,
    regret_curves,
    simulate_listeners,
)


def songs(count=120, genres=4, songs_an_artist=2):
    genre = np.arange(count) % genres
    tracks = pd.DataFrame(
        {
            "genre": [f"g{g}" for g in genre],
            "artist": [f"a{g}-{n // (genres * songs_an_artist)}" for n, g in enumerate(genre)],
        },
        index=[f"t{n}" for n in range(count)],
    )
    noise = np.random.default_rng(1).normal(size=(count, 8))
    return unit_vectors(np.eye(8)[genre] + 0.2 * noise), Collection.of(tracks)


def simulated(**settings):
    vectors, collection = songs()
    return simulate_listeners(vectors, collection, listeners=12, steps=20, seed=3, **settings)


def test_a_row_a_listener_recommender_and_step():
    runs = simulated()
    assert len(runs) == 12 * 5 * 20
    assert not runs.duplicated(["listener", "recommender", "step"]).any()
    assert runs.attrs["turn"] == 10
    pd.testing.assert_frame_equal(runs, simulated())


def test_regret_is_what_the_oracle_has_more():
    runs = simulated(same_artist=True)
    oracle = runs[runs["recommender"] == "oracle"]
    assert oracle["wanted"].all()
    assert not oracle["regret"].any()
    curves = regret_curves(runs).set_index(["recommender", "step"])
    last = curves.xs(20, level="step")["regret"]
    missed = 20 - runs.groupby("recommender")["wanted"].sum() / 12
    pd.testing.assert_series_equal(last.sort_index(), missed.sort_index(), check_names=False)
    assert (curves["low"] <= curves["regret"]).all()
    assert (curves["regret"] <= curves["high"]).all()
    assert last["bandit"] < last["static cosine"] < last["random"]


def test_the_gain_after_the_turn_has_its_interval():
    gain = gain_after_turn(simulated(same_artist=True, contrary=0.0))
    assert gain.steps == 10
    assert 0 < gain.low < gain.mean < gain.high <= 10
    assert gain_after_turn(simulated(), "oracle", "oracle").mean == 0


def test_artists_apart_no_artist_comes_twice():
    """With one artist a genre, only the first song of each liked genre can be wanted."""
    vectors, collection = songs(songs_an_artist=1000)
    runs = simulate_listeners(vectors, collection, listeners=4, steps=10)
    assert runs.groupby(["recommender", "listener"])["wanted"].sum().max() <= 4
    again = simulate_listeners(vectors, collection, listeners=4, steps=10, same_artist=True)
    assert again.loc[again["recommender"] == "oracle", "wanted"].all()


def test_contrary_moods_mislead_those_who_listen():
    told = simulated(same_artist=True, contrary=0.0).groupby("recommender")["wanted"].mean()
    misled = simulated(same_artist=True, contrary=0.5).groupby("recommender")["wanted"].mean()
    assert misled["bandit"] < told["bandit"]
    assert misled["static cosine"] == told["static cosine"]


def test_too_few_songs_or_genres_are_said_to_be():
    vectors, collection = songs(count=20)
    with pytest.raises(ValueError, match="fewer songs than steps"):
        simulate_listeners(vectors, collection, steps=20)
    vectors, collection = songs(count=30, genres=1)
    with pytest.raises(ValueError, match="two genres"):
        simulate_listeners(vectors, collection, steps=5)

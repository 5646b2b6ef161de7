"""Measures of recommendations, on similarities whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.evaluation import bootstrap_interval
from genre_utils.recommend import (
    Collection,
    measure,
)


def collection(count=40, songs_an_artist=2):
    names = [f"t{n}" for n in range(count)]
    tracks = pd.DataFrame(
        {
            "genre": [("jazz", "pop")[n % 2] for n in range(count)],
            "artist": [f"a{n % 2}-{n // (2 * songs_an_artist)}" for n in range(count)],
            "title": None,
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


def artists_of_one_genre():
    """Two genres of six songs, an artist each."""
    tracks = collection(12)
    return tracks.assign(artist=tracks["genre"])


def test_what_may_not_be_recommended_is_not_counted_where_the_list_runs_out():
    songs = Collection.of(artists_of_one_genre())
    knows = (songs.genre[:, None] == songs.genre).astype(float)
    found = measure(knows, songs, same_artist=False)
    for name in ("precision_at_1", "precision_at_5", "precision_at_10", "mrr", "chance"):
        assert found[name] == 0
    assert found["most_recommended"] == 6
    # Five others of the genre, six of the other: eleven in all.
    found = measure(knows, songs, same_artist=True)
    assert found["precision_at_5"] == 1
    assert found["precision_at_10"] == 0.5


def test_a_shorter_list_is_judged_by_what_is_in_it():
    tracks = collection(6).assign(artist=["a", "b", "b", "b", "b", "b"])
    songs = Collection.of(tracks.assign(genre=["jazz"] * 6))
    found = measure(np.eye(6), songs, same_artist=False)
    assert found["precision_at_10"] == 1
    assert found["coverage"] == 1


def test_a_seed_for_which_nothing_is_left_does_not_count():
    lone = Collection.of(collection(4).assign(artist="a"))
    found = measure(np.eye(4), lone, same_artist=False)
    assert np.isnan(found["precision_at_1"])
    assert np.isnan(found["precision_at_1_ci95"]).all()
    assert found["coverage"] == 0


def test_chance_is_what_random_lists_reach():
    # Most songs of jazz are by one artist: how many may be recommended differs from seed to seed.
    tracks = collection(40)
    tracks.loc[tracks["genre"] == "jazz", "artist"] = ["x"] * 15 + list("abcde")
    songs = Collection.of(tracks)
    rng = np.random.default_rng(0)
    guesses = [measure(rng.random((40, 40)), songs, same_artist=False) for _ in range(100)]
    reached = np.mean([found["precision_at_10"] for found in guesses])
    assert guesses[0]["chance"] == pytest.approx(reached, abs=0.01)


def test_intervals_draw_artists_not_songs():
    tracks = collection(80, songs_an_artist=10)
    songs = Collection.of(tracks)
    right = songs.genre == "jazz"
    # All songs of jazz find their genre, none of pop does.
    similarity = np.where(right, 1.0, 0.0) * np.ones((80, 1))
    found = measure(similarity, songs, same_artist=False)
    values = right.astype(float)
    assert found["precision_at_10"] == 0.5
    wide = bootstrap_interval(values, songs.group)
    assert found["precision_at_10_ci95"] == list(wide)
    narrow = bootstrap_interval(values, songs.song)
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def test_songs_and_artists_are_as_the_data_room_says():
    tracks = collection(6).assign(artist=["The A", "the a", None, None, "b", "c"])
    tracks["title"] = ["x", "X!", "x", "x", "x", "x"]
    songs = Collection.of(tracks)
    assert songs.song.tolist() == ["t0", "t0", "t2", "t3", "t4", "t5"]
    assert songs.artist[0] == songs.artist[1]
    assert len(set(songs.artist)) == 5
    assert songs.group.tolist() == songs.artist.tolist()


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


def radio(count=60, dimensions=5):
    """Songs of two genres, two an artist, in a space that tells nothing."""
    tracks = collection(count)
    vectors = np.random.default_rng(0).normal(size=(count, dimensions))
    return tracks, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

"""Playlists that flow: near neighbours, no song and no artist twice."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.recommend import CosineRecommender, UnknownTrack
from genre_utils.tool.experiments.flowing import (
    FLOW,
    SHUFFLED,
    compare_playlists,
    flowing_playlist,
    steps_between,
)


def recommender(artists=None, count=12):
    """Songs on a part of a circle, in no order: the last two are one."""
    places = np.random.default_rng(0).permutation(count)
    names = [f"t{place:02d}" for place in places]
    angle = places / count
    X = pd.DataFrame({"x": np.cos(angle), "y": np.sin(angle)}, index=names)
    tracks = pd.DataFrame({"genre": "g", "artist": artists or names}, index=names)
    made = CosineRecommender().fit(X, tracks)
    made.unit_ = X.to_numpy()
    return made


def test_each_song_is_the_nearest_that_is_left():
    made = recommender()
    assert flowing_playlist(made, "t00", 5) == ["t00", "t01", "t02", "t03", "t04"]
    assert flowing_playlist(made, "t06", 30)[0] == "t06"
    assert len(set(flowing_playlist(made, "t06", 30))) == 12


def test_an_artist_does_not_come_again():
    made = recommender(artists=["A", "B", "C"] * 4)
    playlist = flowing_playlist(made, "t03", 10)
    assert len(playlist) == 3
    assert len({made.tracks_.loc[track, "artist"] for track in playlist}) == 3


def test_a_song_does_not_come_again_and_unnamed_artists_may_be_many():
    made = recommender()
    made.artist_ = np.full(12, None)
    made.song_[made.positions(["t01"])] = made.song_[made.positions(["t00"])]
    playlist = flowing_playlist(made, "t00", 30)
    assert "t01" not in playlist and len(playlist) == 11


def test_steps_are_distances_of_neighbours():
    steps = steps_between(recommender(), ["t00", "t03", "t04"])
    assert steps == pytest.approx([1 - np.cos(3 / 12), 1 - np.cos(1 / 12)])


def test_a_first_song_that_is_not_there_is_said():
    with pytest.raises(UnknownTrack):
        flowing_playlist(recommender(), "t99")


def test_an_order_in_which_each_is_like_the_last_has_shorter_steps():
    table = compare_playlists(recommender(), ["t00", "t05", "t09"], 6)
    assert table.loc[FLOW, "high"] < table.loc[SHUFFLED, "low"]
    assert ((table["low"] <= table["mean_step"]) & (table["mean_step"] <= table["high"])).all()

"""Listeners that are made up, or told, and songs that nobody has played."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import recommend, tool
from genre_utils.recommend.measures import similarities


@pytest.fixture
def tracks():
    names = [f"{genre}.{n:05}" for genre in "abcd" for n in range(30)]
    return pd.DataFrame(
        {
            "genre": [name[0] for name in names],
            "artist": [f"artist {n}" for n in range(120)],
            "title": [f"title {n}" for n in range(120)],
            "song": names,
            "artist_group": [f"artist {n}" for n in range(120)],
            "duplicate_of": None,
        },
        index=pd.Index(names, name="track_id"),
    )


def test_a_crowd_is_the_same_from_the_same_seed_and_plays_what_it_likes(tracks):
    crowd = recommend.simulate_crowd(tracks, listeners=80, seed=1)
    assert crowd.equals(recommend.simulate_crowd(tracks, listeners=80, seed=1))
    assert not crowd.equals(recommend.simulate_crowd(tracks, listeners=80, seed=2))
    assert crowd.any(axis=1).all() and 0.6 < len(crowd) / len(tracks) <= 0.85
    own = crowd.iloc[:, ::2].groupby(tracks["genre"]).sum()  # who like one genre
    assert 0.6 < (own.max() / own.sum()).mean() < 0.9


def test_songs_lie_near_to_each_other_if_the_same_listeners_play_them():
    played = np.zeros((6, 40), dtype=bool)
    played[:3, :20] = played[3:, 20:] = True
    crowd = pd.DataFrame(played, list("abcdef"))
    near = similarities(recommend.history_vectors(crowd, 2).to_numpy())
    assert near[:3, :3].min() > 0.99 and abs(near[:3, 3:]).max() < 0.01


def test_a_crowd_as_told_has_the_songs_that_are_there(tracks):
    told = pd.DataFrame(
        {
            "artist": ["Artist 3", "artist 4", "stranger"],
            "title": ["Title 3", "title 4", "title 3"],
            "liked": [True, False, True],
        }
    )
    crowd = tool.crowd_of({"me": told, "nobody": told[:0]}, tracks)
    assert crowd.index.to_list() == [tracks.index[3]] and crowd.loc[tracks.index[3], "me"]


def test_history_of_nobody_is_chance_and_sound_and_history_are_more_than_either(tracks):
    rng = np.random.default_rng(0)
    codes = pd.Categorical(tracks["genre"]).codes
    # Sound tells a, b from c, d; history tells a, c from b, d.
    sound = np.stack([codes // 2, 1 - codes // 2], axis=1) + 0.1 * rng.random((120, 2))
    history = np.stack([codes % 2, 1 - codes % 2], axis=1) + 0.1 * rng.random((120, 2))
    table = recommend.cold_start(
        pd.DataFrame(sound, tracks.index), pd.DataFrame(history, tracks.index), tracks, (0.0, 1.0)
    )
    at = table.set_index(["share", "way"])["precision"]
    chance = table["chance"].iloc[0]
    assert at[0.0, "history"] == pytest.approx(chance, abs=0.07)
    assert at[0.0, "both"] == at[0.0, "sound"] == at[1.0, "sound"]
    assert at[1.0, "both"] > 0.9
    assert max(at[1.0, "sound"], at[1.0, "history"]) < 0.6

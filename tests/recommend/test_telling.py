"""Sentences about recommendations follow the numbers."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import recommend
from genre_utils.recommend import CosineRecommender, Gain


@pytest.fixture
def tracks():
    """Four songs; the second is there twice."""
    names = pd.Index(["jazz.0", "jazz.1", "jazz.2", "rock.0", "rock.1"], name="track_id")
    return pd.DataFrame(
        {
            "genre": ["jazz", "jazz", "jazz", "rock", "rock"],
            "artist": ["A", "A", "A", "B", None],
            "title": ["One", "Two", "Two", None, None],
            "song": ["a", "b", "b", "c", "d"],
            "artist_group": ["A", "A", "A", "B", None],
        },
        names,
    )


def test_songs_are_called_by_artist_and_title_where_they_are_known(tracks):
    assert recommend.song_names(tracks).tolist() == [
        *("A: One", "A: Two", "A: Two", "B: rock.0", "rock.1")
    ]


def test_a_list_says_how_many_are_of_other_genres_and_by_the_same_artist(tracks):
    table = pd.DataFrame(
        {"track": ["jazz.1", "rock.0"], "similarity": [0.91, 0.5], "genre": ["jazz", "rock"]}
        | {"artist": ["A", "B"], "reason": ["similar timbre", "same tempo"]}
        | {"tags in common": ["", "rock 0.4"]},
        index=[1, 2],
    )
    told = recommend.show_list(table, tracks, "jazz.0")
    assert told.text.splitlines() == [
        "1. **A: Two** (jazz.1, jazz, 0.91): similar timbre",
        "2. **B: rock.0** (rock.0, rock, 0.50): same tempo; tags in common rock 0.4",
        "",
        "1 of 2 are jazz too; 1 rock. 1 song is by the artist of the seed; the measures on this "
        "page leave such songs out. The nearest is jazz at 0.91, the last of them at 0.50.",
    ]
    tracks["title"] = "*Not* <b>bold</b>"
    told = recommend.show_list(table, tracks, "jazz.0").text
    assert r"**A: \*Not\* \<b\>bold\</b\>**" in told


def test_copies_are_named_and_not_offered(tracks):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(5, 3)), tracks.index)
    found = recommend.check_copies(CosineRecommender().fit(X, tracks), tracks)
    assert found == {
        **{"songs_several_times": 1, "seeds_asked": 2},
        **{"seeds_named": 2, "seeds_offered": 0},
    }


def test_lists_are_compared_among_the_songs_that_the_recommender_knows(tracks):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(5, 3)), tracks.index)

    class Songs:
        """As much of a library as is asked, with a song that was not heard."""

        def __init__(self):
            self.X, self.tracks = pd.concat([X, X.iloc[:1].set_axis(["pop.0"])]), tracks

        def recommender(self, **settings):
            return CosineRecommender(**settings).fit(X, tracks), ""

    trials = {"as it is": {}, "again": {}}
    found = recommend.compare_lists(Songs(), trials, ["jazz.0", "rock.0"])
    assert found.loc["again", ["change", "low", "high"]].tolist() == [0, 0, 0]
    # rock.0 is asked with once and recommended once; jazz.1 and jazz.2 are one song by A.
    assert found.loc["as it is", "most often recommended"] == 2
    assert found.loc["as it is", "precision at 10"] == pytest.approx(1 / 6)
    times = pd.Series([1, 1, 0, 1, 2])
    assert found.loc["as it is", "hubness"] == pytest.approx(times.skew())


def test_parts_that_add_up_are_said_to():
    parts = pd.DataFrame({"timbre": [0.6, 0.5], "rhythm": [0.1, 0.0]}, ["a", "b"])
    told = recommend.tell_parts(parts, np.array([0.7, 0.5]))
    assert told == "Most of the similarity is timbre, 92 % on average, then rhythm. " + (
        "The parts add up to the cosine."
    )
    assert "do not add up" in recommend.tell_parts(parts, np.array([0.7, 0.9]))
    assert recommend.tell_bars(parts, 1) == (
        "Shares of the similarity: a timbre +0.60, rhythm +0.10."
    )


def one(precision):
    return {
        "precision_at_10": precision,
        "precision_at_10_ci95": [precision - 0.1, precision + 0.1],
        "precision_at_1": precision,
        "mrr": 0.5,
        "coverage": 1.0,
        "hubness": 0.2,
        "chance": 0.1,
    }


FOUND = {
    ("standardised", "with"): one(0.6),
    ("standardised", "without"): one(0.4),
    ("both, averaged", "with"): one(0.8),
    ("both, averaged", "without"): one(0.7),
    ("by genre label", "with"): one(1.0),
    ("by genre label", "without"): one(0.9),
}


def test_spaces_stand_in_their_order_and_the_cheat_does_not_win():
    told = recommend.show_spaces(FOUND)
    assert list(told.table.index) == ["by genre label", "both, averaged", "standardised"]
    assert "40.0 % are of the seed's genre, of ten at random 10.0 %" in told.text
    assert "*both, averaged* with 70.0 %" in told.text
    assert "More than 90.0 % cannot be reached" in told.text
    facts = recommend.measured_facts(FOUND)
    assert facts["best_without_genres"] == "both, averaged"
    assert facts["precision_at_10"]["standardised, with the same artist"] == 0.6
    assert "adds +10.0 points to +20.0 points" in recommend.tell_ears(FOUND)
    assert "standardised 0.60 and 0.40" in recommend.tell_precisions(FOUND)
    sentence = recommend.tell_recommender(
        FOUND["both, averaged", "without"], FOUND["standardised", "without"], "both, averaged", 9
    )
    assert "by other artists, 40.0 % [30.0, 50.0] are of its genre" in sentence
    assert sentence.endswith("each song averaged with its neighbours, 70.0 % [60.0, 80.0].")


def test_listeners_are_said_to_be_simulated_and_chance_to_be_chance():
    better, same = Gain(0.073, 0.06, 0.088, 400), Gain(0.001, -0.01, 0.02, 400)
    falling = {"with feedback": np.array([[0.8, 0.7]]), "without": np.array([[0.8, 0.6]])}
    assert recommend.tell_feedback(better, same, falling).startswith("Both curves fall")
    falling["without"] = np.array([[0.8, 0.9]])
    told = recommend.tell_feedback(better, same, falling)
    assert told.startswith("In simulation, feedback raises the share of liked songs by 7.3 points")
    assert "400 simulated listeners" in told and told.endswith("within chance.")
    assert "lowers" in recommend.tell_short_feedback(Gain(-0.1, -0.2, -0.05, 9), same)


def test_a_gain_leaves_out_the_first_round_and_rounds_without_songs():
    heard = {
        "with feedback": np.array([[0.0, 1.0, 0.5], [0.0, 0.5, np.nan]]),
        "without": np.array([[1.0, 0.5, 0.5], [1.0, 0.5, np.nan]]),
    }
    gain = recommend.feedback_gain(heard)
    assert gain.mean == pytest.approx((0.25 + 0.0) / 2) and gain.listeners == 2
    assert "with feedback 0.00, 0.75, 0.50" in recommend.tell_rounds(heard)


def test_trials_maps_and_weights():
    columns = ["precision at 10", "change", "low", "high", "likeness inside a list", "hubness"]
    rows = [[0.8, 0, 0, 0, 0.9, 1.0, 13], [0.7, -0.1, -0.2, -0.05, 0.8, 0.5, 9]]
    columns.append("most often recommended")
    table = pd.DataFrame(rows, ["as it is", "tamed"], columns)
    told = recommend.show_trials(table, 20, 60)
    assert "tamed -10.0 [-20.0, -5.0] (no song is in more than 9 lists)" in told.text
    assert told.text.startswith("Asked with 20 of the 60 songs")
    assert told.table.loc["tamed", "precision at 10"] == "70.0 %"
    table["high"] = 0.01
    assert "[-20.0, +1.0], within chance" in recommend.show_trials(table, 20, 60).text
    assert "jazz keeps most to itself (80 %" in recommend.tell_map(
        pd.Series({"jazz": 0.8, "pop": 0})
    )
    lists = {"0": ["jazz", "pop"], "3": ["pop", "pop"]}
    told = recommend.tell_weights(lists, "pop")
    assert told.endswith("1 at 0 and 2 at 3. It turns between 0 and 3.")
    lists = {"0.75": ["jazz", "jazz"]}
    assert recommend.tell_weights(lists, "pop").endswith("the likes do not outweigh the seed.")

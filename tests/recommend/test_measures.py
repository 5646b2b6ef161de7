"""Measures of recommendations, on similarities whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.evaluation import bootstrap_interval
from genre_utils.models import KernelLDA
from genre_utils.recommend import (
    Collection,
    Space,
    as_table,
    compare_spaces,
    cross_fitted_similarities,
    listening,
    measure,
    similarities,
    simulate_listener,
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
    assert heard["with feedback"][:, 1:].mean() > heard["without"][:, 1:].mean()


def radio(count=60, dimensions=5):
    """Songs of two genres, two an artist, in a space that tells nothing."""
    tracks = collection(count)
    vectors = np.random.default_rng(0).normal(size=(count, dimensions))
    return tracks, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_no_excerpt_of_a_heard_song_is_played():
    tracks, vectors = radio(40)
    # Excerpts lie side by side: who hears one would hear the other next.
    tracks["song"] = np.repeat(tracks.index[::2].to_numpy(), 2)
    vectors[1::2] = vectors[::2]
    songs = Collection.of(tracks)
    for k in (1, 5):
        rounds = simulate_listener(
            vectors, songs, ["jazz"], rounds=25, k=k, rng=np.random.default_rng(0)
        )
        heard = np.count_nonzero(~np.isnan(rounds))
        assert heard == -(-19 // k)


def test_artists_that_were_heard_can_be_left_out():
    tracks, vectors = radio(40)
    songs = Collection.of(tracks)
    how = {"rounds": 45, "k": 1}
    for same_artist, expected in ((True, 39), (False, 19)):
        rounds = simulate_listener(
            vectors,
            songs,
            ["jazz"],
            same_artist=same_artist,
            rng=np.random.default_rng(0),
            **how,
        )
        assert np.count_nonzero(~np.isnan(rounds)) == expected
    some = listening(vectors, songs, listeners=4, rounds=3, same_artist=False)
    assert some["without"].shape == (4, 3)


@pytest.mark.parametrize("genre, side", [("jazz", 1), ("pop", -1)])
def test_likes_pull_and_skips_push(genre, side):
    """A song of pop is a little nearer to the first than one of jazz, but on the wrong side."""
    angles = np.array([0, 0.2, 0.5 * side, -0.45 * side])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    tracks = collection(4, songs_an_artist=1).assign(genre=["jazz", genre, "jazz", "pop"])
    first = SimpleNamespace(choice=lambda rows: rows[0])

    def heard(feedback):
        return simulate_listener(
            vectors,
            Collection.of(tracks),
            ["jazz"],
            rounds=2,
            k=1,
            feedback=feedback,
            rng=first,
        )

    second = float(genre == "jazz")
    assert heard(feedback=False) == [second, 0.0]
    assert heard(feedback=True) == [second, 1.0]


def test_spaces_are_compared_on_their_own_columns_and_left_out_without_them():
    tracks = collection(40)
    rng = np.random.default_rng(0)
    knows = (tracks["genre"] == "jazz").to_numpy(float)
    X = pd.DataFrame(rng.normal(size=(40, 4)), tracks.index, list("abcd"))
    X["a"] = 10 * knows + X["a"]
    X["b"] = 1.0 - 10 * knows
    songs = Collection.of(tracks)
    spaces = {
        "knows": Space(StandardScaler(), ["a", "b"]),
        "guesses": Space(StandardScaler(), ["c", "d"]),
        "learns": Space(LinearDiscriminantAnalysis(), ["a", "c"], learns=True),
        "is not there": Space(StandardScaler(), ["a", "e"]),
    }
    near = compare_spaces(spaces, X, songs)
    assert list(near) == ["knows", "guesses", "learns"]
    found = {name: measure(s, songs, same_artist=False) for name, s in near.items()}
    table = as_table(found)
    assert table.loc["knows", "at 10"] == 1.0
    assert table.loc["learns", "at 10"] == 1.0
    assert table.loc["guesses", "at 10"] < 0.75
    low, high = found["guesses"]["precision_at_10_ci95"]
    assert table.loc["guesses", "95 % interval (at 10)"] == f"{low:.3f} to {high:.3f}"

"""Judges hear pieces, know nothing of the songs they judge, and differences are paired."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from genre_utils.audio import encoder_mel
from genre_utils.models import (
    Judge,
    compare_inversions,
    compare_ways,
    conversion_gains,
    fit_judge,
    judge_conversions,
    mean_by_way,
    sides_apart,
    tell_gain_of,
)

SAMPLES = 3 * 22050


class Loud:
    """Says that what is loud is metal."""

    classes_ = np.array(["folk", "metal"])

    def predict_proba(self, table):
        level = table.iloc[:, 0].map(np.max).to_numpy(float)
        return np.column_stack([1 - level, level])


def describe(piece):
    return {"level": np.abs(piece).max()}


@pytest.fixture
def table():
    songs = {f"t{n}": np.full(2 * SAMPLES, 0.1 * (n + 1)) for n in range(3)}
    songs = {t: y * np.sign(np.sin(np.arange(len(y)) / (20 + 5 * y[0]))) for t, y in songs.items()}
    ways = {"louder": lambda y, to: 2 * y, "noise": lambda y, to: noise(len(y))}
    return judge_conversions(songs, ["metal", "folk"], ways, {"ear": Judge(Loud(), describe)})


def noise(count):
    return np.random.default_rng(0).uniform(-0.1, 0.1, count)


def test_each_conversion_has_a_row_with_before_and_after(table):
    assert len(table) == 3 * 2 * 2
    row = table.loc[("t1", "metal", "louder")]
    assert row["ear", "before"] == pytest.approx(0.2)
    assert row["ear", "after"] == pytest.approx(0.4)
    assert row["ear", "named"] == 0
    assert table.loc[("t2", "metal", "louder")]["ear", "named"] == 1
    assert table.loc[("t1", "folk", "louder")]["ear", "after"] == pytest.approx(0.6)


def test_what_is_left_is_all_of_a_louder_song_and_little_of_noise(table):
    gains = conversion_gains(table)
    left = gains["left"].groupby(level="way").mean()
    assert left["louder"] == pytest.approx(1, abs=0.01)
    assert left["noise"] < 0.5


def test_a_filter_leaves_a_song_alone_that_is_not_to_change_and_an_invention_does_not():
    y = noise(SAMPLES) * np.repeat([0.2, 1, 0.5], SAMPLES // 3)
    painted = {"t0": encoder_mel(y) + 0.3}
    genre = pd.Series({"t0": "folk"})
    judges = {"ear": Judge(Loud(), describe)}
    found = compare_inversions({"t0": y}, painted, genre, "metal", judges)
    kept = found.loc[("as it was", "filtered")]
    assert kept["off"] == pytest.approx(0, abs=1e-3)
    assert kept["chroma"] == pytest.approx(1, abs=1e-3)
    assert kept["ear: wanted"] == pytest.approx(0.1, abs=0.001)
    assert kept["ear: own"] == pytest.approx(0.9, abs=0.001)
    assert found.loc[("as it was", "invented"), "chroma"] < 0.9


def test_means_have_intervals_over_artists(table):
    gains = conversion_gains(table)
    artist = pd.Series({"t0": "a", "t1": "a", "t2": "b"})
    to_metal = gains.xs("metal", level="to", drop_level=False)
    row = mean_by_way(to_metal, artist).loc[("louder", "ear")]
    assert row["mean"] == pytest.approx(0.2)
    # Two artists: one alone, or the other.
    assert (row["low"], row["high"]) == pytest.approx((0.15, 0.3))


def test_ways_are_compared_on_the_same_songs(table):
    gains = conversion_gains(table)
    artist = pd.Series({"t0": "a", "t1": "b", "t2": "c"})
    own = compare_ways(gains, "louder", "louder", artist)
    assert (own == 0).all(axis=None)
    other = compare_ways(gains, "louder", "noise", artist)
    means = mean_by_way(gains, artist)["mean"]
    key = "louder against noise", "left"
    assert other.loc[key, "mean"] == pytest.approx(means["louder", "left"] - means["noise", "left"])


def test_a_judge_hears_the_mean_of_pieces_and_takes_frames_or_rows():
    y = np.concatenate([np.full(SAMPLES, 0.2), np.full(SAMPLES, 0.6)])
    assert Judge(Loud(), describe).probability(y)["metal"] == pytest.approx(0.4)
    framed = Judge(Loud(), lambda piece: piece[:4], "frames")
    assert framed.probability(y)["metal"] == pytest.approx(0.4)


def test_what_is_told_of_judges_are_points():
    index = pd.MultiIndex.from_tuples([("style", "ear"), ("style", "chroma")])
    means = pd.DataFrame({"mean": [0.1, 0.5], "low": [-0.1, 0.4], "high": [0.2, 0.6]}, index)
    assert tell_gain_of(means, "style", "ear") == "+10.0 points [-10.0, +20.0]"
    assert tell_gain_of(means, "style", "chroma") == "0.50 [0.40, 0.60]"


def collection(songs=12, **columns):
    """Two genres, two pieces a song, two songs an artist."""
    n = np.arange(songs)
    genre = np.array(["folk", "metal"])[n % 2]
    index = pd.Index([f"t{i:02d}" for i in n], name="track_id")
    artist = [f"{g} {i // 4}" for i, g in zip(n, genre, strict=True)]
    made = {"genre": genre, "song": index, "artist_group": artist, "partition": None}
    tracks = pd.DataFrame(made | columns, index)
    rows = pd.MultiIndex.from_product([index, [0, 1]], names=["track_id", "segment"])
    y = pd.Series(np.repeat(genre, 2), rows)
    return tracks, pd.DataFrame({"level": (y == "metal") * 1.0}, rows), y


class Spy(LogisticRegression):
    """Notes what it is fitted on."""

    seen: ClassVar[list] = []

    def fit(self, X, y):
        self.seen[:] = X.index.get_level_values("track_id")
        return super().fit(X, y)


PARTITION = ["train", "train", "valid", "valid", "test", "test"] * 4


@pytest.mark.parametrize(
    ("made", "split", "group"),
    [
        (collection(), "artist", "artist_group"),
        (collection(artist_group=None), "track", "song"),
        (collection(24, partition=PARTITION), "filtered", "song"),
    ],
)
def test_a_judge_is_fitted_on_one_side_as_far_apart_as_can_be(made, split, group, own_cache):
    tracks, X, y = made
    sides, reason = sides_apart(y, tracks)
    assert (sides.split, reason) == (split, "")
    assert not set(tracks[group][sides.train]) & set(tracks[group][sides.test])
    _, accuracy = fit_judge(Spy(), X, y, tracks, sides)
    assert set(Spy.seen) == set(sides.train)
    assert accuracy == 1


def test_too_few_tracks_are_a_reason():
    tracks, _, y = collection(2)
    sides, reason = sides_apart(y, tracks)
    assert sides is None
    assert reason.startswith("Too few tracks")

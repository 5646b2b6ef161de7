"""Inside a training side artists are kept apart too, and every genre is still learnt."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.svm import LinearSVC

from genre_utils.models import ArtistKFold, NetworkClassifier, dense_network

pytestmark = pytest.mark.filterwarnings("ignore:The least populated class")
TINY = partial(dense_network, units=(4,))


def tracks_by(artists, pieces=1):
    """Pieces of tracks, the genres and the artists, from artists by genre."""
    rows = [(f"{genre}.{n:05d}", genre, artist)
            for genre, names in artists.items() for n, artist in enumerate(names)]  # fmt: skip
    names, genres, made_by = zip(*rows, strict=True)
    index = pd.MultiIndex.from_product([names, range(pieces)], names=["track_id", "segment"])
    y = np.repeat(genres, pieces)
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(len(y), 3)), index, list("abc"))
    X["a"] += 5.0 * np.unique(y, return_inverse=True)[1]
    return X, y, pd.Series(made_by, names, dtype=object)


def of(artists, X, items):
    track = X.index.get_level_values("track_id")[items]
    return set(artists[track].fillna(pd.Series(track, track)))


MANY = {"jazz": list("AAABBCCD"), "pop": list("DEEEFFGG"), "rock": [*"HHHIIJ", None, None]}
LONE = {"jazz": list("AAAAAAAA"), "pop": list("AEEEFFGG"), "rock": list("HHHIIJKK")}


@st.composite
def collections(draw):
    genres = ["jazz", "pop", "rock", "ska"][: draw(st.integers(1, 4))]
    artist = st.sampled_from([None, *"ABCDEFGH"])
    artists = {genre: draw(st.lists(artist, min_size=2, max_size=9)) for genre in genres}
    return tracks_by(artists, draw(st.integers(1, 2)))


@given(collections(), st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_every_item_is_tested_once_and_every_genre_trained_on(collection, n_splits):
    X, y, artists = collection
    splitter = ArtistKFold(artists, n_splits)
    folds = list(splitter.split(X, y))
    assert splitter.get_n_splits(X, y) == len(folds) <= n_splits
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
    song = X.index.get_level_values("track_id")
    for train, test in folds:
        assert not set(song[train]) & set(song[test])
        assert set(y[train]) == set(y)


@pytest.mark.parametrize("pieces", [1, 3])
def test_no_artist_is_on_both_sides_where_genres_have_several(pieces):
    X, y, artists = tracks_by(MANY, pieces)
    for train, test in ArtistKFold(artists).split(X, y):
        assert not of(artists, X, train) & of(artists, X, test)


def test_a_genre_of_one_artist_is_cut_by_track_and_the_others_by_artist():
    X, y, artists = tracks_by(LONE)
    folds = list(ArtistKFold(artists).split(X, y))
    assert len(folds) == 3
    for train, test in folds:
        assert set(y[train]) == set(y)
        assert of(artists, X, train) & of(artists, X, test) <= {"A"}


def test_a_genre_of_one_track_is_cut_by_piece():
    X, y, artists = tracks_by({"jazz": "A", "rock": "B"}, pieces=6)
    folds = list(ArtistKFold(artists).split(X, y))
    assert [len(test) for _, test in folds] == [4, 4, 4]


def test_scikit_learn_takes_it_where_other_splitters_go():
    X, y, artists = tracks_by(MANY, 2)
    splitter = ArtistKFold(artists)
    assert cross_val_score(LinearSVC(), X, y, cv=splitter).shape == (3,)
    assert GridSearchCV(LinearSVC(), {"C": [1]}, cv=splitter).fit(X, y).n_splits_ == 3
    svm = CalibratedClassifierCV(LinearSVC(), cv=splitter, ensemble=False, method="temperature")
    part = np.arange(len(y)) % 3 > 0  # as a split does, with a part of the table
    probability = clone(svm).fit(X[part], y[part]).predict_proba(X)
    assert probability.shape == (len(y), 3)


def test_without_tracks_it_says_so():
    X, y, artists = tracks_by(MANY)
    with pytest.raises(ValueError, match="index track_id"):
        list(ArtistKFold(artists).split(X.to_numpy(), y))


def network(groups, **settings):
    return NetworkClassifier(TINY, groups=groups, **settings)


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_network_stops_on_artists_that_it_is_not_trained_on(pieces):
    X, y, artists = tracks_by(MANY, pieces)
    train, held_out = network(artists)._split(X, y)
    assert not of(artists, X, train) & of(artists, X, held_out)
    assert sorted([*train, *held_out]) == list(range(len(y)))
    assert set(y[train]) == set(y)
    assert len(set(y[held_out])) >= 2
    assert 0 < len(held_out) < 0.4 * len(y)


def test_a_network_is_trained_on_all_that_a_single_artist_made():
    X, y, artists = tracks_by(LONE)
    train, held_out = network(artists)._split(X, y)
    assert "A" not in of(artists, X, held_out)
    assert not of(artists, X, train) & of(artists, X, held_out)
    assert set(y[train]) == set(y)


def test_where_all_genres_are_by_single_artists_only_songs_are_kept_apart():
    X, y, artists = tracks_by({"jazz": "AAAA", "rock": "BBBB"}, 2)
    sides = network(artists)._split(X, y)
    for one, other in zip(sides, network(None)._split(X, y), strict=True):
        assert np.array_equal(one, other)


def test_by_item_is_by_item_whoever_the_artists_are():
    X, y, artists = tracks_by(MANY, 2)
    sides = network(artists, by_song=False)._split(X, y)
    for one, other in zip(sides, network(None, by_song=False)._split(X, y), strict=True):
        assert np.array_equal(one, other)


def test_a_network_is_fitted_and_copied_with_its_artists():
    X, y, artists = tracks_by(MANY)
    X = pd.DataFrame({"frames": list(X.to_numpy(np.float32))}, X.index)
    fitted = clone(network(artists, epochs=40, learning_rate=0.05, batch_size=4)).fit(X, y)
    assert np.mean(fitted.predict(X) == y) > 0.8

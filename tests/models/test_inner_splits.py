"""Inside a training side artists are kept apart too, and every genre is still learnt."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.svm import LinearSVC

from genre_utils.models import ArtistKFold

pytestmark = pytest.mark.filterwarnings("ignore:The least populated class")


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

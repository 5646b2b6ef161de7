"""Models: they fit, keep names, learn what is there; whitening and weights do what they say."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.tree import DecisionTreeClassifier

from genre_utils import models
from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.data import identify


@pytest.fixture(scope="module")
def songs():
    """Three genres that three columns tell apart, 12 songs each by four artists."""
    rng = np.random.default_rng(0)
    names = [f"{genre}.{n:05d}" for genre in ("blues", "jazz", "rock") for n in range(12)]
    index = pd.Index(names, name="track_id")
    X = pd.DataFrame(rng.normal(size=(36, 57)), index=index, columns=list(FEATURE_COLUMNS))
    y = pd.Series([name.split(".")[0] for name in names], index)
    for i, genre in enumerate(("blues", "jazz", "rock")):
        X.loc[y == genre, FEATURE_COLUMNS[5 * i]] += 6
    artist = pd.Series([f"{name[:-5]}{int(name[-5:]) // 3}" for name in names], index)
    tracks = pd.DataFrame({"genre": y, "artist": artist, "duplicate_of": None}, index=index)
    return X, y, identify(tracks)


@pytest.mark.parametrize("name", ["knn", "random_forest", "svm", "xgboost", "feed_forward"])
def test_plain_models_learn_and_answer_with_names(songs, name):
    X, y, _ = songs
    model = models.published_models(neighbors=5, trees=50)[name].fit(X, y)
    assert set(model.predict(X)) <= {"blues", "jazz", "rock"}
    assert np.mean(model.predict(X) == y) > 0.8


def test_the_settings_that_the_summary_names_are_there():
    last = {name: pipeline[-1] for name, pipeline in models.published_models().items()}
    assert last["knn"].n_neighbors == 19
    assert (last["random_forest"].n_estimators, last["random_forest"].max_depth) == (1000, 10)
    assert last["svm"].decision_function_shape == "ovo"
    assert isinstance(last["xgboost"], models.LabelEncoded)
    boosted = last["xgboost"].estimator
    assert (boosted.n_estimators, boosted.learning_rate) == (1000, 0.05)


def test_the_best_model_gives_probabilities(songs):
    X, y, tracks = songs
    model = models.best_model(tracks).fit(X, y)
    probability = model.predict_proba(X)
    assert probability.shape == (36, 3)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-6)
    assert np.mean(model.predict(X) == y) > 0.9


def test_probabilities_are_calibrated_on_artists_that_are_not_trained_on(songs):
    X, y, tracks = songs
    candidates = models.probabilistic_models(tracks, trees=5)
    blend = candidates["blend"].named_estimators
    calibrated = [blend["laplacian"], blend["whitened"], blend["svm"], candidates["svm"]]
    artist = tracks["artist_group"].to_numpy()
    for pipeline in calibrated:
        folds = list(check_cv(pipeline[-1].cv, y, classifier=True).split(X, y))
        assert len(folds) == 3
        for train, test in folds:
            assert not set(artist[train]) & set(artist[test])


def test_genres_by_one_artist_each_can_be_learnt_with_probabilities(songs):
    X, y, tracks = songs
    alone = identify(tracks.assign(artist=tracks["genre"]))
    model = models.best_model(alone, trees=5).fit(X, y)
    assert np.mean(model.predict(X) == y) > 0.9


def test_same_seed_same_network_whatever_was_trained_between(songs):
    X, y, _ = songs
    network = models.FeedForward(epochs=2)
    first = clone(network).fit(X, y)
    before = first.predict_proba(X)
    clone(network).set_params(random_state=1).fit(X * 3, y)
    np.testing.assert_array_equal(before, first.predict_proba(X))
    np.testing.assert_array_equal(before, clone(network).fit(X, y).predict_proba(X))


def test_a_feed_forward_network_learns(songs):
    X, y, _ = songs
    network = models.FeedForward(epochs=60, batch_size=8).fit(X, y)
    assert np.mean(network.predict(X) == y) > 0.9


def test_whitening_makes_songs_of_an_artist_equally_spread_in_all_directions(songs):
    X, _, tracks = songs
    stretched = X[X.columns[:3]] * [1, 10, 100]
    white = models.ArtistWhitening(tracks["artist"], shrinkage=1e-9).fit_transform(stretched)
    within = white - white.groupby(tracks["artist"]).transform("mean")
    covariance = within.T @ within / (len(X) - tracks["artist"].nunique())
    np.testing.assert_allclose(covariance, np.eye(3), atol=1e-3)
    assert white.index.equals(X.index)


def test_whitening_without_any_known_artist_changes_only_the_scale(songs):
    X, _, _ = songs
    nobody = pd.Series(dtype=object)
    white = models.ArtistWhitening(nobody).fit_transform(X)
    assert np.isfinite(white.to_numpy()).all()
    assert np.corrcoef(white.iloc[:, 0], X.iloc[:, 0])[0, 1] == pytest.approx(1)


def test_an_artist_with_many_songs_weighs_as_one_with_few():
    index = pd.Index([f"x{i}" for i in range(10)], name="track_id")
    X = pd.DataFrame({"a": 1.0}, index=index)
    y = np.array(["jazz"] * 9 + ["rock"])
    artists = pd.Series(["busy"] * 9 + ["rare"], index)
    for power, share in ((0, 0.9), (1, 0.5)):
        tree = models.ArtistBalanced(DecisionTreeClassifier(), artists, power).fit(X, y)
        assert tree.predict_proba(X)[0, 0] == pytest.approx(share)


def test_a_linear_model_keeps_its_names_behind_the_weights(songs):
    X, y, tracks = songs
    model = models.ArtistBalanced(LogisticRegression(), tracks["artist"]).fit(X, y)
    assert set(model.predict(X)) <= set(model.classes_) == {"blues", "jazz", "rock"}

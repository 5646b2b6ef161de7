"""Our estimators keep scikit-learn's contract, and say in words what they cannot take."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator
from xgboost import XGBClassifier

from genre_utils import models

TRACKS = pd.Index([f"{genre}.{n:05d}" for genre in ("jazz", "rock") for n in range(12)],
                  name="track_id")  # fmt: skip
GENRES = np.array([name.split(".")[0] for name in TRACKS])
ARTISTS = pd.Series([f"{name[:-5]}{int(name[-5:]) // 3}" for name in TRACKS], TRACKS)

PLAIN = {
    "label_encoded": models.LabelEncoded(LogisticRegression()),
    "xgboost": models.LabelEncoded(XGBClassifier(n_estimators=10, n_jobs=1)),
    "artist_whitening": models.ArtistWhitening(),
    "to_normal": models.ToNormal(),
    "neighbour_average": models.NeighbourAverage(),
    "exact_search": models.ExactSearch(),
    "index": models.NeighbourIndex(),
}


def features(seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(len(TRACKS), 4)), TRACKS, columns=list("abcd"))
    X["a"] += 6.0 * (GENRES == "rock")
    return X


# As the project uses them: on tables with an index, and knowing the artists.
USED = {
    "label_encoded": (models.LabelEncoded(LogisticRegression()), features),
    "artist_whitening": (models.ArtistWhitening(ARTISTS), features),
    "to_normal": (models.to_normal(), features),
    "neighbour_average": (models.NeighbourAverage(), features),
    "exact_search": (models.ExactSearch(), features),
}
used = pytest.mark.parametrize(("estimator", "inputs"), USED.values(), ids=USED)


def asked(estimator, X):
    """Call what it is fitted for."""
    for name in ("predict", "transform"):
        if hasattr(estimator, name):
            return getattr(estimator, name)(X)
    return estimator.query(X, 2)


@used
def test_before_it_is_fitted_it_says_so(estimator, inputs):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        asked(estimator, inputs())


def with_hole(X):
    X = X.copy()
    X.iloc[3, 1] = np.nan
    return X


@used
def test_holes_and_emptiness_are_refused_in_words(estimator, inputs):
    X = inputs()
    if not isinstance(estimator, models.ToNormal):  # ranks leave holes where they were
        with pytest.raises(ValueError, match="contains NaN"):
            estimator.fit(with_hole(X), GENRES)
    with pytest.raises(ValueError, match=r"0 sample|no item"):
        estimator.fit(X[:0], GENRES[:0])
    estimator.fit(X, GENRES)
    if not isinstance(estimator, models.ToNormal):
        with pytest.raises(ValueError, match="contains NaN"):
            asked(estimator, with_hole(X))
    with pytest.raises(ValueError, match=r"0 sample|no item"):
        asked(estimator, X[:0])


def checks():
    """All of scikit-learn's."""
    return [
        pytest.param(own, check, id=f"{name}-{check.func.__name__}")
        for name, estimator in PLAIN.items()
        for own, check in estimator_checks_generator(estimator)
    ]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize(("estimator", "check"), checks())
def test_scikit_learns_checks(estimator, check):
    if isinstance(estimator, models.NeighbourIndex):
        pytest.importorskip("faiss", reason="the extra `index` is not installed")
    check(estimator)


def test_artists_without_an_index_of_tracks_are_an_error():
    estimator = USED["artist_whitening"][0]
    with pytest.raises(ValueError, match="index track_id"):
        estimator.fit(features().to_numpy(), GENRES)


def test_without_artists_every_track_is_by_another():
    X = features()
    white = models.ArtistWhitening().fit_transform(X)
    nobody = models.ArtistWhitening(pd.Series(dtype=object)).fit_transform(X)
    pd.testing.assert_frame_equal(white, nobody)
    np.testing.assert_array_equal(models.ArtistWhitening().fit_transform(X.to_numpy()), nobody)


def test_columns_keep_their_names_to_the_end():
    X = features()
    steps = models.ToNormal(), models.ArtistWhitening(ARTISTS), models.NeighbourAverage()
    averaged = make_pipeline(*steps).set_output(transform="pandas").fit_transform(X)
    assert averaged.index.equals(X.index)
    assert list(averaged) == list(X)


def test_a_wrapped_classifier_without_probabilities_has_none():
    assert hasattr(models.LabelEncoded(LogisticRegression()), "predict_proba")

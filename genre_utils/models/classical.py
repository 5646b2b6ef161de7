"""The classical pipelines and the feed-forward network, ready to fit: scaling is inside."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    clone,
)
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import laplacian_kernel
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler
from sklearn.svm import SVC
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from genre_utils.models.feed_forward import FeedForward
from genre_utils.models.inner_splits import ArtistKFold
from genre_utils.models.transformers import ArtistWhitening, artist_of, to_normal


class _Wrapped(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """A classifier around another: what it takes and what it can do are the other's."""

    estimator: BaseEstimator

    def _check(self, X, *, reset: bool = False) -> None:
        """Refuse what is no table; it goes on as it came, with its index and names."""
        takes = get_tags(self.estimator).input_tags
        validate_data(
            self,
            X,
            reset=reset,
            dtype=None,
            accept_sparse=takes.sparse,
            ensure_all_finite=not takes.allow_nan,
        )

    def _check_both(self, X, y) -> None:
        self._check(X, reset=True)
        check_consistent_length(X, y)
        check_classification_targets(y)

    def predict(self, X) -> np.ndarray:
        """Names of the predicted classes."""
        check_is_fitted(self)
        self._check(X)
        return self.estimator_.predict(X)

    @available_if(lambda self: hasattr(self.estimator, "predict_proba"))
    def predict_proba(self, X) -> np.ndarray:
        """Probability of each of `classes_`, shape (items, classes)."""
        check_is_fitted(self)
        self._check(X)
        return self.estimator_.predict_proba(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        own = get_tags(self.estimator).input_tags
        tags.input_tags.sparse, tags.input_tags.allow_nan = own.sparse, own.allow_nan
        return tags


class LabelEncoded(_Wrapped):
    """Lets a classifier that wants the classes 0, 1, 2 ... work with names.

    Parameters
    ----------
    estimator
        Such a classifier, for example XGBoost's.
    """

    def __init__(self, estimator: BaseEstimator) -> None:
        self.estimator = estimator

    def fit(self, X, y) -> LabelEncoded:
        """Encode the labels and fit."""
        self._check_both(X, y)
        self.encoder_ = LabelEncoder().fit(y)
        self.classes_ = self.encoder_.classes_
        self.estimator_ = clone(self.estimator).fit(X, self.encoder_.transform(y))
        return self

    def predict(self, X) -> np.ndarray:
        """Names of the predicted classes."""
        codes = super().predict(X)
        return self.encoder_.inverse_transform(codes)


class ArtistBalanced(_Wrapped):
    """Weights tracks so that an artist with many of them does not stand for the genre.

    A track of an artist with n tracks (on the training side, and pieces counting as tracks)
    weighs n ** -power.

    Parameters
    ----------
    estimator
        A classifier that takes ``sample_weight``; of a pipeline, its last step does.
    artists
        Artist of each track, index ``track_id``; a missing one counts as an artist of its own.
        None if nobody is known; only then may X lack the index.
    power
        0 weighs all tracks alike, 1 all artists.
    """

    def __init__(
        self, estimator: BaseEstimator, artists: pd.Series | None = None, power: float = 0.5
    ) -> None:
        self.estimator = estimator
        self.artists = artists
        self.power = power

    def fit(self, X, y) -> ArtistBalanced:
        """Count the artists of X by its index, and fit."""
        self._check_both(X, y)
        artist = pd.Series(artist_of(X, self.artists))
        weight = artist.map(artist.value_counts()).to_numpy(dtype=float) ** -self.power
        model = clone(self.estimator)
        name = (
            f"{model.steps[-1][0]}__sample_weight"
            if isinstance(model, Pipeline)
            else "sample_weight"
        )
        self.estimator_ = model.fit(X, y, **{name: weight / weight.mean()})
        self.classes_ = self.estimator_.classes_
        return self


def published_models(
    seed: int = 0, *, neighbors: int = 19, trees: int = 1000, epochs: int = 30
) -> dict[str, BaseEstimator]:
    """The summary's models: settings that give its figures, min-max scaling inside.

    The summary names few settings. Its figures are, to the digit, those of the notebook that is
    copied most for Kaggle's set, and so are these settings; what is not named is the libraries'
    default.

    Parameters
    ----------
    seed
        Seed of forests, boosting and networks.
    neighbors
        Of k-nearest neighbours; fewer where no more items are learnt from.
    trees
        Of the forest, and rounds of boosting; fewer only to try things out.
    epochs
        Of the feed-forward network.
    """
    from xgboost import XGBClassifier  # noqa: PLC0415  (slow to import)

    models = {
        "knn": KNeighborsClassifier(neighbors),
        "random_forest": RandomForestClassifier(trees, max_depth=10, random_state=seed),
        "svm": SVC(decision_function_shape="ovo"),
        "xgboost": LabelEncoded(
            XGBClassifier(
                n_estimators=trees,
                learning_rate=0.05,
                tree_method="hist",
                max_bin=64,  # 2.4 times as fast as with 256, and 0.2 points apart
                random_state=seed,
                n_jobs=1,
            )
        ),
        "feed_forward": FeedForward(epochs=epochs, random_state=seed),
    }
    return {name: make_pipeline(MinMaxScaler(), model) for name, model in models.items()}


def best_model(tracks: pd.DataFrame, seed: int = 0, *, trees: int = 400) -> BaseEstimator:
    """Five models that err differently, averaged; three of them on whitened features.

    Parameters
    ----------
    tracks
        As in `Dataset.tracks`.
    seed
        Seed of the trees, and of the folds on which probabilities are calibrated.
    trees
        How many of them.
    """
    apart = ArtistKFold(tracks["artist_group"], random_state=seed)
    whitening = ArtistWhitening(apart.artists)
    laplacian = SVC(C=10, kernel=partial(laplacian_kernel, gamma=0.015))
    members = {
        "laplacian": make_pipeline(to_normal(), whitening, _with_probability(laplacian, apart)),
        "whitened": make_pipeline(
            to_normal(), whitening, _with_probability(SVC(C=5, gamma=0.015), apart)
        ),
        "trees": make_pipeline(
            to_normal(), whitening, ExtraTreesClassifier(trees, max_features=0.3, random_state=seed)
        ),
        "svm": make_pipeline(to_normal(), _with_probability(SVC(C=10, gamma=0.005), apart)),
        "logistic": ArtistBalanced(
            make_pipeline(to_normal(), LogisticRegression(C=0.1, max_iter=2000)),
            tracks["artist_group"],
        ),
    }
    return VotingClassifier(list(members.items()), voting="soft")


def probabilistic_models(
    tracks: pd.DataFrame, seed: int = 0, *, trees: int = 400
) -> dict[str, BaseEstimator]:
    """Models of the 57 features whose probabilities can be put together with a network's.

    Parameters
    ----------
    tracks, seed, trees
        As in `best_model`.
    """
    apart = ArtistKFold(tracks["artist_group"], random_state=seed)
    logistic = make_pipeline(to_normal(), LogisticRegression(C=0.1, max_iter=2000))
    return {
        "blend": best_model(tracks, seed, trees=trees),
        "logistic": ArtistBalanced(logistic, tracks["artist_group"]),
        "svm": make_pipeline(to_normal(), _with_probability(SVC(C=10, gamma=0.005), apart)),
        "lda": make_pipeline(
            to_normal(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        ),
    }


def _with_probability(svm: SVC, apart: ArtistKFold) -> CalibratedClassifierCV:
    """Probabilities as often true as they say, of songs by artists that are not known."""
    return CalibratedClassifierCV(svm, cv=apart, ensemble=False, method="temperature")

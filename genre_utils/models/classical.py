"""A wrapper for classifiers that need numbers instead of class names."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data


class LabelEncoded(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Lets a classifier that needs the classes 0, 1, 2, ... work with names.

    Parameters
    ----------
    estimator
        Such a classifier, for example XGBoost's.
    """

    def __init__(self, estimator: BaseEstimator) -> None:
        self.estimator = estimator

    def fit(self, X, y) -> LabelEncoded:
        """Encode the labels and fit."""
        self._check(X, reset=True)
        check_consistent_length(X, y)
        check_classification_targets(y)
        self.encoder_ = LabelEncoder().fit(y)
        self.classes_ = self.encoder_.classes_
        self.estimator_ = clone(self.estimator).fit(X, self.encoder_.transform(y))
        return self

    def _check(self, X, *, reset: bool = False) -> None:
        """Refuse what is not a table; X itself is passed on, with its index and names."""
        takes = get_tags(self.estimator).input_tags
        validate_data(
            self,
            X,
            reset=reset,
            dtype=None,
            accept_sparse=takes.sparse,
            ensure_all_finite=not takes.allow_nan,
        )

    def predict(self, X) -> np.ndarray:
        """Names of the predicted classes."""
        check_is_fitted(self)
        self._check(X)
        return self.encoder_.inverse_transform(self.estimator_.predict(X))

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

"""Transformers of features: to ranks, apart from artists, towards neighbours, towards genres."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
)
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from genre_utils.models.neighbours import SAME, ExactSearch, unit_vectors


class ArtistWhitening(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Shrinks the directions in which songs of one artist differ, stretches the others.

    Within-class covariance normalisation (Hatch, Kajarekar and Stolcke, "Within-class covariance
    normalization for SVM-based speaker recognition", Interspeech 2006), the class being the
    artist: what varies from song to song of one band says little about its genre.

    Parameters
    ----------
    artists
        Artist of each track, index ``track_id``; a missing one counts as an artist of its own.
        None if no artist is known; only then may X lack the index.
    shrinkage
        Share of the covariance that is replaced by a multiple of the identity, within (0, 1].
    """

    def __init__(self, artists: pd.Series | None = None, shrinkage: float = 0.1) -> None:
        self.artists = artists
        self.shrinkage = shrinkage

    def fit(self, X, y=None) -> ArtistWhitening:
        """Estimate the covariance within artists of X, which are known by its index."""
        values = validate_data(self, X)
        X = X if isinstance(X, pd.DataFrame) else pd.DataFrame(values)
        artist = artist_of(X, self.artists)
        within = X - X.groupby(artist).transform("mean")
        freedom = max(1, len(X) - len(set(artist)))
        covariance = within.T.to_numpy() @ within.to_numpy() / freedom
        size = np.trace(covariance) / len(covariance) or 1.0
        covariance *= 1 - self.shrinkage
        covariance += self.shrinkage * size * np.eye(len(covariance))
        values, vectors = np.linalg.eigh(covariance)
        self.whitening_ = (vectors / np.sqrt(values)) @ vectors.T
        return self

    def transform(self, X):
        """Apply the whitening; same shape and index, columns mixed. Of an array, an array."""
        check_is_fitted(self)
        white = validate_data(self, X, reset=False) @ self.whitening_
        return pd.DataFrame(white, X.index, X.columns) if isinstance(X, pd.DataFrame) else white


def artist_of(X, artists: pd.Series | None) -> np.ndarray:
    """Artist of each row by its track.

    Parameters
    ----------
    X
        Index ``track_id``, or that among others.
    artists
        Artist of each track; a missing one counts as an artist of its own. None if no
        artist is known: then each row of `X` counts as an artist of its own.

    Raises
    ------
    ValueError
        If artists are known, but not the tracks.
    """
    if isinstance(X, pd.DataFrame) and "track_id" in X.index.names:
        track = pd.Series(X.index.get_level_values("track_id"))
        known = track if artists is None else track.map(artists).astype(object).fillna(track)
        return known.to_numpy()
    if artists is not None:
        raise ValueError(
            "artists are found by the index track_id, which these features lack: keep it, for "
            'example by set_output(transform="pandas") on what comes before'
        )
    return np.arange(_num_samples(X))


class ToNormal(QuantileTransformer):
    """Scaling of each column to a normal distribution by its ranks: no outlier is left.

    `QuantileTransformer` with the output that is meant here, and silent on small tables.
    """

    def __init__(self, *, n_quantiles: int = 100, random_state: int = 0) -> None:
        super().__init__(
            n_quantiles=n_quantiles, output_distribution="normal", random_state=random_state
        )

    def fit(self, X, y=None) -> ToNormal:
        """Find the quantiles, at most one an item."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "n_quantiles .* is greater than")
            return super().fit(X, y)


def to_normal() -> ToNormal:
    """Rank scaling that gives a DataFrame, so that the index with the tracks is kept."""
    return ToNormal().set_output(transform="pandas")


class NeighbourAverage(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Moves each song towards its neighbours, so that it stands for what is around it.

    Database-side feature augmentation (Arandjelovic and Zisserman, CVPR 2012).

    Parameters
    ----------
    neighbours
        How many songs are added to each.
    power
        Of the similarity, with which they are weighted: the larger, the less distant ones count.
    """

    def __init__(self, neighbours: int = 10, power: float = 3.0) -> None:
        self.neighbours = neighbours
        self.power = power

    def fit(self, X, y=None) -> NeighbourAverage:
        """Keep the songs, shape (songs, columns)."""
        self.unit_ = unit_vectors(validate_data(self, X, dtype=np.float64))
        return self

    def transform(self, X) -> np.ndarray:
        """Add to each song its neighbours among those that were fitted; same shape."""
        check_is_fitted(self)
        own = unit_vectors(validate_data(self, X, dtype=np.float64, reset=False))
        rows, near = ExactSearch().fit(self.unit_).query(own, self.neighbours + 1)
        # A song is no neighbour of its own, nor is its duplicate.
        weight = np.where(near < SAME, np.maximum(near, 0), 0) ** self.power
        weight[:, self.neighbours :] *= (near >= SAME).any(axis=1, keepdims=True)
        return unit_vectors(own + np.einsum("nk,nkd->nd", weight, self.unit_[rows]))

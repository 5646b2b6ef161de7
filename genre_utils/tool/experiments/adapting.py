"""Recommenders that learn from every song that is played, and forget.

All of them see songs as unit vectors, say how much they would play each song next (`scores`), and
are told what became of the one that was played (`learn`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.audio import EMBEDDING_COLUMNS
from genre_utils.models import unit_vectors
from genre_utils.recommend import ROCCHIO

if TYPE_CHECKING:
    from mabwiser.mab import MAB

# Chosen on simulated listeners to songs of one half of the artists of GTZAN.
FORGETTING = 0.9
EXPLORING = 0.2
COMPONENTS = 24
_PLAY = "play"


class Adapting(Protocol):
    """What recommends one song after another."""

    def scores(self) -> np.ndarray:
        """How much each song should come next, shape (songs,)."""

    def learn(self, row: int, *, liked: bool) -> None:
        """Take in whether the song in this row was liked or skipped."""


def taste_space(heard: pd.DataFrame, components: int = COMPONENTS) -> np.ndarray:
    """Songs as the few numbers in which they differ most.

    A listener says little: a model with as many weights as the embedding has columns would need
    more songs than anybody plays.

    Parameters
    ----------
    heard
        What the encoder hears, as in `recommend.Library`; its tags are not used.
    components
        How many principal components of the standardised embedding.

    Returns
    -------
    numpy.ndarray, shape (songs, components)
        Unit vectors; fewer columns where there are fewer songs.
    """
    embedding = heard[list(EMBEDDING_COLUMNS)]
    kept = min(components, *embedding.shape)
    scaling = make_pipeline(StandardScaler(), PCA(kept, random_state=0))
    return unit_vectors(scaling.fit_transform(embedding))


class StaticCosine:
    """Songs like the first one, whatever is said of them.

    Parameters
    ----------
    vectors
        Unit vectors, a row a song.
    """

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors
        self._scores: np.ndarray | None = None

    def scores(self) -> np.ndarray:
        """Cosine with the first song that was liked; zero before there is one."""
        return np.zeros(len(self.vectors)) if self._scores is None else self._scores

    def learn(self, row: int, *, liked: bool) -> None:
        """Take the first liked song as the seed for ever."""
        if self._scores is None and liked:
            self._scores = self.vectors @ self.vectors[row]


class ForgettingRocchio:
    """Rocchio's query, in which what was said long ago counts less.

    The query is a weighted mean of liked songs less one of skipped songs (Salton and Buckley,
    "Improving retrieval performance by relevance feedback", JASIS 41, 1990). Each song that is
    played multiplies the weight of all before it by `forgetting`.

    Parameters
    ----------
    vectors
        Unit vectors, a row a song.
    forgetting
        From 0 to 1; 1 forgets nothing.
    """

    def __init__(self, vectors: np.ndarray, forgetting: float = FORGETTING) -> None:
        self.vectors = vectors
        self.forgetting = forgetting
        self._sums = np.zeros((2, vectors.shape[1]))
        self._weights = np.zeros(2)

    def scores(self) -> np.ndarray:
        """Product of each song with the query."""
        liked, skipped = self._sums / np.maximum(self._weights, 1e-12)[:, None]
        return self.vectors @ (ROCCHIO[1] * liked - ROCCHIO[2] * skipped)

    def learn(self, row: int, *, liked: bool) -> None:
        """Add a song to what is liked or skipped, and forget a little of the rest."""
        self._sums *= self.forgetting
        self._weights *= self.forgetting
        self._sums[int(not liked)] += self.vectors[row]
        self._weights[int(not liked)] += 1.0


class Bandit:
    """A contextual bandit: it plays what is probably liked, and at times what it knows little of.

    LinUCB (Li et al., "A contextual-bandit approach to personalized news article recommendation",
    WWW 2010) with one linear model for all songs, whose context is the song; old songs are
    discounted (D-LinUCB, Russac, Vernade and Cappé, NeurIPS 2019). MABWiser fits and scores it.

    Parameters
    ----------
    vectors
        Unit vectors, a row a song.
    forgetting
        From 0 to 1; 1 forgets nothing.
    exploring
        How many standard deviations of what is not known are added to a song's score.
    """

    def __init__(
        self, vectors: np.ndarray, forgetting: float = FORGETTING, exploring: float = EXPLORING
    ) -> None:
        self.vectors = vectors
        self.forgetting = forgetting
        self.exploring = exploring
        self._model = _linear_bandit(exploring)
        self._rows: list[int] = []
        self._rewards: list[float] = []

    def scores(self) -> np.ndarray:
        """Upper confidence bound of each song's reward."""
        if not self._rows:
            return np.zeros(len(self.vectors))
        found = self._model.predict_expectations(self.vectors)
        found = found if isinstance(found, list) else [found]  # as MABWiser gives one song's
        return np.array([song[_PLAY] for song in found])

    def learn(self, row: int, *, liked: bool) -> None:
        """Fit anew with one more song; a weighted sum of squares is one of scaled rows."""
        self._rows.append(row)
        self._rewards.append(1.0 if liked else -1.0)
        age = np.arange(len(self._rows))[::-1]
        root = self.forgetting ** (age / 2)
        contexts = self.vectors[self._rows] * root[:, None]
        self._model.fit([_PLAY] * len(age), np.array(self._rewards) * root, contexts)


def _linear_bandit(exploring: float) -> MAB:
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  (an extra)

    return MAB([_PLAY], LearningPolicy.LinUCB(alpha=exploring, l2_lambda=1.0))

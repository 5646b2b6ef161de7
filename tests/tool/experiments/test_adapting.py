"""Recommenders that adapt, on songs of which the answer is known."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.audio import EMBEDDING_COLUMNS
from genre_utils.models import unit_vectors
from genre_utils.tool.experiments.adapting import (
    Bandit,
    ForgettingRocchio,
    StaticCosine,
    taste_space,
)


def two_kinds(songs=40, columns=6):
    """Songs of two kinds by turns, each kind around a direction of its own."""
    rng = np.random.default_rng(0)
    kind = np.arange(songs) % 2
    return unit_vectors(np.eye(columns)[kind] + 0.2 * rng.normal(size=(songs, columns))), kind


@pytest.mark.parametrize("make", [StaticCosine, ForgettingRocchio, Bandit])
def test_what_is_like_a_liked_song_comes_first(make):
    vectors, kind = two_kinds()
    recommender = make(vectors)
    assert not recommender.scores().any()
    recommender.learn(1, liked=True)
    assert (kind[np.argsort(-recommender.scores())[:10]] == 1).all()


@pytest.mark.parametrize("make", [ForgettingRocchio, Bandit])
def test_who_adapts_follows_a_taste_that_turns(make):
    vectors, kind = two_kinds()
    fixed, recommender = StaticCosine(vectors), make(vectors)
    for own in (fixed, recommender):
        for row in range(10):
            own.learn(row, liked=bool(kind[row] == 0))
        for row in range(10, 24):
            own.learn(row, liked=bool(kind[row] == 1))
    assert kind[fixed.scores().argmax()] == 0
    assert (kind[np.argsort(-recommender.scores())[:10]] == 1).all()


def test_what_is_forgotten_is_as_if_it_had_not_been():
    vectors, _ = two_kinds()
    for make in (ForgettingRocchio, Bandit):
        recommender, fresh = make(vectors, 1e-12), make(vectors, 1e-12)
        recommender.learn(0, liked=True)
        for own in (recommender, fresh):
            own.learn(3, liked=True)
        np.testing.assert_allclose(recommender.scores(), fresh.scores(), atol=1e-5)


def test_a_bandit_that_explores_plays_what_it_knows_little_of():
    vectors = unit_vectors(np.array([[1.0, 0], [1, 0.1], [0, 1]]))
    careful, curious = Bandit(vectors, exploring=0.0), Bandit(vectors, exploring=5.0)
    for own in (careful, curious):
        own.learn(0, liked=True)
    assert careful.scores().argmax() == 0
    assert curious.scores().argmax() == 2


def test_the_space_of_taste_is_small_and_of_unit_length():
    rng = np.random.default_rng(0)
    heard = pd.DataFrame(rng.normal(size=(30, 256)), columns=list(EMBEDDING_COLUMNS))
    vectors = taste_space(heard, 5)
    assert vectors.shape == (30, 5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1)
    assert taste_space(heard[:3]).shape == (3, 3)

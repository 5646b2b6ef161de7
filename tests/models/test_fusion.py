"""Sources that are put together: who knows more counts more, and who is silent does no harm."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import models

GENRES = 4


def speak(y, sure, rng):
    """Probabilities of a source that is right where it is sure, and else knows nothing."""
    said = rng.dirichlet(np.full(GENRES, 5.0), len(y))
    right = np.full((len(y), GENRES), 0.1 / (GENRES - 1))
    right[np.arange(len(y)), y] = 0.9
    return np.where(sure[:, None], right, said)


@pytest.fixture(scope="module")
def case():
    """Three sources: right on even items, right on odd ones, never; half to learn, half to ask."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, GENRES, 400)
    even = np.arange(400) % 2 == 0
    said = np.stack([speak(y, on, rng) for on in (even, ~even, even & ~even)], axis=1)
    return said[:200], y[:200], np.arange(200), said[200:], y[200:]


FUSERS = [models.LateFusion(), models.Stacking(), models.GatedFusion(steps=150)]


def accuracy(model, said, y):
    probability = model.predict_proba(said)
    assert np.allclose(probability.sum(axis=1), 1, atol=1e-5) and (probability >= 0).all()
    return (probability.argmax(axis=1) == y).mean()


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda f: type(f).__name__)
def test_what_two_know_in_part_they_know_together(case, fuser):
    said, y, groups, asked, true = case
    assert (asked[:, 0].argmax(axis=1) == true).mean() < 0.75
    assert accuracy(fuser.fit(said, y, groups), asked, true) > 0.95


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda f: type(f).__name__)
def test_without_a_source_it_is_as_good_as_if_that_had_never_been(case, fuser):
    said, y, groups, asked, true = case
    never = accuracy(fuser.fit(said[:, 1:], y, groups), asked[:, 1:], true)
    silent = asked.copy()
    silent[:, 0] = np.nan
    assert accuracy(fuser.fit(said, y, groups), silent, true) >= never - 0.05


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda f: type(f).__name__)
def test_where_all_are_silent_the_most_frequent_genre_is_named(case, fuser):
    said, y, groups, asked, _ = case
    fuser.fit(said, np.where(y == 1, 2, y), groups)
    said_of_none = fuser.predict_proba(np.full_like(asked[:3], np.nan))
    assert (said_of_none.argmax(axis=1) == 2).all()
    assert np.allclose(said_of_none.sum(axis=1), 1)


def test_a_source_that_was_missing_in_training_is_learnt_from_the_others(case):
    said, y, groups, asked, true = case
    partly = said.copy()
    partly[::3, 0] = np.nan
    assert accuracy(models.LateFusion().fit(partly, y, groups), asked, true) > 0.95


def test_weights_of_a_mixture_are_those_of_the_source_that_knows(case):
    said, y, *_ = case
    weights = models.mixture_weights(said[:, [0, 2]][::2], y[::2])
    assert weights.sum() == pytest.approx(1) and weights[0] > 0.99
    both = models.mixture_weights(said[:, :2], y)
    assert both == pytest.approx([0.5, 0.5], abs=0.05)


def test_items_whose_genre_nobody_gave_a_chance_weigh_nothing(case):
    said, y, *_ = case
    pair = said[:, :2]
    lost = np.zeros((5, 2, GENRES))
    lost[:, :, 0] = 1
    unheard = np.concatenate([pair, lost]), np.concatenate([y, np.ones(5, int)])
    assert np.allclose(models.mixture_weights(*unheard), models.mixture_weights(pair, y))
    assert models.mixture_weights(lost, np.ones(5, int)).tolist() == [0.5, 0.5]


def test_a_gate_trusts_who_is_sure(case):
    said, y, groups, asked, _ = case
    weights = models.GatedFusion(steps=150).fit(said, y, groups).weights(asked)
    assert weights.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-4)
    assert weights[::2, 0].mean() > 0.7 and weights[1::2, 1].mean() > 0.7
    asked = asked.copy()
    asked[:, 0] = np.nan
    alone = models.GatedFusion(steps=20).fit(said, y, groups).weights(asked)
    assert (alone[:, 0] == 0).all()


def test_bands_become_means_and_deviations():
    frames = pd.Series([np.array([[0.0, 1.0], [2.0, 1.0]])], ["a"])
    row = models.band_statistics(frames).loc["a"]
    assert row.to_list() == [1.0, 1.0, 1.0, 0.0] and row.index[0] == "band_0_mean"


def test_words_that_tell_are_those_of_several_artists():
    words = pd.Series(
        ["love train", "the love", "love me", "rain rain", "train", "rain", "blue rain", "sun"],
        [f"t{n}" for n in range(8)],
    )
    genre = pd.Series(list("aaaabbbb"), words.index)
    artist = pd.Series(list("uvwxyzst"), words.index)
    found = models.telling_words(words, genre, artist, artists=2)
    best = found.groupby("genre").first()
    assert best.loc["a", "word"] == "love" and best.loc["a", "artists"] == 3
    assert best.loc["b", "word"] == "rain"
    assert "the" not in set(found["word"])
    once = artist.where(words.index.isin(["t3", "t4"]), "one and the same")
    assert models.telling_words(words, genre, once, artists=2).query("word == 'love'").empty

"""Temperatures: probabilities that mean what they say."""

from pathlib import Path

import numpy as np
import pytest
from helpers import tone

from genre_utils.models import (
    SpectrogramModel,
    at_temperature,
    classify_signal,
    fit_temperature,
)

RNG = np.random.default_rng(0)
TRUE = RNG.dirichlet(np.ones(4), 4000)
CODES = np.array([RNG.choice(4, p=row) for row in TRUE])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_that_was_applied_is_found_again(temperature):
    wrong = at_temperature(TRUE, 1 / temperature)
    assert fit_temperature(wrong, CODES) == pytest.approx(temperature, rel=0.1)


def test_temperature_keeps_the_order_and_the_sum():
    flat = at_temperature(TRUE, 3.0)
    assert np.allclose(flat.sum(axis=1), 1)
    assert (flat.argmax(axis=1) == TRUE.argmax(axis=1)).all()
    assert (flat.max(axis=1) <= TRUE.max(axis=1) + 1e-9).all()
    assert np.allclose(at_temperature(flat, 1 / 3), TRUE, atol=1e-6)


def test_a_clip_is_said_to_be_as_probable_as_the_temperature_makes_the_mean():
    def probability(windows):
        alternating = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1]])
        return np.resize(alternating, (len(windows), 3)).astype(np.float32)

    about = {"temperature": 2.5, "crop": 128, "classes": ["blues", "jazz", "rock"]}
    model = SpectrogramModel("stub", Path(), about)
    object.__setattr__(model, "predict_windows", probability)
    found = classify_signal(tone(30.0).astype(np.float32), model)
    wanted = at_temperature(np.array([0.7, 0.2, 0.1]), 2.5)
    assert list(found.probability) == ["blues", "jazz", "rock"]
    assert list(found.probability.values()) == pytest.approx(list(wanted), abs=1e-6)
    assert not found.sure  # though 0.7 was said before
    assert len(found.votes) == 10

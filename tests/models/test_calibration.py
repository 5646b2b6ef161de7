"""Temperatures and reliability: probabilities that mean what they say."""

import numpy as np
import pytest

from genre_utils.models import at_temperature, fit_temperature, reliability

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


def test_reliability_sees_who_boasts():
    said = TRUE.max(axis=1)
    right = TRUE.argmax(axis=1) == CODES
    rows, error = reliability(said, right)
    assert error < 0.03
    assert sum(n for _, _, n in rows) == len(CODES)
    boast = at_temperature(TRUE, 0.3).max(axis=1)
    assert reliability(boast, right)[1] > 0.1
    assert reliability(np.ones(10), np.zeros(10))[1] == 1.0

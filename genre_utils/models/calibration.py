"""Probabilities that mean what they say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

TEMPERATURES = "temperatures"  # of a model, by seconds heard, in its description


def fit_temperature(probability: np.ndarray, codes: np.ndarray) -> float:
    """Temperature under which probabilities fit best to what came true.

    Guo et al., "On calibration of modern neural networks", ICML 2017: the largest likelihood.

    Parameters
    ----------
    probability
        Shape (items, classes).
    codes
        Column that came true, shape (items,).
    """
    from scipy.optimize import minimize_scalar  # noqa: PLC0415  (slow to import)

    items = np.arange(len(codes))

    def loss(log_temperature: float) -> float:
        scaled = at_temperature(probability, np.exp(log_temperature))
        return -np.log(np.maximum(scaled[items, codes], 1e-12)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def temperature_at(temperatures: Mapping[float, float], seconds: float) -> float:
    """Temperature for so much sound: a model that heard little is further from right.

    Parameters
    ----------
    temperatures
        By seconds heard, as from `fit_temperatures`.
    seconds
        What is heard of a clip. Between two lengths that are there the temperature is
        interpolated over the logarithm of the length; beyond them it is that of the nearest.
    """
    lengths = sorted(temperatures)
    known = [temperatures[length] for length in lengths]
    return float(np.interp(np.log(seconds), np.log(lengths), known))


def at_temperature(probability: np.ndarray, temperature: float) -> np.ndarray:
    """Flatten (above 1) or sharpen (below 1) probabilities, shape (..., classes)."""
    logit = np.log(np.maximum(probability, 1e-12)) / temperature
    scaled = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return scaled / scaled.sum(axis=-1, keepdims=True)


def reliability(
    probability: np.ndarray, correct: np.ndarray, bins: int = 10
) -> tuple[list[tuple[float, float, int]], float]:
    """How often a prediction is right, by how probable it was said to be.

    Parameters
    ----------
    probability
        Of the predicted class, shape (items,).
    correct
        Whether it was right, shape (items,).
    bins
        Bins of equal width.

    Returns
    -------
    rows, error
        Mean probability, share that was right and number of items of each bin that has any; and
        the expected calibration error (Naeini et al., AAAI 2015): the mean distance of the two.
    """
    where = np.minimum((np.asarray(probability) * bins).astype(int), bins - 1)
    rows = [
        (float(probability[here].mean()), float(correct[here].mean()), int(here.sum()))
        for b in range(bins)
        if (here := where == b).any()
    ]
    error = sum(abs(said - was) * n for said, was, n in rows) / len(where)
    return rows, float(error)

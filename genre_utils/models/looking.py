"""How sure a network is, and what of a spectrogram makes it so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genre_utils.audio import COLUMNS_PER_SECOND
from genre_utils.data import Features
from genre_utils.evaluation import Predictions
from genre_utils.models.calibration import at_temperature, reliability
from genre_utils.models.training import NetworkClassifier
from genre_utils.wording import percent

Seen = tuple[str, np.ndarray, np.ndarray]  # title, spectrogram and heat of a track


def before_and_after(
    test: Predictions, temperature: float
) -> tuple[dict[str, tuple[list, float]], dict[str, float]]:
    """Reliability of probabilities before and after they were divided by a temperature.

    Parameters
    ----------
    test
        What a calibrated network said.
    temperature
        By which it was calibrated.

    Returns
    -------
    rows, errors
        As for `plots.reliability_diagram`; and the expected calibration error "before" and "after".
    """
    if test.y_proba is None:
        raise ValueError("what gives no probabilities cannot be calibrated")
    said = test.y_proba.to_numpy()
    plain = at_temperature(said, 1 / temperature)
    rows = {
        f"{name} (temperature {value:.2f})": reliability(p.max(axis=1), test.correct)
        for name, p, value in (("before", plain, 1.0), ("after", said, temperature))
    }
    errors = [error for _, error in rows.values()]
    return rows, dict(zip(("before", "after"), errors, strict=True))


def surest(network: NetworkClassifier, pictures: Features, test: Predictions) -> list[Seen]:
    """The tracks that a network was rightly and wrongly most sure of, with where it looked.

    Parameters
    ----------
    network
        Fitted, a `spectrogram_network`.
    pictures
        Of the tracks.
    test
        What it said of those that it was not trained on.
    """
    if test.y_proba is None:
        raise ValueError("what gives no probabilities is never sure")
    sure, shown = test.y_proba.max(axis=1), []
    for right in (True, False):
        some = sure[test.correct == right]
        if len(some):
            track = some.idxmax()
            row = test.table.loc[track]
            heat = network.heat(pictures.values.loc[[track]], row["y_pred"])[0]
            verdict = "right" if right else f"wrong, it is {row['true']}"
            title = f"{track}: {row['predicted']}, {percent(some.max(), 0)} ({verdict})"
            shown.append((title, pictures.values.loc[track, "frames"], heat))
    return shown


def tell_heat(shown: Sequence[Seen]) -> str:
    """When and how high each heat of `surest` is largest, in words."""
    told = []
    for title, _, heat in shown:
        second = heat.mean(axis=1).argmax() / COLUMNS_PER_SECOND
        middle = heat.shape[1] // 2
        upper = heat[:, middle:].sum() / max(heat.sum(), 1e-9)
        told.append(
            f"{title}: most evidence lies around second {second:.0f}, {percent(upper, 0)} of it in "
            "the upper half of the bands."
        )
    return " ".join(told)

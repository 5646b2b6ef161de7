"""A network on pictures is kept, and asked: about tracks that it never saw, and about any clip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genre_utils.data import Features
from genre_utils.evaluation import Results, Score
from genre_utils.models.predict import spectrogram_temperatures
from genre_utils.models.registry import ModelError
from genre_utils.models.saved import SpectrogramModel, load_model, save_model
from genre_utils.models.training import NetworkClassifier
from genre_utils.wording import count


@dataclass(frozen=True)
class Kept:
    """A network that was kept; shows itself as a sentence.

    Attributes
    ----------
    model
        As it is found again; None where it could not be kept.
    temperatures
        By seconds heard; empty where there is no validation side.
    """

    model: SpectrogramModel | None
    temperatures: dict[int, float]
    told: str

    def _repr_markdown_(self) -> str:
        return self.told

    def facts(self) -> dict[str, Any]:
        """What to note of it."""
        found: dict[str, Any] = {"temperatures": self.temperatures} if self.temperatures else {}
        return found | ({"model": self.model.name} if self.model else {})


def keep_network(
    classifier: NetworkClassifier,
    pictures: Features,
    tracks: pd.DataFrame,
    results: Results,
    scores: Iterable[Score],
) -> Kept:
    """Keep a network with all it needs, and calibrate it for clips of several lengths.

    Parameters
    ----------
    classifier
        Fitted on pictures.
    pictures
        Of all tracks.
    tracks
        As in `Dataset.tracks`.
    results
        Of the notebook that trained it.
    scores
        What it reached. If it was tested by the published partition, temperatures are fitted on the
        validation side: of less sound less is sure.
    """
    scores = list(scores)
    temperatures: dict[int, float] = {}
    try:
        if any(score.split == "filtered" for score in scores) and classifier.crop:
            side = tracks["partition"].reindex(pictures.tracks) == "valid"
            valid = pictures.values[side.to_numpy()]
            codes = np.searchsorted(classifier.classes_, tracks.loc[valid.index, "genre"])
            temperatures = spectrogram_temperatures(
                classifier.predict_windows, np.stack(valid["frames"]), codes, classifier.crop
            )
        folder = save_model(classifier, results, scores, temperatures)
        model = load_model(folder.name)
        assert isinstance(model, SpectrogramModel)
    except ModelError as error:
        return Kept(None, {}, f"**It could not be kept.** {error}")
    size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
    told = f"Kept as **{model.name}**: {size:.1f} MiB, {count(len(model.classes), 'genre')}."
    return Kept(model, temperatures, told)

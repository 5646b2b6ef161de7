"""Networks that see spectrograms: kept with all that is needed to use them, and found again.

Beside ``model.json`` lie ``network.onnx`` to predict with and ``network.keras`` to go on training
from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.audio import SAMPLE_RATE, spectrograms
from genre_utils.models.head import Head, read_head
from genre_utils.models.keeping import Kept, ModelError, damaged, find_kept
from genre_utils.models.onnx_files import NETWORK, NETWORK_FILES, keep_network, open_network
from genre_utils.models.song_network import SONG_KIND, SongNetwork, read_song_network

if TYPE_CHECKING:
    from genre_utils.evaluation import Results, Score
    from genre_utils.models.training import NetworkClassifier

_INPUT = {
    "kind": "picture",
    "sample_rate": SAMPLE_RATE,
    "n_fft": spectrograms.SPECTROGRAM_FFT,
    "hop_length": spectrograms.SPECTROGRAM_HOP,
    "bands": spectrograms.BANDS,
    "columns_per_second": spectrograms.COLUMNS_PER_SECOND,
}


@dataclass(frozen=True)
class TrainedModel:
    """A network that was trained and kept.

    Attributes
    ----------
    name
        Its name, which is that of its folder.
    classes
        Genres, in the order of the probabilities.
    crop
        Columns of a spectrogram that it looks at at once.
    about
        The rest of ``model.json``: ``dataset``, ``profile``, ``scores``, ``versions``, ...
    """

    name: str
    classes: tuple[str, ...]
    crop: int
    about: dict
    folder: Path

    def probability(self, windows: np.ndarray) -> np.ndarray:
        """Probability of each genre, before calibration.

        Parameters
        ----------
        windows
            Pieces of spectrograms, shape (items, crop, bands), as from
            `audio.signal_spectrogram`.

        Returns
        -------
        numpy.ndarray, shape (items, genres)
        """
        scaled = (windows - np.float32(self.about["mean"])) / np.float32(self.about["scale"])
        (found,) = self._session.run(None, {self._session.get_inputs()[0].name: scaled})
        return found

    @property
    def _session(self):
        if "session" not in self.__dict__:
            object.__setattr__(self, "session", open_network(self.folder / NETWORK))
        return self.__dict__["session"]


def save_model(classifier: NetworkClassifier, results: Results, scores: Iterable[Score]) -> Path:
    """Keep a trained network; a model of the same name is replaced once the new one is whole.

    Parameters
    ----------
    classifier
        Fitted on spectrograms of the kind "picture".
    results
        Of the notebook that trained it: the collection, profile and seed.
    scores
        What it reached.

    Returns
    -------
    pathlib.Path
        The model's folder.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    from genre_utils.models.networks import average  # noqa: PLC0415

    if classifier.crop is None:
        raise ValueError("only a network that looks at crops can be kept")
    network = average(classifier.networks_)
    network.predict_on_batch(np.zeros((1, classifier.crop, spectrograms.BANDS), np.float32))

    about = {
        "classes": classifier.classes_,
        "crop": classifier.crop,
        "input": _INPUT,
        "mean": classifier.mean_,
        "scale": classifier.scale_,
        "temperature": classifier.temperature_,
    }
    return keep_network(network, about, results, scores)


def load_model(name: str | None = None) -> TrainedModel | Head | SongNetwork:
    """Find a model that was kept, and check it.

    Parameters
    ----------
    name
        Its name; None for the best there is, the first of `list_models`.

    Raises
    ------
    ModelError
        If there is none (of that name), or it is damaged or made for another version.
    """
    kept = find_kept(name)
    try:
        if kept.about["input"]["kind"] == "encoder":
            return read_head(kept)
        if kept.about["input"]["kind"] == SONG_KIND:
            return read_song_network(kept)
        return _read_network(kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, ModelError):
            raise
        raise damaged(kept, error) from error


def _read_network(kept: Kept) -> TrainedModel:
    name, folder, about = kept
    if about["input"] != _INPUT:
        raise ModelError(f"The model {name} was made for another version. {kept.again}")
    lacking = NETWORK_FILES - set(about["files"])
    lacking |= {"temperature", "mean", "scale"} - set(about)
    if lacking or not 0 < about["temperature"] < 100:
        raise ModelError(f"The model {name} is damaged: {lacking or 'temperature'}. {kept.again}")
    model = TrainedModel(name, tuple(about["classes"]), int(about["crop"]), about, folder)
    given = model.probability(np.zeros((1, model.crop, spectrograms.BANDS), np.float32))
    if given.shape != (1, len(model.classes)):
        gives = f"it gives {given.shape[-1]} genres"
        raise ModelError(f"The model {name} is damaged: {gives}. {kept.again}")
    return model

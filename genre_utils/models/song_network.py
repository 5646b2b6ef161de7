"""Networks that read a song as a sequence of what the encoder hears: kept, and found again.

Beside ``model.json`` lie ``network.onnx`` to predict with and ``network.keras`` to go on training
from, as for networks that see spectrograms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.audio import EMBEDDING_COLUMNS, ENCODER_RATE, LOUDNESS
from genre_utils.models.calibration import TEMPERATURES, fit_temperature
from genre_utils.models.head import PIECES_OF
from genre_utils.models.keeping import Kept, ModelError
from genre_utils.models.onnx_files import NETWORK, NETWORK_FILES, keep_network, open_network

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.evaluation import Results, Score
    from genre_utils.models.training import NetworkClassifier

SONG_SUFFIX = "-sequence"
_COLUMNS = len(EMBEDDING_COLUMNS)
SONG_KIND = "encoder, pieces in order"
_INPUT = {
    "kind": SONG_KIND,
    "encoder": "musicnn 0.1.0 MSD_vgg",
    "licence": "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019",
    "sample_rate": ENCODER_RATE,
    "loudness": LOUDNESS,
}


@dataclass(frozen=True)
class SongNetwork:
    """A network over the pieces of a song that was trained and kept.

    Attributes
    ----------
    name
        Its name, which is that of its folder.
    classes
        Genres, in the order of the probabilities.
    pieces
        How many pieces of 3 s it reads at once.
    about
        The rest of ``model.json``: ``dataset``, ``profile``, ``scores``, ``versions``, ...
    folder
        Where it is kept.
    """

    name: str
    classes: tuple[str, ...]
    pieces: int
    about: dict
    folder: Path

    def probability(self, sequences: np.ndarray) -> np.ndarray:
        """Probability of each genre, before calibration.

        Parameters
        ----------
        sequences
            What the encoder hears of pieces (`EMBEDDING_COLUMNS`), shape (items, pieces, 256); NaN
            where an item has fewer.

        Returns
        -------
        numpy.ndarray, shape (items, genres)
        """
        scaled = (sequences - np.float32(self.about["mean"])) / np.float32(self.about["scale"])
        (found,) = self._session.run(
            None, {self._session.get_inputs()[0].name: scaled.astype(np.float32)}
        )
        return found

    def said(self, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of each piece alone, and of all together, before calibration.

        Parameters
        ----------
        heard
            What the encoder hears of a clip, piece by piece, shape (pieces, 256 or more).

        Returns
        -------
        each, whole
            Shape (pieces, genres), and (genres,): of a longer clip the mean over parts of
            `pieces`, each weighted with its length.
        """
        heard = heard[:, :_COLUMNS]
        starts = range(0, len(heard), self.pieces)
        parts = [heard[start : start + self.pieces] for start in starts]
        sequences = np.stack([filled(part, self.pieces) for part in parts])
        alone = np.stack([filled(piece[None], self.pieces) for piece in heard])
        lengths = [len(part) for part in parts]
        whole = np.average(self.probability(sequences), axis=0, weights=lengths)
        return self.probability(alone), whole

    def shapes(self) -> tuple[list[int], list[int]]:
        """Shapes of an item and of what is said of it, as the network itself has them."""
        given, found = self._session.get_inputs()[0], self._session.get_outputs()[0]
        return given.shape[1:], found.shape[1:]

    @property
    def _session(self):
        if "session" not in self.__dict__:
            object.__setattr__(self, "session", open_network(self.folder / NETWORK))
        return self.__dict__["session"]


def filled(rows: np.ndarray, length: int) -> np.ndarray:
    """Rows, and below them NaN up to a length."""
    return np.pad(rows, ((0, length - len(rows)), (0, 0)), constant_values=np.nan)


def save_song_network(
    classifier: NetworkClassifier,
    X: pd.DataFrame,
    y: pd.Series | np.ndarray,
    results: Results,
    scores: Iterable[Score],
) -> Path:
    """Keep a network over pieces; a model of the same name is replaced once the new one is whole.

    Parameters
    ----------
    classifier
        A `SequenceClassifier`, fitted on `song_sequences` of `EMBEDDING_COLUMNS`.
    X, y
        Songs that it was not trained on, and their genres: to calibrate it on, for clips of 3, 6,
        12 and 30 s.
    results, scores
        As in `save_model`.

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

    network = average(classifier.networks_)
    pieces = network.input_shape[1]
    network.predict_on_batch(np.zeros((1, pieces, _COLUMNS), np.float32))
    items = np.stack(X["frames"].to_numpy())
    codes = np.searchsorted(classifier.classes_, np.asarray(y, dtype=str))
    temperatures = {}
    for seconds, heard in PIECES_OF.items():
        cut = items[:, :heard]
        whole = ~np.isnan(cut).any(axis=(1, 2))
        if heard <= pieces and whole.any():
            short = np.pad(
                cut[whole], ((0, 0), (0, pieces - heard), (0, 0)), constant_values=np.nan
            )
            scaled = (short - classifier.mean_) / classifier.scale_
            temperatures[str(seconds)] = fit_temperature(
                network.predict_on_batch(scaled), codes[whole]
            )
    about = {
        "classes": classifier.classes_,
        "pieces": pieces,
        "input": _INPUT,
        "mean": classifier.mean_,
        "scale": classifier.scale_,
        TEMPERATURES: temperatures or {"30": classifier.temperature_},
    }
    return keep_network(network, about, results, scores, suffix=SONG_SUFFIX)


def read_song_network(kept: Kept) -> SongNetwork:
    """The network in a folder.

    Raises
    ------
    ModelError
        If it was made for another version or is damaged.
    RuntimeError
        If the network cannot be read.
    """
    about = kept.about
    if about["input"] != _INPUT:
        raise ModelError(f"The model {kept.name} was made for another version. {kept.again}")
    lacking = NETWORK_FILES - set(about["files"])
    lacking |= {TEMPERATURES, "mean", "scale", "pieces"} - set(about)
    if lacking:
        raise ModelError(f"The model {kept.name} is damaged: {lacking}. {kept.again}")
    model = SongNetwork(
        kept.name, tuple(about["classes"]), int(about["pieces"]), about, kept.folder
    )
    shapes = model.shapes()
    if shapes != ([model.pieces, _COLUMNS], [len(model.classes)]):
        takes = f"it takes and gives {shapes}"
        raise ModelError(f"The model {kept.name} is damaged: {takes}. {kept.again}")
    model.probability(np.zeros((1, *shapes[0]), np.float32))
    return model

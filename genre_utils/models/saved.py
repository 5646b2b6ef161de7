"""The three kinds of saved models: on spectrograms, and two on the pretrained encoder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np
from scipy.special import softmax

from genre_utils.audio import (
    EMBEDDING_COLUMNS,
    ENCODER_RATE,
    LAYER_COLUMNS,
    LOUDNESS,
    SAMPLE_RATE,
    TAGS,
    spectrograms,
)
from genre_utils.models.calibration import SEGMENTS_OF, TEMPERATURES, fit_temperature
from genre_utils.models.registry import ModelError, find_model, save_files, unusable

if TYPE_CHECKING:
    import keras
    import onnxruntime
    from sklearn.pipeline import Pipeline

    from genre_utils.evaluation import Results, Score

NETWORK = "network.onnx"
CALIBRATED_SECONDS = 30.0  # length that models are calibrated for if they say no other
_ENCODER_COLUMNS = (*EMBEDDING_COLUMNS, *TAGS, *LAYER_COLUMNS)
_ENCODER = {
    "encoder": "musicnn 0.1.0 MSD_vgg",
    "licence": "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019",
    "sample_rate": ENCODER_RATE,
    "loudness": LOUDNESS,
}


@dataclass(frozen=True)
class SavedModel:
    """A trained model that was saved and loaded again.

    Attributes
    ----------
    name
        Its name, which is that of its folder.
    folder
        Its folder.
    about
        ``model.json``: ``classes``, ``dataset``, ``profile``, ``scores``, ``versions``, ...
    """

    name: str
    folder: Path
    about: dict
    INPUT: ClassVar[dict]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Genres, in the order of the probabilities."""
        return tuple(self.about["classes"])

    @cached_property
    def temperatures(self) -> dict[float, float]:
        """Temperatures by the number of seconds of a clip."""
        saved = self.about.get(TEMPERATURES) or {CALIBRATED_SECONDS: self.about["temperature"]}
        return {float(seconds): float(value) for seconds, value in saved.items()}

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The network, for models that have one."""
        return open_network(self.folder / NETWORK)

    def run(self, items: np.ndarray) -> np.ndarray:
        """Standardize the input of the network and return its probabilities, (items, genres)."""
        scaled = (items - np.float32(self.about["mean"])) / np.float32(self.about["scale"])
        inputs = {self.session.get_inputs()[0].name: scaled.astype(np.float32)}
        (found,) = self.session.run(None, inputs)
        return found

    @classmethod
    def read(cls, name: str, folder: Path, about: dict) -> Self:
        """Read a model whose files have been verified."""
        return cls(name, folder, about)

    def check(self) -> None:
        """Raise an error if the numbers of the model cannot be right."""
        temperatures = self.temperatures
        if not (min(temperatures) > 0 and all(0 < t < 100 for t in temperatures.values())):
            raise ValueError(TEMPERATURES)


class SpectrogramModel(SavedModel):
    """A convolutional network on crops of mel spectrograms."""

    INPUT: ClassVar[dict] = {
        "kind": "picture",
        "sample_rate": SAMPLE_RATE,
        "n_fft": spectrograms.SPECTROGRAM_FFT,
        "hop_length": spectrograms.SPECTROGRAM_HOP,
        "bands": spectrograms.BANDS,
        "columns_per_second": spectrograms.COLUMNS_PER_SECOND,
    }

    @property
    def crop(self) -> int:
        """Number of columns of the spectrogram that the network processes at once."""
        return int(self.about["crop"])

    def predict_windows(self, windows: np.ndarray) -> np.ndarray:
        """Uncalibrated probabilities of crops, shape (items, crop, bands) to (items, genres)."""
        return self.run(windows)

    def check(self) -> None:
        """See `SavedModel.check`."""
        super().check()
        found = self.run(np.zeros((1, self.crop, spectrograms.BANDS), np.float32))
        if found.shape != (1, len(self.classes)):
            raise ValueError(f"the network has {found.shape[-1]} outputs")


@dataclass(frozen=True)
class LinearModel(SavedModel):
    """Logistic regression on the output of the pretrained encoder.

    Attributes
    ----------
    weights, bias
        Shapes (946, genres) and (genres,); weights of unused columns are 0.
    """

    weights: np.ndarray
    bias: np.ndarray
    INPUT: ClassVar[dict] = {"kind": "encoder", **_ENCODER}

    @classmethod
    def read(cls, name: str, folder: Path, about: dict) -> Self:
        """See `SavedModel.read`."""
        with np.load(folder / "head.npz", allow_pickle=False) as file:
            return cls(name, folder, about, file["weights"], file["bias"])

    def logits(self, embedded: np.ndarray) -> np.ndarray:
        """Uncalibrated logits, shape (items, genres).

        Parameters
        ----------
        embedded
            Output of the encoder for segments, or its mean over a song, shape (items, 946). The
            model is linear, so the logits of a song are the mean of those of its segments.
        """
        return embedded @ self.weights + self.bias

    def predict_segments(self, embedded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Uncalibrated probabilities of each segment (segments, genres), and of all (genres,)."""
        logits = self.logits(embedded)
        return softmax(logits, axis=1), softmax(logits.mean(axis=0))

    def check(self) -> None:
        """See `SavedModel.check`."""
        super().check()
        shapes = (len(_ENCODER_COLUMNS), len(self.classes)), (len(self.classes),)
        if (self.weights.shape, self.bias.shape) != shapes:
            raise ValueError("its numbers have another shape")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias).all()):
            raise ValueError("its numbers are not finite")


class SequenceModel(SavedModel):
    """A network on the sequence of embeddings of a song's segments."""

    INPUT: ClassVar[dict] = {"kind": "encoder, segments in order", **_ENCODER}

    @property
    def segments(self) -> int:
        """Number of segments that the network processes at once."""
        return int(self.about["segments"])

    def predict_segments(self, embedded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Uncalibrated probabilities of each segment alone, and of the clip.

        A clip of fewer than `segments` is repeated; one of more is cut into parts, which are
        weighted by their lengths.
        """
        rows = embedded[:, : len(EMBEDDING_COLUMNS)]
        parts = [rows[at : at + self.segments] for at in range(0, len(rows), self.segments)]
        whole = self.run(np.stack([repeated(part, self.segments) for part in parts]))
        each = self.run(np.stack([repeated(row[None], self.segments) for row in rows]))
        return each, np.average(whole, axis=0, weights=[len(part) for part in parts])

    def check(self) -> None:
        """See `SavedModel.check`."""
        super().check()
        given, found = self.session.get_inputs()[0], self.session.get_outputs()[0]
        shape = [self.segments, len(EMBEDDING_COLUMNS)]
        if (given.shape[1:], found.shape[1:]) != (shape, [len(self.classes)]):
            raise ValueError("the network has other inputs or outputs")
        self.run(np.zeros((1, *shape), np.float32))


def load_model(name: str | None = None) -> SpectrogramModel | LinearModel | SequenceModel:
    """Load a saved model and check it.

    Parameters
    ----------
    name
        Its name; None for the first of `list_models`.

    Raises
    ------
    ModelError
        If there is none (of that name), or it is damaged or was made for another version.
    """
    name, folder, about = find_model(name)
    kinds = SpectrogramModel, LinearModel, SequenceModel
    kind = next((kind for kind in kinds if about["input"] == kind.INPUT), None)
    if kind is None:
        raise unusable(name, folder, "was made for another version")
    try:
        model = kind.read(name, folder, about)
        model.check()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise unusable(name, folder, f"is damaged ({error})") from error
    return model


def repeated(rows: np.ndarray, length: int) -> np.ndarray:
    """Repeat rows from the first on, up to a length."""
    return np.resize(rows, (length, rows.shape[1]))


def open_network(path: Path) -> onnxruntime.InferenceSession:
    """Open a network for prediction.

    Raises
    ------
    RuntimeError
        If it cannot be read.
    """
    import onnxruntime  # noqa: PLC0415  (slow to import)

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Worker processes limit their threads by this variable; 0 stands for all cores.
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class of their own
        raise RuntimeError("the network cannot be read") from error


class TrainedNetworks(Protocol):
    """Networks with one input and the same classes, on inputs that were standardized."""

    networks_: list[keras.Model]
    classes_: np.ndarray
    mean_: np.ndarray
    scale_: np.ndarray


class TrainedOnCrops(TrainedNetworks, Protocol):
    """Networks on crops of a spectrogram, and their temperature."""

    crop: int
    temperature_: float


def save_model(
    classifier: TrainedOnCrops,
    results: Results,
    scores: Iterable[Score],
    temperatures: Mapping[int, float] | None = None,
) -> Path:
    """Save a network on spectrograms of the kind "picture"; return its folder.

    Parameters
    ----------
    classifier
        The networks, with the length of their crops in frames.
    results, scores
        As in `registry.save_files`.
    temperatures
        By the number of seconds of a clip; None for the one of the classifier.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    about = {"crop": classifier.crop, "input": SpectrogramModel.INPUT}
    about |= {"temperature": classifier.temperature_}
    if temperatures:
        about[TEMPERATURES] = {str(seconds): value for seconds, value in temperatures.items()}
    network = _averaged(classifier, (classifier.crop, spectrograms.BANDS))
    return _save_network(network, classifier, about, results, scores)


def save_head(
    pipeline: Pipeline,
    columns: Iterable[str],
    temperatures: Mapping[int, float],
    results: Results,
    scores: Iterable[Score],
) -> Path:
    """Save a linear model on the encoder's output; return its folder.

    Parameters
    ----------
    pipeline
        Fitted: `StandardScaler`, then `LogisticRegression`.
    columns
        Columns of the kind "encoder" of `load_features` that it was fitted on.
    temperatures
        As from `segment_temperatures`.
    results, scores
        As in `registry.save_files`.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    scaler, linear = pipeline[0], pipeline[-1]
    used = [_ENCODER_COLUMNS.index(column) for column in columns]
    coef, bias = linear.coef_, linear.intercept_
    if len(linear.classes_) == 2:  # scikit-learn stores one row for two classes
        coef, bias = np.vstack([-coef, coef]) / 2, np.concatenate([-bias, bias]) / 2
    weights = np.zeros((len(_ENCODER_COLUMNS), len(linear.classes_)), np.float32)
    weights[used] = (coef / scaler.scale_).T
    bias = (bias - coef @ (scaler.mean_ / scaler.scale_)).astype(np.float32)
    about = {
        "classes": linear.classes_,
        "input": LinearModel.INPUT,
        TEMPERATURES: {str(seconds): value for seconds, value in temperatures.items()},
    }

    def write(folder: Path) -> None:
        np.savez_compressed(folder / "head.npz", weights=weights, bias=bias)

    return save_files(write, about, results, scores, "-ears")


def save_song_network(
    classifier: TrainedNetworks,
    X: np.ndarray,
    codes: np.ndarray,
    results: Results,
    scores: Iterable[Score],
) -> Path:
    """Save a network on sequences of embeddings; return its folder.

    Parameters
    ----------
    classifier
        The networks.
    X, codes
        Sequences of `EMBEDDING_COLUMNS` of songs that it was not trained on, and the columns of
        their classes, to calibrate it for clips of several lengths. Shape (songs, segments, 256).
    results, scores
        As in `registry.save_files`.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    segments = X.shape[1]
    network = _averaged(classifier, X.shape[1:])
    temperatures = {}
    for seconds, length in SEGMENTS_OF.items():
        if length <= segments:
            clips = np.stack([repeated(rows[:length], segments) for rows in X])
            y_proba = network.predict_on_batch((clips - classifier.mean_) / classifier.scale_)
            temperatures[str(seconds)] = fit_temperature(y_proba, codes)
    about = {
        "segments": segments,
        "input": SequenceModel.INPUT,
        TEMPERATURES: temperatures,
    }
    return _save_network(network, classifier, about, results, scores, suffix="-sequence")


def _averaged(classifier: TrainedNetworks, shape: tuple[int, ...]) -> keras.Model:
    from genre_utils.models.networks import average  # noqa: PLC0415

    network = average(classifier.networks_)
    network.predict_on_batch(np.zeros((1, *shape), np.float32))  # the export needs a first call
    return network


def _save_network(
    network: keras.Model,
    classifier: TrainedNetworks,
    about: dict,
    results: Results,
    scores: Iterable[Score],
    *,
    suffix: str = "",
) -> Path:
    """Save a network as ONNX to predict with, and as Keras's file to go on training from."""

    def write(folder: Path) -> None:
        network.save(folder / "network.keras")
        network.export(folder / NETWORK, format="onnx", verbose=False)

    about = {
        "classes": classifier.classes_,
        "mean": classifier.mean_,
        "scale": classifier.scale_,
        **about,
    }
    try:
        return save_files(write, about, results, scores, suffix)
    except (ImportError, RuntimeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"The network cannot be written as ONNX: {error}.") from error

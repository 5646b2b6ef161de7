"""Trained networks on disk: kept with all that is needed to use them, checked when loaded.

A model is a folder: ``model.json`` (classes, scaling, what it was trained on, its scores, checksums
of the other files), ``network.onnx`` to predict with, ``network.keras`` to go on training from.
None of them can hold code.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from genre_utils.audio import SAMPLE_RATE, spectrograms
from genre_utils.files import file_digest, to_json

if TYPE_CHECKING:
    import pandas as pd

    from genre_utils.evaluation import Results, Score
    from genre_utils.models.training import NetworkClassifier

MODELS_VARIABLE = "GENRE_UTILS_MODELS"
HOW_TO_GET_A_MODEL = "Train one: make report DATA=folder (or make demo, without any data)."
FORMAT = 1

_INPUT = {
    "kind": "picture",
    "sample_rate": SAMPLE_RATE,
    "n_fft": spectrograms.SPECTROGRAM_FFT,
    "hop_length": spectrograms.SPECTROGRAM_HOP,
    "bands": spectrograms.BANDS,
    "columns_per_second": spectrograms.COLUMNS_PER_SECOND,
}


class ModelError(ValueError):
    """A trained model is not there or cannot be used; the message says what to do."""


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
            import onnxruntime  # noqa: PLC0415

            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            # Processes beside each other say so, that they do not all take all cores; 0: all.
            threads = os.environ.get("OMP_NUM_THREADS", "")
            options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0
            try:
                session = onnxruntime.InferenceSession(
                    self.folder / "network.onnx", options, providers=["CPUExecutionProvider"]
                )
            except Exception as error:  # its errors have no common class of their own
                raise RuntimeError("the network cannot be read") from error
            object.__setattr__(self, "session", session)
        return self.__dict__["session"]


def models_dir() -> Path:
    """Where models are kept: ``GENRE_UTILS_MODELS`` or the user's folder for data."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("genre_utils")) / "models"


def model_name(dataset_name: str, profile: str) -> str:
    """Name under which the model of a collection is kept: "gtzan", "gtzan-quick", "demo"."""
    slug = re.sub(r"[^\w-]+", "-", dataset_name.lower()).strip("-") or "music"
    return slug if profile == "full" or slug == "demo" else f"{slug}-{profile}"


def save_model(
    classifier: NetworkClassifier,
    results: Results,
    scores: Iterable[Score],
    embedding: pd.DataFrame | None = None,
) -> Path:
    """Keep a trained network; a model of the same name is replaced once the new one is whole.

    Parameters
    ----------
    classifier
        Fitted on spectrograms of the kind "picture".
    results
        Of the notebook that trained it: the collection, profile and seed.
    scores
        What it reached.
    embedding
        What it sees of each track, as from `NetworkClassifier.embed`, for recommendations.

    Returns
    -------
    pathlib.Path
        The model's folder.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    from genre_utils.evaluation import versions  # noqa: PLC0415
    from genre_utils.models.networks import average, load_keras  # noqa: PLC0415

    if classifier.crop is None:
        raise ValueError("only a network that looks at crops can be kept")
    described = results.dataset.describe()
    name = model_name(results.dataset.name, results.profile)
    if _fingerprint(name) not in (None, described["fingerprint"]):
        name = f"{name}-{described['fingerprint'][:6]}"  # another collection of that name is there
    target = models_dir() / name
    network = average(classifier.networks_)
    network.predict_on_batch(np.zeros((1, classifier.crop, spectrograms.BANDS), np.float32))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as beside:
            built = Path(beside) / "built"
            built.mkdir()
            network.save(built / "network.keras")
            network.export(built / "network.onnx", format="onnx", verbose=False)
            if embedding is not None:
                embedding.rename(columns=str).to_parquet(built / "embedding.parquet")
            about = {
                "format": FORMAT,
                "classes": classifier.classes_,
                "crop": classifier.crop,
                "input": _INPUT,
                "mean": classifier.mean_,
                "scale": classifier.scale_,
                "temperature": classifier.temperature_,
                "dataset": described,
                "profile": results.profile,
                "seed": results.seed,
                "keras_backend": load_keras().backend.backend(),
                "versions": versions(),
                "scores": [asdict(score) for score in scores],
                "files": {path.name: file_digest(path) for path in sorted(built.iterdir())},
            }
            (built / "model.json").write_text(to_json(about) + "\n", encoding="utf-8")
            former = Path(beside) / "former"
            if target.exists():
                target.replace(former)
            try:
                built.replace(target)
            finally:
                if former.exists() and not target.exists():
                    former.replace(target)
    except OSError as error:
        why = error.strerror or error
        raise ModelError(f"The model cannot be kept in {target}: {why}.") from error
    except (ImportError, RuntimeError, ValueError) as error:
        raise ModelError(f"The network cannot be written as ONNX: {error}.") from error
    return target


def _fingerprint(name: str) -> str | None:
    """Fingerprint of the collection that the model of a name was trained on, if there is one."""
    try:
        about = json.loads((models_dir() / name / "model.json").read_text(encoding="utf-8"))
        return about["dataset"]["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def load_model(name: str | None = None) -> TrainedModel:
    """Find a model that was kept, and check it.

    Parameters
    ----------
    name
        Its name; None for the best there is: trained on real music before the demo, in the full
        profile before quick, then the newest.

    Raises
    ------
    ModelError
        If there is none (of that name), or it is damaged or made for another version.
    """
    there = list_models()
    if not there:
        raise ModelError(f"There is no trained model in {models_dir()}. {HOW_TO_GET_A_MODEL}")
    if name is None:
        name = there[0]
    elif name not in there:
        raise ModelError(f"There is no model {name}; there are {', '.join(there)}.")
    folder = models_dir() / name
    again = f"Train it again: make report DATA=folder. (The model is in {folder}.)"
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT or about["input"] != _INPUT:
            raise ModelError(f"The model {name} was made for another version. {again}")
        lacking = {"network.onnx", "network.keras"} - set(about["files"])
        lacking |= {"dataset", "profile", "scores", "temperature", "mean", "scale"} - set(about)
        if lacking or not 0 < about["temperature"] < 100:
            raise ModelError(f"The model {name} is damaged: {lacking or 'temperature'}. {again}")
        for file, kept in about["files"].items():
            if Path(file).name != file or file_digest(folder / file) != kept:
                raise ModelError(f"The model {name} is damaged: {file} is not as kept. {again}")
        model = TrainedModel(name, tuple(about["classes"]), int(about["crop"]), about, folder)
        given = model.probability(np.zeros((1, model.crop, spectrograms.BANDS), np.float32))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(
            f"The model {name} is damaged ({type(error).__name__}). {again}"
        ) from error
    if given.shape != (1, len(model.classes)):
        raise ModelError(f"The model {name} is damaged: it gives {given.shape[-1]} genres. {again}")
    return model


def load_embedding(model: TrainedModel) -> pd.DataFrame | None:
    """What a model sees of the tracks of its collection, a row a track; None if not kept."""
    import pandas as pd  # noqa: PLC0415

    path = model.folder / "embedding.parquet"
    return pd.read_parquet(path) if path.is_file() else None


def list_models() -> list[str]:
    """Names of the models that are kept, the one that is used by default first."""

    def rank(folder: Path) -> tuple:
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            synthetic, profile = about["dataset"]["synthetic"], about["profile"]
        except (OSError, ValueError, KeyError, TypeError):
            synthetic, profile = True, ""
        return synthetic, profile != "full", -(folder / "model.json").stat().st_mtime

    found = [p for p in models_dir().glob("[!.]*") if (p / "model.json").is_file()]
    return [folder.name for folder in sorted(found, key=rank)]

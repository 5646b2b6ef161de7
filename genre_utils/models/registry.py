"""Trained models on disk: saved whole, with checksums that are verified when they are loaded.

A model is a folder: ``model.json`` (classes, input, training data, scores, checksums of the other
files) and the files of its kind, none of which can hold code.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from genre_utils.files import file_digest, replacing, to_json

if TYPE_CHECKING:
    from genre_utils.evaluation import Results, Score

MODELS_VARIABLE = "GENRE_UTILS_MODELS"
HOW_TO_GET_A_MODEL = "Train one: make report DATA=folder (or make demo, without any data)."
FORMAT = 1
_SHIPPED = Path(__file__).parent / "shipped"  # the model that comes with the package


class ModelError(ValueError):
    """A trained model is missing or cannot be used; the message says what to do."""


def models_dir() -> Path:
    """Folder of the models: ``GENRE_UTILS_MODELS``, or a folder in the user's data folder."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("genre_utils")) / "models"


def model_name(dataset_name: str, profile: str) -> str:
    """Name of the model of a collection: "gtzan", "gtzan-quick", "demo"."""
    slug = re.sub(r"[^\w-]+", "-", dataset_name.lower()).strip("-") or "music"
    return slug if profile == "full" or slug == "demo" else f"{slug}-{profile}"


def save_files(
    write: Callable[[Path], None],
    about: dict,
    results: Results,
    scores: Iterable[Score],
    suffix: str = "",
) -> Path:
    """Save a model; one of the same name is replaced once the new one is complete.

    Parameters
    ----------
    write
        Writes the files of the model into a folder.
    about
        What its kind adds to ``model.json``.
    results
        Results of the notebook that trained it: the collection, profile and seed.
    scores
        Scores of the model.
    suffix
        Suffix of its name.

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

    described = results.dataset.describe()
    name = model_name(results.dataset.name, results.profile) + suffix
    try:
        former = json.loads((models_dir() / name / "model.json").read_text(encoding="utf-8"))
        if former["dataset"]["fingerprint"] != described["fingerprint"]:
            name += f"-{described['fingerprint'][:6]}"  # another collection of the same name
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is none, or it is damaged and may be replaced
    target = models_dir() / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as temporary:
            built, replaced = Path(temporary) / "built", Path(temporary) / "replaced"
            built.mkdir()
            write(built)
            description = {
                "format": FORMAT,
                **about,
                "dataset": described,
                "profile": results.profile,
                "seed": results.seed,
                "versions": versions(),
                "scores": [asdict(score) for score in scores],
                "files": {path.name: file_digest(path) for path in sorted(built.iterdir())},
            }
            (built / "model.json").write_text(to_json(description) + "\n", encoding="utf-8")
            if target.exists():
                target.replace(replaced)
            try:
                built.replace(target)
            finally:
                if replaced.exists() and not target.exists():
                    replaced.replace(target)
    except OSError as error:
        raise ModelError(
            f"The model cannot be saved in {target}: {error.strerror or error}."
        ) from error
    return target


def find_model(name: str | None = None) -> tuple[str, Path, dict]:
    """Return name, folder and description of a model whose files are as they were saved.

    Raises
    ------
    ModelError
        If there is none (of that name), or it is damaged or was made for another version.
    """
    folders = _folders()
    if not folders:
        raise ModelError(f"There is no trained model in {models_dir()}. {HOW_TO_GET_A_MODEL}")
    if name is None:
        name = list_models()[0]
    elif name not in folders:
        raise ModelError(f"There is no model {name}; there are {', '.join(list_models())}.")
    folder = folders[name]
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise unusable(name, folder, "was made for another version")
        if missing := {"input", "classes", "dataset", "profile", "scores"} - set(about):
            raise unusable(name, folder, f"is damaged: {', '.join(sorted(missing))} missing")
        for file, digest in about["files"].items():
            if Path(file).name != file or file_digest(folder / file) != digest:
                raise unusable(name, folder, f"is damaged: {file} is not as it was saved")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ModelError):
            raise
        raise unusable(name, folder, f"is damaged ({type(error).__name__})") from error
    return name, folder, about


def unusable(name: str, folder: Path, why: str) -> ModelError:
    """Return the error for a model that cannot be used, with the way to get a new one."""
    return ModelError(
        f"The model {name} {why}. Train it again: make report DATA=folder. (It is in {folder}.)"
    )


def ship_model(name: str) -> Path:
    """Copy a saved model into the package, for users who have trained none; return its folder.

    Raises
    ------
    ModelError
        As `find_model`; or if it cannot be written.
    """
    _, folder, _ = find_model(name)
    try:
        for path in sorted(folder.iterdir()):
            with replacing(_SHIPPED / path.name) as temporary:
                shutil.copyfile(path, temporary)
    except OSError as error:
        raise ModelError(
            f"The model cannot be written to {_SHIPPED}: {error.strerror or error}."
        ) from error
    return _SHIPPED


def list_models() -> list[str]:
    """Names of the saved models; the first is the default.

    Models of real music come before those of the demo collection, those on the pretrained encoder
    before those on spectrograms, the full profile before quick, more recordings before fewer.
    """

    def rank(folder: Path) -> tuple:
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            data = about["dataset"]
            key = data["synthetic"], about["input"]["kind"] != "encoder", about["profile"] != "full"
            return *key, -int(data["tracks_with_audio"]), -(folder / "model.json").stat().st_mtime
        except (OSError, ValueError, KeyError, TypeError):
            return True, True, True, 0, 0.0

    folders = _folders()
    return sorted(folders, key=lambda name: rank(folders[name]))


def _folders() -> dict[str, Path]:
    found = [_SHIPPED, *models_dir().glob("[!.]*")]
    return {folder.name: folder for folder in found if (folder / "model.json").is_file()}

"""Trained models on disk: kept whole with what is needed to use them, checked when found again.

A model is a folder: ``model.json`` (classes, input, training data, scores, checksums of
the other files) and the files of its kind. None of them can hold code.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from genre_utils.files import file_digest, to_json

if TYPE_CHECKING:
    from genre_utils.evaluation import Results, Score

MODELS_VARIABLE = "GENRE_UTILS_MODELS"
HOW_TO_GET_A_MODEL = "Train one: make report DATA=folder (or make demo, without any data)."
FORMAT = 1
# What comes with the package: a model of its own, for who has trained none.
_SHIPPED = Path(__file__).parent / "shipped"


class ModelError(ValueError):
    """A trained model is not there or cannot be used; the message says what to do."""


class Kept(NamedTuple):
    """A model as it lies on the disk: its name, its folder and what ``model.json`` says."""

    name: str
    folder: Path
    about: dict

    @property
    def again(self) -> str:
        """How to come by a whole one."""
        return f"Train it again: make report DATA=folder. (The model is in {self.folder}.)"


def models_dir() -> Path:
    """Where models are kept: ``GENRE_UTILS_MODELS`` or the user's folder for data."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("genre_utils")) / "models"


def model_name(dataset_name: str, profile: str) -> str:
    """Name under which the model of a collection is kept: "gtzan", "gtzan-quick", "demo"."""
    slug = re.sub(r"[^\w-]+", "-", dataset_name.lower()).strip("-") or "music"
    return slug if profile == "full" or slug == "demo" else f"{slug}-{profile}"


def keep(
    write: Callable[[Path], None],
    about: dict,
    results: Results,
    scores: Iterable[Score],
    suffix: str = "",
) -> Path:
    """Keep a model; one of the same name is replaced once the new one is whole.

    Parameters
    ----------
    write
        Writes the files of the model into a folder.
    about
        What its kind says of it.
    results
        Of the notebook that trained it: the collection, profile and seed.
    scores
        What it reached.
    suffix
        Of its name.

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
    if _fingerprint(name) not in (None, described["fingerprint"]):
        name = f"{name}-{described['fingerprint'][:6]}"  # another collection of that name is there
    target = models_dir() / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as beside:
            built = Path(beside) / "built"
            built.mkdir()
            write(built)
            told = {
                "format": FORMAT,
                **about,
                "dataset": described,
                "profile": results.profile,
                "seed": results.seed,
                "versions": versions(),
                "scores": [asdict(score) for score in scores],
                "files": {path.name: file_digest(path) for path in sorted(built.iterdir())},
            }
            (built / "model.json").write_text(to_json(told) + "\n", encoding="utf-8")
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
    return target


def _fingerprint(name: str) -> str | None:
    """Fingerprint of the collection that the model of a name was trained on, if there is one."""
    try:
        about = json.loads((models_dir() / name / "model.json").read_text(encoding="utf-8"))
        return about["dataset"]["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_kept(name: str | None = None) -> Kept:
    """Find a model, and check that its files are as they were kept.

    Parameters
    ----------
    name
        Its name; None for the first of `list_models`.

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
    kept = Kept(name, _folders()[name], {})
    try:
        about = json.loads((kept.folder / "model.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ModelError(f"The model {name} was made for another version. {kept.again}")
        if lacking := {"input", "classes", "dataset", "profile", "scores"} - set(about):
            raise ModelError(f"The model {name} is damaged: {lacking}. {kept.again}")
        for file, digest in about["files"].items():
            if Path(file).name != file or file_digest(kept.folder / file) != digest:
                raise ModelError(
                    f"The model {name} is damaged: {file} is not as kept. {kept.again}"
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ModelError):
            raise
        raise damaged(kept, error) from error
    return kept._replace(about=about)


def damaged(kept: Kept, error: Exception) -> ModelError:
    """What to say of a model that cannot be read."""
    what = type(error).__name__
    return ModelError(f"The model {kept.name} is damaged ({what}). {kept.again}")


def list_models() -> list[str]:
    """Names of the models that are there, the one that is used by default first.

    Those trained on real music come before the demo's, those that hear with the pretrained encoder
    before those that see pictures, the full profile before quick, more songs before fewer.
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

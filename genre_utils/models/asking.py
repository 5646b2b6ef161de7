"""A network on pictures is kept, and asked: about tracks that it never saw, and about any clip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genre_utils.audio import AudioError
from genre_utils.data import Features
from genre_utils.evaluation import Results, Score, out_of
from genre_utils.models.predict import ClipGenre, classify_clip, spectrogram_temperatures
from genre_utils.models.registry import ModelError
from genre_utils.models.saved import SpectrogramModel, load_model, save_model
from genre_utils.models.training import NetworkClassifier
from genre_utils.wording import count, percent, shares


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


@dataclass(frozen=True)
class Heard:
    """What a kept network says of the sound of tracks, and of their pictures; shows itself.

    Attributes
    ----------
    table
        A row a track: ``true``, ``picture`` and ``sound``.
    answers
        What it said of the sound, by track.
    """

    table: pd.DataFrame
    answers: dict[str, ClipGenre] = field(default_factory=dict)

    def _repr_markdown_(self) -> str:
        if self.table.empty:
            return "No track of the test side has both a picture and a recording here."
        n, table = len(self.table), self.table
        same, seen, heard = (
            out_of(int(hits.sum()), n)
            for hits in (
                table["picture"] == table["sound"],
                table["picture"] == table["true"],
                table["sound"] == table["true"],
            )
        )
        return (
            f"{count(n, 'track')} of the test side have both. It names the same genre for {same}; "
            f"right from the picture, which is what it learnt from, are {seen}, from the sound "
            f"{heard}."
        )

    def facts(self) -> dict[str, Any]:
        """What to note of it."""
        if self.table.empty:
            return {}
        true, picture, sound = (self.table[name] for name in ("true", "picture", "sound"))
        return {
            "picture_and_sound_agree": float((picture == sound).mean()),
            "accuracy_from_sound": float((sound == true).mean()),
            "accuracy_from_picture": float((picture == true).mean()),
            "heard": len(self.table),
        }

    def path_of_most_divided(self, tracks: pd.DataFrame) -> str:
        """File of the track whose pieces agree least about its genre; "" if none was heard."""
        if not self.answers:
            return ""
        share = {track: a.agreeing / len(a.votes) for track, a in self.answers.items()}
        return str(tracks.loc[min(share, key=lambda track: share[track]), "path"])


def hear_unseen(
    classifier: NetworkClassifier,
    kept: Kept,
    pictures: Features,
    tracks: pd.DataFrame,
    *,
    most: int | None = None,
) -> Heard:
    """Ask about the sound of tracks of the test side whose pictures are there as well.

    Parameters
    ----------
    classifier
        Fitted on pictures.
    kept
        The same. Without temperatures there is no test side, and nobody is asked.
    pictures, tracks
        Of the collection.
    most
        So many tracks at most. Files that cannot be decoded are left out (notebook 1 lists them).
    """
    unseen = tracks.index[(tracks["partition"] == "test") & tracks["path"].notna()]
    answers: dict[str, ClipGenre] = {}
    for track in unseen.intersection(pictures.tracks)[:most]:
        if kept.model is None or not kept.temperatures:
            break
        try:
            answers[track] = classify_clip(tracks.loc[track, "path"], kept.model)
        except AudioError:
            continue
    names = pd.Index(list(answers), name="track_id")
    columns = {"true": tracks.loc[names, "genre"], "picture": "", "sound": ""}
    table = pd.DataFrame(columns, names)
    if answers:
        table["picture"] = classifier.predict(pictures.values.loc[names])
        table["sound"] = [answer.genre for answer in answers.values()]
    return Heard(table, answers)


def ask_about(path: str, model: SpectrogramModel | None) -> tuple[ClipGenre | None, str]:
    """Genre of a clip, and what to say of it; None where it cannot be had.

    Parameters
    ----------
    path
        Of an audio file; "" where there is none.
    model
        As it was kept; None where it could not be.
    """
    if not path or model is None:
        return None, "There is no audio file here that it was not trained on: set `clip`."
    try:
        answer = classify_clip(path, model)
    except AudioError as error:
        return None, f"**{Path(path).name}** cannot be used: {error}."
    top = dict(list(answer.probability.items())[:3])
    votes = Counter(vote.genre for vote in answer.votes)
    most, n = votes.most_common(1)[0]
    told = (
        f"{Path(answer.file).name} sounds like {answer.genre}: over "
        f"{count(len(answer.votes), 'piece')}, the mean probabilities are {shares(top)}."
    )
    if n > answer.agreeing:
        told += f" By single votes it would be {most}, {n} of {len(answer.votes)}."
    else:
        told += f" So say {answer.agreeing} of {len(answer.votes)} single votes."
    if not answer.calibrated:
        told += (
            " That is not sure: the probabilities are calibrated for "
            f"{answer.calibrated_from:.3g} s, and too high for {answer.seconds:.3g} s."
        )
    elif not answer.sure:
        told += f" That is not sure: no genre has {percent(0.5, 0)}."
    return answer, told

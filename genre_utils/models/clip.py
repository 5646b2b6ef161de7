"""The genre of an unknown clip: cut it into pieces, let each vote, and say how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from genre_utils.audio import (
    COLUMNS_PER_SECOND,
    LONG_SECONDS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    TAGS,
    Heard,
    embed,
    embed_file,
    load_audio,
    shortened,
    signal_spectrogram,
    standardised,
    stream_audio,
    stream_spectrogram,
    survey,
)
from genre_utils.files import to_json, write_text
from genre_utils.models.calibration import (
    TEMPERATURES,
    at_temperature,
    fit_temperature,
    temperature_at,
)
from genre_utils.models.head import Head
from genre_utils.models.keeping import ModelError
from genre_utils.models.song_network import SongNetwork
from genre_utils.models.store import TrainedModel

SURE = 0.5  # a calibrated probability below this is less than even odds
CALIBRATED_SECONDS = 30.0  # what models heard that are calibrated for one length only
LENGTHS = (3, 6, 12, 30)

_PIECES = 80  # windows at a time, for the memory: four minutes
_CUTS = 4  # clips that are cut from an item to calibrate on
_ITEMS = 16  # items whose clips are looked at at a time
_ROUNDED = 0.9  # tracks of 30 s are seldom that to the sample


@dataclass(frozen=True)
class Vote:
    """What one piece of a clip sounds like: from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    genre: str
    probability: float


@dataclass(frozen=True)
class ClipGenre:
    """What a model says about a clip.

    Attributes
    ----------
    file
        The clip's path.
    seconds
        Its length.
    genre
        The genre with the largest mean probability over the pieces.
    probability
        Calibrated probability of each genre, the largest first.
    votes
        One a piece of 3 s.
    sure
        Whether the genre has at least even odds, by probabilities that are calibrated for so
        short a clip.
    note
        What was wrong with the file though it could be used; "" if nothing.
    calibrated
        Whether the clip is long enough for its probabilities to mean what they say; those of a
        shorter one are too high.
    calibrated_from
        Seconds that are long enough.
    tags
        Probability of each tag that the encoder gives the clip, the largest first; none of a model
        that hears without it.
    """

    file: str
    seconds: float
    genre: str
    probability: dict[str, float]
    votes: tuple[Vote, ...]
    sure: bool
    note: str = ""
    calibrated: bool = True
    calibrated_from: float = CALIBRATED_SECONDS
    tags: dict[str, float] = field(default_factory=dict)

    @property
    def agreeing(self) -> int:
        """How many pieces vote for the genre."""
        return sum(vote.genre == self.genre for vote in self.votes)


class _Pieces(NamedTuple):
    """What a model says of a clip before calibration.

    `starts` in seconds, probabilities of `each` piece (pieces, genres) and of the `whole` clip
    (genres,), seconds that each piece was `heard` for, and probabilities of `tags`.
    """

    starts: np.ndarray
    each: np.ndarray
    whole: np.ndarray
    heard: float
    tags: dict[str, float]


def classify_clip(
    path: str | Path, model: TrainedModel | Head | SongNetwork, *, file: str | None = None
) -> ClipGenre:
    """Genre of an audio file of any length.

    Parameters
    ----------
    path
        The file, in any format that `load_audio` decodes. One of more than four minutes is read
        block by block: an hour takes some 150 MB, Python and its libraries included.
    model
        As from `load_model`.
    file
        What to call it, if not by its path.

    Raises
    ------
    AudioError
        If the file cannot be used; the message says why.
    EncoderMissing
        If the model needs the pretrained encoder, and it is not there.
    """
    found = survey(path)
    notes = [shortened(path)]
    if found.instead_of_mean is not None:
        notes.append("one whose channels cancel each other, so that the loudest alone was used")
    note = ", and ".join(filter(None, notes))
    if found.seconds <= LONG_SECONDS:
        return classify_signal(load_audio(path), model, file=file or str(path), note=note)
    samples = round(found.samples * SAMPLE_RATE / found.rate)
    if isinstance(model, Head | SongNetwork):
        pieces = _hear(embed_file(path, found), model)
    else:
        blocks = stream_audio(path, channel=found.instead_of_mean)
        pieces = _see(stream_spectrogram(blocks, samples), model)
    return _judge(pieces, samples / SAMPLE_RATE, model, file or str(path), note)


def classify_signal(
    y: np.ndarray, model: TrainedModel | Head | SongNetwork, *, file: str = "", note: str = ""
) -> ClipGenre:
    """Genre of a signal at 22050 Hz, shape (samples,); see `classify_clip`."""
    if isinstance(model, Head | SongNetwork):
        pieces = _hear(embed(y), model)
    else:
        pieces = _see(signal_spectrogram(y), model)
    return _judge(pieces, len(y) / SAMPLE_RATE, model, file, note)


def _hear(heard: Heard, model: Head | SongNetwork) -> _Pieces:
    each, whole = model.said(np.hstack(heard))
    starts = SEGMENT_SECONDS * np.arange(len(each))
    mean = heard.tags.mean(axis=0)
    tags = {TAGS[i]: float(mean[i]) for i in np.argsort(-mean, kind="stable")}
    return _Pieces(starts, each, whole, SEGMENT_SECONDS, tags)


def _see(spectrogram: np.ndarray, model: TrainedModel) -> _Pieces:
    starts, left, spectrogram = _places(spectrogram, model.crop)
    each = np.concatenate(
        [
            model.probability(_windows(spectrogram, left[at : at + _PIECES], model.crop))
            for at in range(0, len(left), _PIECES)
        ]
    )
    return _Pieces(starts, each, each.mean(axis=0), model.crop / COLUMNS_PER_SECOND, {})


def _judge(
    pieces: _Pieces, seconds: float, model: TrainedModel | Head | SongNetwork, file: str, note: str
) -> ClipGenre:
    temperatures = temperatures_of(model)
    heard = min(seconds, pieces.heard)  # of what is around a piece
    mean = at_temperature(pieces.whole, temperature_at(temperatures, seconds))
    each = at_temperature(pieces.each, temperature_at(temperatures, heard))
    votes = tuple(
        Vote(
            round(start, 3),
            round(min(start + SEGMENT_SECONDS, seconds), 3),
            model.classes[row.argmax()],
            float(row.max()),
        )
        for start, row in zip(pieces.starts, each, strict=True)
    )
    order = np.argsort(-mean, kind="stable")
    probability = {model.classes[i]: float(mean[i]) for i in order}
    best = model.classes[order[0]]
    needed = min(temperatures)
    calibrated = seconds >= _ROUNDED * needed
    sure = calibrated and probability[best] >= SURE
    return ClipGenre(
        file, seconds, best, probability, votes, sure, note, calibrated, needed, pieces.tags
    )


def temperatures_of(model: TrainedModel | Head | SongNetwork) -> dict[float, float]:
    """Temperatures by seconds heard; that of whole tracks alone, if a model has no others.

    Parameters
    ----------
    model
        As from `load_model`.

    Raises
    ------
    ModelError
        If they are damaged.
    """
    try:
        kept = model.about.get(TEMPERATURES) or {CALIBRATED_SECONDS: model.about["temperature"]}
        known = {float(seconds): float(value) for seconds, value in kept.items()}
        if min(known) > 0 and all(0 < value < 100 for value in known.values()):
            return known
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise ModelError(f"The model {model.name} is damaged: {TEMPERATURES}.")


def fit_temperatures(
    probability: Callable[[np.ndarray], np.ndarray],
    frames: np.ndarray,
    codes: np.ndarray,
    crop: int,
    lengths: tuple[int, ...] = LENGTHS,
) -> dict[int, float]:
    """Temperatures for clips of several lengths, from items that were not trained on.

    Clips are cut from the items, and asked about as `classify_signal` does.

    Parameters
    ----------
    probability
        As `TrainedModel.probability`.
    frames
        Spectrograms, shape (items, columns, bands).
    codes
        Column of the true class, shape (items,).
    crop
        Columns that the model looks at.
    lengths
        In seconds. Those that the items do not have are left out.

    Returns
    -------
    dict
        Temperature by length, for `keep_temperatures`.
    """
    fitted = {}
    for seconds in lengths:
        columns = min(round(seconds * COLUMNS_PER_SECOND), frames.shape[1])
        if columns < _ROUNDED * seconds * COLUMNS_PER_SECOND:
            continue
        cuts = min(_CUTS, frames.shape[1] // columns)
        starts = np.linspace(0, frames.shape[1] - columns, cuts).round().astype(int)
        said = []
        for at in range(0, len(frames), _ITEMS):
            clips = [
                cut_windows(standardised(item[start : start + columns]), crop)[1]
                for item in frames[at : at + _ITEMS]
                for start in starts
            ]
            each = probability(np.concatenate(clips))
            said.append(each.reshape(len(clips), -1, each.shape[1]).mean(axis=1))
        fitted[seconds] = fit_temperature(np.concatenate(said), np.repeat(codes, cuts))
    return fitted


def keep_temperatures(model: TrainedModel, temperatures: Mapping[int, float]) -> TrainedModel:
    """Write temperatures to the model's description.

    Parameters
    ----------
    model
        As from `load_model`.
    temperatures
        As from `fit_temperatures`.

    Returns
    -------
    TrainedModel
        The model with them.

    Raises
    ------
    ModelError
        If they cannot be written.
    """
    about = {**model.about, TEMPERATURES: {str(s): t for s, t in temperatures.items()}}
    try:
        write_text(model.folder / "model.json", to_json(about) + "\n")
    except OSError as error:
        why = error.strerror or error
        raise ModelError(f"The model in {model.folder} cannot be changed: {why}.") from error
    return replace(model, about=about)


def cut_windows(spectrogram: np.ndarray, crop: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a clip into pieces of 3 s, each with what is around it.

    Parameters
    ----------
    spectrogram
        Shape (columns, bands).
    crop
        Columns that the model looks at: more than a piece, so that it hears the context.

    Returns
    -------
    starts, windows
        Start of each piece in seconds, and shape (pieces, crop, bands). Clips shorter than `crop`
        are repeated.
    """
    starts, left, spectrogram = _places(spectrogram, crop)
    return starts, _windows(spectrogram, left, crop)


def _places(spectrogram: np.ndarray, crop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start of each piece in seconds, first column of its window, and what that counts in."""
    columns = len(spectrogram)
    if columns < crop:
        spectrogram = np.resize(spectrogram, (crop, spectrogram.shape[1]))
    piece = SEGMENT_SECONDS * COLUMNS_PER_SECOND
    starts = np.arange(max(1, round(columns / piece)))
    left = np.round((starts + 0.5) * piece - crop / 2).astype(int)
    left = np.clip(left, 0, len(spectrogram) - crop)
    return starts * SEGMENT_SECONDS, left, spectrogram


def _windows(spectrogram: np.ndarray, left: np.ndarray, crop: int) -> np.ndarray:
    return spectrogram[left[:, None] + np.arange(crop)]

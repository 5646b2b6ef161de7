"""The genre of a recording: segments of 3 s are classified, and their predictions are averaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from genre_utils.audio import (
    COLUMNS_PER_SECOND,
    LONG_SECONDS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    TAGS,
    Embedding,
    audio_info,
    embed,
    embed_file,
    find_truncation,
    load_audio,
    signal_spectrogram,
    standardize,
    stream_audio,
    stream_spectrogram,
)
from genre_utils.models.calibration import at_temperature, fit_temperature, temperature_at
from genre_utils.models.saved import LinearModel, SequenceModel, SpectrogramModel

SURE = 0.5  # calibrated probability from which a prediction counts as sure
_AT_ONCE = 80  # windows per call, which limits the memory
_TOLERANCE = 0.9  # recordings of 30 s are often a few samples shorter
_CUTS, _TRACKS_AT_ONCE = 4, 16  # clips per track, and tracks per call, for calibration

Model = SpectrogramModel | LinearModel | SequenceModel


@dataclass(frozen=True)
class Vote:
    """Predicted genre of one segment, from ``start`` to ``end`` in seconds."""

    start: float
    end: float
    genre: str
    probability: float


@dataclass(frozen=True)
class ClipGenre:
    """Predicted genre of a recording.

    Attributes
    ----------
    file
        Its path.
    seconds
        Its length.
    genre
        The genre with the largest mean probability over the segments.
    probability
        Calibrated probability of each genre, in descending order.
    votes
        One per segment of 3 s.
    sure
        Whether the calibrated probability of the genre is at least `SURE`.
    note
        What is wrong with the file although it can be used; "" if nothing.
    calibrated
        False for a clip so short that its probabilities are too high.
    calibrated_from
        The shortest length in seconds that the model is calibrated for.
    tags
        Mean probability of each of the encoder's tags, in descending order; empty for a model
        without the encoder.
    """

    file: str
    seconds: float
    genre: str
    probability: dict[str, float]
    votes: tuple[Vote, ...]
    sure: bool
    note: str = ""
    calibrated: bool = True
    calibrated_from: float = 30.0
    tags: dict[str, float] = field(default_factory=dict)

    @property
    def agreeing(self) -> int:
        """Number of segments that vote for the genre."""
        return sum(vote.genre == self.genre for vote in self.votes)


class _Segments(NamedTuple):
    """Uncalibrated probabilities: start of each segment, (segments, genres), (genres,)."""

    starts: np.ndarray
    each: np.ndarray
    whole: np.ndarray
    seconds: float  # length that each segment's prediction is based on
    tags: dict[str, float]


def classify_clip(path: str | Path, model: Model, *, file: str | None = None) -> ClipGenre:
    """Predict the genre of an audio file of any length.

    Parameters
    ----------
    path
        The file, in any format that `load_audio` decodes. One of more than four minutes is read
        block by block: an hour takes about 150 MB, Python and its libraries included.
    model
        As from `load_model`.
    file
        Name for the result, if not the path.

    Raises
    ------
    AudioError
        If the file cannot be used; the message says why.
    EncoderMissing
        If the model needs the pretrained encoder and it is missing.
    """
    found = audio_info(path)
    notes = [find_truncation(path)]
    if found.instead_of_mean is not None:
        notes.append("one whose channels cancel each other, so that the loudest alone was used")
    note = ", and ".join(filter(None, notes))
    if found.seconds <= LONG_SECONDS:
        return classify_signal(load_audio(path), model, file=file or str(path), note=note)
    samples = round(found.samples * SAMPLE_RATE / found.rate)
    if isinstance(model, SpectrogramModel):
        blocks = stream_audio(path, channel=found.instead_of_mean)
        segments = _from_spectrogram(stream_spectrogram(blocks, samples), model)
    else:
        segments = _from_embedding(embed_file(path, found), model)
    return _calibrated(segments, samples / SAMPLE_RATE, model, file or str(path), note)


def classify_signal(y: np.ndarray, model: Model, *, file: str = "", note: str = "") -> ClipGenre:
    """Predict the genre of a signal at 22,050 Hz, shape (samples,); see `classify_clip`."""
    if isinstance(model, SpectrogramModel):
        segments = _from_spectrogram(signal_spectrogram(y), model)
    else:
        segments = _from_embedding(embed(y), model)
    return _calibrated(segments, len(y) / SAMPLE_RATE, model, file, note)


def classify_embedded(
    embedded: Embedding, seconds: float, model: LinearModel | SequenceModel, *, file: str = ""
) -> ClipGenre:
    """Predict the genre of a recording from its embedding, as `audio.embed` returns it."""
    return _calibrated(_from_embedding(embedded, model), seconds, model, file, "")


def _from_embedding(embedded: Embedding, model: LinearModel | SequenceModel) -> _Segments:
    each, whole = model.predict_segments(np.hstack(embedded))
    mean = embedded.tags.mean(axis=0)
    tags = {TAGS[i]: float(mean[i]) for i in np.argsort(-mean, kind="stable")}
    starts = SEGMENT_SECONDS * np.arange(len(each))
    return _Segments(starts, each, whole, SEGMENT_SECONDS, tags)


def _from_spectrogram(spectrogram: np.ndarray, model: SpectrogramModel) -> _Segments:
    starts, left, spectrogram = _places(spectrogram, model.crop)
    parts = (left[at : at + _AT_ONCE] for at in range(0, len(left), _AT_ONCE))
    each = np.concatenate(
        [model.predict_windows(_windows(spectrogram, part, model.crop)) for part in parts]
    )
    return _Segments(starts, each, each.mean(axis=0), model.crop / COLUMNS_PER_SECOND, {})


def _calibrated(
    segments: _Segments, seconds: float, model: Model, file: str, note: str
) -> ClipGenre:
    used = min(seconds, segments.seconds)
    whole = at_temperature(segments.whole, temperature_at(model.temperatures, seconds))
    each = at_temperature(segments.each, temperature_at(model.temperatures, used))
    votes = tuple(
        Vote(
            round(start, 3),
            round(min(start + SEGMENT_SECONDS, seconds), 3),
            model.classes[row.argmax()],
            float(row.max()),
        )
        for start, row in zip(segments.starts, each, strict=True)
    )
    order = np.argsort(-whole, kind="stable")
    probability = {model.classes[i]: float(whole[i]) for i in order}
    genre, shortest = model.classes[order[0]], min(model.temperatures)
    calibrated = seconds >= _TOLERANCE * shortest
    sure = calibrated and probability[genre] >= SURE
    return ClipGenre(
        file, seconds, genre, probability, votes, sure, note, calibrated, shortest, segments.tags
    )


def spectrogram_temperatures(
    predict: Callable[[np.ndarray], np.ndarray], frames: np.ndarray, codes: np.ndarray, crop: int
) -> dict[int, float]:
    """Temperatures for clips of 3, 6, 12 and 30 s, from tracks that were not trained on.

    Clips are cut from the tracks and classified as `classify_signal` does.

    Parameters
    ----------
    predict
        Probabilities of windows, shape (items, crop, bands) to (items, classes).
    frames
        Spectrograms, shape (tracks, columns, bands).
    codes
        Column of the true class, shape (tracks,).
    crop
        Columns of a window.

    Returns
    -------
    dict
        Temperature by length in seconds, for the lengths that the tracks have.
    """
    fitted = {}
    for seconds in (3, 6, 12, 30):
        columns = min(round(seconds * COLUMNS_PER_SECOND), frames.shape[1])
        if columns < _TOLERANCE * seconds * COLUMNS_PER_SECOND:
            continue
        cuts = min(_CUTS, frames.shape[1] // columns)
        starts = np.linspace(0, frames.shape[1] - columns, cuts).round().astype(int)
        found = []
        for at in range(0, len(frames), _TRACKS_AT_ONCE):
            clips = [
                cut_windows(standardize(item[start : start + columns]), crop)[1]
                for item in frames[at : at + _TRACKS_AT_ONCE]
                for start in starts
            ]
            each = predict(np.concatenate(clips))
            found.append(each.reshape(len(clips), -1, each.shape[1]).mean(axis=1))
        fitted[seconds] = fit_temperature(np.concatenate(found), np.repeat(codes, cuts))
    return fitted


def cut_windows(spectrogram: np.ndarray, crop: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a spectrogram into windows of `crop` columns, one around each segment of 3 s.

    Returns the start of each segment in seconds, and the windows, shape (segments, crop, bands).
    Clips shorter than `crop` are repeated.
    """
    starts, left, spectrogram = _places(spectrogram, crop)
    return starts, _windows(spectrogram, left, crop)


def _places(spectrogram: np.ndarray, crop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start of each segment in seconds, first column of its window, and the spectrogram."""
    columns = len(spectrogram)
    if columns < crop:
        spectrogram = np.resize(spectrogram, (crop, spectrogram.shape[1]))
    segment = SEGMENT_SECONDS * COLUMNS_PER_SECOND
    starts = np.arange(max(1, round(columns / segment)))
    left = np.round((starts + 0.5) * segment - crop / 2).astype(int)
    left = np.clip(left, 0, len(spectrogram) - crop)
    return starts * SEGMENT_SECONDS, left, spectrogram


def _windows(spectrogram: np.ndarray, left: np.ndarray, crop: int) -> np.ndarray:
    return spectrogram[left[:, None] + np.arange(crop)]

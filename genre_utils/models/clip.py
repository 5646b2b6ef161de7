"""The genre of an unknown clip: cut it into pieces, let each vote, and say how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genre_utils.audio import (
    COLUMNS_PER_SECOND,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    load_audio,
    shortened,
    signal_spectrogram,
)
from genre_utils.models.calibration import at_temperature
from genre_utils.models.store import TrainedModel

SURE = 0.5  # a calibrated probability below this is less than even odds


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
        Whether the genre has at least even odds.
    note
        What was wrong with the file though it could be used; "" if nothing.
    """

    file: str
    seconds: float
    genre: str
    probability: dict[str, float]
    votes: tuple[Vote, ...]
    sure: bool
    note: str = ""

    @property
    def agreeing(self) -> int:
        """How many pieces vote for the genre."""
        return sum(vote.genre == self.genre for vote in self.votes)


def classify_clip(path: str | Path, model: TrainedModel) -> ClipGenre:
    """Genre of an audio file.

    Parameters
    ----------
    path
        The file, in any format that `load_audio` decodes.
    model
        As from `load_model`.

    Raises
    ------
    AudioError
        If the file cannot be used; the message says why.
    """
    y = load_audio(path)
    return classify_signal(y, model, file=str(path), note=shortened(path) or "")


def classify_signal(
    y: np.ndarray, model: TrainedModel, *, file: str = "", note: str = ""
) -> ClipGenre:
    """Genre of a signal at 22050 Hz, shape (samples,); see `classify_clip`."""
    starts, windows = cut_windows(signal_spectrogram(y), model.crop)
    each = model.probability(windows)
    temperature = model.about["temperature"]
    mean = at_temperature(each.mean(axis=0), temperature)
    pieces = at_temperature(each, temperature)
    seconds = len(y) / SAMPLE_RATE
    votes = tuple(
        Vote(
            round(start, 3),
            round(min(start + SEGMENT_SECONDS, seconds), 3),
            model.classes[row.argmax()],
            float(row.max()),
        )
        for start, row in zip(starts, pieces, strict=True)
    )
    order = np.argsort(-mean, kind="stable")
    probability = {model.classes[i]: float(mean[i]) for i in order}
    best = model.classes[order[0]]
    return ClipGenre(file, seconds, best, probability, votes, probability[best] >= SURE, note)


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
    columns = len(spectrogram)
    if columns < crop:
        spectrogram = np.resize(spectrogram, (crop, spectrogram.shape[1]))
    piece = SEGMENT_SECONDS * COLUMNS_PER_SECOND
    starts = np.arange(max(1, round(columns / piece)))
    left = np.round((starts + 0.5) * piece - crop / 2).astype(int)
    left = np.clip(left, 0, len(spectrogram) - crop)
    return starts * SEGMENT_SECONDS, spectrogram[left[:, None] + np.arange(crop)]

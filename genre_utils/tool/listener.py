"""Predictions for a stream: genre, tags, silence, changes of song and genre."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.special import softmax

from genre_utils.audio import (
    QUIET,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    TAGS,
    Embedding,
    check_signal,
    embed,
)
from genre_utils.models import (
    SURE,
    LinearModel,
    at_temperature,
    temperature_at,
)
from genre_utils.tool.change_detector import AFTER, HOP_SECONDS, ChangeDetector
from genre_utils.tool.streams import Block

WINDOW_SECONDS = 30.0
_SEGMENT = round(SEGMENT_SECONDS * SAMPLE_RATE)
_HOP = round(HOP_SECONDS * SAMPLE_RATE)


@dataclass(frozen=True)
class Event:
    """A change in a stream.

    Attributes
    ----------
    seconds
        When it was detected, in seconds of sound since the stream began.
    kind
        "song" (a new one began), "genre" (a new one was sure three times in a row), "silence"
        (it began), "sound" (silence ended), or "note" (from the source, such as a lost connection).
    text
        The genre, or the note; "" for other kinds.
    """

    seconds: float
    kind: str
    text: str = ""


@dataclass(frozen=True)
class Now:
    """The prediction for the last seconds of a stream.

    Attributes
    ----------
    seconds
        Seconds of sound since the stream began.
    window
        Length of the window that is predicted, in seconds, within one song; 0 in silence.
    probability
        Calibrated probability of each genre, the largest first; empty in silence.
    tags
        Probability of each tag of the encoder, the largest first; empty in silence.
    """

    seconds: float
    window: float = 0.0
    probability: dict[str, float] = field(default_factory=dict)
    tags: dict[str, float] = field(default_factory=dict)

    @property
    def genre(self) -> str | None:
        """The most probable one; None in silence."""
        return next(iter(self.probability), None)

    @property
    def sure(self) -> bool:
        """Whether its probability is at least 50%."""
        return bool(self.probability) and max(self.probability.values()) >= SURE


class Listener:
    """Processes a stream; its memory does not grow with the length.

    Every second a segment of 3 s is embedded. As in `models.classify_clip`, the logits are averaged
    over the segments before the probabilities are computed, because they are calibrated for that.

    Parameters
    ----------
    head
        As from `models.load_model`.
    window
        Longest window that is predicted, in seconds, 3 or more.
    detector
        Detects changes of song; a window starts again at a change.
    """

    def __init__(
        self,
        head: LinearModel,
        window: float = WINDOW_SECONDS,
        detector: ChangeDetector | None = None,
    ) -> None:
        self.head, self.detector = head, detector or ChangeDetector()
        segments = 1 + max(0, round((window - SEGMENT_SECONDS) / HOP_SECONDS))
        self._segments: deque[Embedding] = deque(maxlen=segments)
        self._temperatures = head.temperatures
        self._held, self._at = np.zeros(0, np.float32), 0
        self._silent, self._started = False, False
        self._genre, self._next, self._times = "", "", 0

    def process(self, block: Block) -> Iterator[Now | Event]:
        """Process the next block; yields events, and a prediction every second."""
        if block.note:
            yield Event(round(block.start, 2), "note", block.note)
        self._held = np.concatenate([self._held, block.samples])
        while len(self._held) >= _SEGMENT:
            yield from self._process(self._held[:_SEGMENT])
            self._held, self._at = self._held[_HOP:], self._at + _HOP

    def end(self) -> Iterator[Now | Event]:
        """Process a stream that ended before its first segment was complete.

        Raises
        ------
        AudioError
            As `audio.check_signal`.
        """
        if not self._started:
            yield from self._process(check_signal(self._held, SAMPLE_RATE))

    def _process(self, segment: np.ndarray) -> Iterator[Now | Event]:
        self._started = True
        seconds = round((self._at + len(segment)) / SAMPLE_RATE, 2)
        if np.sqrt(np.mean(np.square(segment))) < QUIET:
            if not self._silent:
                yield Event(seconds, "silence")
            self._silent = True
            self._segments.clear()
            self.detector.reset()
            yield Now(seconds)
            return
        if self._silent:
            self._silent = False
            yield Event(seconds, "sound")
        embedding = embed(segment)
        if self.detector.add(embedding):
            yield Event(seconds, "song")
            self._segments.clear()
        self._segments.append(embedding)
        now = self._now(seconds, len(segment) / SAMPLE_RATE)
        if self._is_another_genre(now):
            yield Event(seconds, "genre", self._genre)
        yield now

    def _is_another_genre(self, now: Now) -> bool:
        """Whether a genre other than the former was sure `AFTER` times in a row."""
        genre = now.genre or ""
        self._times = self._times + 1 if now.sure and genre == self._next else int(now.sure)
        self._next = genre
        if self._times < AFTER or genre == self._genre:
            return False
        self._genre = genre
        return True

    def _now(self, seconds: float, segment: float) -> Now:
        rows = np.concatenate([np.hstack(embedding) for embedding in self._segments])
        window = segment + (len(rows) - 1) * HOP_SECONDS
        mean = softmax(self.head.logits(rows).mean(axis=0))
        likely = at_temperature(mean, temperature_at(self._temperatures, window))
        tags = np.mean([embedding.tags[0] for embedding in self._segments], axis=0)
        return Now(seconds, window, _ranked(self.head.classes, likely), _ranked(TAGS, tags))


def listen(blocks: Iterable[Block], listener: Listener) -> Iterator[Now | Event]:
    """Process a stream, as from `stream`, to its end.

    Raises
    ------
    AudioError
        If the source fails.
    EncoderMissing
        If the pretrained encoder is not there.
    """
    for block in blocks:
        yield from listener.process(block)
    yield from listener.end()


def _ranked(names: Iterable[str], values: np.ndarray) -> dict[str, float]:
    known = list(names)
    return {known[i]: float(values[i]) for i in np.argsort(-values, kind="stable")}

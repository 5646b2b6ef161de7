"""What a stream sounds like now: genre, tags, silence, changes of song and genre."""

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
_PIECE = round(SEGMENT_SECONDS * SAMPLE_RATE)
_HOP = round(HOP_SECONDS * SAMPLE_RATE)


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    seconds
        When it was noticed, in seconds of sound since the stream began.
    kind
        "song" (another one began), "genre" (another one is sure, three times in a row), "silence"
        (it began), "sound" (silence ended), or "note" (of the source: a connection was lost, say).
    text
        The genre, or the note; "" for other kinds.
    """

    seconds: float
    kind: str
    text: str = ""


@dataclass(frozen=True)
class Now:
    """What is heard now.

    Attributes
    ----------
    seconds
        Seconds of sound since the stream began.
    heard
        Seconds of it that are spoken of: the last ones, of one song; 0 in silence.
    probability
        Calibrated probability of each genre, the largest first; empty in silence.
    tags
        Probability of each tag that the encoder gives, the largest first; empty in silence.
    """

    seconds: float
    heard: float = 0.0
    probability: dict[str, float] = field(default_factory=dict)
    tags: dict[str, float] = field(default_factory=dict)

    @property
    def genre(self) -> str | None:
        """The most probable one; None in silence."""
        return next(iter(self.probability), None)

    @property
    def sure(self) -> bool:
        """Whether it has at least even odds."""
        return bool(self.probability) and max(self.probability.values()) >= SURE


class Listener:
    """Hears a stream; what it keeps is as much after hours as after a minute.

    Each piece of 3 s, one a second, is heard once. As `models.classify_clip` does with a file, it
    takes the mean over the pieces before it asks how probable the genres are, because for that
    the probabilities are calibrated.

    Parameters
    ----------
    head
        As from `models.load_model`.
    window
        Seconds that it speaks of at most, 3 or more.
    detector
        Tells changes of song; a window does not reach over one.
    """

    def __init__(
        self,
        head: LinearModel,
        window: float = WINDOW_SECONDS,
        detector: ChangeDetector | None = None,
    ) -> None:
        self.head, self.detector = head, detector or ChangeDetector()
        pieces = 1 + max(0, round((window - SEGMENT_SECONDS) / HOP_SECONDS))
        self._pieces: deque[Embedding] = deque(maxlen=pieces)
        self._temperatures = head.temperatures
        self._held, self._at = np.zeros(0, np.float32), 0
        self._silent, self._told = False, False
        self._genre, self._next, self._times = "", "", 0

    def hear(self, block: Block) -> Iterator[Now | Event]:
        """Hear what arrived.

        Parameters
        ----------
        block
            The next one of the stream.

        Yields
        ------
        Now or Event
            Events as they are noticed, and what is heard once a second.
        """
        if block.note:
            yield Event(round(block.start, 2), "note", block.note)
        self._held = np.concatenate([self._held, block.samples])
        while len(self._held) >= _PIECE:
            yield from self._hear(self._held[:_PIECE])
            self._held, self._at = self._held[_HOP:], self._at + _HOP

    def end(self) -> Iterator[Now | Event]:
        """Hear what there is of a stream that ended before one piece was heard.

        Raises
        ------
        AudioError
            As `audio.check_signal`.
        """
        if not self._told:
            yield from self._hear(check_signal(self._held, SAMPLE_RATE))

    def _hear(self, piece: np.ndarray) -> Iterator[Now | Event]:
        self._told = True
        seconds = round((self._at + len(piece)) / SAMPLE_RATE, 2)
        if np.sqrt(np.mean(np.square(piece))) < QUIET:
            if not self._silent:
                yield Event(seconds, "silence")
            self._silent = True
            self._pieces.clear()
            self.detector.forget()
            yield Now(seconds)
            return
        if self._silent:
            self._silent = False
            yield Event(seconds, "sound")
        heard = embed(piece)
        if self.detector.add(heard):
            yield Event(seconds, "song")
            self._pieces.clear()
        self._pieces.append(heard)
        now = self._now(seconds, len(piece) / SAMPLE_RATE)
        if self._is_another_genre(now):
            yield Event(seconds, "genre", self._genre)
        yield now

    def _is_another_genre(self, now: Now) -> bool:
        """Whether another genre than before was sure `AFTER` times, one after the other."""
        genre = now.genre or ""
        self._times = self._times + 1 if now.sure and genre == self._next else int(now.sure)
        self._next = genre
        if self._times < AFTER or genre == self._genre:
            return False
        self._genre = genre
        return True

    def _now(self, seconds: float, piece: float) -> Now:
        rows = np.concatenate([np.hstack(heard) for heard in self._pieces])
        heard = piece + (len(rows) - 1) * HOP_SECONDS
        mean = softmax(self.head.logits(rows).mean(axis=0))
        likely = at_temperature(mean, temperature_at(self._temperatures, heard))
        tags = np.mean([heard.tags[0] for heard in self._pieces], axis=0)
        return Now(seconds, heard, _ranked(self.head.classes, likely), _ranked(TAGS, tags))


def listen(blocks: Iterable[Block], listener: Listener) -> Iterator[Now | Event]:
    """Hear a stream to its end, if it has one.

    Parameters
    ----------
    blocks
        As from `stream`.
    listener
        Hears them.

    Raises
    ------
    AudioError
        If the source fails.
    EncoderMissing
        If the pretrained encoder is not there.
    """
    for block in blocks:
        yield from listener.hear(block)
    yield from listener.end()


def _ranked(names: Iterable[str], values: np.ndarray) -> dict[str, float]:
    known = list(names)
    return {known[i]: float(values[i]) for i in np.argsort(-values, kind="stable")}

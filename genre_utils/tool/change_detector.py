"""Detection of song changes in a stream."""

from __future__ import annotations

from collections import deque

import numpy as np

from genre_utils.audio import SEGMENT_SECONDS, Embedding

HOP_SECONDS = 1.0
BEFORE, AFTER = 8, 3  # segments compared: at most 8 before a change with 3 after it
LEAST = 4  # segments of a song before a change can be detected
THRESHOLD = 0.085  # one false alarm in 30 minutes, on spliced songs of half of the artists
_APART = round(SEGMENT_SECONDS / HOP_SECONDS)  # hops between segments that do not overlap
_TAGS = 3.0  # weight of the tags, which vary less in direction than the layers


class ChangeDetector:
    """Detects changes of song from the novelty of the last seconds.

    The novelty is one minus the cosine of the mean embeddings before and after a moment: Foote,
    "Automatic audio segmentation using a measure of audio novelty", ICME 2000, without the
    similarities within either side. Only the threshold is fitted.

    Parameters
    ----------
    threshold
        A novelty above it is a new song.
    after
        Segments that are compared with those before them: fewer are faster, more are more reliable.

    Attributes
    ----------
    novelty
        Of the last segment, from 0 to 2; 0 at the beginning of a song.
    """

    def __init__(self, threshold: float = THRESHOLD, after: int = AFTER) -> None:
        self.threshold, self.after, self.novelty = threshold, after, 0.0
        self._segments: deque[np.ndarray] = deque(maxlen=BEFORE + _APART - 1 + after)

    def add(self, embedding: Embedding) -> bool:
        """Add the embedding of a segment of 3 s; return whether a new song was detected.

        Each segment begins `HOP_SECONDS` after the one before. After a detection only the last
        segment is kept, because it is the most certain to belong to the new song.
        """
        tags = np.clip(embedding.tags[0], 1e-4, 1 - 1e-4)
        sides = _unit(embedding.layers[0]), _TAGS * _unit(np.log(tags / (1 - tags)))
        self._segments.append(np.concatenate(sides))
        self.novelty = 0.0
        known = len(self._segments) - self.after - (_APART - 1)
        if known < LEAST:
            return False
        segments = np.array(self._segments)
        self.novelty = 1 - float(
            _unit(segments[:known].mean(0)) @ _unit(segments[-self.after :].mean(0))
        )
        if self.novelty <= self.threshold:
            return False
        last = self._segments[-1]
        self._segments.clear()
        self._segments.append(last)
        return True

    def reset(self) -> None:
        """Start again, as after silence."""
        self._segments.clear()


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)

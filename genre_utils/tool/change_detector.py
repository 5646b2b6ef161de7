"""Where one song ends and another begins, in sound that is still arriving."""

from __future__ import annotations

from collections import deque

import numpy as np

from genre_utils.audio import SEGMENT_SECONDS, Embedding

HOP_SECONDS = 1.0
BEFORE, AFTER = 8, 3  # pieces that are compared: at most so many, and exactly so many
LEAST = 4  # of a song, before its end can be told
THRESHOLD = 0.085  # on splices of half of the artists: one false alarm in half an hour
_APART = round(SEGMENT_SECONDS / HOP_SECONDS)  # hops between pieces that share no sound
_TAGS = 3.0  # weight of the tags, whose directions differ less than those of the layers


class ChangeDetector:
    """Tells changes of song by how new the last seconds are after those before them.

    What is compared are the means over the pieces before and after a moment, by their cosine:
    Foote, "Automatic audio segmentation using a measure of audio novelty", ICME 2000, without the
    similarities within either side. Nothing in it is fitted but the threshold.

    Parameters
    ----------
    threshold
        Novelty from which on it is another song.
    after
        Pieces that are compared with those before them: fewer tell sooner, more tell surer.

    Attributes
    ----------
    novelty
        Of the last piece, from 0 to 2; 0 while too little was heard.
    """

    def __init__(self, threshold: float = THRESHOLD, after: int = AFTER) -> None:
        self.threshold, self.after, self.novelty = threshold, after, 0.0
        self._pieces: deque[np.ndarray] = deque(maxlen=BEFORE + _APART - 1 + after)

    def add(self, heard: Embedding) -> bool:
        """Hear one more piece of 3 s, which begins `HOP_SECONDS` after the last one.

        Parameters
        ----------
        heard
            One row, as from `audio.embed`.

        Returns
        -------
        bool
            Whether the last `after` pieces are of another song than those before them. All but the
            last one, which is surest to be of it, are forgotten then.
        """
        tags = np.clip(heard.tags[0], 1e-4, 1 - 1e-4)
        sides = _unit(heard.layers[0]), _TAGS * _unit(np.log(tags / (1 - tags)))
        self._pieces.append(np.concatenate(sides))
        self.novelty = 0.0
        known = len(self._pieces) - self.after - (_APART - 1)
        if known < LEAST:
            return False
        pieces = np.array(self._pieces)
        self.novelty = 1 - float(
            _unit(pieces[:known].mean(0)) @ _unit(pieces[-self.after :].mean(0))
        )
        if self.novelty <= self.threshold:
            return False
        last = self._pieces[-1]
        self._pieces.clear()
        self._pieces.append(last)
        return True

    def forget(self) -> None:
        """Begin anew, as after silence."""
        self._pieces.clear()


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)

"""Several songs one after the other: what was heard of them against what was played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from genre_utils.tool.experiments.splicing import WITHIN
from genre_utils.tool.listener import Event, Now


class Mix(NamedTuple):
    """What was played, what was heard, and how well.

    Attributes
    ----------
    truth
        A row a song: ``start`` and ``end`` in seconds, ``genre``.
    heard
        A row a moment: ``seconds``, ``genre`` (None in silence), ``probability``, and ``right``,
        whether the song that was played then is of that genre.
    alarms
        Seconds at which another song was noticed.
    found
        How many changes of song had an alarm within `WITHIN` seconds.
    """

    truth: pd.DataFrame
    heard: pd.DataFrame
    alarms: tuple[float, ...]
    found: int

    @property
    def right(self) -> float:
        """Share of the moments at which the right genre was said."""
        return float(self.heard["right"].mean())

    @property
    def false_alarms(self) -> int:
        """How many alarms were of no change."""
        return len(self.alarms) - self.found


def judge_mix(seconds: Sequence[float], genre: Sequence[str], told: Iterable[Now | Event]) -> Mix:
    """Compare what a listener told of songs that were played one after the other.

    Parameters
    ----------
    seconds, genre
        Length and genre of each song.
    told
        As from `listen`.
    """
    ends = np.cumsum(np.asarray(seconds, float))
    truth = pd.DataFrame({"start": ends - seconds, "end": ends, "genre": list(genre)})
    rows, alarms = [], []
    for one in told:
        if isinstance(one, Event):
            alarms += [one.seconds] if one.kind == "song" else []
        else:
            place = min(int(np.searchsorted(ends, one.seconds)), len(ends) - 1)
            right = one.genre == truth["genre"][place]
            rows.append((one.seconds, one.genre, max(one.probability.values(), default=0.0), right))
    heard = pd.DataFrame(rows, columns=["seconds", "genre", "probability", "right"])
    found = sum(any(0 < at - end <= WITHIN for at in alarms) for end in ends[:-1])
    return Mix(truth, heard, tuple(alarms), found)

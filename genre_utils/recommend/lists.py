"""Lists of a recommender compared: what taming hubs, variety and feedback change."""

from __future__ import annotations

from typing import NamedTuple


class Gain(NamedTuple):
    """A mean over listeners, its 95 % interval, and of how many."""

    mean: float
    low: float
    high: float
    listeners: int

"""Songs that a user liked and skipped, and the query that they move (relevance feedback)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

# Rocchio's weights of the seed, of what was liked and of what was skipped (Salton and Buckley,
# "Improving retrieval performance by relevance feedback", JASIS 41, 1990).
ROCCHIO = (1.0, 0.75, 0.25)


@dataclass(frozen=True)
class Feedback:
    """Liked and skipped tracks, the oldest first."""

    likes: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()

    def add(self, *, like: Iterable[str] = (), skip: Iterable[str] = ()) -> Feedback:
        """Return feedback with more likes and skips; the latest judgment of a track counts."""
        likes, skips = dict.fromkeys(self.likes), dict.fromkeys(self.skips)
        for track in like:
            skips.pop(track, None)
            likes[track] = None
        for track in skip:
            likes.pop(track, None)
            skips[track] = None
        return Feedback(tuple(likes), tuple(skips))

    def among(self, tracks: Collection[str]) -> tuple[Feedback, list[str]]:
        """Split into the feedback on some tracks, and the names of all other tracks."""
        names = (*self.likes, *self.skips)
        likes = tuple(name for name in self.likes if name in tracks)
        skips = tuple(name for name in self.skips if name in tracks)
        return Feedback(likes, skips), [name for name in names if name not in tracks]


def rocchio_query(
    seed: np.ndarray, liked: np.ndarray | None = None, skipped: np.ndarray | None = None
) -> np.ndarray:
    """Move a query towards liked songs and away from skipped ones by Rocchio's rule.

    Parameters
    ----------
    seed
        Shape (columns,).
    liked, skipped
        Shape (songs, columns); None or without rows if there are none.
    """
    query = ROCCHIO[0] * seed
    for weight, songs in ((ROCCHIO[1], liked), (-ROCCHIO[2], skipped)):
        if songs is not None and len(songs):
            query = query + weight * songs.mean(axis=0)
    return query

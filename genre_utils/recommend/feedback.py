"""Songs that were liked and skipped."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Taste:
    """Tracks that were liked and skipped, the oldest first; the last word on a track counts."""

    likes: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()

    def told(self, *, like: Iterable[str] = (), skip: Iterable[str] = ()) -> Taste:
        """Return the taste after more likes and skips."""
        likes, skips = dict.fromkeys(self.likes), dict.fromkeys(self.skips)
        for track in like:
            skips.pop(track, None)
            likes[track] = None
        for track in skip:
            likes.pop(track, None)
            skips[track] = None
        return Taste(tuple(likes), tuple(skips))

    def among(self, tracks: Collection[str]) -> tuple[Taste, list[str]]:
        """Split into the taste in some tracks, and the names of all others."""
        names = (*self.likes, *self.skips)
        likes = tuple(name for name in self.likes if name in tracks)
        skips = tuple(name for name in self.skips if name in tracks)
        return Taste(likes, skips), [name for name in names if name not in tracks]

"""A folder that grows: what appears is heard, kept in a catalogue and placed among the rest."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from genre_utils.audio import SongFeatures, encoder_digest
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    Songs,
    gather_songs,
    printable,
    read_artist_and_title,
)
from genre_utils.models import ClipGenre, Model
from genre_utils.recommend import Taste
from genre_utils.tool.debounce import Settling, State, audio_files, noticing, state_of
from genre_utils.tool.hearing_of_files import hear_file
from genre_utils.tool.library import Library, library_file, load_library, save_songs
from genre_utils.tool.preference import nearness

SETTLE_SECONDS = 3.0
_SAVE_SECONDS = 10.0
_LOOK_SECONDS = 0.25
_SCAN_SECONDS = 60.0


class WatchError(RuntimeError):
    """A folder cannot be watched; the message says why."""


@dataclass(frozen=True)
class Placed:
    """A file that appeared.

    Attributes
    ----------
    file
        Its path.
    track
        Under which it is in the catalogue; "" if it cannot be used.
    error
        Why it cannot be used, or what is wrong with it; "" if nothing.
    genre, probability, sure
        What it sounds like, as in `ClipGenre`; "" and 0 without a model.
    same
        Another track that is the same song; "" if there is none.
    like
        Similarity to the songs of the catalogue that are most like it, by track.
    pleases
        For each listener who likes something: the share of the catalogue that is less near to what
        is liked.
    """

    file: str
    track: str = ""
    error: str = ""
    genre: str = ""
    probability: float = 0.0
    sure: bool = False
    same: str = ""
    like: dict[str, float] = field(default_factory=dict)
    pleases: dict[str, float] = field(default_factory=dict)


class _Heard(NamedTuple):
    """A file that is not in the catalogue yet."""

    path: Path
    state: State
    song: SongFeatures
    placed: Placed


def watch_folder(
    folder: Path,
    *,
    name: str | None = None,
    encoder: bool = True,
    model: Model | None = None,
    tastes: Mapping[str, Taste] | None = None,
    k: int = 3,
    settle: float = SETTLE_SECONDS,
    poll: bool = False,
    once: bool = False,
) -> Iterator[Placed]:
    """Hear the files that appear in a folder, and those that are there, and place them.

    The catalogue is that of `genre library`. It is replaced whole, at the latest ten seconds after
    a file was heard, and a file is told once it is kept. Whoever is killed goes on from there:
    what was heard and not yet kept is in the cache.

    Parameters
    ----------
    folder
        Any folder.
    name
        Of the catalogue; None for that of the folder.
    encoder
        Whether to ask the encoder too.
    model
        What tells the genre, as from `load_model`.
    tastes
        Of each listener, by name; asked anew whenever files are placed.
    k
        How many similar songs to name.
    settle
        A file is read once it has not changed for so many seconds.
    poll
        Whether to look again and again, as for network drives.
    once
        Whether to end when all that is there has been placed.

    Yields
    ------
    Placed
        A file, also one that cannot be used. One that changes comes again.

    Raises
    ------
    WatchError
        If it is no folder, or another program watches it.
    EncoderMissing
        If the encoder is asked and is not there.
    ModelError
        If songs from elsewhere have that name, or the catalogue cannot be written.
    """
    if not folder.is_dir():
        raise WatchError(f"{folder} {'is a file' if folder.exists() else 'does not exist'}.")
    target = library_file(folder, name)
    root = folder.resolve()
    with _alone(target, folder), noticing(root, poll=poll) as noticed:
        catalogue = _Catalogue(root, name, target, encoder)
        settling, waiting = Settling(settle), list[_Heard]()
        scanned, saved = -math.inf, time.monotonic()
        while True:
            if scan := time.monotonic() - scanned >= _SCAN_SECONDS:
                found, scanned = set(audio_files(root)), time.monotonic()
            else:
                found = noticed.files(root, _LOOK_SECONDS)
            lost = scan and catalogue.has_lost(found)
            for path in sorted(found):
                if not catalogue.knows(path):
                    settling.add(path)
            for path, state in settling.settled():
                catalogue.states[_key(path)] = state
                described, genre = hear_file(path, encoder=encoder, model=model)
                about = Placed(str(path), error=described.fault or "")
                if described.song is None:
                    lost |= catalogue.cannot_use(path)
                    yield about
                    continue
                catalogue.unusable.discard(_key(path))
                about = _with_genre(about, genre)
                waiting.append(_Heard(path, state, described.song, about))
                if time.monotonic() - saved >= _SAVE_SECONDS:
                    yield from catalogue.keep(waiting, settling, tastes or {}, k)
                    waiting, saved = [], time.monotonic()
            if waiting or lost:
                yield from catalogue.keep(waiting, settling, tastes or {}, k)
                waiting, saved = [], time.monotonic()
            if once and not settling:
                return


@contextmanager
def _alone(target: Path, folder: Path) -> Iterator[None]:
    """Keep a catalogue for oneself; a program that is killed gives it back."""
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise WatchError(f"{folder} is watched by another program already.") from error
    except OSError as error:
        raise WatchError(f"{target.parent} cannot be written ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()


def _key(path: Path) -> str:
    """A file as the catalogue names it."""
    return printable(os.path.realpath(path))


def _with_genre(about: Placed, found: ClipGenre | None) -> Placed:
    if found is None:
        return about
    return replace(
        about, genre=found.genre, probability=found.probability[found.genre], sure=found.sure
    )


class _Catalogue:
    """What is kept of a folder, and which state of each file that is."""

    def __init__(self, root: Path, name: str | None, target: Path, encoder: bool) -> None:
        self.root, self.name, self.target, self.encoder = root, name, target, encoder
        self.library = self._kept()
        self.states: dict[str, State] = {}
        self.unusable: set[str] = set()
        if self.library is None:
            return
        since = target.stat().st_mtime_ns
        known = set(self.library.paths)
        for path in audio_files(root):
            state = state_of(path)
            # What was written or put here after the catalogue was, is heard again.
            if state and _key(path) in known and _changed(path) < since:
                self.states[_key(path)] = state

    def knows(self, path: Path) -> bool:
        """Whether a file was heard as it is now."""
        return self.states.get(_key(path)) == state_of(path)

    def cannot_use(self, path: Path) -> bool:
        """Note that a file is no song any more; says whether it was one of the catalogue."""
        self.unusable.add(_key(path))
        return self.library is not None and _key(path) in set(self.library.paths)

    def has_lost(self, found: set[Path]) -> bool:
        """Whether files of the catalogue are gone, though not all, as when a drive is."""
        here = {_key(path) for path in found}
        return bool(here) and self.library is not None and not here.issuperset(self.library.paths)

    def keep(
        self, waiting: list[_Heard], settling: Settling, tastes: Mapping[str, Taste], k: int
    ) -> Iterator[Placed]:
        """Replace the catalogue by one with these files, then tell them."""
        fresh = {}
        for one in waiting:
            if state_of(one.path) == one.state:
                fresh[_key(one.path)] = one
            else:  # it went on while it was heard
                settling.add(one.path)
        former = {}
        if self.library is not None:
            prints = self.library.prints
            former = {path: prints[track] for track, path in self.library.paths.items()}
        songs, tracks = self._with(fresh)
        if songs is None:
            return
        save_songs(songs, self.root, self.name)
        self.library = self._kept()
        told = {
            tracks[key]: one.placed
            for key, one in fresh.items()
            if not np.array_equal(former.get(key, np.empty(0)), one.song.fingerprint)
        }
        if self.library is not None and told:
            yield from _place(told, self.library, tastes, k)

    def _kept(self) -> Library | None:
        if not self.target.exists():
            return None
        library = load_library(self.target.name.removesuffix(".songs.parquet"))
        # What another encoder heard is not to be compared: all is heard again.
        same = library.encoder == encoder_digest() if self.encoder else not library.encoder
        return library if same else None

    def _with(self, fresh: Mapping[str, _Heard]) -> tuple[Songs | None, dict[str, str]]:
        """All songs of the catalogue that are still there and some more, and names of these."""
        here = {_key(path) for path in audio_files(self.root)}
        if here:  # what comes back is heard again
            self.states = {key: state for key, state in self.states.items() if key in here}
        parts, taken = [], set[str]()
        if self.library is not None:
            own = self.library
            former = {*fresh, *self.unusable}
            there = here or set(own.paths)
            stay = [t for t, at in own.paths.items() if at not in former and at in there]
            known = own.tracks.loc[stay, ["artist", "title"]].assign(path=own.paths[stay])
            prints = pd.Series(own.prints, dtype=object).reindex(stay)
            parts.append((known, own.X.loc[stay], own.heard.loc[stay, :], prints))
            taken = set(stay)
        names: dict[str, str] = {}
        for key, one in fresh.items():
            whole = one.path.relative_to(self.root)
            plain = printable(whole.with_suffix("").as_posix())
            names[key] = plain if plain not in taken else printable(whole.as_posix())
            taken.add(names[key])
            parts.append(_row(names[key], plain, one))
        if not taken:
            return None, names
        tracks, X, heard, prints = (pd.concat(part) for part in zip(*parts, strict=True))
        return gather_songs(tracks, X, heard, prints), names


def _changed(path: Path) -> int:
    """When a file was last written or put in its place, in ns."""
    found = path.stat()
    return max(found.st_mtime_ns, found.st_ctime_ns)


def _row(
    track: str, plain: str, one: _Heard
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.Series]:
    index = pd.Index([track], name="track_id")
    artist, title = read_artist_and_title(one.path, plain)
    about = {"artist": artist, "title": title, "path": str(one.path)}
    song = one.song
    heard = np.empty((0, len(EMBEDDING_AND_TAGS)))
    if song.embedding is not None and song.tags is not None:
        heard = np.concatenate([song.embedding, song.tags])[None]
    return (
        pd.DataFrame(about, index, dtype=object),
        song.features.to_frame().T.set_axis(index),
        pd.DataFrame(heard, index[: len(heard)], columns=list(EMBEDDING_AND_TAGS)),
        pd.Series([song.fingerprint], index, dtype=object),
    )


def _place(
    told: Mapping[str, Placed], library: Library, tastes: Mapping[str, Taste], k: int
) -> Iterator[Placed]:
    """Say of some tracks of a catalogue what they are like, and whom they might please."""
    recommender, _ = library.recommender(told) if len(library.X) > 1 else (None, "")
    nears = {}
    if recommender is not None:
        nears = {name: nearness(recommender, taste) for name, taste in tastes.items()}
    song = library.tracks["song"]
    for track, about in told.items():
        if recommender is None:
            yield replace(about, track=track)
            continue
        found = recommender.recommend(track, k)
        same = [other for other in song.index[song == song[track]] if other != track]
        yield replace(
            about,
            track=track,
            same=same[0] if same else "",
            like=dict(zip(found["track"], found["similarity"].astype(float), strict=True)),
            pleases={
                name: float(near[recommender.positions([track])[0]])
                for name, near in nears.items()
                if near is not None
            },
        )

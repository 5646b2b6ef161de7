"""A music folder that grows: new files are analyzed and added to its library."""

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
from threadpoolctl import threadpool_limits

from genre_utils.audio import (
    SAMPLE_RATE,
    AudioError,
    duration,
    embed,
    encoder_digest,
    load_audio,
)
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    printable,
    read_artist_and_title,
)
from genre_utils.models import (
    ClipGenre,
    Model,
    SpectrogramModel,
    classify_clip,
    classify_embedded,
    classify_signal,
)
from genre_utils.recommend import Feedback
from genre_utils.tool.concerts import preference_scores
from genre_utils.tool.debounce import Debouncer, State, audio_files, file_state, observe
from genre_utils.tool.library import (
    Library,
    library_file,
    library_of_file,
    load_library,
    save_songs,
)
from genre_utils.tool.songs import (
    MEMORY_SECONDS,
    SongFeatures,
    SongResult,
    Songs,
    cached_song,
    gather_songs,
    song_of_signal,
)

SETTLE_SECONDS = 3.0
_SAVE_SECONDS = 10.0
_WAIT_SECONDS = 0.25
_SCAN_SECONDS = 60.0


class WatchError(RuntimeError):
    """A folder cannot be watched; the message says why."""


@dataclass(frozen=True)
class NewSong:
    """A file that was added to a library, or cannot be.

    Attributes
    ----------
    file
        Its path.
    track
        Its name in the library; "" if it cannot be used.
    error
        Why it cannot be used, or its fault; "" if it has none.
    genre, probability, sure
        The prediction, as in `ClipGenre`; "" and 0 without a model.
    same_song
        Another track that is the same song; "" if there is none.
    similar
        Cosine with the most similar songs, by track.
    preference
        Preference score by user, for users who like some songs.
    """

    file: str
    track: str = ""
    error: str = ""
    genre: str = ""
    probability: float = 0.0
    sure: bool = False
    same_song: str = ""
    similar: dict[str, float] = field(default_factory=dict)
    preference: dict[str, float] = field(default_factory=dict)


class _Analyzed(NamedTuple):
    """A file that is not in the library yet."""

    path: Path
    state: State
    song: SongFeatures
    result: NewSong


def watch_folder(
    folder: Path,
    *,
    name: str | None = None,
    encoder: bool = True,
    model: Model | None = None,
    feedback: Mapping[str, Feedback] | None = None,
    k: int = 3,
    settle: float = SETTLE_SECONDS,
    poll: bool = False,
    once: bool = False,
) -> Iterator[NewSong]:
    """Add the files of a folder to its library, those that exist and those that appear.

    The library is that of `genre library`. It is saved within ten seconds, and a file is reported
    once it is saved. After an interruption the next run continues, because the features of files
    that were not saved are cached.

    Parameters
    ----------
    folder
        Any folder.
    name
        Of the library; None for that of the folder.
    encoder
        Whether to compute embeddings.
    model
        Predicts the genre, as from `load_model`.
    feedback
        By user; read again whenever files are added.
    k
        Number of similar songs.
    settle
        A file is read once it has not changed for this many seconds.
    poll
        Whether to scan the folder in an interval, as for network drives.
    once
        Whether to end when all existing files are added.

    Yields
    ------
    NewSong
        Also for a file that cannot be used, and again for a file that changes.

    Raises
    ------
    WatchError
        If it is not a folder, or another program watches it.
    EncoderMissing
        If the encoder is needed and is not there.
    ModelError
        If another folder's library has that name, or the library cannot be saved.
    """
    if not folder.is_dir():
        raise WatchError(f"{folder} {'is a file' if folder.exists() else 'does not exist'}.")
    target = library_file(folder, name)
    root = folder.resolve()
    with _locked(target, folder), observe(root, poll=poll) as changes:
        library = _GrowingLibrary(root, name, target, encoder)
        debouncer, waiting = Debouncer(settle), list[_Analyzed]()
        scanned, saved = -math.inf, time.monotonic()
        while True:
            if scan := time.monotonic() - scanned >= _SCAN_SECONDS:
                files, scanned = set(audio_files(root)), time.monotonic()
            else:
                files = changes.files(root, _WAIT_SECONDS)
            removed = scan and library.has_lost(files)
            for path in sorted(files):
                if not library.is_current(path):
                    debouncer.add(path)
            for path, state in debouncer.pop_ready():
                library.states[_key(path)] = state
                described, genre = analyze_file(path, encoder=encoder, model=model)
                result = NewSong(str(path), error=described.fault or "")
                if described.song is None:
                    removed |= library.mark_unusable(path)
                    yield result
                    continue
                library.unusable.discard(_key(path))
                if genre is not None:
                    probability = genre.probability[genre.genre]
                    result = replace(
                        result, genre=genre.genre, probability=probability, sure=genre.sure
                    )
                waiting.append(_Analyzed(path, state, described.song, result))
                if time.monotonic() - saved >= _SAVE_SECONDS:
                    yield from library.save(waiting, debouncer, feedback or {}, k)
                    waiting, saved = [], time.monotonic()
            if waiting or removed:
                yield from library.save(waiting, debouncer, feedback or {}, k)
                waiting, saved = [], time.monotonic()
            if once and not debouncer:
                return


def analyze_file(
    path: Path, *, encoder: bool, model: Model | None
) -> tuple[SongResult, ClipGenre | None]:
    """Features and predicted genre of a file, which is decoded and embedded once.

    Files longer than 20 minutes are decoded several times, in blocks. There is no genre without a
    model, nor for a file that cannot be used.
    """
    if model is None:
        return cached_song(path, encoder=encoder), None
    try:
        if duration(path) > MEMORY_SECONDS:
            described = cached_song(path, encoder=encoder)
            return described, classify_clip(path, model) if described.song else None
        y = load_audio(path)
    except AudioError as error:
        return SongResult(fault=str(error)), None
    with threadpool_limits(1):  # as in `cached_song`
        embedding = embed(y) if encoder or not isinstance(model, SpectrogramModel) else None
    described = cached_song(
        path, encoder=encoder, extract=lambda: song_of_signal(y, embedding if encoder else None)
    )
    if described.song is None:
        return described, None
    if isinstance(model, SpectrogramModel) or embedding is None:
        genre = classify_signal(y, model, file=str(path))
    else:
        genre = classify_embedded(embedding, len(y) / SAMPLE_RATE, model, file=str(path))
    return described, genre


@contextmanager
def _locked(target: Path, folder: Path) -> Iterator[None]:
    """Lock a library; the lock of a killed program is released."""
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise WatchError(f"Another program is watching {folder}.") from error
    except OSError as error:
        raise WatchError(f"{target.parent} cannot be written ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()


def _key(path: Path) -> str:
    """The path of a file as the library has it."""
    return printable(os.path.realpath(path))


class _GrowingLibrary:
    """The library of a folder, and the state of each file when it was analyzed."""

    def __init__(self, root: Path, name: str | None, target: Path, encoder: bool) -> None:
        self.root, self.name, self.target, self.encoder = root, name, target, encoder
        self.library = self._load()
        self.states: dict[str, State] = {}
        self.unusable: set[str] = set()
        if self.library is None:
            return
        since = target.stat().st_mtime_ns
        known = set(self.library.paths)
        for path in audio_files(root):
            state = file_state(path)
            # Files that changed after the library was saved are analyzed again.
            if state and _key(path) in known and _last_change(path) < since:
                self.states[_key(path)] = state

    def is_current(self, path: Path) -> bool:
        """Whether a file has not changed since it was analyzed."""
        return self.states.get(_key(path)) == file_state(path)

    def mark_unusable(self, path: Path) -> bool:
        """Record that a file cannot be used; return whether it was in the library."""
        self.unusable.add(_key(path))
        return self.library is not None and _key(path) in set(self.library.paths)

    def has_lost(self, files: set[Path]) -> bool:
        """Whether some files of the library are gone, but not all, as when a drive is removed."""
        here = {_key(path) for path in files}
        return bool(here) and self.library is not None and not here.issuperset(self.library.paths)

    def save(
        self,
        waiting: list[_Analyzed],
        debouncer: Debouncer,
        feedback: Mapping[str, Feedback],
        k: int,
    ) -> Iterator[NewSong]:
        """Save the library with these files, and report them."""
        fresh = {}
        for one in waiting:
            if file_state(one.path) == one.state:
                fresh[_key(one.path)] = one
            else:  # it changed while it was analyzed
                debouncer.add(one.path)
        former = {}
        if self.library is not None:
            prints = self.library.fingerprints
            former = {path: prints[track] for track, path in self.library.paths.items()}
        songs, tracks = self._with(fresh)
        if songs is None:
            return
        save_songs(songs, self.root, self.name)
        self.library = self._load()
        new = {
            tracks[key]: one.result
            for key, one in fresh.items()
            if not np.array_equal(former.get(key, np.empty(0)), one.song.fingerprint)
        }
        if self.library is not None and new:
            yield from _compare(new, self.library, feedback, k)

    def _load(self) -> Library | None:
        if not self.target.exists():
            return None
        library = load_library(library_of_file(self.target))
        # Embeddings of another encoder cannot be compared: all files are analyzed again.
        same = library.encoder == encoder_digest() if self.encoder else not library.encoder
        return library if same else None

    def _with(self, fresh: Mapping[str, _Analyzed]) -> tuple[Songs | None, dict[str, str]]:
        """The songs of the library that still exist and new ones, and the tracks of the latter."""
        here = {_key(path) for path in audio_files(self.root)}
        if here:  # files that come back are analyzed again
            self.states = {key: state for key, state in self.states.items() if key in here}
        parts, taken = [], set[str]()
        if (own := self.library) is not None:
            replaced = {*fresh, *self.unusable}
            exist = here or set(own.paths)
            stay = [t for t, at in own.paths.items() if at not in replaced and at in exist]
            known = own.tracks.loc[stay, ["artist", "title"]].assign(path=own.paths[stay])
            prints = pd.Series(own.fingerprints, dtype=object).reindex(stay)
            parts.append((known, own.X.loc[stay], own.embeddings.loc[stay, :], prints))
            taken = set(stay)
        names: dict[str, str] = {}
        for key, one in fresh.items():
            whole = one.path.relative_to(self.root)
            short = printable(whole.with_suffix("").as_posix())
            names[key] = short if short not in taken else printable(whole.as_posix())
            taken.add(names[key])
            parts.append(_row(names[key], short, one))
        if not taken:
            return None, names
        tracks, X, embeddings, prints = (pd.concat(part) for part in zip(*parts, strict=True))
        return gather_songs(tracks, X, embeddings, prints), names


def _last_change(path: Path) -> int:
    """When a file was last written, or moved to its place, in ns."""
    stat = path.stat()
    return max(stat.st_mtime_ns, stat.st_ctime_ns)


def _row(
    track: str, short: str, one: _Analyzed
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.Series]:
    index = pd.Index([track], name="track_id")
    artist, title = read_artist_and_title(one.path, short)
    about = {"artist": artist, "title": title, "path": str(one.path)}
    song = one.song
    embedding = np.empty((0, len(EMBEDDING_AND_TAGS)))
    if song.embedding is not None and song.tags is not None:
        embedding = np.concatenate([song.embedding, song.tags])[None]
    return (
        pd.DataFrame(about, index, dtype=object),
        song.features.to_frame().T.set_axis(index),
        pd.DataFrame(embedding, index[: len(embedding)], columns=list(EMBEDDING_AND_TAGS)),
        pd.Series([song.fingerprint], index, dtype=object),
    )


def _compare(
    new: Mapping[str, NewSong], library: Library, feedback: Mapping[str, Feedback], k: int
) -> Iterator[NewSong]:
    """Add the name, similar songs and preference scores to new songs of a library."""
    if len(library.X) < 2:
        yield from (replace(result, track=track) for track, result in new.items())
        return
    recommender, _ = library.recommender(new)
    scores = {user: preference_scores(recommender, own) for user, own in feedback.items()}
    song = library.tracks["song"]
    for track, result in new.items():
        similar = recommender.recommend(track, k)
        same = [other for other in song.index[song == song[track]] if other != track]
        row = recommender.positions([track])[0]
        yield replace(
            result,
            track=track,
            same_song=same[0] if same else "",
            similar=dict(zip(similar["track"], similar["similarity"].astype(float), strict=True)),
            preference={user: float(own[row]) for user, own in scores.items() if own is not None},
        )

"""Songs of any folder of music, without genres: their names, features, embeddings, fingerprints."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import delayed
from threadpoolctl import threadpool_limits

from genre_utils.audio import (
    AUDIO_SUFFIXES,
    FEATURE_COLUMNS,
    HOPS_PER_SECOND,
    LONG_SECONDS,
    SAMPLE_RATE,
    AudioError,
    Embedding,
    duration,
    embed,
    embed_file,
    extract_features,
    extract_in_blocks,
    features_of_file,
    find_truncation,
    fingerprint,
    fingerprint_of_file,
    load_audio,
    near_duplicates,
)
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    DatasetError,
    NoUsableAudio,
    cache_dir,
    cache_key,
    fault_table,
    identify,
    printable,
    read_artist_and_title,
    remove_leftovers,
    walk_files,
)
from genre_utils.files import file_digest, replacing
from genre_utils.parallel import run_parallel

# So long a signal fits the memory (some 400 MB while decoded); longer files are read several times.
MEMORY_SECONDS = 1200.0
_SIGNAL_BLOCK = 1 << 18
# Files of one recording agree from the beginning; comparing all would need much memory.
_COMPARED = int(60 * HOPS_PER_SECOND)


class SongFeatures(NamedTuple):
    """Features of a recording.

    Attributes
    ----------
    features
        The 57 features, index `FEATURE_COLUMNS`.
    embedding, tags
        Means over the segments of 3 s, shapes (256,) and (50,); None without the encoder.
    fingerprint
        Shape (frames,), uint32.
    """

    features: pd.Series
    embedding: np.ndarray | None
    tags: np.ndarray | None
    fingerprint: np.ndarray


def extract_song(path: str | Path, *, encoder: bool = True) -> SongFeatures:
    """Features of the recording in a file; with the embedding if `encoder`.

    Raises
    ------
    AudioError
        As `load_audio`.
    EncoderMissing
        If the encoder is needed and is not there.
    """
    if duration(path) <= MEMORY_SECONDS:
        y = load_audio(path)
        return song_of_signal(y, embed(y) if encoder else None)
    features, _ = features_of_file(path)
    return _song(features, embed_file(path) if encoder else None, fingerprint_of_file(path))


def song_of_signal(y: np.ndarray, embedding: Embedding | None) -> SongFeatures:
    """As `extract_song`, of a signal of at most `MEMORY_SECONDS` and its embedding, if any."""
    if len(y) <= LONG_SECONDS * SAMPLE_RATE:
        features = extract_features(y)
    else:
        blocks = range(0, len(y), _SIGNAL_BLOCK)
        features, _ = extract_in_blocks(lambda: (y[at : at + _SIGNAL_BLOCK] for at in blocks))
    return _song(features, embedding, fingerprint(y))


def _song(features: pd.Series, embedding: Embedding | None, words: np.ndarray) -> SongFeatures:
    if embedding is None:
        return SongFeatures(features, None, None, words)
    mean, tags = embedding.embedding.mean(axis=0), embedding.tags.mean(axis=0)
    return SongFeatures(features, mean, tags, words)


class Songs(NamedTuple):
    """Songs of a folder.

    Attributes
    ----------
    tracks
        One row per song, index ``track_id`` (its path below the folder, without its ending):
        ``path``, ``artist``, ``title``, ``song`` and ``artist_group`` (see `identify`).
    X
        The 57 features, same index.
    embeddings
        Columns `EMBEDDING_AND_TAGS`, same index; without rows if the encoder was not used.
    prints
        Fingerprint of each song.
    faults
        Files that cannot be used, as in `Features`.
    """

    tracks: pd.DataFrame
    X: pd.DataFrame
    embeddings: pd.DataFrame
    prints: pd.Series
    faults: pd.DataFrame


class SongResult(NamedTuple):
    """What became of one file.

    Attributes
    ----------
    song
        None if the file cannot be used.
    fault
        What is wrong with the file, though perhaps it could be used.
    note
        Why the result could not be cached.
    """

    song: SongFeatures | None = None
    fault: str | None = None
    note: str | None = None


def list_songs(folder: Path) -> pd.DataFrame:
    """Audio files below a folder and the folders it links to, whatever the layout.

    Returns
    -------
    pandas.DataFrame
        Index ``track_id``, columns ``path``, ``artist`` and ``title`` (of tags, else of names).

    Raises
    ------
    DatasetError
        If it is no folder, or has no audio file.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder} {'is a file' if folder.exists() else 'does not exist'}.")
    files = [path for path in walk_files(folder) if path.suffix.lower() in AUDIO_SUFFIXES]
    if not files:
        raise DatasetError(f"There is no audio file in {folder}.")
    names = [path.relative_to(folder) for path in files]
    tracks = pd.Series([printable(name.with_suffix("").as_posix()) for name in names])
    full = pd.Series([printable(name.as_posix()) for name in names])
    tracks = tracks.where(~tracks.duplicated(keep=False), full)
    rows = [read_artist_and_title(*song) for song in zip(files, tracks, strict=True)]
    table = pd.DataFrame(rows, columns=["artist", "title"], dtype=object)
    table.insert(0, "path", pd.Series([str(path) for path in files], dtype=object))
    return table.set_index(pd.Index(tracks, name="track_id"))


def read_songs(
    folder: Path, *, encoder: bool = True, n_jobs: int = -1, progress: bool = True
) -> Songs:
    """Extract all songs below a folder; each is cached.

    Parameters
    ----------
    encoder
        Whether to embed the songs with the pretrained encoder too.
    n_jobs
        Processes; -1 for one per core.

    Raises
    ------
    DatasetError
        If there is no audio file, or none that can be used.
    EncoderMissing
        If the encoder is needed and is not there.
    """
    tracks = list_songs(folder)
    remove_leftovers(_cache(encoder))
    jobs = (delayed(cached_song)(path, encoder=encoder) for path in tracks["path"])
    bar = "songs" if progress else ""
    done = run_parallel(jobs, len(tracks), n_jobs=n_jobs, progress=bar, unit="song")
    if notes := [result.note for result in done if result.note]:
        warnings.warn(f"{len(notes)} results were not cached: {notes[0]}", stacklevel=2)
    found = dict(zip(tracks.index, done, strict=True))
    faults = fault_table(
        (track, tracks.loc[track, "path"], result.fault, result.song is not None)
        for track, result in found.items()
        if result.fault
    )
    songs = {track: result.song for track, result in found.items() if result.song}
    if not songs:
        first = f"{faults['file'].iloc[0]}: {faults['reason'].iloc[0]}"
        raise NoUsableAudio(f"No audio file in {folder} can be used ({first}).")
    index = pd.Index(songs, name="track_id")
    X = pd.DataFrame([song.features for song in songs.values()], index)
    rows = [np.concatenate([s.embedding, s.tags]) for s in songs.values() if encoder]
    columns = list(EMBEDDING_AND_TAGS)
    embeddings = pd.DataFrame(rows, index if encoder else index[:0], columns=columns)
    prints = pd.Series([song.fingerprint for song in songs.values()], index, dtype=object)
    return gather_songs(tracks.loc[index], X, embeddings, prints, faults)


def gather_songs(
    tracks: pd.DataFrame,
    X: pd.DataFrame,
    embeddings: pd.DataFrame,
    prints: pd.Series,
    faults: pd.DataFrame | None = None,
) -> Songs:
    """Put songs together and identify those that are the same; parameters as in `Songs`."""
    alike = near_duplicates({track: words[:_COMPARED] for track, words in prints.items()})
    pairs = zip(alike["track"], alike["other"], strict=True)
    tracks = identify(tracks.assign(duplicate_of=None), pairs)
    return Songs(tracks, X, embeddings, prints, fault_table([]) if faults is None else faults)


def cached_song(
    path: str | Path,
    *,
    encoder: bool = True,
    extract: Callable[[], SongFeatures] | None = None,
) -> SongResult:
    """Features of one song, from the cache or computed now.

    Parameters
    ----------
    encoder
        Whether to embed it with the pretrained encoder too.
    extract
        Computes what `extract_song` would, for those who have decoded the file already.

    Raises
    ------
    EncoderMissing
        If the encoder is needed and is not there.
    """
    try:
        target = _cache(encoder) / f"{file_digest(path, 'md5')}.npz"
    except OSError as error:
        return SongResult(fault=f"the file cannot be read ({error.strerror})")
    if song := _recall(target):
        return SongResult(song, find_truncation(path))
    try:
        # One thread: the last digits of a matrix product depend on how many share it.
        with threadpool_limits(1):
            song = extract() if extract else extract_song(path, encoder=encoder)
    except AudioError as error:
        return SongResult(fault=str(error))
    parts = {name: part for name, part in song._asdict().items() if part is not None}
    note = None
    try:
        with replacing(target) as temporary, temporary.open("wb") as file:
            np.savez(file, **parts)
    except OSError as error:
        note = f"{target.parent}: {error.strerror or error}"
    return SongResult(song, find_truncation(path), note)


def _cache(encoder: bool) -> Path:
    return cache_dir() / f"song-{cache_key('song with encoder' if encoder else 'song')}"


def _recall(target: Path) -> SongFeatures | None:
    """What is cached of a file; None if nothing is, or it is damaged."""
    try:
        with np.load(target, allow_pickle=False) as cached:
            features = pd.Series(cached["features"], index=list(FEATURE_COLUMNS))
            parts = (cached.get(name) for name in SongFeatures._fields[1:])
            return SongFeatures(features, *parts)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None

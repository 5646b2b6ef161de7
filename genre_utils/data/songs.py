"""Any folder of music: which files are in it, what they are called, and all that is heard in them.

Unlike a collection it has no genres, and may be of any size: of each song only one row is held.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import delayed
from threadpoolctl import threadpool_limits

from genre_utils.audio import (
    AUDIO_SUFFIXES,
    EMBEDDING_COLUMNS,
    FEATURE_COLUMNS,
    HOPS_PER_SECOND,
    TAGS,
    AudioError,
    Song,
    describe_song,
    near_duplicates,
    shortened,
)
from genre_utils.data.dataset import DatasetError
from genre_utils.data.identity import identify
from genre_utils.data.inputs import cache_dir, cache_key, remove_leftovers
from genre_utils.data.naming import printable, walk_files
from genre_utils.data.tables import NoUsableAudio, fault_table
from genre_utils.data.tags import written_artist_and_title
from genre_utils.files import file_digest, replacing
from genre_utils.parallel import run_parallel

HEARD_COLUMNS = (*EMBEDDING_COLUMNS, *TAGS)
# Two files of one recording are alike from their beginning on; comparing all of it would need much
# memory where there are many.
_COMPARED = int(60 * HOPS_PER_SECOND)
_NUMBER = re.compile(r"^(?:\d{1,2}-)?\d{1,3}(?:[.)_]\s*|\s+-\s+|\s+)(?=\S)")


class Songs(NamedTuple):
    """Songs of a folder.

    Attributes
    ----------
    tracks
        A row a song, index ``track_id`` (its path below the folder, without its ending): ``path``,
        ``artist``, ``title``, ``song`` and ``artist_group`` (see `identify`); missing where neither
        tags nor names say anything.
    X
        The 57 features, same index.
    heard
        Embedding and tags, columns `HEARD_COLUMNS`; without rows if the encoder was not asked.
    prints
        Fingerprint of each song.
    faults
        Files that cannot be used, as in `Features`.
    """

    tracks: pd.DataFrame
    X: pd.DataFrame
    heard: pd.DataFrame
    prints: pd.Series
    faults: pd.DataFrame


def list_songs(folder: Path) -> pd.DataFrame:
    """Audio files below a folder, whatever its layout, and what tags, or else names, say.

    Parameters
    ----------
    folder
        Where to look, in folders that it links to as well.

    Returns
    -------
    pandas.DataFrame
        Index ``track_id``, columns ``path``, ``artist`` and ``title``.

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
    whole = pd.Series([printable(name.as_posix()) for name in names])
    tracks = tracks.where(~tracks.duplicated(keep=False), whole)
    told = [told_artist_and_title(*song) for song in zip(files, tracks, strict=True)]
    table = pd.DataFrame(told, columns=["artist", "title"], dtype=object)
    table.insert(0, "path", pd.Series([str(path) for path in files], dtype=object))
    return table.set_index(pd.Index(tracks, name="track_id"))


def told_artist_and_title(path: Path, track: str) -> tuple[str | None, str | None]:
    """What is told of a song: by the tags of its file, or where they are silent by its name.

    Parameters
    ----------
    path
        The file.
    track
        Its path without its ending, as far as that may tell something.
    """
    artist, title = written_artist_and_title(path)
    named_artist, named_title = artist_and_title(track)
    return artist or named_artist, title or named_title


def artist_and_title(track: str) -> tuple[str | None, str | None]:
    """What the path of a song, without its ending, says of it.

    Examples
    --------
    >>> artist_and_title("mixed/Nina Simone - Feeling Good")
    ('Nina Simone', 'Feeling Good')
    >>> artist_and_title("Nina Simone/Pastel Blues/03 Sinnerman")
    ('Nina Simone', 'Sinnerman')
    >>> artist_and_title("recordings/take7")
    (None, None)
    """
    path = PurePosixPath(track)
    plain = _NUMBER.sub("", path.name)
    parts = [part.strip() for part in plain.split(" - ") if part.strip()]
    parts = [part for part in parts if not part.isdecimal()] or parts
    if len(parts) > 1:
        return parts[0], parts[-1]
    # A number before the name is that on a record, which lies in the folder of its artist.
    if plain != path.name and len(path.parts) > 2:
        return path.parts[-3], plain.strip()
    return None, None


def read_songs(
    folder: Path, *, encoder: bool = True, n_jobs: int = -1, progress: bool = True
) -> Songs:
    """Hear all songs below a folder; what was heard before is not heard again.

    Parameters
    ----------
    folder
        Any folder with audio files in it, however deep.
    encoder
        Whether to ask the encoder too.
    n_jobs
        Processes; -1 for one a core.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DatasetError
        If there is no audio file, or none that can be used.
    EncoderMissing
        If the encoder is asked and is not there.
    """
    tracks = list_songs(folder)
    cache = _cache(encoder)
    remove_leftovers(cache)
    jobs = (delayed(_described)(path, cache, encoder) for path in tracks["path"])
    bar = "songs" if progress else ""
    done = run_parallel(jobs, len(tracks), n_jobs=n_jobs, progress=bar, unit="song")
    if notes := [outcome.note for outcome in done if outcome.note]:
        warnings.warn(f"{len(notes)} results were not cached: {notes[0]}", stacklevel=2)
    found = dict(zip(tracks.index, done, strict=True))
    faults = fault_table(
        (track, tracks.loc[track, "path"], outcome.fault, outcome.song is not None)
        for track, outcome in found.items()
        if outcome.fault
    )
    songs = {track: outcome.song for track, outcome in found.items() if outcome.song}
    if not songs:
        first = f"{faults['file'].iloc[0]}: {faults['reason'].iloc[0]}"
        raise NoUsableAudio(f"No audio file in {folder} can be used ({first}).", faults)
    index = pd.Index(songs, name="track_id")
    X = pd.DataFrame([song.features for song in songs.values()], index)
    heard = [np.concatenate([s.embedding, s.tags]) for s in songs.values() if encoder]
    heard = pd.DataFrame(heard, index if encoder else index[:0], columns=list(HEARD_COLUMNS))
    prints = pd.Series([song.fingerprint for song in songs.values()], index, dtype=object)
    return gather_songs(tracks.loc[index], X, heard, prints, faults)


def gather_songs(
    tracks: pd.DataFrame,
    X: pd.DataFrame,
    heard: pd.DataFrame,
    prints: pd.Series,
    faults: pd.DataFrame | None = None,
) -> Songs:
    """Songs that were heard one by one, with what they tell of each other: which are the same.

    Parameters
    ----------
    tracks
        ``path``, ``artist`` and ``title``, index ``track_id``.
    X, heard, prints, faults
        As in `Songs`.
    """
    alike = near_duplicates({track: words[:_COMPARED] for track, words in prints.items()})
    pairs = zip(alike["track"], alike["other"], strict=True)
    known = identify(tracks.assign(duplicate_of=None), pairs)
    return Songs(known, X, heard, prints, fault_table([]) if faults is None else faults)


def hear_song(path: str | Path, *, encoder: bool = True) -> Described:
    """Hear one song as `read_songs` does; what was heard before is not heard again.

    Parameters
    ----------
    path
        An audio file.
    encoder
        Whether to ask the encoder too.

    Raises
    ------
    EncoderMissing
        If the encoder is asked and is not there.
    """
    return _described(str(path), _cache(encoder), encoder)


def _cache(encoder: bool) -> Path:
    return cache_dir() / f"song-{cache_key('encoder' if encoder else 'song')}"


class Described(NamedTuple):
    """What became of one file.

    Attributes
    ----------
    song
        What was heard; None if the file cannot be used.
    fault
        What is wrong with the file, though perhaps it could be used.
    note
        Why what was heard could not be cached.
    """

    song: Song | None = None
    fault: str | None = None
    note: str | None = None


def _described(path: str, cache: Path, encoder: bool) -> Described:
    try:
        target = cache / f"{file_digest(path, 'md5')}.npz"
    except OSError as error:
        return Described(fault=f"the file cannot be read ({error.strerror})")
    if song := _recalled(target):
        return Described(song, shortened(path))
    try:
        # One thread: the last digits of a matrix product depend on how many share it.
        with threadpool_limits(1):
            song = describe_song(path, encoder=encoder)
    except AudioError as error:
        return Described(fault=str(error))
    parts = {name: part for name, part in song._asdict().items() if part is not None}
    try:
        with replacing(target) as temporary, temporary.open("wb") as file:
            np.savez(file, **parts)
    except OSError as error:
        return Described(song, shortened(path), f"{cache}: {error.strerror or error}")
    return Described(song, shortened(path))


def _recalled(target: Path) -> Song | None:
    """What was kept of a file; None if nothing was, or it is damaged."""
    try:
        with np.load(target, allow_pickle=False) as kept:
            features = pd.Series(kept["features"], index=list(FEATURE_COLUMNS))
            parts = (kept.get(name) for name in Song._fields[1:])
            return Song(features, *parts)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None

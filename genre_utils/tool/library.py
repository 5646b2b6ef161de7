"""Songs kept for `genre recommend`: those of a collection, or of any folder of music."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genre_utils.audio import (
    FEATURE_COLUMNS,
    AudioError,
    EncoderMissing,
    SongFeatures,
    encoder_digest,
    extract_song,
    find_copies,
)
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    Dataset,
    Features,
    NoUsableAudio,
    Songs,
    load_features,
    printable,
)
from genre_utils.files import replacing
from genre_utils.models import HOW_TO_GET_A_MODEL, ModelError, model_name, models_dir
from genre_utils.recommend import (
    IDENTITY,
    KNOWN,
    CosineRecommender,
    best_recommender,
    hear_tracks,
    with_heard,
)

_SUFFIX = ".songs.parquet"
_NO_SONGS = (
    "There are no songs to recommend yet. Make some of your own music: genre library FOLDER; "
    "or of a collection: make report DATA=folder."
)
_NOT_HEARD = (
    "These songs are compared by the 57 features, because they were kept without what the "
    "pretrained encoder hears."
)
_SOME_NOT_HEARD = (
    "Songs are compared by the 57 features, because the encoder has not heard all that you named."
)


@dataclass(frozen=True)
class Library:
    """Songs that can be recommended.

    Attributes
    ----------
    name
        Under which they are kept: the collection's, and the profile's if that is "quick".
    collection
        Name of the collection.
    X
        The 57 features, a row a track.
    heard
        What the encoder hears of them, columns `EMBEDDING_AND_TAGS`: as many rows, fewer or none.
    tracks
        What is known of them: genre, artist, title, duplicate_of; and song and artist_group, as in
        `Dataset.tracks`.
    paths
        File of each track, of songs from a folder; else without rows.
    synthetic
        Whether the music is invented.
    encoder
        Digest of the encoder that heard them; "" if none did.
    file
        Where they are kept.
    """

    name: str
    collection: str
    X: pd.DataFrame
    heard: pd.DataFrame
    tracks: pd.DataFrame
    paths: pd.Series
    synthetic: bool
    encoder: str
    file: Path

    @property
    def prints(self) -> Mapping[str, np.ndarray]:
        """Fingerprint of each track that has audio, as from `genre_utils.audio.fingerprint`."""
        try:
            table = pq.read_table(self.file, columns=["fingerprint"])
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.file) from error
        words = table["fingerprint"].to_pandas()
        return dict(zip(self.X.index[words.notna()], words.dropna(), strict=True))

    def copies_of(self, words: np.ndarray) -> list[str]:
        """Tracks that are one recording, whatever its format, bit rate or cut.

        Parameters
        ----------
        words
            Its fingerprint.
        """
        return list(find_copies(words, self.prints)["track"])

    def track_at(self, path: str | Path) -> str | None:
        """The track whose file has this path, if any has."""
        try:
            asked = printable(str(Path(path).expanduser().resolve()))
        except (RuntimeError, ValueError, OSError):  # a name that no file can have
            return None
        here = self.paths.index[self.paths == asked]
        return here[0] if len(here) else None

    def seed_of(self, song: SongFeatures, *, encoder: bool) -> tuple[pd.DataFrame, list[str]]:
        """What was heard in a file as a row that the recommender takes, and whose recording it is.

        Parameters
        ----------
        song
            As from `extract_song`.
        encoder
            Whether the recommender compares by what the encoder hears.

        Returns
        -------
        row, copies
            The row, and the tracks that are the same recording.

        Raises
        ------
        EncoderMissing
            If the encoder is asked and is not there.
        ModelError
            If another encoder heard these songs.
        """
        row, copies = song.features.to_frame().T, self.copies_of(song.fingerprint)
        if encoder and encoder_digest() != self.encoder:
            raise ModelError(
                f"Another encoder heard the songs of {self.name}: keep them anew (genre library "
                "FOLDER, or make report)."
            )
        if not encoder or song.embedding is None or song.tags is None:
            return row, copies
        heard = pd.DataFrame([[*song.embedding, *song.tags]], row.index, list(EMBEDDING_AND_TAGS))
        return row.join(heard), copies

    def recommender(
        self, seeds: Iterable[str] = (), **settings: Any
    ) -> tuple[CosineRecommender, str]:
        """What recommends best among these songs, fitted; and what is to be said of it.

        Parameters
        ----------
        seeds
            Tracks that it must know. Where the encoder has not heard all of them, all songs are
            compared by the 57 features.
        **settings
            Of `CosineRecommender`.

        Returns
        -------
        recommender, note
            The note is "" where songs are compared by what the encoder hears.
        """
        asked = self.X.index.intersection(list(seeds))
        if self.heard.empty or not asked.isin(self.heard.index).all():
            made = best_recommender(self.tracks, **settings)
            note = _NOT_HEARD if self.heard.empty else _SOME_NOT_HEARD
            return made.fit(self.X, self.tracks), note
        both = with_heard(self.X, self.heard)
        made = best_recommender(self.tracks.loc[both.index], heard=True, **settings)
        return made.fit(both, self.tracks), ""


def like_clip(
    clip: str, library: Library, recommender: CosineRecommender, k: int = 10
) -> tuple[pd.DataFrame, str]:
    """Songs like an audio file, for a page: what is wrong with it comes as a sentence.

    Parameters
    ----------
    clip
        Path of the file; "" for none.
    library
        Where copies of it are looked for.
    recommender
        As from `Library.recommender`.
    k
        How many songs.

    Returns
    -------
    table, note
        As from `CosineRecommender.recommend`; without rows where the note says why.
    """
    if not clip:
        return pd.DataFrame(), "No clip was given."
    try:
        song = extract_song(clip, encoder=recommender.hears)
        seed, copies = library.seed_of(song, encoder=recommender.hears)
    except AudioError as error:
        return pd.DataFrame(), f"The clip cannot be used. {clip}: {error}"
    except (EncoderMissing, ModelError) as error:
        return pd.DataFrame(), f"The clip cannot be used. {error}"
    return recommender.recommend(seed, k, copies=copies), f"Songs like {clip}:"


def save_library(
    dataset: Dataset,
    features: Features,
    profile: str,
    prints: pd.Series | None = None,
    heard: pd.DataFrame | None = None,
) -> Path:
    """Keep what is known and heard of a collection; replaced whole or not at all.

    Parameters
    ----------
    dataset
        The collection, as from `open_dataset`, which knows songs by their sound too.
    features
        Of the kind "features_30_sec".
    profile
        "quick" or "full".
    prints
        Fingerprint of each track that has audio: ``values["frames"]`` of the kind "fingerprint".
        None for those of `load_features`, which computes what is not in the cache.
    heard
        As from `hear_tracks`, which is asked for None.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    about = {
        "collection": dataset.name,
        "synthetic": dataset.synthetic,
        "fingerprint": dataset.fingerprint(),
    }
    prints = _fingerprints(dataset) if prints is None else prints
    heard = hear_tracks(dataset)[0] if heard is None else heard
    known = dataset.tracks.loc[features.tracks, [*KNOWN, *IDENTITY]]
    target = models_dir() / f"{library_name(dataset, profile)}{_SUFFIX}"
    return _write(target, about, features.X.join(known.astype("string")), heard, prints.dropna())


def library_name(dataset: Dataset, profile: str) -> str:
    """Under which the songs of a collection are kept."""
    return model_name(dataset.name, profile)


def save_songs(songs: Songs, folder: Path, name: str | None = None) -> Path:
    """Keep the songs of a folder; replaced whole or not at all.

    Parameters
    ----------
    songs
        As from `read_songs`.
    folder
        Where they are.
    name
        Under which they are kept; None for that of the folder.

    Raises
    ------
    ModelError
        If it cannot be written, or songs from elsewhere have that name (see `library_file`).
    """
    target = library_file(folder, name)
    about = {
        "collection": target.name.removesuffix(_SUFFIX),
        "synthetic": False,
        "folder": str(folder.resolve()),
    }
    paths = songs.tracks["path"].map(lambda path: printable(str(Path(path).resolve())))
    known = songs.tracks.reindex(columns=[*KNOWN, *IDENTITY]).assign(path=paths)
    return _write(
        target, about, songs.X.join(known.astype("string")), songs.embeddings, songs.prints
    )


def library_file(folder: Path, name: str | None = None) -> Path:
    """Where songs of a folder are kept; to be asked before they are heard.

    Raises
    ------
    ModelError
        If songs from elsewhere have that name.
    """
    own = model_name(name or folder.resolve().name, "full")
    target = models_dir() / f"{own}{_SUFFIX}"
    try:
        there = _about(target).get("folder") if target.exists() else str(folder.resolve())
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError):
        there = None
    if there != str(folder.resolve()):
        raise ModelError(
            f"Songs of {there or 'a collection'} are called {own} already: choose another --name, "
            f"or remove {target}."
        )
    return target


def _write(
    target: Path, about: dict, known: pd.DataFrame, heard: pd.DataFrame, prints: pd.Series
) -> Path:
    about["encoder"] = "" if heard.empty else encoder_digest()
    table = pa.Table.from_pandas(known.join(heard.reindex(known.index).astype("float32")))
    kept = [prints.get(track) for track in known.index]
    table = table.append_column("fingerprint", pa.array(kept, pa.list_(pa.uint32())))
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), b"genre_utils": json.dumps(about).encode()}
    )
    try:
        with replacing(target) as temporary:
            pq.write_table(table, temporary)
    except OSError as error:
        raise ModelError(f"The songs cannot be kept in {target}: {error.strerror}.") from error
    return target


def _about(path: Path) -> dict:
    return json.loads(pq.read_schema(path).metadata[b"genre_utils"])


def _damaged(path: Path) -> ModelError:
    return ModelError(f"{path} is damaged, or of another version. {HOW_TO_GET_A_MODEL}")


def _fingerprints(dataset: Dataset) -> pd.Series:
    try:
        return load_features(dataset, "fingerprint").values["frames"]
    except NoUsableAudio:
        return pd.Series(dtype=object)


def load_library(name: str | None = None) -> Library:
    """Find songs that were kept.

    Parameters
    ----------
    name
        Of the collection; None for real music before the demo, then the newest.

    Raises
    ------
    ModelError
        If there are none, or the file is damaged.
    """
    paths = {path.name.removesuffix(_SUFFIX): path for path in models_dir().glob(f"*{_SUFFIX}")}
    if not paths:
        raise ModelError(_NO_SONGS)
    if name is None:
        name = min(paths, key=lambda n: (n == "demo", -paths[n].stat().st_mtime))
    if name not in paths:
        raise ModelError(f"There are no songs called {name}; there are {', '.join(sorted(paths))}.")
    file = paths[name]
    try:
        about = _about(file)
        columns = [c for c in pq.read_schema(file).names if c != "fingerprint"]
        frame = pq.read_table(file, columns=columns).to_pandas()
        X, tracks = frame[list(FEATURE_COLUMNS)], frame[[*KNOWN, *IDENTITY]].astype(object)
        tracks = tracks.where(tracks.notna(), None)
        heard = frame.reindex(columns=list(EMBEDDING_AND_TAGS)).dropna().astype(float)
        located = frame.reindex(columns=["path"])["path"].dropna()
        facts = bool(about["synthetic"]), about.get("encoder", ""), file
        return Library(name, about["collection"], X, heard, tracks, located, *facts)
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
        raise _damaged(file) from error

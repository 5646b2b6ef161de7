"""Saved songs to recommend from: those of a collection, or of any folder of music."""

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
    encoder_digest,
    find_copies,
)
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    Dataset,
    Features,
    NoUsableAudio,
    load_features,
    printable,
    track_means,
)
from genre_utils.files import replacing
from genre_utils.models import HOW_TO_GET_A_MODEL, ModelError, model_name, models_dir
from genre_utils.recommend import IDENTITY, KNOWN, CosineRecommender, best_recommender
from genre_utils.tool.songs import SongFeatures, Songs, extract_song

_SUFFIX = ".songs.parquet"
_NO_SONGS = (
    "There are no songs to recommend from. Make a library of your own music: genre library FOLDER; "
    "or of a collection: make report DATA=folder."
)
_NO_EMBEDDINGS = (
    "Songs are compared by the 57 features, because this library was made without the pretrained "
    "encoder."
)
_SOME_EMBEDDINGS = (
    "Songs are compared by the 57 features, because some songs that you named have no embedding."
)


@dataclass(frozen=True)
class Library:
    """Songs that can be recommended.

    Attributes
    ----------
    name
        That of the collection or folder; with the profile if that is "quick".
    collection
        Name of the collection.
    X
        The 57 features, one row per track.
    embeddings
        Embedding and tags of the tracks that have them, columns `EMBEDDING_AND_TAGS`.
    tracks
        Genre, artist, title, duplicate_of, song and artist_group, as in `Dataset.tracks`.
    paths
        File of each track; without rows for a collection.
    synthetic
        Whether the music is synthesized.
    encoder
        Digest of the encoder; "" without embeddings.
    file
        Where the library is saved.
    """

    name: str
    collection: str
    X: pd.DataFrame
    embeddings: pd.DataFrame
    tracks: pd.DataFrame
    paths: pd.Series
    synthetic: bool
    encoder: str
    file: Path

    @property
    def fingerprints(self) -> Mapping[str, np.ndarray]:
        """Fingerprint of each track that has audio, as from `genre_utils.audio.fingerprint`."""
        try:
            words = _read(self.file, ["fingerprint"])["fingerprint"].to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.file) from error
        return dict(zip(self.X.index[words.notna()], words.dropna(), strict=True))

    def copies_of(self, fingerprint: np.ndarray) -> list[str]:
        """Tracks that are the same recording, in any format, bit rate or cut."""
        return list(find_copies(fingerprint, self.fingerprints)["track"])

    def track_at(self, path: str | Path) -> str | None:
        """The track whose file has this path, if there is one."""
        try:
            resolved = printable(str(Path(path).expanduser().resolve()))
        except (RuntimeError, ValueError, OSError):  # not a valid file name
            return None
        tracks = self.paths.index[self.paths == resolved]
        return tracks[0] if len(tracks) else None

    def seed_of(self, song: SongFeatures, *, encoder: bool) -> tuple[pd.DataFrame, list[str]]:
        """The row of a new recording for the recommender, and the tracks that are its copies.

        Parameters
        ----------
        song
            As from `extract_song`.
        encoder
            Whether the recommender compares embeddings.

        Raises
        ------
        EncoderMissing
            If the encoder is needed and is not there.
        ModelError
            If the library was made with another encoder.
        """
        row, copies = song.features.to_frame().T, self.copies_of(song.fingerprint)
        if encoder and encoder_digest() != self.encoder:
            raise ModelError(
                f"The library {self.name} was made with another encoder: make it again (genre "
                "library FOLDER, or make report)."
            )
        if not encoder or song.embedding is None or song.tags is None:
            return row, copies
        both = pd.DataFrame([[*song.embedding, *song.tags]], row.index, list(EMBEDDING_AND_TAGS))
        return row.join(both), copies

    def recommender(
        self, seeds: Iterable[str] = (), **settings: Any
    ) -> tuple[CosineRecommender, str]:
        """The best recommender, fitted on these songs, and a note for the user.

        Parameters
        ----------
        seeds
            Tracks that it must contain. If some have no embedding, all songs are compared by the
            57 features, and the note says so.
        **settings
            Of `CosineRecommender`.
        """
        needed = self.X.index.intersection(list(seeds))
        if self.embeddings.empty or not needed.isin(self.embeddings.index).all():
            recommender = best_recommender(self.tracks, **settings)
            note = _NO_EMBEDDINGS if self.embeddings.empty else _SOME_EMBEDDINGS
            return recommender.fit(self.X, self.tracks), note
        both = self.X.join(self.embeddings, how="inner")
        recommender = best_recommender(self.tracks.loc[both.index], encoder=True, **settings)
        return recommender.fit(both, self.tracks), ""


def like_clip(
    clip: str, library: Library, recommender: CosineRecommender, k: int = 10
) -> tuple[pd.DataFrame, str]:
    """Songs similar to an audio file, and a note: the reason if the table has no rows."""
    if not clip:
        return pd.DataFrame(), "No clip was given."
    try:
        song = extract_song(clip, encoder=recommender.uses_encoder)
        seed, copies = library.seed_of(song, encoder=recommender.uses_encoder)
    except AudioError as error:
        return pd.DataFrame(), f"The clip cannot be used. {clip}: {error}"
    except (EncoderMissing, ModelError) as error:
        return pd.DataFrame(), f"The clip cannot be used. {error}"
    return recommender.recommend(seed, k, copies=copies), f"Songs similar to {clip}:"


# --- saving -----------------------------------------------------------------------------------


def save_library(
    dataset: Dataset,
    features: Features,
    profile: str,
    fingerprints: pd.Series | None = None,
    embeddings: pd.DataFrame | None = None,
) -> Path:
    """Save the songs of a collection.

    Parameters
    ----------
    dataset
        The collection, as from `open_dataset`.
    features
        Of the kind "features_30_sec".
    profile
        "quick" or "full".
    fingerprints, embeddings
        By track; None to compute those that are not cached.

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
    fingerprints = _fingerprints(dataset) if fingerprints is None else fingerprints
    embeddings = _embeddings(dataset) if embeddings is None else embeddings
    known = dataset.tracks.loc[features.tracks, [*KNOWN, *IDENTITY]]
    known = features.X.join(known.astype("string"))
    target = models_dir() / f"{library_name(dataset, profile)}{_SUFFIX}"
    return _write(target, about, known, embeddings, fingerprints.dropna())


def library_name(dataset: Dataset, profile: str) -> str:
    """Name of the library of a collection."""
    return model_name(dataset.name, profile)


def _fingerprints(dataset: Dataset) -> pd.Series:
    try:
        return load_features(dataset, "fingerprint").values["frames"]
    except NoUsableAudio:
        return pd.Series(dtype=object)


def _embeddings(dataset: Dataset) -> pd.DataFrame:
    try:
        values = load_features(dataset, "encoder").values
    except (EncoderMissing, NoUsableAudio):
        return pd.DataFrame(columns=list(EMBEDDING_AND_TAGS), dtype=float).rename_axis("track_id")
    return track_means(values[list(EMBEDDING_AND_TAGS)])


def save_songs(songs: Songs, folder: Path, name: str | None = None) -> Path:
    """Save the songs of a folder, as from `read_songs`; `name` as in `library_file`.

    Raises
    ------
    ModelError
        If it cannot be written, or another folder's library has that name.
    """
    target = library_file(folder, name)
    about = {
        "collection": library_of_file(target),
        "synthetic": False,
        "folder": str(folder.resolve()),
    }
    paths = songs.tracks["path"].map(lambda path: printable(str(Path(path).resolve())))
    known = songs.tracks.reindex(columns=[*KNOWN, *IDENTITY]).assign(path=paths)
    return _write(
        target, about, songs.X.join(known.astype("string")), songs.embeddings, songs.prints
    )


def library_file(folder: Path, name: str | None = None) -> Path:
    """File of the library of a folder, named as the folder if `name` is None.

    Raises
    ------
    ModelError
        If another folder's library has that name.
    """
    own = model_name(name or folder.resolve().name, "full")
    target = models_dir() / f"{own}{_SUFFIX}"
    try:
        root = _about(target).get("folder") if target.exists() else str(folder.resolve())
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError):
        root = None
    if root != str(folder.resolve()):
        raise ModelError(
            f"The library of {root or 'a collection'} is called {own} already: choose another "
            f"--name, or remove {target}."
        )
    return target


def library_of_file(file: Path) -> str:
    """Name of the library in a file."""
    return file.name.removesuffix(_SUFFIX)


def _write(
    target: Path,
    about: dict,
    known: pd.DataFrame,
    embeddings: pd.DataFrame,
    fingerprints: pd.Series,
) -> Path:
    about["encoder"] = "" if embeddings.empty else encoder_digest()
    table = pa.Table.from_pandas(known.join(embeddings.reindex(known.index).astype("float32")))
    words = [fingerprints.get(track) for track in known.index]
    table = table.append_column("fingerprint", pa.array(words, pa.list_(pa.uint32())))
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), b"genre_utils": json.dumps(about).encode()}
    )
    try:
        with replacing(target) as temporary:
            pq.write_table(table, temporary, write_page_checksum=True)
    except OSError as error:
        raise ModelError(f"The library {target} cannot be written: {error.strerror}.") from error
    return target


# --- loading ----------------------------------------------------------------------------------


def load_library(name: str | None = None) -> Library:
    """Load a library by name; by default the newest, but real music before the demo.

    Raises
    ------
    ModelError
        If there is none, or the file is damaged.
    """
    files = {library_of_file(path): path for path in models_dir().glob(f"*{_SUFFIX}")}
    if not files:
        raise ModelError(_NO_SONGS)
    if name is None:
        name = min(files, key=lambda n: (n == "demo", -files[n].stat().st_mtime))
    if name not in files:
        raise ModelError(f"There is no library {name}; there are {', '.join(sorted(files))}.")
    file = files[name]
    try:
        about = _about(file)
        columns = [c for c in pq.read_schema(file).names if c != "fingerprint"]
        frame = _read(file, columns).to_pandas()
        tracks = frame[[*KNOWN, *IDENTITY]].astype(object)
        return Library(
            name,
            about["collection"],
            frame[list(FEATURE_COLUMNS)],
            frame.reindex(columns=list(EMBEDDING_AND_TAGS)).dropna().astype(float),
            tracks.where(tracks.notna(), None),
            frame.reindex(columns=["path"])["path"].dropna(),
            bool(about["synthetic"]),
            about.get("encoder", ""),
            file,
        )
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
        raise _damaged(file) from error


def _read(file: Path, columns: list[str]) -> pa.Table:
    return pq.read_table(file, columns=columns, page_checksum_verification=True)


def _about(file: Path) -> dict:
    return json.loads(pq.read_schema(file).metadata[b"genre_utils"])


def _damaged(file: Path) -> ModelError:
    return ModelError(f"{file} is damaged, or of another version. {HOW_TO_GET_A_MODEL}")

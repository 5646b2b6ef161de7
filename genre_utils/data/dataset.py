"""What is on disk: tracks, genres, artists, partitions, annotated tempi, pictures, faults."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from genre_utils.audio import AUDIO_SUFFIXES, count_unreadable, tell_unreadable
from genre_utils.data.identity import identify
from genre_utils.data.naming import (
    GTZAN_GENRES,
    PICTURE_SUFFIXES,
    find_audio,
    find_parts,
    name_tracks,
    parse_track_id,
    printable,
    walk_files,
)
from genre_utils.files import file_digest
from genre_utils.sources import is_demo

ENVIRONMENT_VARIABLE = "GTZAN_HOME"
TRACK_COLUMNS = (
    "genre path artist title song artist_group partition duplicate_of annotated_tempo picture table"
).split()
PARTITIONS = ("train", "valid", "test")
HOW_TO_GET_DATA = (
    "Give the folder that holds genres_original/, genres/ or one folder of audio a genre: "
    f"make report DATA=folder, or set {ENVIRONMENT_VARIABLE}; make data fetches one."
)


class DatasetError(ValueError):
    """A root cannot be used as a collection; the message says why in one sentence."""


@dataclass(frozen=True)
class Dataset:
    """A collection of music: one row a track, whatever the layout on disk.

    Attributes
    ----------
    root
        The folder everything was found in.
    tracks
        Index ``track_id`` ("blues.00000"), columns `TRACK_COLUMNS`; a cell is missing where the
        root has nothing to say. ``annotated_tempo`` is in beats per minute, as people heard it;
        ``table`` says whether the published 30 s table has the track; ``song`` and
        ``artist_group`` are from `identify`.
    tables
        The published tables that are there, by length: ``{30: path, 3: path}``.
    missing
        What this root lacks: one sentence each, with the way to get it.
    synthetic
        True for the demo collection.
    """

    root: Path
    tracks: pd.DataFrame
    tables: dict[int, Path] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    synthetic: bool = False

    @property
    def name(self) -> str:
        """Short name for tables and titles."""
        if self.synthetic:
            return "demo"
        return "GTZAN" if self.genres == GTZAN_GENRES else self.root.name

    @property
    def genres(self) -> list[str]:
        """Names of the genres, sorted."""
        return sorted(self.tracks["genre"].unique())

    @property
    def audio(self) -> pd.Series:
        """Paths of the tracks that have audio, by track."""
        return self.tracks["path"].dropna()

    def describe(self) -> dict:
        """Counts and fingerprint, as the results files hold them."""
        return {
            "name": self.name,
            "tracks": len(self.tracks),
            "tracks_with_features": int(self.tracks["table"].sum()),
            "tracks_with_audio": len(self.audio),
            "tracks_with_pictures": int(self.tracks["picture"].notna().sum()),
            "synthetic": self.synthetic,
            "fingerprint": self.fingerprint(),
        }

    def fingerprint(self, *, times: bool = False) -> str:
        """Short hash of what is in the root.

        Names and sizes of all media and the contents of all tables and lists, so that the same
        collection has the same fingerprint on every machine. With `times`, modification times
        too: what a build tool needs to see that a file was changed in place.
        """
        whole = hashlib.sha256()
        for path in sorted(p for p in walk_files(self.root) if p.is_file()):
            stat = path.stat()
            line = f"{path.relative_to(self.root).as_posix()}\0{stat.st_size}\0"
            line += str(stat.st_mtime_ns) if times else ""
            whole.update(line.encode("utf-8", "surrogateescape"))
            if path.suffix.lower() not in AUDIO_SUFFIXES | PICTURE_SUFFIXES:
                whole.update(bytes.fromhex(file_digest(path)))
        return whole.hexdigest()[:16]


def read_dataset(root: Path) -> Dataset:
    """List what is in a folder; see `open_dataset`."""
    root = root.expanduser()
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise DatasetError(f"{root} {what}. {HOW_TO_GET_DATA}")
    base = root_of_parts(root)
    tables = {
        seconds: path
        for seconds in (30, 3)
        if (path := base / f"features_{seconds}_sec.csv").is_file()
    }
    audio = base / find_audio("", _is_there(base))
    tracks = pd.DataFrame(_audio_rows(audio), columns=["track_id", "genre", "path"], dtype=object)
    # Paths stay objects: one that is not UTF-8 is no text.
    tracks = tracks.astype({"track_id": "str", "genre": "str"}).set_index("track_id")
    listed = {seconds: _tracks_of_table(path, seconds) for seconds, path in tables.items()}
    for labels in listed.values():
        tracks = tracks.reindex(tracks.index.union(labels.index, sort=True))
        tracks["genre"] = tracks["genre"].fillna(labels.reindex(tracks.index))
    tracks["table"] = tracks.index.isin(listed[30].index) if 30 in listed else False
    if tracks.empty:
        other = count_unreadable(walk_files(root))
        unread = f"; {tell_unreadable(other)}" if other else ""
        raise DatasetError(
            f"{root} has neither audio files nor a features_30_sec.csv{unread}. {HOW_TO_GET_DATA}"
        )
    columns = {
        "annotated_tempo": _annotated_tempi(base),
        "partition": _partitions(base),
        "picture": _pictures(base),
        **_artists_and_titles(base),
    }
    for name, values in columns.items():
        tracks[name] = values.reindex(tracks.index) if len(values) else None
    tracks["duplicate_of"] = _duplicates(base, tracks)
    tracks["annotated_tempo"] = tracks["annotated_tempo"].astype(float)
    tracks = identify(tracks.rename_axis("track_id"))[TRACK_COLUMNS]
    return Dataset(root, tracks, tables, tuple(_missing(tracks, tables)), is_demo(base))


def root_of_parts(root: Path) -> Path:
    """Return the folder with the parts: the root, or a folder in it as archives make them."""
    children = (p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    return root / find_parts(children, _is_there(root))


def _is_there(root: Path) -> Callable[[str], bool]:
    def is_there(name: str) -> bool:
        path = root / name
        return path.is_file() if path.suffix == ".csv" else path.is_dir()

    return is_there


def _audio_rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield track, genre and path of all files whose name is that of an audio file."""
    genres = (p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    files = (path for genre in sorted(genres) for path in walk_files(genre))
    for track, name in name_tracks(path.relative_to(folder).as_posix() for path in files):
        yield track, printable(name.split("/")[0]), str(folder / name)


def _tracks_of_table(path: Path, seconds: int) -> pd.Series:
    try:
        table = read_csv(path)[["filename", "label"]].astype("str")
    except KeyError as error:
        raise DatasetError(f"{path} is not a table with the columns filename and label.") from error
    # What is wrong with a row is said where the features are read.
    table = table.dropna()
    if seconds == 3:
        table["filename"] = table["filename"].str.replace(r"\.\d{1,3}(\.[^.]+)$", r"\1", regex=True)
    table = table.assign(track=table["filename"].map(parse_track_id))
    # Two files of one track, as blues.00000.wav and .au, are one row here.
    return table.drop_duplicates("track").set_index("track")["label"].rename_axis(None)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table whatever separates its columns: comma, semicolon, tab or bar.

    Parameters
    ----------
    path
        The file. With semicolons, as spreadsheets of half of Europe write them, a comma in a
        number is its decimal point.

    Raises
    ------
    DatasetError
        If it cannot be read as a table.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline(1 << 16)
        separator = max(",;\t|", key=head.count)
        decimal = "," if separator == ";" else "."
        return pd.read_csv(path, sep=separator, decimal=decimal, encoding="utf-8-sig")
    except (ValueError, OSError, OverflowError) as error:
        reason = str(error).splitlines()[0] if str(error) else "no content"
        raise DatasetError(f"{path} is not a table that can be read ({reason}).") from error


def _partitions(base: Path) -> pd.Series:
    sides: dict[str, str] = {}
    for side in PARTITIONS:
        path = base / "splits" / f"{side}_filtered.txt"
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").split()
            sides |= {parse_track_id(line): side for line in lines}
    return pd.Series(sides, dtype=object)


def _artists_and_titles(base: Path) -> dict[str, pd.Series]:
    path = base / "meta" / "GTZANindex.txt"
    rows: dict[str, list[str]] = {}
    if path.is_file():
        for line in _as_text(path.read_bytes()).splitlines():
            name, *rest = (part.strip() for part in line.split(":::"))
            if rest:
                rows[parse_track_id(name)] = ([*rest, ""])[:2]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["artist", "title"], dtype=object)
    table = table.where(table != "")
    return {"artist": table["artist"], "title": table["title"]}


def _as_text(content: bytes) -> str:
    """Decode a list that some have saved as UTF-8 and others as Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _annotated_tempi(base: Path) -> pd.Series:
    texts = {
        parse_track_id(path.name): path.read_text(errors="replace").strip()
        for path in (base / "tempo").glob("*.bpm")
    }
    return pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce")


def _pictures(base: Path) -> pd.Series:
    folder = base / "images_original"
    paths = (p for p in walk_files(folder) if p.suffix.lower() in PICTURE_SUFFIXES)
    return pd.Series({parse_track_id(p.name): str(p) for p in paths}, dtype=object)


def _duplicates(base: Path, tracks: pd.DataFrame) -> pd.Series:
    """First track with the same bytes, from the published checksums or else from the files."""
    published = published_checksums(base).reindex(tracks.index).dropna()
    paths = tracks["path"].dropna()
    paths = paths[paths.map(lambda p: Path(p).is_file())]
    sizes = paths.map(lambda p: Path(p).stat().st_size)
    alike = sizes[sizes.duplicated(keep=False) & (sizes > 0)].index.difference(published.index)
    own = {track: _digest_if_readable(paths[track]) for track in alike}
    sums = pd.concat([published, pd.Series(own, dtype=object).dropna()]).sort_index()
    first = sums.groupby(sums).transform(lambda group: group.index[0])
    return first[first != first.index].reindex(tracks.index)


def published_checksums(base: Path) -> pd.Series:
    """MD5 of each recording by track, as mirdata's index of the collection lists them."""
    for path in sorted((base / "meta").glob("*gtzan_genre_index*.json")):
        try:
            listed = json.loads(path.read_bytes())["tracks"]
            return pd.Series({name: entry["audio"][1] for name, entry in listed.items()}, dtype=str)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise DatasetError(
                f"{path} is not an index of checksums as mirdata writes it; remove it, or fetch "
                "it again with: make data"
            ) from error
    return pd.Series(dtype=str)


def _digest_if_readable(path: str) -> str | None:
    """MD5 of a file; of one that may not be read it is said where it is decoded."""
    try:
        return file_digest(path, "md5")
    except OSError:
        return None


def _missing(tracks: pd.DataFrame, tables: Iterable[int]) -> Iterator[str]:
    def lacks(column: str) -> int:
        return int(tracks[column].isna().sum())

    if without := lacks("path"):
        yield (
            f"Audio of {without} of {len(tracks)} tracks is missing; whatever needs sound uses the "
            f"other {len(tracks) - without}. Put the files into `genres_original/<genre>/`."
        )
    for seconds in (30, 3):
        if seconds not in tables:
            yield (
                f"`features_{seconds}_sec.csv` is not there; these features are computed from the "
                "audio. The table comes with Kaggle's copy of the collection."
            )
    notes = {
        "picture": "a spectrogram picture (`images_original/`, from Kaggle's copy)",
        "artist": "an artist (`meta/GTZANindex.txt`, Sturm 2013)",
        "partition": "a side in the fault-filtered partition (`splits/`, Kereliuk et al. 2015)",
        "annotated_tempo": "an annotated tempo (`tempo/*.bpm`)",
    }
    for column, what in notes.items():
        if without := lacks(column):
            yield f"Tracks without {what}: {without} of {len(tracks)}."

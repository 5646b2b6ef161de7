"""What is on disk: tracks, genres, artists, partition, annotated tempi, pictures, tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from genre_utils.audio import AUDIO_SUFFIXES, count_unreadable, format_unreadable
from genre_utils.data import naming
from genre_utils.data.deduplicate import identify
from genre_utils.files import file_digest

ENVIRONMENT_VARIABLE = "GTZAN_HOME"
DEMO_MARKER = "DEMO.json"
TRACK_COLUMNS = (
    "genre path artist title song artist_group partition duplicate_of annotated_tempo picture table"
).split()
HOW_TO_GET_DATA = (
    "Give the folder that holds genres_original/, genres/ or one folder of audio per genre: "
    f"make report DATA=folder, or set {ENVIRONMENT_VARIABLE}; make data downloads one."
)


class DatasetError(ValueError):
    """A root cannot be used as a collection; the message says why in one sentence."""


@dataclass(frozen=True)
class Dataset:
    """A collection of music, whatever its layout on disk.

    Attributes
    ----------
    tracks
        One row per track, index ``track_id`` ("blues.00000"), columns `TRACK_COLUMNS`, missing
        where nothing is known. ``annotated_tempo`` is in beats per minute; ``table`` says whether
        the published 30 s table has the track; ``song`` and ``artist_group`` are from `identify`.
    tables
        The published tables that are there, by length: ``{30: path, 3: path}``.
    missing
        What this root lacks: one sentence each, with the way to get it.
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
        return "GTZAN" if self.genres == naming.GTZAN_GENRES else self.root.name

    @property
    def genres(self) -> list[str]:
        """Names of the genres, sorted."""
        return sorted(self.tracks["genre"].unique())

    @property
    def audio(self) -> pd.Series:
        """Paths of the tracks that have audio, by track."""
        return self.tracks["path"].dropna()

    def describe(self) -> dict:
        """Counts and fingerprint, as in the results files."""
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
        """Short hash of the root: names and sizes of media, contents of tables and lists.

        The same collection has the same fingerprint on every machine. With `times`, modification
        times count too: what a build tool needs to notice a file that was changed in place.
        """
        digest = hashlib.sha256()
        for path in sorted(p for p in naming.walk_files(self.root) if p.is_file()):
            stat = path.stat()
            line = f"{path.relative_to(self.root).as_posix()}\0{stat.st_size}\0"
            line += str(stat.st_mtime_ns) if times else ""
            digest.update(line.encode("utf-8", "surrogateescape"))
            if path.suffix.lower() not in AUDIO_SUFFIXES | naming.PICTURE_SUFFIXES:
                digest.update(bytes.fromhex(file_digest(path)))
        return digest.hexdigest()[:16]


def read_dataset(root: Path) -> Dataset:
    """List what is in a folder; see `open_dataset`."""
    root = root.expanduser()
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise DatasetError(f"{root} {what}. {HOW_TO_GET_DATA}")
    base = root_of_parts(root)
    tables = {s: base / f"features_{s}_sec.csv" for s in (30, 3)}
    tables = {seconds: path for seconds, path in tables.items() if path.is_file()}
    audio = _audio_rows(base / naming.find_audio("", _is_there(base)))
    tracks = pd.DataFrame(audio, columns=["track_id", "genre", "path"], dtype=object)
    # Paths stay objects: one that is not UTF-8 is no text.
    tracks = tracks.astype({"track_id": "str", "genre": "str"}).set_index("track_id")
    listed = {seconds: _tracks_of_table(path, seconds) for seconds, path in tables.items()}
    for labels in listed.values():
        tracks = tracks.reindex(tracks.index.union(labels.index, sort=True))
        tracks["genre"] = tracks["genre"].fillna(labels.reindex(tracks.index))
    tracks["table"] = tracks.index.isin(listed[30].index) if 30 in listed else False
    if tracks.empty:
        other = count_unreadable(naming.walk_files(root))
        unread = f"; {format_unreadable(other)}" if other else ""
        raise DatasetError(
            f"{root} has neither audio files nor a features_30_sec.csv{unread}. {HOW_TO_GET_DATA}"
        )
    for name, values in {**_listed(base), **_artists_and_titles(base)}.items():
        tracks[name] = values.reindex(tracks.index) if len(values) else None
    unnamed = tracks.loc[tracks["artist"].isna(), "path"].dropna()
    tags = {track: naming.read_tags(path) for track, path in unnamed.items()}
    tracks = tracks.fillna(_table_of_artists(tags))
    tracks["duplicate_of"] = _duplicates(base, tracks)
    tracks["annotated_tempo"] = tracks["annotated_tempo"].astype(float)
    tracks = identify(tracks.rename_axis("track_id"))[TRACK_COLUMNS]
    missing = tuple(_missing(tracks, tables))
    return Dataset(root, tracks, tables, missing, bool(read_demo_marker(base)))


def read_demo_marker(root: Path) -> dict:
    """Parameters of a demo collection; empty if the folder is none."""
    try:
        found = json.loads((root / DEMO_MARKER).read_text(encoding="utf-8"))
        return found if found["synthetic"] is True else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def root_of_parts(root: Path) -> Path:
    """The folder with the parts: the root, or a folder in it as archives make them."""
    children = (p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    return root / naming.find_parts(children, _is_there(root))


def _is_there(root: Path) -> Callable[[str], bool]:
    return lambda name: (root / name).is_file() if name.endswith(".csv") else (root / name).is_dir()


def _audio_rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Track, genre and path of all files whose name is that of an audio file."""
    genres = (p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    files = (path for genre in sorted(genres) for path in naming.walk_files(genre))
    for track, name in naming.name_tracks(path.relative_to(folder).as_posix() for path in files):
        yield track, naming.printable(name.split("/")[0]), str(folder / name)


def _tracks_of_table(path: Path, seconds: int) -> pd.Series:
    try:
        table = read_csv(path)[["filename", "label"]].astype("str")
    except KeyError as error:
        raise DatasetError(f"{path} is not a table with the columns filename and label.") from error
    table = table.dropna()  # `read_feature_table` reports what is wrong with a row
    if seconds == 3:
        table["filename"] = table["filename"].str.replace(r"\.\d{1,3}(\.[^.]+)$", r"\1", regex=True)
    table = table.assign(track=table["filename"].map(naming.parse_track_id))
    return table.drop_duplicates("track").set_index("track")["label"].rename_axis(None)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table separated by commas, semicolons (with decimal commas), tabs or bars."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline(1 << 16)
        separator = max(",;\t|", key=head.count)
        decimal = "," if separator == ";" else "."
        return pd.read_csv(path, sep=separator, decimal=decimal, encoding="utf-8-sig")
    except (ValueError, OSError, OverflowError) as error:
        reason = str(error).splitlines()[0] if str(error) else "no content"
        raise DatasetError(f"{path} is not a table that can be read ({reason}).") from error


def _listed(base: Path) -> dict[str, pd.Series]:
    """Partition, annotated tempo and picture of the tracks that have one."""
    partition: dict[str, str] = {}
    for name in ("train", "valid", "test"):
        path = base / "splits" / f"{name}_filtered.txt"
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").split()
            partition |= {naming.parse_track_id(line): name for line in lines}
    tempo = {
        naming.parse_track_id(path.name): path.read_text(errors="replace").strip()
        for path in (base / "tempo").glob("*.bpm")
    }
    picture = {
        naming.parse_track_id(path.name): str(path)
        for path in naming.walk_files(base / "images_original")
        if path.suffix.lower() in naming.PICTURE_SUFFIXES
    }
    return {
        "partition": pd.Series(partition, dtype=object),
        "annotated_tempo": pd.to_numeric(pd.Series(tempo, dtype=object), errors="coerce"),
        "picture": pd.Series(picture, dtype=object),
    }


def _artists_and_titles(base: Path) -> dict[str, pd.Series]:
    path = base / "meta" / "GTZANindex.txt"
    content = path.read_bytes() if path.is_file() else b""
    try:  # some have saved it as UTF-8, others as Latin-1
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = ([part.strip() for part in line.split(":::")] for line in text.splitlines())
    rows = {naming.parse_track_id(name): [*rest, ""][:2] for name, *rest in lines if rest}
    return dict(_table_of_artists(rows).items())


def _table_of_artists(rows: dict) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["artist", "title"], dtype=object)
    return table.where(table.notna() & (table != ""))


def _duplicates(base: Path, tracks: pd.DataFrame) -> pd.Series:
    """First track with the same bytes, from the published checksums or else from the files."""
    published = published_checksums(base).reindex(tracks.index).dropna()
    paths = tracks["path"].dropna().map(Path)
    sizes = paths[paths.map(Path.is_file)].map(lambda path: path.stat().st_size)
    equal = sizes[sizes.duplicated(keep=False) & (sizes > 0)].index.difference(published.index)
    own = {track: _digest_if_readable(paths[track]) for track in equal}
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
                f"{path} is not an index of checksums as mirdata writes it; remove it, or download "
                "it again with: make data"
            ) from error
    return pd.Series(dtype=str)


def _digest_if_readable(path: Path) -> str | None:
    try:
        return file_digest(path, "md5")
    except OSError:  # reported where the file is decoded
        return None


def _missing(tracks: pd.DataFrame, tables: Iterable[int]) -> Iterator[str]:
    lacks = tracks.isna().sum()
    if lacks["path"]:
        yield (
            f"Audio of {lacks['path']} of {len(tracks)} tracks is missing; analyses of "
            f"sound use the other {len(tracks) - lacks['path']}. Put the files into "
            "`genres_original/<genre>/`."
        )
    for seconds in (30, 3):
        if seconds not in tables:
            yield (
                f"`features_{seconds}_sec.csv` is not there; these features are computed from the "
                "audio. The table comes with Kaggle's copy of the collection."
            )
    notes = {
        "picture": "a spectrogram picture (`images_original/`, from Kaggle's copy)",
        "artist": "an artist (`meta/GTZANindex.txt`, Sturm 2013, or the tags of the files)",
        "partition": "a set of the fault-filtered partition (`splits/`, Kereliuk et al. 2015)",
        "annotated_tempo": "an annotated tempo (`tempo/*.bpm`)",
    }
    for column, what in notes.items():
        if lacks[column]:
            yield f"Tracks without {what}: {lacks[column]} of {len(tracks)}."


def artist_decades() -> pd.DataFrame:
    """Decade of the best known recordings of some of GTZAN's artists, with the evidence."""
    return pd.read_csv(Path(__file__).with_name("decades.csv"), index_col="artist")

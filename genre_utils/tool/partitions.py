"""Features of a collection as Parquet partitions in any storage: listed, written, read."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import posixpath
import re
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from genre_utils.audio import (
    FEATURE_COLUMNS,
    embed_file,
    features_of_file,
)
from genre_utils.data import (
    ENCODER_COLUMNS,
    DatasetError,
    Features,
    cache_key,
    find_audio,
    find_parts,
    name_tracks,
    walk_files,
)

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem

FEATURES, ENCODER = "features_30_sec", "encoder"
BATCH = 64
MANIFEST = "_partitions.json"  # readers of Parquet folders skip names with an underscore
_READERS = 16
_OURS = re.compile(r"part-[0-9a-f]{16}\.parquet|\.(part-|_partitions).*\.tmp")


class StorageError(DatasetError):
    """A file system fails; the message says why in one sentence."""


# --- storage ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Folder:
    """A folder in any storage; can be sent to other processes."""

    system: AbstractFileSystem
    path: str

    @property
    def url(self) -> str:
        """Its canonical address."""
        return self.system.unstrip_protocol(self.path)

    def names(self) -> set[str]:
        """Names of its files now."""
        self.system.invalidate_cache(self.path)
        return {posixpath.basename(path) for path in self.system.ls(self.path, detail=False)}

    def read(self, name: str) -> bytes:
        """Content of a file."""
        return self.system.cat_file(f"{self.path}/{name}")

    def write(self, name: str, content: bytes) -> None:
        """Write a file completely or not at all."""
        temporary = f"{self.path}/.{name}-{uuid.uuid4().hex}.tmp"
        try:
            self.system.pipe_file(temporary, content)
            self.system.mv(temporary, f"{self.path}/{name}")
        except BaseException:
            with suppress(Exception):
                self.system.rm_file(temporary)
            raise


def open_folder(url: str | Path) -> Folder:
    """Open a path or URL of any file system that fsspec knows."""
    import fsspec  # noqa: PLC0415  (heavy, and optional)

    with storage_errors(f"{url} cannot be reached"):
        system, path = fsspec.url_to_fs(str(url))
    return Folder(system, path.rstrip("/"))


@contextmanager
def storage_errors(message: str) -> Iterator[None]:
    """Raise any error of a file system as a `StorageError` with this message and the reason."""
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0] or repr(error)
        raise StorageError(f"{message} ({reason}).") from error


# --- listing ----------------------------------------------------------------------------------


class AudioFile(NamedTuple):
    """A file of a collection: `path` below the root, `size` in bytes.

    `version` identifies its content for the storage: an ETag, or the time of the last change.
    """

    track_id: str
    genre: str
    path: str
    size: int
    version: str


@dataclass(frozen=True)
class Batch:
    """Files whose features make up the partition `name`."""

    name: str
    files: tuple[AudioFile, ...]


def list_audio(root: str | Path) -> list[AudioFile]:
    """List the audio files of a collection, named and ordered as by `read_dataset`.

    Parameters
    ----------
    root
        Folder of genre folders with audio, or of ``genres_original/`` or ``genres/``: a path, or a
        URL of any file system that fsspec knows.

    Raises
    ------
    DatasetError
        If the root does not exist, cannot be read or has no audio.
    """
    folder = open_folder(root)
    with storage_errors(f"{root} cannot be read"):
        sizes = _sizes(folder)
        if folder.system.isfile(folder.path):
            raise DatasetError(f"{root} is a file, not a folder.")
        if not sizes and not folder.system.isdir(folder.path):
            raise DatasetError(f"{root} does not exist.")
    heads = {"/".join(name.split("/")[:depth]) for name in sizes for depth in (1, 2)}
    folders = (head.split("/")[0] for head in heads if "/" in head)
    start = find_audio(find_parts(folders, heads.__contains__), heads.__contains__)
    inside = (name[len(start) :] for name in sizes if name.startswith(start))
    genres = sorted((name for name in inside if "/" in name), key=_walk_order)
    files = [
        AudioFile(track, name.split("/")[0], start + name, *sizes[start + name])
        for track, name in name_tracks(genres)
    ]
    if not files:
        raise DatasetError(f"{root} has no folder of audio files.")
    return files


def _sizes(folder: Folder) -> dict[str, tuple[int, str]]:
    """Size and version of each file below a folder, by relative path; without hidden files."""
    from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415

    if isinstance(folder.system, LocalFileSystem):  # fsspec does not follow links to folders
        base = Path(folder.path)
        found = {p.relative_to(base).as_posix(): p for p in walk_files(base)}
        stats = {name: p.stat() for name, p in found.items() if p.exists()}
        known = {name: (stat.st_size, str(stat.st_mtime_ns)) for name, stat in stats.items()}
        return {name: known.get(name, (0, "")) for name in found}
    folder.system.invalidate_cache(folder.path)
    below = {
        path[len(folder.path) :].lstrip("/"): (info.get("size") or 0, _version(info))
        for path, info in folder.system.find(folder.path, detail=True).items()
    }
    return {n: about for n, about in below.items() if n and not f"/{n}".count("/.")}


def _version(info: dict) -> str:
    names = ("ETag", "etag", "checksum", "LastModified", "last_modified", "mtime", "created")
    return next((str(info[name]) for name in names if info.get(name)), "")


def _walk_order(name: str) -> list[tuple[bool, str]]:
    """Sort the files of a folder before those of its subfolders."""
    *folders, file = name.split("/")
    return [*((True, folder) for folder in folders), (False, file)]


def make_batches(
    files: Iterable[AudioFile], batch: int = BATCH, kind: str = FEATURES
) -> list[Batch]:
    """Divide files into batches of at most `batch` files of one genre.

    The name of a batch is a hash of its files, so a new song changes the batches of its genre only.
    """
    batches, versions = [], cache_key(kind)
    for _, group in itertools.groupby(files, key=lambda file: file.genre):
        genre = tuple(group)
        for start in range(0, len(genre), batch):
            part = genre[start : start + batch]
            content = json.dumps([versions, part]).encode()
            name = f"part-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            batches.append(Batch(name, part))
    return batches


# --- content ----------------------------------------------------------------------------------


def key_column(kind: str) -> str:
    """Column that is null for files that cannot be used."""
    return "segment" if kind == ENCODER else "length"


def _columns(kind: str) -> list[str]:
    return list(ENCODER_COLUMNS if kind == ENCODER else FEATURE_COLUMNS)


def extract_rows(content: bytes, kind: str) -> list[dict]:
    """Features of a file, one dictionary per row of its partition.

    Raises
    ------
    AudioError
        If the file cannot be used.
    """
    if kind == ENCODER:
        rows = np.hstack(embed_file(io.BytesIO(content))).tolist()
        return [
            {"segment": i, **dict(zip(_columns(kind), row, strict=True))}
            for i, row in enumerate(rows)
        ]
    features, samples = features_of_file(io.BytesIO(content))
    return [{"length": samples, **features}]


def to_parquet(rows: list[dict], kind: str) -> bytes:
    """Content of a partition; numbers of files that cannot be used are null."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    number = pa.float32() if kind == ENCODER else pa.float64()
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("track_id", "genre", "path")),
            (key_column(kind), pa.int64()),
            *((name, number) for name in _columns(kind)),
            ("fault", pa.string()),
        ]
    )
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), content, write_page_checksum=True)
    return content.getvalue()


def read_partition(output: Folder, name: str) -> pa.Table | None:
    """Read one partition; None if it does not exist or is damaged."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        content = output.read(name)
    except FileNotFoundError:
        return None
    with suppress(OSError, pa.ArrowException):
        return pq.read_table(io.BytesIO(content), page_checksum_verification=True)
    return None


# --- the output folder ------------------------------------------------------------------------


def claim_output(output: Folder, root: Folder, names: list[str], kind: str) -> int:
    """Write the manifest of an output folder; return how many of its partitions exist.

    Raises
    ------
    StorageError
        If it cannot be written, or has the features of another root or kind.
    """
    with storage_errors(f"{output.path} cannot be written"):
        output.system.makedirs(output.path, exist_ok=True)
        existing = output.names()
        wanted = {"root": root.url, "kind": kind}
        former = wanted | _manifest(output) if MANIFEST in existing else wanted
        for part, value in wanted.items():
            if former[part] != value:
                raise StorageError(
                    f"{output.path} has the features of {former[part]}; name another folder for "
                    f"{value}."
                )
        output.write(MANIFEST, json.dumps(wanted | {"partitions": names}, indent=1).encode())
    return len(existing & set(names))


def _manifest(output: Folder) -> dict:
    return {"kind": FEATURES} | json.loads(output.read(MANIFEST))


def clean_output(output: Folder, names: Iterable[str]) -> None:
    """Remove unfinished files of killed workers, and partitions of former listings."""
    with storage_errors(f"{output.path} cannot be cleaned"):
        for name in output.names() - {*names}:
            if _OURS.fullmatch(name):
                output.system.rm_file(f"{output.path}/{name}")


def read_partitions(output: str | Path) -> Features:
    """Read what `extract_partitions` wrote, as `genre_utils.data.load_features` returns it.

    Raises
    ------
    DatasetError
        If there is nothing, or partitions are missing or damaged.
    """
    import pyarrow as pa  # noqa: PLC0415

    folder = open_folder(output)
    with storage_errors(f"{output} has no features that can be read"):
        manifest = _manifest(folder)
        names, kind = manifest["partitions"], manifest["kind"]
        with ThreadPoolExecutor(_READERS) as pool:
            tables = list(pool.map(lambda name: read_partition(folder, name), names))
    if missing := [name for name, table in zip(names, tables, strict=True) if table is None]:
        raise DatasetError(
            f"{len(missing)} of {len(names)} partitions in {output} are missing or damaged; run "
            "the same extraction again."
        )
    table = pa.concat_tables(tables).to_pandas().set_index("track_id").sort_index()
    key = key_column(kind)
    values = table[table[key].notna()].astype({key: "int64"})
    if kind == ENCODER:
        values = values.set_index("segment", append=True).sort_index()
    values, genre = values.drop(columns=["genre", "path", "fault"]), values["genre"]
    used = values.index.get_level_values("track_id").unique()
    faulty = table[table["fault"].notna()].rename(columns={"fault": "reason"})
    faulty["file"] = faulty["path"].map(posixpath.basename)
    faulty["used"] = faulty.index.isin(used)
    source = f"Computed from {len(used)} audio files, and saved in {output}."
    return Features(values, genre, source, faulty[["file", "reason", "used"]])

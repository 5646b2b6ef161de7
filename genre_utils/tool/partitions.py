"""Features of a collection as Parquet partitions in any storage: listed, committed, read."""

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

from genre_utils.data import DatasetError, find_audio, find_parts, name_tracks, walk_files
from genre_utils.tool.partition_kinds import FEATURES, extraction_versions, schema, values_of

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem

    from genre_utils.data import Features

BATCH = 64
MANIFEST = "_partitions.json"  # readers of Parquet folders pass over names with an underscore
_READERS = 16
_OURS = re.compile(r"part-[0-9a-f]{16}\.parquet|\.(part-|_partitions).*\.tmp")


class StorageError(DatasetError):
    """A file system does not do what is asked; the message says why in one sentence."""


class AudioFile(NamedTuple):
    """One file of a listing; `path` is relative to the root, `size` in bytes.

    `version` is what the storage says of its content: an ETag, or when it was changed.
    """

    track_id: str
    genre: str
    path: str
    size: int
    version: str


@dataclass(frozen=True)
class Batch:
    """Files whose features make up the one partition called `name`."""

    name: str
    files: tuple[AudioFile, ...]


@dataclass(frozen=True)
class Folder:
    """A folder in some storage; can be sent to other processes."""

    system: AbstractFileSystem
    path: str

    @property
    def url(self) -> str:
        """Its address, the same however it was named."""
        return self.system.unstrip_protocol(self.path)

    def names(self) -> set[str]:
        """Names of what is in it now."""
        self.system.invalidate_cache(self.path)
        return {posixpath.basename(path) for path in self.system.ls(self.path, detail=False)}

    def read(self, name: str) -> bytes:
        """Content of a file in it."""
        return self.system.cat_file(f"{self.path}/{name}")

    def commit(self, name: str, content: bytes) -> None:
        """Write a file so that it is whole or not there."""
        final = f"{self.path}/{name}"
        temporary = f"{self.path}/.{name}-{uuid.uuid4().hex}.tmp"
        try:
            self.system.pipe_file(temporary, content)
            self.system.mv(temporary, final)
        except BaseException:
            with suppress(Exception):
                self.system.rm_file(temporary)
            raise


def open_folder(url: str | Path) -> Folder:
    """Find the file system of a path or URL.

    Raises
    ------
    StorageError
        If there is none for such a URL.
    """
    import fsspec  # noqa: PLC0415  (heavy, and optional)

    with explained(f"{url} cannot be reached"):
        system, path = fsspec.url_to_fs(str(url))
    return Folder(system, path.rstrip("/"))


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Say in one sentence what a file system could not do, whatever its library raises."""
    try:
        yield
    except DatasetError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0] or repr(error)
        raise StorageError(f"{what} ({reason}).") from error


def list_audio(root: str | Path) -> list[AudioFile]:
    """List the audio files of a collection, named and ordered as `read_dataset` does.

    Parameters
    ----------
    root
        Folder of genre folders with audio, or one that has them in ``genres_original/`` or
        ``genres/``: a path, or a URL of any file system that fsspec knows.

    Raises
    ------
    DatasetError
        If the root is not there, cannot be read or has no audio.
    """
    folder = open_folder(root)
    with explained(f"{root} cannot be read"):
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
    """Size and version of every file below a folder, by its path from there, but hidden ones."""
    from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415

    if isinstance(folder.system, LocalFileSystem):  # fsspec follows no links to folders
        base = Path(folder.path)
        found = {p.relative_to(base).as_posix(): p for p in walk_files(base)}
        stats = {name: p.stat() for name, p in found.items() if p.exists()}
        known = {name: (stat.st_size, str(stat.st_mtime_ns)) for name, stat in stats.items()}
        return {name: known.get(name, (0, "")) for name in found}
    folder.system.invalidate_cache(folder.path)
    listed = folder.system.find(folder.path, detail=True)
    skip = len(folder.path)
    below = {
        path[skip:].lstrip("/"): (info.get("size") or 0, _version(info))
        for path, info in listed.items()
    }
    return {n: about for n, about in below.items() if n and not f"/{n}".count("/.")}


def _version(info: dict) -> str:
    names = ("ETag", "etag", "checksum", "LastModified", "last_modified", "mtime", "created")
    return next((str(info[name]) for name in names if info.get(name)), "")


def _walk_order(name: str) -> list[tuple[bool, str]]:
    """Files of a folder before those of folders in it."""
    *folders, file = name.split("/")
    return [*((True, folder) for folder in folders), (False, file)]


def cut_batches(
    files: Iterable[AudioFile], batch: int = BATCH, kind: str = FEATURES
) -> list[Batch]:
    """Cut a listing into batches; the same files get the same name, other files another.

    Parameters
    ----------
    files
        As from `list_audio`.
    batch
        Files a batch, at most. A batch keeps to one genre, so that a song more leaves the batches
        of other genres as they are.
    kind
        What is to be computed of them, a key of `genre_utils.data.INPUTS`: "features_30_sec" or
        "encoder".
    """
    batches, versions = [], extraction_versions(kind)
    for _, group in itertools.groupby(files, key=lambda file: file.genre):
        genre = tuple(group)
        for start in range(0, len(genre), batch):
            part = genre[start : start + batch]
            content = json.dumps([versions, part]).encode()
            name = f"part-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            batches.append(Batch(name, part))
    return batches


def claim(output: Folder, root: Folder, names: list[str], kind: str) -> int:
    """Write down which partitions an output is to have; return how many it has already.

    Raises
    ------
    StorageError
        If it cannot be written, or has the features of another root, or of another kind.
    """
    with explained(f"Nothing can be written to {output.path}"):
        output.system.makedirs(output.path, exist_ok=True)
        present = output.names()
        wanted = {"root": root.url, "kind": kind}
        former = wanted | _manifest(output) if MANIFEST in present else wanted
        if former["root"] != root.url:
            raise StorageError(
                f"{output.path} has the features of {former['root']}; name another folder for "
                f"{root.url}."
            )
        if former["kind"] != kind:
            raise StorageError(
                f"{output.path} has the input {former['kind']}; name another folder for {kind}."
            )
        output.commit(MANIFEST, json.dumps(wanted | {"partitions": names}, indent=1).encode())
    return len(present & set(names))


def _manifest(output: Folder) -> dict:
    return {"kind": FEATURES} | json.loads(output.read(MANIFEST))


def tidy(output: Folder, names: Iterable[str]) -> None:
    """Remove what killed workers were writing, and partitions of former listings."""
    with explained(f"{output.path} cannot be tidied"):
        for name in output.names() - {*names}:
            if _OURS.fullmatch(name):
                output.system.rm_file(f"{output.path}/{name}")


def to_parquet(rows: list[dict], kind: str) -> bytes:
    """One partition: rows of files; numbers missing where a file is of no use."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema(kind)), content, write_page_checksum=True)
    return content.getvalue()


def read_partition(output: Folder, name: str) -> pa.Table | None:
    """Read one partition; None if it is not there or damaged."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        content = output.read(name)
    except FileNotFoundError:
        return None
    with suppress(OSError, pa.ArrowException):
        return pq.read_table(io.BytesIO(content), page_checksum_verification=True)
    return None


def read_partitions(output: str | Path) -> Features:
    """Read what `extract_partitions` wrote.

    Parameters
    ----------
    output
        As given there.

    Returns
    -------
    Features
        As `genre_utils.data.load_features` returns for the same kind, sorted by index; files that
        have a fault in ``faults``.

    Raises
    ------
    DatasetError
        If there is nothing, or partitions are missing or damaged.
    """
    import pyarrow as pa  # noqa: PLC0415

    from genre_utils.data import Features  # noqa: PLC0415

    folder = open_folder(output)
    with explained(f"{output} has no features that can be read"):
        manifest = _manifest(folder)
        names, kind = manifest["partitions"], manifest["kind"]
        with ThreadPoolExecutor(_READERS) as pool:
            tables = list(pool.map(lambda name: read_partition(folder, name), names))
    if lacking := [name for name, table in zip(names, tables, strict=True) if table is None]:
        raise DatasetError(
            f"{output} lacks {len(lacking)} of {len(names)} partitions (or they are damaged); "
            "the same run once more computes these."
        )
    table = pa.concat_tables(tables).to_pandas().set_index("track_id").sort_index()
    values = values_of(table, kind)
    genre = values.pop("genre")
    used = values.index.get_level_values("track_id").unique()
    faulty = table[table["fault"].notna()].rename(columns={"fault": "reason"})
    faulty["file"] = faulty["path"].map(posixpath.basename)
    faulty["used"] = faulty.index.isin(used)
    source = f"Computed from {len(used)} audio files, and kept in {output}."
    return Features(values, genre, source, faulty[["file", "reason", "used"]])

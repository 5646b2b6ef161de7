"""Features of a collection: read from a published table, or extracted once and cached."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import inspect
import io
import json
import math
import os
import time
import warnings
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import pandas as pd
import platformdirs
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from genre_utils import audio
from genre_utils.audio import (
    FEATURE_COLUMNS,
    SAMPLE_RATE,
    AudioError,
    features_of_file,
    load_audio,
    mel_frames,
    split_segments,
)
from genre_utils.data.dataset import Dataset, DatasetError, read_csv
from genre_utils.data.images import PictureError, picture_frames
from genre_utils.data.naming import GTZAN_GENRES, PICTURE_SUFFIXES, parse_track_id, printable
from genre_utils.files import UNFINISHED, file_digest, replacing
from genre_utils.imports import PACKAGE, modules_of
from genre_utils.parallel import run_parallel

# Modules whose code, with all of `audio` that they import, computes each kind: part of cache keys.
_CODE = {
    "picture": "audio/spectrograms data/images",
    "fingerprint": "audio/fingerprints",
    "encoder": "audio/embedding",
    "patch": "audio/embedding",
    "second encoder": "audio/embedding",
    "song": "audio/streaming audio/fingerprints",  # of the tool
    "song with encoder": "audio/streaming audio/fingerprints audio/embedding",
}


def raw_frames(y: np.ndarray) -> np.ndarray:
    """The samples as 16 bit integers: exact for most files, and half the memory."""
    return np.clip(np.round(y * 32768), -32768, 32767).astype(np.int16)


def half_mel_frames(y: np.ndarray) -> np.ndarray:
    """`mel_frames` in half the memory: to 0.03 dB."""
    return mel_frames(y).astype(np.float16)


# Kinds of features, and what computes each from a signal or, for the last three, from a file.
INPUTS: dict[str, Callable] = {
    "features_30_sec": audio.extract_features,
    "features_3_sec": audio.extract_features,
    "mfcc": audio.mfcc_frames,
    "mel": half_mel_frames,
    "raw": raw_frames,
    "picture": audio.track_spectrogram,
    "fingerprint": audio.fingerprint,
    "encoder": audio.embed_file,
    "patch": audio.encoder_patches,
    "second encoder": audio.embed_by_second,
}
EMBEDDING_AND_TAGS = (*audio.EMBEDDING_COLUMNS, *audio.TAGS)
ENCODER_COLUMNS = (*EMBEDDING_AND_TAGS, *audio.LAYER_COLUMNS)
WHOLE_TRACKS = frozenset({"features_30_sec", "picture", "fingerprint"})
# Kinds whose rows are one vector each; the others are frames.
_TABLE = ["length", *FEATURE_COLUMNS]
_COLUMNS = {"features_30_sec": _TABLE, "features_3_sec": _TABLE, "encoder": [*ENCODER_COLUMNS]}
_COLUMNS["second encoder"] = [*audio.EMBEDDING_COLUMNS]

_CHECKSUM_DIGITS = 8
# NumPy evaluates a header as a literal, which CPython before 3.13 does wrongly where threads do so
# at once (its issue 106905).
_ONE_HEADER = Lock()


class NoUsableAudio(DatasetError):  # noqa: N818
    """No file of a collection can be used."""


@dataclass(frozen=True)
class Features:
    """Features of a collection, and where they are from.

    Attributes
    ----------
    values
        One row per track (index ``track_id``) or segment (index ``track_id``, ``segment``). The 57
        features and ``length`` in samples; or the one column ``frames``, each cell an array of
        shape (frames, coefficients), of fingerprints (frames,).
    genre
        Genre of each row, same index.
    source
        One sentence: which published table was read, or from how many files it was computed.
    faults
        Files that could not be used, or not completely: index ``track_id``, columns ``file``,
        ``reason`` and ``used``.
    """

    values: pd.DataFrame
    genre: pd.Series
    source: str
    faults: pd.DataFrame

    @property
    def tracks(self) -> pd.Index:
        """Track of each row."""
        return self.values.index.get_level_values("track_id")

    @property
    def X(self) -> pd.DataFrame:  # noqa: N802
        """The 57 features alone, in the order of the published table."""
        return self.values[list(FEATURE_COLUMNS)]


def track_means(values: pd.DataFrame) -> pd.DataFrame:
    """Mean over the segments of each track, in the order in which the tracks come."""
    return values.groupby(level="track_id", sort=False).mean()


def fault_table(rows: Iterable[tuple[str, str, str, bool]]) -> pd.DataFrame:
    """Faults as in `Features`, from rows of track, file, reason and whether it was used."""
    columns = ["track_id", "file", "reason", "used"]
    table = [(track, printable(file), reason, used) for track, file, reason, used in rows]
    return pd.DataFrame(table, columns=columns).set_index("track_id")


def read_feature_table(path: str | Path) -> pd.DataFrame:
    """Read ``features_30_sec.csv`` or ``features_3_sec.csv``, and check it.

    Returns
    -------
    pandas.DataFrame
        Columns ``length``, the 57 features and ``label``. Index ``track_id``; for segments
        ("blues.00000.0.wav") ``track_id`` and ``segment``.

    Raises
    ------
    DatasetError
        If columns or values are missing, rows are duplicated or names contradict labels.
    """
    path = Path(path)
    table = read_csv(path)
    if lacking := [name for name in ("filename", *_TABLE, "label") if name not in table]:
        shown = ", ".join(lacking[:3]) + (", ..." if len(lacking) > 3 else "")
        raise DatasetError(f"{path} lacks {len(lacking)} of its columns: {shown}")
    if table.empty:
        raise DatasetError(f"{path} has no rows.")
    names, label = table["filename"], table["label"]
    table = table[_TABLE].apply(pd.to_numeric, errors="coerce").assign(label=label)
    wrong = ~np.isfinite(table[_TABLE].to_numpy(dtype=float)).all(axis=1) | label.isna()
    if wrong.any():
        first = names[wrong].iloc[0]
        raise DatasetError(f"{path}: {wrong.sum()} rows have missing values, the first is {first}")
    parts = names.str.extract(r"^(.*)\.(\d{1,3})\.[^.]+$")
    # One segment of each track would be a track whose name ends in a number.
    if parts.notna().all(axis=None) and ("3_sec" in path.name or parts[0].duplicated().any()):
        index = {"track_id": parts[0], "segment": parts[1].astype(int)}
    else:
        index = {"track_id": names.map(parse_track_id)}
    table = table.assign(**index)
    if (repeated := table.duplicated(list(index))).any():
        first = names[repeated].iloc[0]
        raise DatasetError(f"{path}: {repeated.sum()} rows are there twice, the first is {first}")
    prefix = table["track_id"].str.extract(r"^([a-z]+)\.\d{5}$")[0]
    if (contradict := prefix.isin(GTZAN_GENRES) & (prefix != label)).any():
        first, other = names[contradict].iloc[0], label[contradict].iloc[0]
        raise DatasetError(f"{path}: {first} is labeled {other}")
    return table.set_index(list(index))


def cache_dir() -> Path:
    """Folder of cached features: ``GENRE_UTILS_CACHE`` or the user's cache folder."""
    named = os.environ.get("GENRE_UTILS_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("genre_utils"))


def load_features(
    dataset: Dataset,
    kind: str = "features_30_sec",
    *,
    n_jobs: int = -1,
    progress: bool = True,
    published: bool = True,
) -> Features:
    """Features of all tracks of a collection.

    Parameters
    ----------
    kind
        "features_30_sec" (57 features of a whole track), "features_3_sec" (57 of each 3 s
        segment), "mfcc" (130 x 13 frames of each segment), "mel" (130 x 128), "raw" (66150
        samples), "picture" (496 x 64 of a whole track: from its picture, or else its audio),
        "fingerprint" (32 bits every 11.6 ms of a whole track), "encoder" (`EMBEDDING_COLUMNS`,
        `TAGS` and `LAYER_COLUMNS` of each segment), "patch" (187 x 96, the encoder's input) or
        "second encoder" (`EMBEDDING_COLUMNS` of MTT_vgg, which was trained on MagnaTagATune).
    published
        Whether to read the published table where the collection has it, instead of computing.

    Raises
    ------
    DatasetError
        If a published table is damaged, or no file could be used.
    EncoderMissing
        If the encoder is needed and is not there.
    """
    if kind not in INPUTS:
        raise ValueError(f"no features are called {kind!r}; there are {', '.join(INPUTS)}")
    seconds = {"features_30_sec": 30, "features_3_sec": 3}.get(kind)
    if published and seconds in dataset.tables:
        values = read_feature_table(dataset.tables[seconds])
        genre = values.pop("label").rename("genre")
        source = (
            f"The published table {dataset.tables[seconds].name}: {len(values)} rows, "
            "read and checked, not recomputed."
        )
        return Features(values, genre, source, fault_table([]))
    paths = dataset.audio
    if kind == "picture":
        paths = dataset.tracks["picture"].fillna(dataset.tracks["path"]).dropna()
    values, faults = _extract(paths, kind, n_jobs, progress=progress)
    tracks = values.index.get_level_values("track_id")
    genre = dataset.tracks["genre"].reindex(tracks).set_axis(values.index)
    pictures = paths[tracks.unique()].map(_is_picture)
    counts = {"picture": pictures.sum(), "audio": (~pictures).sum()}
    files = " and ".join(f"{n} {what} files" for what, n in counts.items() if n)
    return Features(values, genre, f"Computed from {files} ({len(values)} rows).", faults)


def features_or_reason(dataset: Dataset, kind: str) -> tuple[Features | None, str]:
    """The features and ""; or None and, in one sentence, why there are none."""
    try:
        return load_features(dataset, kind), ""
    except (DatasetError, audio.EncoderMissing) as error:
        return None, str(error)


def _extract(
    paths: pd.Series, kind: str, n_jobs: int, *, progress: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values and faults of files, as in `Features`; each finished file is cached."""
    folder = cache_dir() / f"{kind}-{cache_key(kind)}"
    remove_leftovers(folder)
    read = partial(read_frames, mapped=kind not in _COLUMNS and _may_map(len(paths)))
    recall = Parallel(n_jobs=n_jobs, prefer="threads")
    cached = recall(delayed(_recall)(path, folder, read) for path in paths)
    found = dict(zip(paths.index, cached, strict=True))
    new = [track for track, result in found.items() if result.table is None and result.target]
    jobs = (delayed(_compute)(track, paths[track], found[track].target, kind) for track in new)
    bar = kind if progress and new else ""
    for track, result in run_parallel(
        jobs, len(new), n_jobs=n_jobs, progress=bar, unit="track", ordered=False
    ):
        # What is mapped from a file is mapped here, and need not come from another process.
        is_cached = result.table is None and result.target
        found[track] = result._replace(table=read(result.target)) if is_cached else result
    if notes := [result.note for result in found.values() if result.note]:
        warnings.warn(f"{len(notes)} results were not cached: {notes[0]}", stacklevel=2)
    tables = {track: result.table for track, result in found.items() if result.table is not None}
    faults = fault_table(
        (track, Path(paths[track]).name, result.fault, track in tables)
        for track, result in found.items()
        if result.fault
    )
    if not tables:
        reason = f" ({faults['file'].iloc[0]}: {faults['reason'].iloc[0]})" if len(faults) else ""
        raise NoUsableAudio(f"None of the {len(paths)} files can be used{reason}.")
    values = pd.concat(tables, names=["track_id", "segment"])
    if kind in WHOLE_TRACKS:
        values = values.droplevel("segment")
    if columns := _COLUMNS.get(kind):
        values = pd.DataFrame(np.stack(values["frames"]), values.index, columns=columns)
    return values.astype({"length": int}) if "length" in values else values, faults


def cache_key(kind: str) -> str:
    """Hash of all that a result depends on, except the file."""
    depends = [kind, _code_digest(kind), version("librosa"), version("soxr")]
    if kind in ("encoder", "song with encoder"):
        depends.append(audio.encoder_digest())
    if kind == "second encoder":
        depends.append(audio.encoder_digest(audio.second_encoder_path()))
    return hashlib.sha256("\0".join(depends).encode()).hexdigest()[:12]


@cache
def _code_digest(kind: str) -> str:
    """Digest of the code that computes a kind, without comments and docstrings."""
    roots = [PACKAGE / f"{name}.py" for name in _CODE.get(kind, "audio/streaming").split()]
    imported = (path for root in roots for path in modules_of(root))
    modules = {*roots, *(path for path in imported if path.parent == PACKAGE / "audio")}
    sources = [path.read_text(encoding="utf-8") for path in sorted(modules)]
    sources += [inspect.getsource(code) for code in (_rows_of_file, raw_frames, half_mel_frames)]
    digest = hashlib.sha256()
    for source in sources:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                docstring = ast.get_docstring(node, clean=False) is not None
                node.body = (node.body[1:] if docstring else node.body) or [ast.Pass()]
        digest.update(ast.unparse(tree).encode())
    return digest.hexdigest()


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run was writing, an hour after it can still be at it."""
    for path in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(FileNotFoundError):  # another program has finished with it
            if time.time() - path.stat().st_mtime > 3600:
                path.unlink()


class _Result(NamedTuple):
    """What became of a file; `note` says why its table could not be cached at `target`."""

    table: pd.DataFrame | None = None
    fault: str | None = None
    target: Path | None = None
    note: str | None = None


def _recall(path: str, folder: Path, read: Callable[[Path], pd.DataFrame]) -> _Result:
    try:
        target = folder / f"{file_digest(path, 'md5')}.npy"
    except OSError as error:
        return _Result(fault=f"the file cannot be read ({error.strerror})")
    try:
        return _Result(read(target), _truncation(path), target)
    except (OSError, ValueError):
        return _Result(target=target)  # not there, or damaged: computed again


def _compute(track: str, path: str, target: Path, kind: str) -> tuple[str, _Result]:
    try:
        # One thread: the last digits of a matrix product depend on how many share it.
        with threadpool_limits(1):
            rows = _rows_of_file(path, kind).rename_axis("segment")
    except (AudioError, PictureError) as error:
        return track, _Result(fault=str(error))
    try:
        write_frames(rows, target)
    except OSError as error:
        note = f"{target.parent}: {error.strerror or error}"
        return track, _Result(rows, _truncation(path), note=note)
    return track, _Result(None, _truncation(path), target)


def _rows_of_file(path: str, kind: str) -> pd.DataFrame:
    """One row per segment; one in all for whole tracks."""
    if _is_picture(path):
        return pd.DataFrame({"frames": [picture_frames(path)]})
    if kind == "features_30_sec":  # of any length
        features, samples = features_of_file(path)
        return pd.DataFrame({"frames": [np.array([samples, *features])]})
    if kind == "encoder":
        return pd.DataFrame({"frames": list(np.hstack(INPUTS[kind](path)))})
    if kind == "second encoder":
        return pd.DataFrame({"frames": list(INPUTS[kind](path))})
    if kind == "patch":
        return pd.DataFrame({"frames": list(INPUTS[kind](path).astype(np.float16))})
    y = load_audio(path)
    segments = [y] if kind in WHOLE_TRACKS else split_segments(y)
    if not len(segments):
        raise AudioError(f"too short: {len(y) / SAMPLE_RATE:.3g} s give no segment of 3 s")
    audible = [i for i, segment in enumerate(segments) if segment.any()]
    if not audible:
        raise AudioError("silent: no whole segment of 3 s has any sound")
    rows = [INPUTS[kind](segments[i]) for i in audible]
    if kind == "features_3_sec":
        rows = [np.array([len(segments[0]), *row]) for row in rows]
    return pd.DataFrame({"frames": rows}, index=audible)


def _is_picture(path: str) -> bool:
    return Path(path).suffix.lower() in PICTURE_SUFFIXES


def _truncation(path: str) -> str | None:
    return None if _is_picture(path) else audio.find_truncation(path)


def write_frames(table: pd.DataFrame, path: Path) -> None:
    """Write a column ``frames`` of equal shapes: an array as .npy, the index as JSON, a CRC-32."""
    file = io.BytesIO()
    np.save(file, np.stack(table["frames"]), allow_pickle=False)
    file.write(json.dumps(table.index.tolist()).encode())
    content = file.getvalue()
    with replacing(path) as temporary:
        temporary.write_bytes(content + _checksum(content))


def read_frames(path: Path, *, mapped: bool = True) -> pd.DataFrame:
    """Read what `write_frames` wrote; mapped, the cells are views of the file, without a copy."""
    content = path.read_bytes()
    body = content[:-_CHECKSUM_DIGITS]
    if content != body + _checksum(body):
        raise ValueError(f"{path} is damaged")
    file = io.BytesIO(body)
    with _ONE_HEADER:
        frames = np.load(file, allow_pickle=False)
        if mapped:
            frames = np.load(path, mmap_mode="r", allow_pickle=False)
    index = pd.Index(json.loads(file.read()), name="segment")
    return pd.DataFrame({"frames": list(frames)}, index=index)


def _checksum(content: bytes) -> bytes:
    return f"{zlib.crc32(content):0{_CHECKSUM_DIGITS}x}".encode()


def _may_map(count: int) -> bool:
    """Whether so many tracks may be mapped: each takes open files, whose limit is raised here."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows counts otherwise
        return True
    wanted = 12 * count + 1024  # each of some 12 segments is opened by processes that receive it
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (math.inf if n == resource.RLIM_INFINITY else n for n in limits)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (int(min(hard, wanted)), limits[1]))
        except (ValueError, OSError):
            return False
    return hard >= wanted

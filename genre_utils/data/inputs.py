"""Features of a whole collection: read from a published table, or extracted once and cached."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from genre_utils.audio import (
    EMBEDDING_COLUMNS,
    LAYER_COLUMNS,
    SAMPLE_RATE,
    SEGMENT_SECONDS,
    TAGS,
    AudioError,
    EncoderMissing,
    embed_file,
    encoder_digest,
    encoder_patches,
    extract_features,
    features_of_file,
    fingerprint,
    load_audio,
    mel_frames,
    mfcc_frames,
    shortened,
    split_segments,
    track_spectrogram,
)
from genre_utils.data.arrays import may_map, read_frames, write_frames
from genre_utils.data.dataset import (
    Dataset,
    DatasetError,
)
from genre_utils.data.naming import PICTURE_SUFFIXES
from genre_utils.data.pictures import PictureError, picture_frames
from genre_utils.data.tables import Features, NoUsableAudio, fault_table, read_feature_table
from genre_utils.files import UNFINISHED, file_digest, replacing
from genre_utils.parallel import run_parallel

CACHE_VARIABLE = "GENRE_UTILS_CACHE"
# Part of every cache key: raise it when a feature is computed in another way.
EXTRACTION_VERSION = 1


def raw_frames(y: np.ndarray) -> np.ndarray:
    """The samples themselves, as 16 bit integers: exact for most files, and half the memory."""
    return np.clip(np.round(y * 32768), -32768, 32767).astype(np.int16)


def half_mel_frames(y: np.ndarray) -> np.ndarray:
    """`mel_frames` in half the memory: to 0.03 dB."""
    return mel_frames(y).astype(np.float16)


INPUTS: dict[str, Callable] = {
    "features_30_sec": extract_features,
    "features_3_sec": extract_features,
    "mfcc": mfcc_frames,
    "mel": half_mel_frames,
    "raw": raw_frames,
    "picture": track_spectrogram,
    "fingerprint": fingerprint,
    "encoder": embed_file,
    "patch": encoder_patches,
}
ENCODER_COLUMNS = (*EMBEDDING_COLUMNS, *TAGS, *LAYER_COLUMNS)
WHOLE_TRACKS = frozenset({"features_30_sec", "picture", "fingerprint"})
TABLES = frozenset({"features_30_sec", "features_3_sec"})  # the others are frames


def cache_dir() -> Path:
    """Where extracted features are kept: ``GENRE_UTILS_CACHE`` or the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
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
    dataset
        The collection.
    kind
        "features_30_sec" (57 features of a whole track), "features_3_sec" (57 of each 3 s
        segment), "mfcc" (130 x 13 frames of each segment), "mel" (130 x 128), "raw" (66150
        samples), "picture" (496 x 64 of a whole track: from its picture, or else its audio),
        "fingerprint" (32 bits every 11.6 ms of a whole track, as from `audio.fingerprint`) or
        "encoder" (of each piece of 3 s what `audio.embed_file` hears: `EMBEDDING_COLUMNS`, `TAGS`
        and `LAYER_COLUMNS`), "patch" (what the encoder is given of each piece, to train it on).
    n_jobs
        Processes for extraction; -1 for one a core.
    progress
        Whether to show a progress bar.
    published
        Whether to read the published table where the collection has it, instead of computing.

    Raises
    ------
    DatasetError
        If a published table is damaged, or no file could be used.
    EncoderMissing
        If the encoder is asked and is not there.
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
    values, faults = extract_collection(paths, kind, n_jobs=n_jobs, progress=progress)
    genre = dataset.tracks["genre"].reindex(values.index.get_level_values("track_id"))
    genre.index = values.index
    used = values.index.get_level_values("track_id").unique()
    drawn = int(paths[used].map(_is_picture).sum())
    counts = [f"{n} {what} files" for n, what in ((drawn, "picture"), (len(used) - drawn, "audio"))]
    files = " and ".join(text for text in counts if not text.startswith("0 "))
    source = f"Computed from {files} ({len(values)} rows)."
    return Features(values, genre, source, faults)


def features_or_reason(dataset: Dataset, kind: str) -> tuple[Features | None, str]:
    """Features of a collection if they can be had, for pages that go on without them.

    Parameters
    ----------
    dataset, kind
        As in `load_features`.

    Returns
    -------
    features, reason
        The features and ""; or None and, in one sentence, why there are none.
    """
    try:
        return load_features(dataset, kind), ""
    except (DatasetError, EncoderMissing) as error:
        return None, str(error)


def extract_collection(
    paths: pd.Series, kind: str, *, n_jobs: int = -1, progress: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Extract features of many files in parallel; each finished file is kept at once.

    Parameters
    ----------
    paths
        Files, indexed by ``track_id``.
    kind
        A key of `INPUTS`.
    n_jobs
        Processes; -1 for one a core.
    progress
        Whether to show a progress bar.

    Returns
    -------
    values, faults
        As in `Features`.

    Raises
    ------
    DatasetError
        If no file could be used.
    """
    folder = cache_dir() / f"{kind}-{cache_key(kind)}"
    remove_leftovers(folder)
    mapped = kind not in TABLES and may_map(len(paths))
    read = _read_table if kind in TABLES else partial(read_frames, mapped=mapped)
    kept = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_recall)(path, folder, read) for path in paths
    )
    found = dict(zip(paths.index, kept, strict=True))
    new = [track for track, outcome in found.items() if outcome.table is None and outcome.target]
    jobs = (delayed(_compute)(track, paths[track], found[track].target, kind) for track in new)
    if new:
        bar = kind if progress else ""
        made = run_parallel(
            jobs, len(new), n_jobs=n_jobs, progress=bar, unit="track", ordered=False
        )
        # What is mapped from a file is mapped here, and need not come from another process.
        found |= {
            track: outcome._replace(table=read(outcome.target)) if outcome.kept else outcome
            for track, outcome in made
        }
    if notes := [outcome.note for outcome in found.values() if outcome.note]:
        warnings.warn(f"{len(notes)} results were not cached: {notes[0]}", stacklevel=2)
    tables = {track: o.table for track, o in found.items() if o.table is not None}
    faults = fault_table(
        (track, Path(paths[track]).name, outcome.fault, track in tables)
        for track, outcome in found.items()
        if outcome.fault
    )
    if not tables:
        reason = f" ({faults['file'].iloc[0]}: {faults['reason'].iloc[0]})" if len(faults) else ""
        raise NoUsableAudio(f"None of the {len(paths)} files can be used{reason}.", faults)
    values = pd.concat(tables, names=["track_id", "segment"])
    if kind in WHOLE_TRACKS:
        values = values.droplevel("segment")
    if kind == "encoder":
        values = pd.DataFrame(np.stack(values["frames"]), values.index, columns=ENCODER_COLUMNS)
    return values, faults


def cache_key(kind: str) -> str:
    """Hash of all that a result depends on, save the file."""
    depends = {
        "kind": kind,
        "version": EXTRACTION_VERSION,
        "sample_rate": SAMPLE_RATE,
        "segment_seconds": SEGMENT_SECONDS,
        "librosa": version("librosa"),
        "soxr": version("soxr"),
    }
    if kind == "encoder":
        depends["encoder"] = encoder_digest()
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:12]


class _Outcome(NamedTuple):
    """What became of one file; `note` says why a result could not be kept at `target`."""

    table: pd.DataFrame | None = None
    fault: str | None = None
    target: Path | None = None
    note: str | None = None
    kept: bool = False


def _recall(path: str, folder: Path, read: Callable[[Path], pd.DataFrame]) -> _Outcome:
    """Read what was kept of a file, if anything was."""
    try:
        name = file_digest(path, "md5")
    except OSError as error:
        return _Outcome(fault=f"the file cannot be read ({error.strerror})")
    target = folder / f"{name}{'.parquet' if read is _read_table else '.npy'}"
    try:
        table = read(target)
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError):
        return _Outcome(target=target)  # not there, or damaged: computed again
    return _Outcome(table, _shortened(path), target)


def _is_picture(path: str) -> bool:
    return Path(path).suffix.lower() in PICTURE_SUFFIXES


def _shortened(path: str) -> str | None:
    return None if _is_picture(path) else shortened(path)


def _compute(track: str, path: str, target: Path, kind: str) -> tuple[str, _Outcome]:
    try:
        # One thread: the last digits of a matrix product depend on how many share it.
        with threadpool_limits(1):
            if _is_picture(path):
                rows = pd.DataFrame({"frames": [picture_frames(path)]})
            else:
                rows = _FILES.get(kind, partial(_extract, kind=kind))(path)
    except (AudioError, PictureError) as error:
        return track, _Outcome(fault=str(error))
    rows = rows.rename_axis("segment")
    try:
        (_write_table if kind in TABLES else write_frames)(rows, target)
    except OSError as error:
        note = f"{target.parent}: {error.strerror or error}"
        return track, _Outcome(rows, _shortened(path), target, note)
    return track, _Outcome(None, _shortened(path), target, kept=True)


def _whole(path: str) -> pd.DataFrame:
    """Features of a whole track, however long: one row."""
    features, samples = features_of_file(path)
    return pd.DataFrame([{"length": samples, **features}])


def _heard(path: str) -> pd.DataFrame:
    """What the encoder makes of a file: one row a piece of 3 s."""
    return pd.DataFrame({"frames": list(np.hstack(embed_file(path)))})


def _patches(path: str) -> pd.DataFrame:
    """What the encoder is given of a file, in half precision: one row a piece of 3 s."""
    return pd.DataFrame({"frames": list(encoder_patches(path).astype(np.float16))})


_FILES = {"features_30_sec": _whole, "encoder": _heard, "patch": _patches}


def _extract(path: str, kind: str) -> pd.DataFrame:
    """One row a segment (one in all for whole tracks)."""
    y = load_audio(path)
    pieces = [y] if kind in WHOLE_TRACKS else split_segments(y)
    if not len(pieces):
        raise AudioError(f"too short: {len(y) / SAMPLE_RATE:.3g} s give no segment of 3 s")
    rows, audible = [], [i for i, piece in enumerate(pieces) if piece.any()]
    if not audible:
        raise AudioError("silent: no whole segment of 3 s has any sound")
    for i in audible:
        row = INPUTS[kind](pieces[i])
        if isinstance(row, pd.Series):
            rows.append({"length": len(pieces[i]), **row})
        else:
            rows.append({"frames": row})
    return pd.DataFrame(rows, index=pd.Index(audible, name="segment"))


def _write_table(table: pd.DataFrame, path: Path) -> None:
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table), temporary, write_page_checksum=True)


def _read_table(path: Path) -> pd.DataFrame:
    return pq.read_table(path, page_checksum_verification=True).to_pandas()


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run was writing, an hour after it can still be at it."""
    for path in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(FileNotFoundError):  # another program has finished with it
            if time.time() - path.stat().st_mtime > 3600:
                path.unlink()

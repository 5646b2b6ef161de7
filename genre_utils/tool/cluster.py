"""Features of large collections, extracted by a Dask cluster."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from genre_utils.audio import AudioError, EncoderMissing, find_truncation
from genre_utils.data import DatasetError, cache_key
from genre_utils.tool.partitions import (
    BATCH,
    ENCODER,
    FEATURES,
    AudioFile,
    Batch,
    Folder,
    claim_output,
    clean_output,
    extract_rows,
    key_column,
    list_audio,
    make_batches,
    open_folder,
    read_partition,
    storage_errors,
    to_parquet,
)

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 15
_RETRIES = 2
_QUEUED = 256


class ClusterError(RuntimeError):
    """A run on a cluster cannot start or finish; the message says why in one sentence."""


@dataclass(frozen=True)
class Extraction:
    """Tracks with features, faults (path, reason), new partitions and those that existed."""

    tracks: int
    faults: tuple[tuple[str, str], ...]
    new: int
    present: int


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Client]:
    """Connect to a Dask cluster, or start one on this machine for the time of the context.

    Parameters
    ----------
    scheduler
        Address of a scheduler ("tcp://10.0.0.1:8786"). Its workers need this package, too.
    workers
        Number of processes without a scheduler; None for one per core.

    Raises
    ------
    ClusterError
        If Dask is not installed, or no scheduler with a worker answers at the address.
    """
    try:
        import fsspec  # noqa: F401, PLC0415  (optional, as Dask is)
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError as error:
        raise ClusterError('This needs Dask: pip install ".[cluster]"') from error
    if scheduler is None:
        local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
        with LocalCluster(processes=True, **local) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        # Tested first, because the rest of a client that failed can block the next one.
        with ThreadPoolExecutor(1) as aside:  # this thread may have a running event loop
            aside.submit(asyncio.run, _test_connection(scheduler)).result()
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"No Dask scheduler answers at {scheduler}.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise ClusterError(f"The scheduler at {scheduler} has no workers.") from error
        yield client


async def _test_connection(scheduler: str) -> None:
    """Connect to a scheduler and disconnect."""
    from distributed.comm import connect as connect_to  # noqa: PLC0415

    comm = await connect_to(scheduler, timeout=CONNECT_SECONDS)
    await comm.close()


def extract_partitions(
    root: str | Path,
    output: str | Path,
    *,
    client: Client,
    batch: int = BATCH,
    kind: str = FEATURES,
    progress: bool = True,
) -> Extraction:
    """Extract the features of a collection into Parquet, one partition per batch of files.

    A partition is written completely or not at all. Existing partitions are not computed again, so
    a run that was interrupted continues. At the end, `output` has the partitions of this listing
    and no others; `read_partitions` reads them.

    Parameters
    ----------
    root
        The collection, a path or URL that the workers can reach, as for `list_audio`.
    output
        Folder for the partitions of this root, a path or URL.
    client
        The cluster. The batch of a lost worker is given to another one.
    batch
        Largest number of files in a partition.
    kind
        "features_30_sec", the 57 features of whole tracks, or "encoder", embedding and tags of each
        segment of 3 s; then every worker needs the encoder.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DatasetError
        If the root does not exist, cannot be read or has no audio, if the output cannot be written
        or has the features of another root or kind, or if a worker has another version.
    EncoderMissing
        If the encoder is needed and is not there.
    ClusterError
        If some batches failed. The others are saved.
    """
    versions = cache_key(kind)
    batches = make_batches(list_audio(root), batch, kind)
    names = [part.name for part in batches]
    source, target = open_folder(root), open_folder(output)
    present = claim_output(target, source, names, kind)
    outcomes = _run(client, batches, progress, source, target, kind, versions)
    clean_output(target, names)
    faults = sorted(fault for outcome in outcomes for fault in outcome.faults)
    tracks = sum(outcome.tracks for outcome in outcomes)
    return Extraction(tracks, tuple(faults), len(batches) - present, present)


class _Outcome(NamedTuple):
    """Tracks and faults of one partition."""

    tracks: int
    faults: list[tuple[str, str]]


def _run(client: Client, batches: list[Batch], progress: bool, *where) -> list[_Outcome]:
    """Run all batches; a batch that fails does not stop the others.

    The scheduler holds a limited number of batches, whatever the size of the collection.
    """
    from distributed import as_completed  # noqa: PLC0415

    def submit(batch: Batch) -> Future:
        # Not pure: a result that the scheduler remembers does not mean that the partition exists.
        return client.submit(_extract_batch, batch, *where, pure=False, retries=_RETRIES)

    todo = iter(batches)
    ahead = max(_QUEUED, 4 * sum(client.nthreads().values()))
    running = {submit(batch): batch for batch in itertools.islice(todo, ahead)}
    finished = as_completed(running)
    outcomes, failed = [], []
    total = sum(len(batch.files) for batch in batches)
    try:
        with tqdm(total=total, desc="features", unit="track", disable=not progress) as bar:
            for future in finished:
                try:
                    outcomes.append(future.result())
                except DatasetError:
                    raise
                except Exception as error:  # of any library
                    failed.append(str(error).split("\n")[0] or repr(error))
                bar.update(len(running.pop(future).files))
                for batch in itertools.islice(todo, 1):
                    following = submit(batch)
                    running[following] = batch
                    finished.add(following)
    finally:
        client.cancel(list(running))
    if failed:
        first = failed[0].rstrip(".")
        raise ClusterError(
            f"{len(failed)} of {len(batches)} batches failed, the first with: {first}. "
            "The others are saved; run the same command again for the missing ones."
        )
    return outcomes


def _extract_batch(
    batch: Batch, source: Folder, target: Folder, kind: str, versions: str
) -> _Outcome:
    """Write the partition of a batch, unless it exists."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    _check_worker(kind, versions)
    table = read_partition(target, batch.name)
    if table is not None:
        columns = ["track_id", "path", key_column(kind), "fault"]
        return _outcome(table.select(columns).to_pylist(), kind)
    # One thread, as on one machine, because the last digits depend on it. The limit stays, because
    # other threads of this worker may be computing.
    threadpool_limits(1)
    rows = [row for file in batch.files for row in _rows(file, source, kind)]
    with storage_errors(f"A partition cannot be written to {target.path}"):
        target.write(batch.name, to_parquet(rows, kind))
    return _outcome(rows, kind)


def _check_worker(kind: str, versions: str) -> None:
    """Check that this worker has the same versions as the machine that started the run."""
    try:
        own = cache_key(kind)
    except EncoderMissing as error:
        raise DatasetError(f"A worker has no encoder: {error}") from error
    if own != versions:
        encoder = " or another encoder" if kind == ENCODER else ""
        raise DatasetError(
            "A worker has another version of genre_utils, librosa or soxr than this machine"
            f"{encoder}: their features would differ."
        )


def _rows(file: AudioFile, source: Folder, kind: str) -> list[dict]:
    """Rows of one file. Other errors of the storage are raised, so that the batch is repeated."""
    about = {"track_id": file.track_id, "genre": file.genre, "path": file.path}
    try:
        content = source.read(file.path)
        rows = [about | numbers for numbers in extract_rows(content, kind)]
        rows[0]["fault"] = find_truncation(io.BytesIO(content))
        return rows
    except (FileNotFoundError, PermissionError) as error:
        reason = f"the file cannot be read ({error.strerror or 'it does not exist'})"
    except AudioError as error:
        reason = str(error)
    return [about | {"fault": reason}]


def _outcome(rows: list[dict], kind: str) -> _Outcome:
    faults = [(row["path"], row["fault"]) for row in rows if row.get("fault")]
    return _Outcome(
        len({row["track_id"] for row in rows if row.get(key_column(kind)) is not None}), faults
    )

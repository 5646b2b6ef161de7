"""Features of collections that outgrow one machine, on a Dask cluster."""

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

from genre_utils.audio import AudioError, shortened
from genre_utils.cluster.partitions import (
    BATCH,
    AudioFile,
    Batch,
    Folder,
    claim,
    cut_batches,
    explained,
    extraction_versions,
    list_audio,
    open_folder,
    read_partition,
    tidy,
    to_parquet,
)
from genre_utils.data import DatasetError

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 15
_RETRIES = 2
_AHEAD = 256


class ClusterError(RuntimeError):
    """A run on a cluster cannot start or be finished; the message says why in one sentence."""


@dataclass(frozen=True)
class Extraction:
    """What a finished run left in its output.

    Attributes
    ----------
    tracks
        How many tracks have features.
    faults
        Path and reason of each file that could not be used, or not wholly.
    new, present
        How many partitions were missing before the run, and how many were there.
    """

    tracks: int
    faults: tuple[tuple[str, str], ...]
    new: int
    present: int


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Client]:
    """Reach a Dask cluster, or start one on this machine for as long as it is needed.

    Parameters
    ----------
    scheduler
        Address of a scheduler ("tcp://10.0.0.1:8786"). Its workers need this package too.
    workers
        Without a scheduler: how many processes to start; one a core if not said.

    Raises
    ------
    ClusterError
        If Dask is not installed, or no scheduler with a worker answers at that address.
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
        # Asked first: what is left of a client that failed can block the next one for ever.
        with ThreadPoolExecutor(1) as aside:  # there may be a running event loop here
            aside.submit(asyncio.run, _greet(scheduler)).result()
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"No Dask scheduler answers at {scheduler}.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise ClusterError(f"The scheduler at {scheduler} has no workers.") from error
        yield client


async def _greet(scheduler: str) -> None:
    """Connect to a scheduler, and let go."""
    from distributed.comm import connect as connect_to  # noqa: PLC0415

    comm = await connect_to(scheduler, timeout=CONNECT_SECONDS)
    await comm.close()


def extract_partitions(
    root: str | Path,
    output: str | Path,
    *,
    client: Client,
    batch: int = BATCH,
    progress: bool = True,
) -> Extraction:
    """Extract the 57 features of whole tracks into Parquet, one partition a batch of files.

    A partition appears whole or not at all. What is there already is not computed again, so a
    run that was stopped goes on where it stopped. When all is done, `output` has the partitions
    of this listing and no others; `genre_utils.cluster.read_partitions` reads them.

    Parameters
    ----------
    root
        The collection: a path, or a URL of any file system that fsspec knows and the workers
        reach. See `genre_utils.cluster.list_audio`.
    output
        Folder for the partitions, likewise; it serves one root.
    client
        The cluster. The batch of a worker that is lost goes to another worker.
    batch
        Files a partition, at most.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DatasetError
        If the root is not there, cannot be read or has no audio, or if the output cannot be
        written or has the features of another root.
    ClusterError
        If batches failed. The others are kept.
    """
    plan = cut_batches(list_audio(root), batch)
    names = [part.name for part in plan]
    source, target = open_folder(root), open_folder(output)
    present = claim(target, source, names)
    outcomes = _run(client, plan, progress, source, target, extraction_versions())
    tidy(target, names)
    faults = sorted(fault for outcome in outcomes for fault in outcome.faults)
    tracks = sum(outcome.tracks for outcome in outcomes)
    return Extraction(tracks, tuple(faults), len(plan) - present, present)


class _Outcome(NamedTuple):
    """Tracks and faults of one partition."""

    tracks: int
    faults: list[tuple[str, str]]


def _run(client: Client, plan: list[Batch], progress: bool, *where) -> list[_Outcome]:
    """Run all batches; one that fails does not stop the others, a useless output does.

    The scheduler holds some batches at a time, so that its memory does not depend on the
    collection.
    """
    from distributed import as_completed  # noqa: PLC0415

    def submit(batch: Batch) -> Future:
        # Not pure: what the scheduler remembers of a batch says nothing about the output.
        return client.submit(_extract_batch, batch, *where, pure=False, retries=_RETRIES)

    todo = iter(plan)
    ahead = max(_AHEAD, 4 * sum(client.nthreads().values()))
    running = {submit(batch): batch for batch in itertools.islice(todo, ahead)}
    finished = as_completed(running)
    outcomes, failed = [], []
    total = sum(len(batch.files) for batch in plan)
    try:
        with tqdm(total=total, desc="features", unit="track", disable=not progress) as bar:
            for future in finished:
                try:
                    outcomes.append(future.result())
                except DatasetError:
                    raise
                except Exception as error:  # whatever a worker can die of
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
            f"{len(failed)} of {len(plan)} batches failed, the first with: {first}. "
            "The others are kept; the same run once more computes what is missing."
        )
    return outcomes


def _extract_batch(batch: Batch, source: Folder, target: Folder, versions: tuple) -> _Outcome:
    """Make sure that the partition of a batch is there."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    if versions != extraction_versions():
        raise DatasetError(
            f"A worker extracts with {extraction_versions()}, this machine with {versions} "
            "(versions of the extraction, librosa and soxr): their features would differ."
        )
    table = read_partition(target, batch.name)
    if table is not None:
        return _outcome(table.select(["path", "length", "fault"]).to_pylist())
    # One thread, as on one machine: the last digits depend on it. It stays so, because lifting
    # the limit would change the batch that another thread of this worker has in hand.
    threadpool_limits(1)
    rows = [_row(file, source) for file in batch.files]
    with explained(f"A partition cannot be written to {target.path}"):
        target.commit(batch.name, to_parquet(rows))
    return _outcome(rows)


def _row(file: AudioFile, source: Folder) -> dict:
    """One file's row. Storage that fails for now raises, so that the batch is tried again."""
    from genre_utils.audio import features_of_file  # noqa: PLC0415

    row = {"track_id": file.track_id, "genre": file.genre, "path": file.path}
    try:
        content = source.read(file.path)
        features, samples = features_of_file(io.BytesIO(content))
        values = {"length": samples, **features}
        return row | values | {"fault": shortened(io.BytesIO(content))}
    except (FileNotFoundError, PermissionError) as error:
        return row | {"fault": f"the file cannot be read ({error.strerror or 'it is gone'})"}
    except AudioError as error:
        return row | {"fault": str(error)}


def _outcome(rows: list[dict]) -> _Outcome:
    faults = [(row["path"], row["fault"]) for row in rows if row["fault"]]
    return _Outcome(sum(row.get("length") is not None for row in rows), faults)

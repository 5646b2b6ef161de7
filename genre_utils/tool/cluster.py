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

from genre_utils.audio import AudioError, EncoderMissing, find_truncation
from genre_utils.data import DatasetError
from genre_utils.tool.partition_kinds import (
    ENCODER,
    FEATURES,
    about_files,
    extraction_versions,
    is_used,
    numbers_of,
)
from genre_utils.tool.partitions import (
    BATCH,
    AudioFile,
    Batch,
    Folder,
    claim,
    cut_batches,
    explained,
    list_audio,
    open_folder,
    read_partition,
    tidy,
    to_parquet,
)

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
    kind: str = FEATURES,
    progress: bool = True,
) -> Extraction:
    """Extract what is known of tracks into Parquet, one partition a batch of files.

    A partition appears whole or not at all. What is there already is not computed again, so a
    run that was stopped goes on where it stopped. When all is done, `output` has the partitions
    of this listing and no others; `read_partitions` reads them.

    Parameters
    ----------
    root
        The collection: a path, or a URL of any file system that fsspec knows and the workers
        reach. See `list_audio`.
    output
        Folder for the partitions, likewise; it serves one root.
    client
        The cluster. The batch of a worker that is lost goes to another worker.
    batch
        Files a partition, at most.
    kind
        "features_30_sec", the 57 features of whole tracks, or "encoder", what the pretrained
        encoder hears in each piece of 3 s, which every worker needs then.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DatasetError
        If the root is not there, cannot be read or has no audio, or if the output cannot be
        written, has the features of another root or kind, or if a worker would compute others.
    EncoderMissing
        If the encoder is asked and is not there.
    ClusterError
        If batches failed. The others are kept.
    """
    versions = extraction_versions(kind)
    plan = cut_batches(list_audio(root), batch, kind)
    names = [part.name for part in plan]
    source, target = open_folder(root), open_folder(output)
    present = claim(target, source, names, kind)
    outcomes = _run(client, plan, progress, source, target, kind, versions)
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


def _extract_batch(
    batch: Batch, source: Folder, target: Folder, kind: str, versions: tuple
) -> _Outcome:
    """Make sure that the partition of a batch is there."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    _check_worker(kind, versions)
    table = read_partition(target, batch.name)
    if table is not None:
        return _outcome(table.select(about_files(kind)).to_pylist(), kind)
    # One thread, as on one machine: the last digits depend on it. It stays so, because lifting
    # the limit would change the batch that another thread of this worker has in hand.
    threadpool_limits(1)
    rows = [row for file in batch.files for row in _rows(file, source, kind)]
    with explained(f"A partition cannot be written to {target.path}"):
        target.commit(batch.name, to_parquet(rows, kind))
    return _outcome(rows, kind)


def _check_worker(kind: str, versions: tuple) -> None:
    """See that this worker computes what the machine that asks would."""
    try:
        own = extraction_versions(kind)
    except EncoderMissing as error:
        raise DatasetError(f"A worker cannot hear: {error}") from error
    if own != versions:
        encoder = ", kind, and the encoder's sha256" if kind == ENCODER else ""
        raise DatasetError(
            f"A worker extracts with {own}, this machine with {versions} (versions of the "
            f"extraction, sample rate, librosa and soxr{encoder}): their features would differ."
        )


def _rows(file: AudioFile, source: Folder, kind: str) -> list[dict]:
    """One file's rows. Storage that fails for now raises, so that the batch is tried again."""
    about = {"track_id": file.track_id, "genre": file.genre, "path": file.path}
    try:
        content = source.read(file.path)
        rows = [about | numbers for numbers in numbers_of(content, kind)]
        rows[0]["fault"] = find_truncation(io.BytesIO(content))
        return rows
    except (FileNotFoundError, PermissionError) as error:
        reason = f"the file cannot be read ({error.strerror or 'it is gone'})"
    except AudioError as error:
        reason = str(error)
    return [about | {"fault": reason}]


def _outcome(rows: list[dict], kind: str) -> _Outcome:
    faults = [(row["path"], row["fault"]) for row in rows if row.get("fault")]
    return _Outcome(len({row["track_id"] for row in rows if is_used(row, kind)}), faults)

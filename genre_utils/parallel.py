"""Many calls in processes beside each other, with a progress bar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from joblib import Parallel
from tqdm import tqdm


def run_parallel(
    jobs: Iterable[tuple],
    total: int,
    *,
    n_jobs: int = -1,
    progress: str = "",
    unit: str = "call",
    ordered: bool = True,
) -> list[Any]:
    """Run calls in processes.

    Parameters
    ----------
    jobs
        As from `joblib.delayed`.
    total
        How many there are.
    n_jobs
        Processes; -1 for one a core.
    progress
        Name to show beside a progress bar; "" shows none.
    unit
        What the bar counts.
    ordered
        Whether the results must come in the order of the calls; else as they are done.

    Returns
    -------
    list
        What the calls gave.
    """
    how = "generator" if ordered else "generator_unordered"
    results = Parallel(n_jobs=n_jobs, return_as=how)(jobs)
    return list(tqdm(results, progress, total, unit=unit, disable=not progress))

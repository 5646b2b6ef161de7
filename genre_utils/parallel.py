"""Many calls in several processes, with a progress bar."""

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
    """Results of `total` calls, as from `joblib.delayed`; `progress` names a progress bar."""
    how = "generator" if ordered else "generator_unordered"
    results = Parallel(n_jobs=n_jobs, return_as=how)(jobs)
    return list(tqdm(results, progress, total, unit=unit, disable=not progress))

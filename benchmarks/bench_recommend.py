"""Time to search a million songs, exact and by index, with the recall of the index.

Run it by `make bench`. The vectors are synthetic: many small clouds, as songs of one style are.
"""

import argparse
import resource
import time

import numpy as np
from common import Report

from genre_utils.models import ExactSearch, NeighbourIndex

DIMENSIONS = 57
K = 10


def clouds(count: int, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors in clouds of about a hundred, shape (count, 57), float32."""
    centers = rng.normal(size=(max(1, count // 100), DIMENSIONS)).astype(np.float32)
    vectors = centers[rng.integers(0, len(centers), count)]
    vectors += rng.normal(0, 0.7, vectors.shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def median_ms(search, queries: np.ndarray) -> tuple[float, np.ndarray]:
    """Median time of one query at a time, and the rows found."""
    times, rows = [], []
    for query in queries:
        start = time.perf_counter()
        rows.append(search.query(query[None], K)[0][0])
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times)), np.array(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    report = Report("3_recommend", "Finding similar songs", "synthesized vectors")
    rows = []
    for size in options.sizes:
        rng = np.random.default_rng(0)
        vectors = clouds(size, rng)
        queries = vectors[rng.integers(0, size, options.queries)]
        queries = queries + rng.normal(0, 0.05, queries.shape).astype(np.float32)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        exact_ms, wanted = median_ms(ExactSearch().fit(vectors), queries)
        start = time.perf_counter()
        index = NeighbourIndex().fit(vectors)
        build = time.perf_counter() - start
        index_ms, found = median_ms(index, queries)
        recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(wanted, found, strict=True)])
        held = (vectors.nbytes + size * (DIMENSIONS + 8)) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        rows.append([f"{size:,}", exact_ms, index_ms, float(recall), build, held, peak])
    report.table(
        f"One query, {K} songs wanted, {DIMENSIONS} features",
        [
            "songs",
            "exact, ms",
            "index, ms",
            "recall of the index",
            "build, s",
            "index, MB",
            "peak, MB",
        ],
        rows,
        f"Median of {options.queries} queries. Index with its vectors; peak of the whole process.",
    )


if __name__ == "__main__":
    main()

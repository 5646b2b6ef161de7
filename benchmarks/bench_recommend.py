"""Time to search a million songs, exact and by index, with the recall of the index.

Run it by `make bench`. The vectors are synthetic: many small clouds, as songs of one style are.
"""

import argparse
import resource
import time

import numpy as np
from common import Report

from genre_utils.models import ExactSearch, NeighbourIndex

SPACES = {"57 features": 57, "256 columns of the encoder": 256}
K = 10


def clouds(count: int, dimensions: int, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors in clouds of about a hundred, shape (count, dimensions), float32."""
    centers = rng.standard_normal((max(1, count // 100), dimensions), np.float32)
    vectors = rng.standard_normal((count, dimensions), np.float32)
    vectors *= np.float32(0.7)
    for start in range(0, count, 100_000):  # a part at a time, for the memory
        part = vectors[start : start + 100_000]
        part += centers[rng.integers(0, len(centers), len(part))]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


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
    for space, dimensions in SPACES.items():
        report.table(
            f"One query, {K} songs wanted, {space}",
            [
                "songs",
                "exact, ms",
                "index, ms",
                "recall of the index",
                "build, s",
                "index, MB",
                "peak, MB",
            ],
            [measured(size, dimensions, options.queries) for size in options.sizes],
            f"Median of {options.queries} queries. Index with its vectors; peak of the process so "
            "far.",
        )


def measured(size: int, dimensions: int, count: int) -> list:
    """One row: a collection of a size."""
    rng = np.random.default_rng(0)
    vectors = clouds(size, dimensions, rng)
    queries = vectors[rng.integers(0, size, count)]
    queries += rng.normal(0, 0.05, queries.shape).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    exact_ms, wanted = median_ms(ExactSearch().fit(vectors), queries)
    start = time.perf_counter()
    index = NeighbourIndex().fit(vectors)
    build = time.perf_counter() - start
    index_ms, found = median_ms(index, queries)
    recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(wanted, found, strict=True)])
    held = (vectors.nbytes + size * (dimensions + 8)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return [f"{size:,}", exact_ms, index_ms, float(recall), build, held, peak]


if __name__ == "__main__":
    main()

"""Search for the nearest vectors: exact, or by an index that is built once and kept."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

SAME = 1 - 1e-9  # from this similarity on, two vectors are one
_FEWEST = 16  # cells, in small collections
_BLOCK = 1 << 24  # similarities at a time: 128 MiB


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to length 1; those of length 0 stay so."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1.0)


class ExactSearch(BaseEstimator):
    """Compares with all vectors."""

    def fit(self, X: np.ndarray, y=None) -> ExactSearch:
        """Keep unit vectors, shape (items, dimensions)."""
        self.vectors_ = validate_data(self, X)
        return self

    def query(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Nearest vectors of each query.

        Parameters
        ----------
        queries
            Unit vectors, shape (queries, dimensions).
        k
            How many.

        Returns
        -------
        rows, similarity
            Shape (queries, k), the nearest first; equally near ones in their order.
        """
        check_is_fitted(self)
        queries = validate_data(self, queries, reset=False)
        k = min(k, len(self.vectors_))
        rows = np.empty((len(queries), k), dtype=np.intp)
        near = np.empty((len(queries), k))
        step = max(1, _BLOCK // len(self.vectors_))
        for start in range(0, len(queries), step):
            similarity = queries[start : start + step] @ self.vectors_.T
            if k < len(self.vectors_):
                best = np.sort(np.argpartition(-similarity, k - 1, axis=1)[:, :k], axis=1)
            else:
                best = np.broadcast_to(np.arange(k), similarity.shape)
            found = np.take_along_axis(similarity, best, axis=1)
            order = np.argsort(-found, axis=1, kind="stable")
            rows[start : start + step] = np.take_along_axis(best, order, axis=1)
            near[start : start + step] = np.take_along_axis(found, order, axis=1)
        return rows, near


class NeighbourIndex(BaseEstimator):
    """Compares with the part of the vectors that lies where a query does (faiss).

    An inverted file (Jégou et al., IEEE TPAMI 33, 2011) over vectors in 8 bits a number; what it
    finds is put into order by exact comparison.

    Parameters
    ----------
    probes
        Share of the cells that is searched. More find more, and take longer.
    random_state
        Seed of the cells' centres.
    """

    def __init__(self, probes: float = 0.03, random_state: int = 0) -> None:
        self.probes = probes
        self.random_state = random_state

    def fit(self, X: np.ndarray, y=None) -> NeighbourIndex:
        """Build the index of unit vectors, shape (items, dimensions)."""
        faiss = _load_faiss()
        self.vectors_ = validate_data(self, X, dtype=np.float32, order="C")
        count, dimensions = self.vectors_.shape
        cells = int(np.clip(4 * np.sqrt(count), 1, max(1, count // 39)))
        quantizer = faiss.IndexFlatIP(dimensions)
        self.index_ = faiss.IndexIVFScalarQuantizer(
            quantizer,
            dimensions,
            cells,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        self.index_.cp.seed = self.random_state + 1
        self.index_.cp.niter = 10
        sample = np.random.default_rng(self.random_state).permutation(count)[: 50 * cells]
        self.index_.train(self.vectors_[np.sort(sample)])
        self.index_.add(self.vectors_)
        return self

    def query(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Nearest vectors of each query that were found; see `ExactSearch.query`.

        Rows are -1, and similarities -1, where fewer were found than asked for.
        """
        check_is_fitted(self)
        queries = validate_data(self, queries, dtype=np.float32, order="C", reset=False)
        self.index_.nprobe = min(
            self.index_.nlist, max(_FEWEST, round(self.probes * self.index_.nlist))
        )
        k = min(k, len(self.vectors_))
        _, rows = self.index_.search(queries, min(2 * k, len(self.vectors_)))
        near = np.einsum("nkd,nd->nk", self.vectors_[rows], queries, dtype=np.float64)
        near = np.where(rows < 0, -1.0, near)
        order = np.argsort(-near, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(rows, order, axis=1), np.take_along_axis(near, order, axis=1)

    def save(self, path: str | Path) -> None:
        """Write the index and its vectors; whole or not at all.

        Parameters
        ----------
        path
            A file; the vectors go beside it, with the ending ``.npy``.
        """
        faiss = _load_faiss()
        path = Path(path)
        for target, write in (
            (path.with_suffix(".npy"), lambda name: np.save(name, self.vectors_)),
            (path, lambda name: faiss.write_index(self.index_, name)),
        ):
            temporary = target.with_name(f".{target.stem}-{os.getpid()}{target.suffix}")
            try:
                write(str(temporary))
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)

    def load(self, path: str | Path) -> NeighbourIndex:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            If the files are damaged or do not belong together.
        """
        path = Path(path)
        try:
            self.vectors_ = np.load(path.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
            self.index_ = _load_faiss().read_index(str(path))
        except (RuntimeError, ValueError, OSError) as error:
            raise ValueError(f"{path} is no index, or a damaged one: build it again") from error
        if self.index_.ntotal != len(self.vectors_):
            raise ValueError(f"{path} and its vectors do not belong together: build it again")
        self.n_features_in_ = self.vectors_.shape[1]
        return self


def _load_faiss() -> ModuleType:
    try:
        import faiss  # noqa: PLC0415
    except ImportError as error:
        raise ImportError('the index needs faiss: pip install ".[index]"') from error
    return faiss

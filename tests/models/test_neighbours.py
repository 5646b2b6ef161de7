"""The index finds nearly all that exact search finds, and comes back from disk as it was."""

import numpy as np
import pytest

from genre_utils.models import ExactSearch, NeighbourIndex

pytest.importorskip("faiss", reason="the extra `index` is not installed")


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(60, 20))
    vectors = centers[rng.integers(0, 60, 5000)] + rng.normal(0, 0.5, (5000, 20))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def index(vectors):
    return NeighbourIndex(probes=0.2).fit(vectors)


def test_it_finds_nearly_all_and_orders_exactly(vectors, index):
    wanted, _ = ExactSearch().fit(vectors).query(vectors[:50], 10)
    found, similarity = index.query(vectors[:50], 10)
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(wanted, found, strict=True)])
    assert recall > 0.95
    assert (found[:, 0] == np.arange(50)).all()
    assert (np.diff(similarity, axis=1) <= 1e-9).all()
    assert np.allclose(similarity[:, 0], 1, atol=1e-5)


def test_it_comes_back_from_disk(vectors, index, tmp_path):
    index.save(tmp_path / "songs.index")
    again = NeighbourIndex(probes=0.2).load(tmp_path / "songs.index")
    assert np.array_equal(again.query(vectors[:9], 5)[0], index.query(vectors[:9], 5)[0])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["songs.index", "songs.npy"]


def test_a_damaged_index_is_said_so(index, tmp_path):
    index.save(tmp_path / "songs.index")
    (tmp_path / "songs.index").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="build it again"):
        NeighbourIndex().load(tmp_path / "songs.index")


def test_few_vectors_will_do(vectors):
    rows, near = NeighbourIndex(probes=1.0).fit(vectors[:3]).query(vectors[:1], 10)
    assert set(rows[0]) == {0, 1, 2}
    assert near[0, 0] == pytest.approx(1, abs=1e-5)

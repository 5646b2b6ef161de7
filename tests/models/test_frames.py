"""Frames are read a batch at a time, and pieces are put together in their order."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.models import Frames, join_pieces


def table(count=7, shape=(5, 4)):
    cells = np.random.default_rng(0).normal(size=(count, *shape)).astype(np.float32)
    return pd.DataFrame({"frames": list(cells)}), cells


def test_frames_are_asked_as_an_array_is():
    X, cells = table(600)
    frames = Frames(X)
    assert frames.shape == cells.shape and len(frames) == 600
    for items in (slice(3, 9), np.array([5, 0, 5]), np.arange(600) % 3 == 0, slice(None)):
        assert np.array_equal(frames[items], cells[items])


def test_mapped_frames_are_not_held(tmp_path):
    np.save(tmp_path / "kept.npy", table()[1])
    mapped = np.load(tmp_path / "kept.npy", mmap_mode="r")
    frames = Frames(pd.DataFrame({"frames": list(mapped)}))
    assert np.array_equal(frames[[2]], mapped[[2]])
    assert all(cell.base is not None for cell in frames._cells)


@pytest.mark.parametrize("where", [1, 500])
def test_arrays_of_another_shape_and_what_is_no_number_are_refused(where):
    X, _ = table(600)
    X.at[where, "frames"] = np.zeros((5, 3), np.float32)
    with pytest.raises(ValueError, match="shape"):
        Frames(X)
    X.at[where, "frames"] = np.full((5, 4), np.nan, np.float32)
    with pytest.raises(ValueError, match="NaN"):
        Frames(X)


def test_pieces_are_joined_in_their_order_and_short_tracks_repeated():
    index = pd.MultiIndex.from_tuples(
        [("b", 0), ("b", 1), ("b", 2), ("a", 0)], names=["track_id", "segment"]
    )
    cells = [np.full((2, 4), n, np.float16) + np.array([0, 1, 2, 3]) for n in (10, 20, 30, 40)]
    found = join_pieces(pd.DataFrame({"frames": cells}, index), pieces=2, bands=2)
    assert found.index.tolist() == ["b", "a"] and found.index.name == "track_id"
    assert found.loc["b", "frames"].tolist() == [[10.5, 12.5]] * 2 + [[20.5, 22.5]] * 2
    assert found.loc["a", "frames"].tolist() == [[40.5, 42.5]] * 4

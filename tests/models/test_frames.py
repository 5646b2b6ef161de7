"""Frames are read a batch at a time, and pieces are put together in their order."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.models import Frames


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

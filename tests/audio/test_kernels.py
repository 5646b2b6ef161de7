"""Running medians with the numbers of SciPy's filter, and the lock around compiling."""

import threading

import filelock
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import median_filter

from genre_utils.audio import kernels
from genre_utils.audio.kernels import running_medians


@settings(max_examples=20, deadline=None)
@given(
    st.data(),
    st.sampled_from([1, 3, 5, 31]),
    st.integers(1, 70),
    st.sampled_from([1, 2, 7, 127, 128, 129, 300]),
)
def test_medians_are_those_of_scipy(data, size, steps, columns):
    # Few different values, so that many are equal.
    values = data.draw(
        arrays(np.float32, (steps, columns), elements=st.sampled_from([0, 1, 2, 1e30]))
    )
    expected = median_filter(values, (size, 1), mode="reflect")
    assert np.array_equal(running_medians(values, size), expected)


def test_and_of_random_values_and_of_nothing():
    values = np.random.default_rng(0).gamma(1, 1, (400, 200)).astype(np.float32)
    expected = median_filter(values, (31, 1), mode="reflect")
    assert np.array_equal(running_medians(values, 31), expected)
    assert running_medians(np.zeros((5, 0), np.float32), 31).shape == (5, 0)


@pytest.mark.parametrize("size", [0, 2, -1])
def test_an_even_window_is_refused(size):
    with pytest.raises(ValueError, match="must be odd"):
        running_medians(np.zeros((5, 5), np.float32), size)


def test_where_there_is_no_folder_for_a_cache_it_is_compiled_again(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file/x"))
    kernels._compiled.cache_clear()
    try:
        assert running_medians(np.ones((3, 2), np.float32), 3).sum() == 6
    finally:
        kernels._compiled.cache_clear()


def test_one_program_compiles_at_a_time_and_none_waits_for_ever(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    inside = threading.Event()

    def enter():
        with kernels.compile_lock():
            inside.set()

    with kernels.compile_lock():
        thread = threading.Thread(target=enter)
        thread.start()
        assert not inside.wait(0.2)
    thread.join()
    assert inside.is_set()
    monkeypatch.setattr(kernels, "_LOCK_SECONDS", 0.2)
    with filelock.FileLock(tmp_path / "genre_utils-numba.lock"), kernels.compile_lock():
        pass

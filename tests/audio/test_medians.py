"""Running medians: the numbers of SciPy's filter, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import median_filter

from genre_utils.audio import running_medians


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.sampled_from([1, 3, 5, 31]),
    st.integers(1, 70),
    st.sampled_from([1, 2, 7, 127, 128, 129, 300]),
)
def test_any_plane_has_the_medians_of_scipy(data, size, steps, columns):
    # Few different values, so that many are equal.
    values = data.draw(
        arrays(np.float32, (steps, columns), elements=st.sampled_from([0, 1, 2, 1e30]))
    )
    expected = median_filter(values, (size, 1), mode="reflect")
    assert np.array_equal(running_medians(values, size), expected)


def test_random_planes_have_the_medians_of_scipy():
    values = np.random.default_rng(0).gamma(1, 1, (400, 200)).astype(np.float32)
    expected = median_filter(values, (31, 1), mode="reflect")
    assert np.array_equal(running_medians(values, 31), expected)


def test_nothing_has_no_medians():
    assert running_medians(np.zeros((5, 0), np.float32), 31).shape == (5, 0)


@pytest.mark.parametrize("size", [0, 2, -1])
def test_an_even_window_is_refused(size):
    with pytest.raises(ValueError, match="must be odd"):
        running_medians(np.zeros((5, 5), np.float32), size)


def test_a_machine_where_nothing_can_be_kept_compiles_anew(tmp_path, monkeypatch):
    from genre_utils.audio import medians

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file/x"))
    medians._compiled.cache_clear()
    try:
        assert running_medians(np.ones((3, 2), np.float32), 3).sum() == 6
    finally:
        medians._compiled.cache_clear()

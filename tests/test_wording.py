"""Numbers in words."""

from hypothesis import given
from hypothesis import strategies as st

from genre_utils.wording import (
    count,
    interval,
    listed,
    percent,
    points,
    points_interval,
    shares,
)


def test_known_numbers():
    assert percent(0.70512) == "70.5 %" and percent(0.70512, 0) == "71 %"
    assert points(0.0731) == "+7.3 points" and points(-0.0731, 0) == "-7 points"
    assert points(-0.0001) == points(0.0) == "+0.0 points"
    assert interval(0.5, 0.512) == "[50.0, 51.2]"
    assert points_interval(-0.003, 0.012) == "[-0.3, +1.2]"


def test_counts_and_lists():
    assert count(1, "track") == "1 track" and count(1000, "track") == "1,000 tracks"
    assert count(2, "is", "are") == "2 are"
    assert listed([]) == "" and listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"
    assert shares({"blues": 0.94, "jazz": 0.9}) == "blues 94 %, jazz 90 %"


@given(st.floats(0, 1))
def test_what_is_read_is_what_was_written_but_for_rounding(share):
    assert abs(float(percent(share).removesuffix(" %")) - 100 * share) <= 0.05 + 1e-9

"""Figures of components: clouds, arrows and regions where the data have them."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import plots

NAMES = ("one", "two")


@pytest.fixture
def clouds():
    """Two genres: jazz at the left, rock at the right, 20 tracks each."""
    rng = np.random.default_rng(0)
    points = rng.normal(0, 0.3, (40, 2)) + np.repeat([[-2, 0], [2, 0]], 20, axis=0)
    return points, pd.Series(["jazz"] * 20 + ["rock"] * 20, range(100, 140))


def test_a_genre_has_a_panel_and_the_ends_of_the_axes_are_named(clouds):
    told = plots.planes(*clouds, NAMES)
    assert [ax.get_title() for ax in told.axes.flat] == ["jazz", "rock"]
    assert "jazz and rock are furthest apart on the first axis" in told.caption
    assert "0.0 % of the tracks lie nearer to the mean of another" in told.caption
    assert all(len(ax.patches) == 1 for ax in told.axes.flat)


def test_a_genre_of_two_tracks_has_no_ellipse(clouds):
    points, genre = clouds
    axes = plots.genre_panels(points[:22], genre[:22], NAMES, "Two")
    assert [len(ax.patches) for ax in axes.flat] == [1, 0]


def test_an_axis_is_named_by_its_weights():
    weights = pd.DataFrame({"the first axis": [0.8, 0.6, 0.0], "the second axis": [0, 0, -1.0]},
                           ["rolloff_mean", "tempo", "rms_var"])  # fmt: skip
    told = plots.tell_axes(weights)
    assert (
        told.startswith("The first axis is 64 % brightness (centroid,") and "36 % tempo, by" in told
    )
    assert "The second axis is 100 % loudness (RMS)" in told
    caption = plots.heaviest(weights).caption
    assert "rolloff_mean (+0.80), tempo (+0.60) and rms_var (+0.00)" in caption
    assert caption.endswith("A negative weight: the axis falls as rms_var rises.")
    assert "negative" not in plots.tell_weights(weights.abs())


def test_arrows_point_at_the_genre_that_has_more(clouds):
    weights = pd.DataFrame({"x": [1.0, 0.1], "y": [0.0, 0.9]}, ["tempo", "rms_mean"])
    told = plots.weights_and_genres(*clouds, weights, NAMES)
    assert "tempo points towards rock" in told.caption
    texts = {text.get_text() for text in told.axes.texts}
    assert {"jazz", "rock", "tempo", "rms_mean"} <= texts
    away = plots.weights_and_genres(*clouds, -weights, NAMES)
    assert "tempo points towards jazz" in away.caption


def test_patches_of_the_plane_are_counted(clouds):
    points, genre = clouds
    said = plots.said_in_plane(points, genre, 5, steps=20)
    assert set(said[:, 0]) == {0} and set(said[:, -1]) == {1} and plots.count_patches(said) == 2
    genre.iloc[0] = "rock"  # one in the midst of the others
    one, many = (plots.count_patches(plots.said_in_plane(points, genre, k)) for k in (1, 9))
    assert one == 3 and many == 2
    told = plots.regions(points, genre, [1, 9], NAMES)
    assert "3 patches with k = 1 and 2 patches with k = 9" in told.caption
    assert [ax.get_title() for ax in told.axes] == ["k = 1", "k = 9"]


def test_more_neighbours_than_tracks_are_as_many_as_there_are(clouds):
    points, genre = clouds
    assert plots.said_in_plane(points[:3], genre[:3], 25, steps=5).shape == (5, 5)


def test_ranges_and_reproduction_are_told():
    table = pd.DataFrame({"small": [0.0, 1, 2], "large": [0.0, 1000, 2000], "still": 1.0})
    assert "large spans 2,000, small 2" in plots.ranges(table).caption
    ratio = np.array([0.3, 0.2])
    assert "equal" in plots.tell_reproduction(ratio, ratio)
    assert "differ" in plots.tell_reproduction(ratio, ratio + 0.01)
    needed = {"min-max": {0.8: 1, 0.9: 2, 0.95: 2}}
    assert (
        "1, 2 and 2 (min-max) of 2"
        in plots.enough({"min-max": np.array([0.8, 0.2])}, needed).caption
    )

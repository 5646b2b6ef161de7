"""Figures of what networks see, and of how they learn, show what they were given."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import plots


@pytest.fixture
def curves():
    rows = {"epoch": [1, 2, 3], "accuracy": [0.2, 0.5, 0.8], "val_accuracy": [0.3, 0.4, 0.5]}
    curve = pd.DataFrame(rows)
    return {"random": curve, "track": curve.assign(val_accuracy=0.3), "artist": curve[:2]}


def test_curves_have_equal_axes_and_say_their_ends(curves):
    axes = plots.training_panels(curves, 100, "Learning")
    assert axes.shape == (2, 2) and not axes[1, 1].axison
    assert {ax.get_xlim() for ax in axes.flat[:3]} == {(0, 102)}
    x, y = axes[0, 0].lines[0].get_data()
    assert x.tolist() == [10, 20, 30] and y.tolist() == [0.2, 0.5, 0.8]
    said = [text.get_text() for text in axes[0, 1].texts]
    assert said == ["training side, at the end 80 %", "validation side, at the end 30 %"]


def test_the_largest_gap_is_named(curves):
    alt, caption = plots.tell_training(curves)
    assert "random training side 80 %, validation side 50 %" in alt
    assert "between 10 points above (artist) and 50 points above (track)" in caption
    below = curves["artist"].assign(val_accuracy=0.9)
    caption = plots.tell_training({"random": curves["random"], "artist": below})[1]
    assert "between 40 points below (artist) and 30 points above (random)" in caption
    assert "with dropout" in caption


def test_variants_are_drawn_by_loss_and_accuracy():
    columns = ["loss", "accuracy", "low", "high", "above", "above_low", "above_high"]
    rows = [[1.1, 0.5, 0.4, 0.6, 0.0, 0.0, 0.0], [1.2, 0.5, 0.4, 0.6, 0.1, -0.1, 0.3]]
    table = pd.DataFrame(rows, ["one", "other"], columns)
    left, right = plots.variants(table, "Worth")
    assert [tick.get_text() for tick in left.get_yticklabels()] == ["one", "other"]
    assert left.lines[0].get_xdata().tolist() == [0.0, 0.1]
    assert right.lines[0].get_xdata().tolist() == [50, 50]
    alt, caption = plots.tell_tried(table)
    assert "other log loss 1.20, accuracy 50.0 %" in alt
    assert "indistinguishable from other (+0.10 [-0.10, +0.30])" in caption


def test_heat_glows_over_grey_and_stands_above_in_time():
    frames, heat = np.zeros((20, 64)), np.zeros((20, 64))
    heat[5:10, :32] = 1
    when, where = plots.attention([("a song", frames, heat)]).ravel()
    assert when.get_title(loc="left") == "a song" or when.get_title() == "a song"
    grey, glow = where.images
    assert grey.get_cmap().name == "gray"
    alpha = np.asarray(glow.get_array())[..., 3]
    assert alpha[0, 7] == pytest.approx(0.8) and alpha[40, 7] == alpha[0, 0] == 0


def test_calibration_that_does_not_help_is_told_so():
    better = plots.tell_reliability({"before": 0.1, "after": 0.05}, 20)[1]
    worse = plots.tell_reliability({"before": 0.05, "after": 0.1}, 1)[1]
    assert "differ by 10.0 points before and by 5.0 after" in better
    assert "helps on 20 other tracks" in better and "does not help on 1 other track." in worse


def test_what_is_decoded_says_where_most_energy_lies():
    frames = np.zeros((10, 4))
    frames[:, 3] = 1
    alt, caption = plots.tell_decoded("x.png", frames, "blues.00000")
    assert "blues.00000" in alt and "10 columns of 4 bands" in alt and "upper half" in caption

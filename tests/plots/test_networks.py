"""Figures of what networks see, and of how they learn, show what they were given."""

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

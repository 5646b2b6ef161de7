"""Figures of streams and tastes show what they were given."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from genre_utils import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_accuracy_and_what_is_too_sure_stand_over_the_seconds():
    columns = ["accuracy", "low", "high", "too_sure", "too_sure_low", "too_sure_high"]
    table = pd.DataFrame([[0.4, 0.3, 0.5, 0.1, 0, 0.2], [0.8, 0.7, 0.9, 0, -0.1, 0.1]], [1, 30])
    axes = plots.listening_curves(table.set_axis(columns, axis=1), "Long")
    assert axes[0].lines[0].get_xydata().tolist() == [[1, 0.4], [30, 0.8]]
    assert axes[1].lines[0].get_ydata().tolist() == [0.1, 0.0]
    assert [label.get_text() for label in axes[0].get_xticklabels()] == ["1", "30"]


def test_windows_have_three_panels_and_never_is_not_drawn():
    names = ["median_delay", "found", "false_alarms"]
    table = pd.DataFrame([[3.0, 0.8, 1.0], [np.inf, 0.4, 0.0]], [1, 3], names)
    for side in ("low", "high"):
        table[[f"{name}_{side}" for name in names]] = table[names]
    axes = plots.change_delays(table, {"median_delay": 5.0}, "Delays")
    assert axes[0].lines[0].get_xydata().tolist() == [[1, 3]]
    assert axes[1].lines[0].get_ydata().tolist() == [0.8, 0.4]
    assert 5.0 in axes[0].lines[-1].get_ydata() and axes[0].get_ylim()[1] > 5


def test_a_timeline_has_songs_moments_and_changes():
    truth = pd.DataFrame({"start": [0, 5], "end": [5, 9], "genre": ["jazz", "rock"]})
    heard = pd.DataFrame(
        {"seconds": [3, 4, 5], "genre": ["jazz", None, "rock"], "probability": [0.5, 0.0, 1.0]}
    )
    ax = plots.timeline(truth, heard, [7.0], "Mix")
    colors = plots.genre_colors(["jazz", "rock"])
    played, said = ax.patches[:2], ax.patches[2:]
    assert [(bar.get_x(), bar.get_width()) for bar in played] == [(0, 5), (5, 4)]
    assert [bar.get_height() for bar in said] == [0.4, 0.8]
    assert [bar.get_facecolor() for bar in said] == [to_rgba(color) for color in colors.values()]
    (ticks,) = ax.collections
    assert ticks.get_segments()[0][0][0] == 7


def test_each_recommender_has_a_line_and_the_turn_is_marked():
    curves = pd.DataFrame(
        {"recommender": ["a", "a", "b", "b"], "step": [1, 2, 1, 2], "regret": [0, 1, 0, 2]}
    ).assign(low=0, high=3)
    ax = plots.regrets(curves, 1, "Regret")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert ax.lines[1].get_ydata().tolist() == [0, 2]
    assert ax.lines[2].get_xdata()[0] == 1.5


def test_steps_stand_beside_their_songs():
    playlist = pd.DataFrame(
        {"name": ["x: $1", "y" * 60, "z"], "genre": ["jazz", "rock", "jazz"]}, index=list("abc")
    ).assign(step=[np.nan, 0.2, 0.1])
    ax = plots.playlist_steps(playlist, 0.5, "Flow")
    assert [label.get_text() for label in ax.get_yticklabels()] == [r"x: \$1", "y" * 45, "z"]
    drawn = [dots.get_offsets().tolist() for dots in ax.collections[1:]]
    assert drawn == [[[0.0, 0.0], [0.1, 2.0]], [[0.2, 1.0]]]
    assert ax.lines[0].get_xdata()[0] == 0.5

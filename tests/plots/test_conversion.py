"""Figures of conversion show what they were given."""

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from genre_utils import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_spectrograms_share_colours_and_time():
    mels = {"before": np.ones((125, 96)), "after": np.full((125, 96), 3.0)}
    axes = plots.repainted(mels, "One song")
    images = [ax.images[0] for ax in axes[:, 0]]
    assert [ax.get_title() for ax in axes[:, 0]] == list(mels)
    assert {image.get_clim() for image in images} == {(0, 3)}
    assert images[0].get_extent()[1] == 2.0
    # 1 kHz is where the scale turns from straight to logarithmic: 15 of 45.2 mel.
    ticks = dict(zip((t.get_text() for t in axes[0, 0].get_yticklabels()),
                     axes[0, 0].get_yticks(), strict=True))  # fmt: skip
    assert ticks["1000"] == pytest.approx(96 * 15 / 45.25, rel=0.01)


def test_the_path_has_a_line_an_ear():
    path = pd.DataFrame({"CNN": [0.1, 0.2], "encoder": [0.1, 0.9]}, [0, 60])
    ax = plots.probability_path(path, "On its way")
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.1, 0.2], [0.1, 0.9]]


def test_the_plane_has_a_panel_a_judge_and_a_mark_a_conversion():
    index = pd.MultiIndex.from_product([["a", "b"], ["jazz"], ["style", "bands"]],
                                       names=["track", "to", "way"])  # fmt: skip
    gains = pd.DataFrame({"CNN": [0.1, 0.2, 0.3, 0.4], "left": [0.9, 0.8, 0.7, 0.6]}, index)
    rows = pd.MultiIndex.from_product([["style", "bands"], ["CNN", "left"]])
    means = pd.DataFrame({"mean": [0.2, 0.8, 0.3, 0.7]}, rows)
    means = means.assign(low=means["mean"] - 0.1, high=means["mean"] + 0.1)
    axes = plots.conversion_plane(gains, means, ["CNN"], "Plane")
    assert axes.shape == (1, 1)
    dots = [c.get_offsets().tolist() for c in axes[0, 0].collections if len(c.get_offsets()) == 2]
    assert dots[:2] == [[[0.9, 0.1], [0.7, 0.3]], [[0.8, 0.2], [0.6, 0.4]]]
    assert [t.get_text() for t in axes[0, 0].get_legend().get_texts()] == ["style", "bands"]

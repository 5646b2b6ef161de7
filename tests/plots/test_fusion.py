"""Figures of several sources."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from genre_utils import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_the_diagram_names_all_sources_and_ways():
    told = " ".join(text.get_text() for text in plots.fusion_diagram("t").texts)
    for word in ("sound", "picture", "words", "history", "early", "late", "stacking", "gate"):
        assert word in told


def test_bars_are_as_long_as_the_values():
    table = pd.DataFrame(
        {"value": [30.0, -1.0], "low": [25.0, -3.0], "high": [35.0, 1.0]}, ["a", "b"]
    )
    (ax,) = plots.shares_of_sources({"artist": table}, "t")[0]
    assert [bar.get_width() for bar in ax.patches] == [30.0, -1.0]
    assert {text.get_text() for text in ax.texts} == {"+30.0", "-1.0"}


def test_a_line_a_way_with_its_name_at_its_end():
    rows = [(s, w, s / 2, 0, 1, 0.1) for s in (0.0, 1.0) for w in ("sound", "history", "both")]
    table = pd.DataFrame(rows, columns=["share", "way", "precision", "low", "high", "chance"])
    ax = plots.cold_starts(table, "t")
    named = {text.get_text() for text in ax.texts}
    assert named == {"sound", "history", "both", "chance"}
    assert np.allclose(ax.lines[0].get_ydata(), [0.0, 0.5])


def test_trust_shows_a_number_a_cell():
    ax = plots.trust(pd.DataFrame({"sound": [0.8], "words": [0.2]}, ["blues"]), "t")
    assert [text.get_text() for text in ax.texts] == ["80%", "20%"]

"""Figures of models on pieces show what they were given."""

import pandas as pd
import pytest

from genre_utils import plots


def test_confusions_are_shares_of_rows_and_the_title_has_the_accuracy():
    genres = ["jazz", "rock"]
    counts = pd.DataFrame([[3, 1], [0, 4]], genres, genres)
    axes = plots.confusion_panels({"kNN": counts, "SVM": counts, "forest": counts}, "Mixed up")
    assert axes.shape == (2, 2) and not axes[1, 1].axison
    assert axes[0, 0].get_title() == "kNN: 87.5 %"
    assert [text.get_text() for text in axes[0, 0].texts] == ["75", "25", "", "100"]


def test_a_genre_that_nothing_is_of_breaks_no_confusion():
    counts = pd.DataFrame([[2, 0], [0, 0]], ["jazz", "rock"], ["jazz", "rock"])
    axes = plots.confusion_panels({"kNN": counts}, "Mixed up")
    assert [text.get_text() for text in axes[0, 0].texts] == ["100", "", "", ""]


def test_each_split_is_a_line_over_k_and_what_was_published_is_one():
    table = pd.DataFrame({"random": [0.9, 0.8], "artist": [0.4, 0.5]}, [1, 19])
    ax = plots.accuracy_by_neighbours(table, 0.87, "By k")
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(lines["random"]) == [0.9, 0.8] and list(lines["artist"]) == [0.4, 0.5]
    assert ax.lines[-1].get_ydata() == pytest.approx([0.87, 0.87])

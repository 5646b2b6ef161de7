"""A figure is drawn anew for each place of a slider."""

import matplotlib.pyplot as plt
import pytest

from genre_utils import plots
from genre_utils.plots import moving


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.delenv("GENRE_UTILS_PAGE", raising=False)
    monkeypatch.setattr(moving, "display", found.append)
    return found


def test_what_is_drawn_is_drawn_with_what_the_slider_says(shown):
    drawn = []

    def draw(k, way):
        drawn.append((k, way))
        ax = plt.figure(figsize=(2, 2)).subplots()
        ax.set_title(f"{k} {way}")
        return ax

    plots.sliders(draw, k=(1, 9, 2), way=["a", "b"])
    ((number, choice, picture),) = [box.children for box in shown]
    assert number.description == "k" and choice.description == "way"
    before = bytes(picture.value)
    number.value = 7
    choice.value = "b"
    assert drawn[0][1] == "a" and drawn[1:] == [(7, "a"), (7, "b")]
    assert bytes(picture.value).startswith(b"\x89PNG") and bytes(picture.value) != before
    assert not plt.get_fignums()


def test_on_a_page_it_is_drawn_once_and_no_slider_stands(shown, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_PAGE", "1")
    drawn = []

    def draw(k):
        drawn.append(k)
        return plt.figure(figsize=(2, 2)).subplots()

    plots.sliders(draw, k=(1, 9, 2))
    assert len(drawn) == 1 and not shown and not plt.get_fignums()

"""A figure is drawn anew for each place of a slider."""

import matplotlib.pyplot as plt

from genre_utils import plots


def test_what_is_drawn_is_drawn_with_what_the_slider_says(monkeypatch):
    monkeypatch.delenv("GENRE_UTILS_PAGE", raising=False)
    made, drawn = [], []
    monkeypatch.setattr("ipywidgets.interact", lambda f, **ranges: made.append((f, ranges)))

    def draw(k):
        drawn.append(k)
        return plt.figure().subplots()

    plots.sliders(draw, k=(1, 9))
    (moved, ranges), *others = made
    moved(k=3)
    moved(k=9)
    plt.close("all")
    assert not others and ranges == {"k": (1, 9)} and drawn == [3, 9]


def test_on_a_page_it_is_drawn_once_and_nothing_waits(monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_PAGE", "1")
    monkeypatch.setattr("ipywidgets.interact", lambda *_, **__: 1 / 0)
    drawn = []
    plots.sliders(lambda k, way: drawn.append((k, way)), k=(1, 9, 2), way=["a", "b"])
    assert drawn == [(1, "a")] and not plt.get_fignums()

"""A figure is drawn anew for each place of a slider."""

import matplotlib.pyplot as plt

from genre_utils import plots


def test_what_is_drawn_is_drawn_with_what_the_slider_says(monkeypatch):
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

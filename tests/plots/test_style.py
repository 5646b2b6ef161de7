"""Figures are shown as small drawings that say what they show, and as pictures."""

import base64
import io
import re
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import pytest

from genre_utils import plots
from genre_utils.plots.drawing import MOST_BYTES, to_svg


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, as data and metadata."""
    plots.set_style()
    found = []
    monkeypatch.setattr(
        "genre_utils.plots.style.display",
        lambda data, metadata, raw: found.append((data, metadata)),
    )
    return found


def drawn(draw):
    plots.set_style()
    figure, ax = plt.subplots(figsize=(6, 4))
    draw(ax)
    return to_svg(figure)


def test_a_figure_is_shown_as_drawing_and_picture_with_both_texts(shown):
    _, axes = plt.subplots(1, 2, figsize=(8, 3))
    plots.show(axes, alt="Two frames.", caption="They are empty.")
    ((data, metadata),) = shown
    assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (1280, 480)  # twice as many pixels as it takes on a page
    about = {"alt": "Two frames.", "width": 640, "caption": "They are empty."}
    assert metadata == {"image/svg+xml": about, "image/png": about}
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", ["Ca$h $ingles", "$$x$$", "$\\frac$", "a_b^c", "<b>&"])
def test_names_of_genres_are_no_formulas(shown, name):
    plots.set_style()
    figure, ax = plt.subplots()
    ax.bar([name, "jazz"], [1, 1000], log=True, label=name)
    ax.set_title(name)
    ax.legend()
    plots.show(figure, alt=name, caption=name)
    texts = [e.text for e in ET.fromstring(shown[0][0]["image/svg+xml"]).iter()]
    assert texts.count(name) == 3 and "1000" in texts


def test_a_figure_without_a_caption_says_nothing_of_one(shown):
    plots.show(plt.subplots()[1], alt="A frame.")
    assert set(shown[0][1]["image/png"]) == {"alt", "width"}


def test_text_stays_text_in_a_font_that_everybody_has():
    text = drawn(lambda ax: ax.set(title="A < B & C", xlabel="time (s)"))
    assert {"A < B & C", "time (s)"} <= {e.text for e in ET.fromstring(text).iter()}
    assert "font-family" not in text and "<style" not in text and "metadata" not in text


def test_the_same_figure_is_the_same_text():
    def draw(ax):
        ax.plot([1, 2, 3], label="a")
        ax.legend()

    assert drawn(draw) == drawn(draw)


def test_a_thousand_points_are_drawn_and_light():
    x, y = np.random.default_rng(0).normal(size=(2, 1000))
    text = drawn(lambda ax: ax.scatter(x, y, color="#332288", alpha=0.7, lw=0))
    assert "<image" not in text and len(text) < MOST_BYTES
    assert text.count("<use") >= 1000


@pytest.mark.parametrize("kind", ["line", "points", "mesh", "many"])
def test_what_has_too_many_points_is_a_picture_within_the_drawing(kind):
    rng = np.random.default_rng(0)

    def draw(ax):
        if kind == "line":
            ax.plot(rng.normal(size=50_000))
        elif kind == "points":
            ax.scatter(*rng.normal(size=(2, 5_000)))
        elif kind == "mesh":
            ax.pcolormesh(rng.random((80, 80)))
        else:
            for y in rng.normal(size=(12, 900)):
                ax.plot(y)
        ax.set(title="the title")

    text = drawn(draw)
    assert text.count("<image") >= 1 and "the title" in text
    assert len(re.sub(r'data:[^"]+', "", text)) < MOST_BYTES
    assert ('class="strokes"' in text) == (kind != "mesh")


def test_every_reference_has_its_target():
    def draw(ax):
        ax.plot([1, 2], "o-", label="a")
        ax.scatter([1], [1], label="b")
        ax.legend()

    text = drawn(draw)
    wanted = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert {a or b for a, b in wanted} <= set(ids) and len(ids) == len(set(ids))

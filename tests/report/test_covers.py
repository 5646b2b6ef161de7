"""Covers: one a notebook, each another, drawn in the page's colours."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from genre_utils.report.covers import HEIGHT, WIDTH, cover

NOTEBOOKS = sorted(p.stem for p in Path("notebooks").glob("[0-9]*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_each_notebook_has_a_cover_within_its_frame(notebook):
    drawn = ET.fromstring(cover(notebook))
    assert len(drawn) > 4 and drawn.get("aria-hidden") == "true"
    assert {e.get("class") for e in drawn} <= {"a", "b", "c", "d", "line"}
    for box in drawn.iter("rect"):
        assert 0 <= float(box.get("x")) <= WIDTH - float(box.get("width"))
        assert 0 <= float(box.get("y")) <= HEIGHT - float(box.get("height"))


def test_covers_differ_and_an_unknown_notebook_has_none():
    assert len({cover(notebook) for notebook in NOTEBOOKS}) == len(NOTEBOOKS) == 10
    assert cover("11_unknown") == ""

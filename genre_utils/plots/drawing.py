"""Figures as small SVG: text stays text, and artists with many points become pictures."""

from __future__ import annotations

import base64
import io
import re
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import PIL.Image
from matplotlib.collections import Collection, PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

SVG = "http://www.w3.org/2000/svg"
# An artist with more points, and the data of a figure with more bytes, are rasterized.
MOST_POINTS = 2000
MOST_BYTES = 100_000
PIXELS_PER_INCH = 160  # twice the 80 that an inch has on a page
# Colors of text and lines, not of data; pages replace them by the reader's.
INK, GRID = "#1b1f24", "#cccccc"

_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "genre_utils",
    # The widest of common fonts: others need less room.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
}


def to_svg(figure: Figure) -> str:
    """Draw a figure as one ``<svg>`` element, with the same text for the same figure.

    Artists with many points are rasterized; if the rest is still large, all data are.
    """
    data: list[Line2D | Collection] = []
    for axes in figure.axes:
        data += [*axes.lines, *axes.collections]
    for artist in data:
        if _points(artist) > MOST_POINTS:
            artist.set_rasterized(True)
    drawn = _drawn(figure)
    if _bytes_of_strokes(drawn) > MOST_BYTES:
        for artist in data:
            artist.set_rasterized(True)
        drawn = _drawn(figure)
    return drawn


def to_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG of 256 colors, a third of the size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=PIXELS_PER_INCH)
    small = io.BytesIO()
    PIL.Image.open(buffer).convert("RGB").quantize(256).save(small, "png", optimize=True)
    return small.getvalue()


def _points(artist: Line2D | Collection) -> int:
    """About how many points an artist has."""
    if isinstance(artist, Line2D):
        return np.size(artist.get_xdata(orig=False))
    if isinstance(artist, QuadMesh):
        return np.size(np.asarray(artist.get_array()))
    if isinstance(artist, PathCollection):
        return np.size(artist.get_offsets()) // 2
    return sum(np.size(path.vertices) // 2 for path in artist.get_paths())


def _drawn(figure: Figure) -> str:
    buffer = io.StringIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(buffer, format="svg", dpi=PIXELS_PER_INCH, metadata={"Date": None})
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(buffer.getvalue())
    _clean(root)
    return ET.tostring(root, encoding="unicode")


def _clean(root: ET.Element) -> None:
    """Drop metadata, fonts, white space, and the style sheet, which would apply to a whole page."""
    for child in root[:2]:
        root.remove(child)
    root.set("style", "stroke-linejoin:round;stroke-linecap:butt")
    for element in root.iter():
        element.tail = None
        tag = element.tag.removeprefix(f"{{{SVG}}}")
        if tag not in {"text", "tspan"} and not (element.text or "").strip():
            element.text = None
        for name in ("d", "x", "y", "width", "height", "points", "transform"):
            if name in element.attrib:
                short = _NUMBER.sub(_rounded, element.attrib[name])
                element.set(name, " ".join(short.split()))
        if "style" in element.attrib:
            element.set("style", _style(element.attrib["style"], tag))
        if tag == "image":
            _crush(element)


def _rounded(found: re.Match) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _style(text: str, tag: str) -> str:
    """A style without spaces and without the font, which is the page's."""
    kept = [part.strip() for part in text.split(";")]
    if tag == "text":
        kept = [part for part in kept if not part.startswith("font-family")]
    return ";".join(re.sub(r":\s+", ":", part) for part in kept if part)


def _crush(image: ET.Element) -> None:
    """Store an embedded picture with a palette; mark strokes on a transparent ground."""
    data = image.attrib[_HREF].partition(",")[2]
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
    alpha = np.asarray(picture)[..., 3]
    if (alpha == 0).mean() > 0.02:
        image.set("class", "strokes")
        small = picture.quantize(256, method=PIL.Image.Quantize.FASTOCTREE)
    else:
        small = picture.convert("RGB").quantize(256)
    buffer = io.BytesIO()
    small.save(buffer, "png", optimize=True)
    image.set(_HREF, "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode())


def _bytes_of_strokes(drawn: str) -> int:
    return len(re.sub(r"data:[^\"]+", "", drawn))

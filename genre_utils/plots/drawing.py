"""Figures as small SVG: text stays text, what has too many points is drawn as one picture."""

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
# An artist of more points, and a drawing of more bytes, is not drawn by strokes.
MOST_POINTS = 2000
MOST_BYTES = 80_000
PIXELS_PER_INCH = 160  # twice the 80 that an inch has on a page
# Colours of what is drawn, not of data; pages put the reader's own in their places.
INK, GRID = "#1b1f24", "#cccccc"
ON_FILL = "#111111"  # text on a filled area, which is as light on a dark page

_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([\w.-]+)\)")
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "genre_utils",
    # The widest of common fonts: what it has room for, others have room for too.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
}


def to_svg(figure: Figure) -> str:
    """Draw a figure as SVG, the same text for the same figure.

    Parameters
    ----------
    figure
        Artists of many points are set to be drawn as pictures within the drawing; where the rest
        is large all the same, all data are.

    Returns
    -------
    str
        One ``<svg>`` element, with ids of its own and no font that is not everywhere.
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
    """Draw a figure as a PNG of 256 colours: to the eye the same, and a third of the size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=PIXELS_PER_INCH)
    small = io.BytesIO()
    PIL.Image.open(buffer).convert("RGB").quantize(256).save(small, "png", optimize=True)
    return small.getvalue()


def _points(artist: Line2D | Collection) -> int:
    """How many points an artist is drawn by, about."""
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
    """Drop what nobody sees: names, metadata, digits, spaces, groups of one."""
    metadata, general = root[0], root[1]
    root.remove(metadata)
    root.remove(general)  # a style sheet for every element of the document it comes to stand in
    root.set("style", "stroke-linejoin:round;stroke-linecap:butt")
    for element in root.iter():
        element.tail = None
        tag = element.tag.removeprefix(f"{{{SVG}}}")
        if tag not in {"text", "tspan"} and not (element.text or "").strip():
            element.text = None
        for name in ("d", "x", "y", "width", "height", "points"):
            if name in element.attrib:
                short = _NUMBER.sub(_rounded, element.attrib[name])
                element.set(name, " ".join(short.split()))
        if "style" in element.attrib:
            element.set("style", _style(element.attrib["style"], tag))
        if re.match(r"rotate\(-?0 ", element.get("transform", "")):
            del element.attrib["transform"]
        elif "transform" in element.attrib:
            element.set("transform", _NUMBER.sub(_rounded, element.attrib["transform"]))
        if tag == "image":
            _crush(element)
    _short_ids(root)
    _flatten(root)
    for group in root.iter(f"{{{SVG}}}g"):
        _share_style(group)


def _rounded(found: re.Match) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _style(text: str, tag: str) -> str:
    """A style without the font, which the page has, and without spaces."""
    kept = [part.strip() for part in text.split(";")]
    if tag == "text":
        kept = [part for part in kept if not part.startswith("font-family")]
    return ";".join(re.sub(r":\s+", ":", part) for part in kept if part)


def _crush(image: ET.Element) -> None:
    """Store an embedded picture with a palette; say if it is strokes on nothing."""
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


def _short_ids(root: ET.Element) -> None:
    """Keep only the ids that are referred to, and make them short."""
    wanted: dict[str, str] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            names = re.findall(r"^#(.+)", value) if key == _HREF else _REFERENCE.findall(value)
            for name in names:
                wanted.setdefault(name, f"i{len(wanted)}")
    for element in root.iter():
        if (name := element.attrib.pop("id", None)) in wanted:
            element.set("id", wanted[name])
        for key, value in list(element.attrib.items()):
            if key == _HREF and value.startswith("#"):
                element.set(key, f"#{wanted[value[1:]]}")
            elif key != _HREF:
                element.set(key, _REFERENCE.sub(lambda m: f"url(#{wanted[m[1]]})", value))


def _flatten(element: ET.Element) -> None:
    """Put the children of groups that say nothing where the groups stand."""
    flat: list[ET.Element] = []
    for child in element:
        _flatten(child)
        if child.tag == f"{{{SVG}}}g" and not child.attrib:
            flat.extend(child)
        else:
            flat.append(child)
    element[:] = flat


def _share_style(group: ET.Element) -> None:
    """Say once for a group what its children all say; opacity would mean another thing there."""
    styles = {child.get("style", "") for child in group}
    if len(group) < 2 or len(styles) > 1 or "style" in group.attrib:
        return
    if re.search(r"(^|;)opacity|^$", style := styles.pop()):
        return
    group.set("style", style)
    for child in group:
        del child.attrib["style"]


def _bytes_of_strokes(drawn: str) -> int:
    return len(re.sub(r"data:[^\"]+", "", drawn))

"""Figures on pages: drawings in the reader's colours, captions, and text alternatives."""

from __future__ import annotations

import base64
import html
import io
import re

from nbformat import NotebookNode

from genre_utils.plots import GRID, INK

LONG_TEXT = 120  # characters of a text alternative that are too many to be read out alone
# What is drawn has the page's colours, and so have strokes of a dark grey. Data keep theirs, but
# those that a dark page would swallow have lighter ones there (style.css); text on filled areas,
# which is not INK, is left as it is.
_TEXT = {INK: "currentColor", "#000000": "currentColor", "#555555": "var(--soft)"}
_STROKES = {
    INK: "currentColor",
    "#000000": "currentColor",
    GRID: "var(--line)",
    "#ffffff": "var(--ground)",
}
_SERIES = {
    color: f"var(--data-{color[1:]})"
    for color in ("#332288", "#117733", "#882255", "#aa4499", "#4477aa", "#444444", "#666666")
}
_DARK_GREY = re.compile(r"#([0-4][0-9a-f])\1\1")
_COLOR = re.compile(r"(fill|stroke):(#[0-9a-f]{6})")
_PICTURE = re.compile(r'data:image/png;base64,([^"]+)')
_ELEMENT = re.compile(r"<(text|tspan|path|use|rect|g|line|polygon|circle|ellipse|svg)\b[^>]*>")


def is_figure(output: NotebookNode) -> bool:
    """Whether an output of a cell is a figure."""
    return bool({"image/svg+xml", "image/png"} & set(output.get("data", {})))


def figure_html(output: NotebookNode, number: int) -> str:
    """Return a figure as it stands on a page.

    Parameters
    ----------
    output
        What `genre_utils.plots.show` displayed, or any other picture.
    number
        Its number on the page, which its ids begin with.
    """
    about = _about(output)
    alt, caption = about.get("alt", ""), about.get("caption", "")
    if drawn := output.data.get("image/svg+xml"):
        inner = themed(drawn, prefix=f"f{number}-", alt=alt, width=about.get("width"))
    else:
        width = f' width="{about["width"]}"' if "width" in about else ""
        inner = (
            f'<img alt="{html.escape(alt)}"{width} '
            f'src="data:image/png;base64,{output.data["image/png"].strip()}">'
        )
    said = html.escape(caption or alt, quote=False)
    said = re.sub(r"`([^`]+)`", r"<code>\1</code>", said)
    said = re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", said)
    # Without a caption, what stands below is what was read out already.
    hidden = "" if caption else ' aria-hidden="true"'
    shows = ""
    if caption and len(alt) > LONG_TEXT:
        text = html.escape(alt, quote=False)
        shows = '<details class="shows"><summary>What the figure shows</summary>'
        shows += f"<p>{text}</p></details>"
    return (
        f'<figure id="figure-{number}"><div class="drawing">{inner}</div>'
        f"<figcaption><p{hidden}><b>Figure {number}.</b> {said}</p>{shows}</figcaption></figure>"
    )


def themed(drawn: str, *, prefix: str, alt: str, width: int | None = None) -> str:
    """Return a drawing that takes the page's colours, with ids that no other figure has.

    Parameters
    ----------
    drawn
        One ``<svg>`` element, as `genre_utils.plots.show` makes it.
    prefix
        What its ids begin with.
    alt
        What it shows.
    width
        How wide it is on a wide screen, in pixels; it is never wider than its place.
    """
    drawn = re.sub(r'\bid="', f'id="{prefix}', drawn)
    drawn = re.sub(r'href="#|url\(#', lambda found: found[0] + prefix, drawn)
    drawn = _PICTURE.sub(_lighter, drawn)
    drawn = _ELEMENT.sub(_in_page_colors, drawn)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    style = f' style="max-width:{width}px"' if width else ""
    box = f' viewBox="{size[0].split(chr(34))[1]}"' if size else ""
    head = f'<svg role="img" aria-label="{html.escape(alt)}"{box}{style}>'
    body = re.sub(r"^.*?<svg[^>]*>", "", drawn, count=1, flags=re.DOTALL)
    return head + body.replace("xlink:href", "href").replace(" />", "/>")


def _about(output: NotebookNode) -> dict:
    """Return what is said of a figure; older notebooks say it of the output as a whole."""
    told = output.get("metadata", {})
    return told.get("image/svg+xml") or told.get("image/png") or told


def _lighter(found: re.Match) -> str:
    """A picture within a drawing as WebP, where that is much smaller, as for spectrograms."""
    from PIL import Image  # noqa: PLC0415

    picture = Image.open(io.BytesIO(base64.b64decode(found[1])))
    if picture.mode != "P" or "transparency" in picture.info:
        return found[0]
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "webp", quality=82, method=6)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f"data:image/webp;base64,{data}" if len(data) < 0.7 * len(found[1]) else found[0]


def _in_page_colors(element: re.Match) -> str:
    ours = (_TEXT if element[1] in ("text", "tspan") else _STROKES) | _SERIES

    def in_page(found: re.Match) -> str:
        kind, color = found.groups()
        if kind == "stroke" and color not in ours and _DARK_GREY.fullmatch(color):
            color = INK
        return f"{kind}:{ours.get(color, color)}"

    return _COLOR.sub(in_page, element[0])

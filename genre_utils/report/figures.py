"""Figures on pages: SVG in the reader's colors, captions, and text alternatives."""

from __future__ import annotations

import base64
import html
import io
import re

from nbformat import NotebookNode

from genre_utils.plots import GRID, INK

LONG_TEXT = 120  # a text alternative with more characters is also shown below the caption
# Text, lines and dark gray strokes take the page's colors. Data keep theirs, except dark ones,
# which are lighter on a dark page (style.css); so does text on filled areas, which is not INK.
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
    """Return the HTML of a figure.

    Parameters
    ----------
    output
        Display of `genre_utils.plots.show`, or any other picture.
    number
        Its number on the page, with which its ids begin.
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
    text = html.escape(caption or alt, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", text)
    # Without a caption, the text alternative stands below, which screen readers have read.
    hidden = "" if caption else ' aria-hidden="true"'
    shows = ""
    if caption and len(alt) > LONG_TEXT:
        shows = '<details class="shows"><summary>What the figure shows</summary>'
        shows += f"<p>{html.escape(alt, quote=False)}</p></details>"
    return (
        f'<figure id="figure-{number}"><div class="drawing">{inner}</div>'
        f"<figcaption><p{hidden}><b>Figure {number}.</b> {text}</p>{shows}</figcaption></figure>"
    )


def themed(drawn: str, *, prefix: str, alt: str, width: int | None = None) -> str:
    """Return an ``<svg>`` in the page's colors, at most `width` px wide, with prefixed ids."""
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
    """Text alternative, caption and width of a figure."""
    about = output.get("metadata", {})
    return about.get("image/svg+xml") or about.get("image/png") or about


def _lighter(found: re.Match) -> str:
    """A picture within an SVG as WebP, if that is much smaller, as for spectrograms."""
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

"""Figures on pages: the page's colors, ids of their own, captions and text alternatives."""

import base64
import io
import re

import nbformat
import PIL.Image
from bs4 import BeautifulSoup

from genre_utils.report.figures import figure_html, is_figure

SVG = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
width="90pt" height="45pt" viewBox="0 0 90 45"><path d="M0 0" style="fill:#ffffff;stroke:#cccccc"/>\
<text style="fill:#1b1f24">a</text><text style="fill:#262626">on a filled area</text>\
<text style="fill:#ffffff">white on it</text><path style="fill:#292929;stroke:#292929"/>\
<g clip-path="url(#i0)"><use xlink:href="#i1" style="fill:#332288;stroke:#ddcc77" /></g>\
<defs><clipPath id="i0"></clipPath><path id="i1" d="M0 0"/></defs></svg>"""


def output(caption="", alt="What it shows.", svg=SVG):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (8, 4)).save(buffer, "png")
    about = {"alt": alt, "width": 720} | ({"caption": caption} if caption else {})
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
    data |= {"image/svg+xml": svg} if svg else {}
    return nbformat.v4.new_output("display_data", data=data, metadata=dict.fromkeys(data, about))


def soup(*outputs):
    made = [figure_html(o, number) for number, o in enumerate(outputs, start=1)]
    return BeautifulSoup("".join(made), "html.parser")


def test_text_and_lines_take_the_page_s_colors_and_data_keep_theirs():
    styles = [e["style"] for e in soup(output()).select("svg [style]")]
    assert styles == [
        "fill:var(--ground);stroke:var(--line)",
        "fill:currentColor",
        "fill:#262626",
        "fill:#ffffff",
        "fill:#292929;stroke:currentColor",
        "fill:var(--data-332288);stroke:#ddcc77",
    ]


def test_two_figures_share_no_id_and_each_refers_to_its_own():
    found = soup(output(), output())
    ids = [e["id"] for e in found.select("[id]")]
    assert len(ids) == len(set(ids)) == 6
    for number in (1, 2):
        text = str(found.select_one(f"#figure-{number}"))
        named = re.findall(r'url\(#(\w+)-|href="#(\w+)-', text)
        assert {a or b for a, b in named} == {f"f{number}"}
    assert found.svg["viewbox"] == "0 0 90 45" and found.svg["style"] == "max-width:720px"


def test_captions_and_text_alternatives():
    (figure,) = soup(output("It grows < 9 %, see `y`.", "Bars & lines.")).select("figure")
    assert figure.figcaption.get_text() == "Figure 1. It grows < 9 %, see y."
    assert figure.figcaption.code.get_text() == "y"
    assert figure.svg["aria-label"] == "Bars & lines." and not figure.select("details")
    (figure,) = soup(output("It grows.", "Bars. " * 40)).select("figure")
    assert figure.details.p.get_text() == "Bars. " * 40


def test_a_picture_without_svg_is_shown_as_it_is():
    (figure,) = soup(output("Its meaning.", svg="")).select("figure")
    assert figure.img["alt"] == "What it shows." and figure.img["width"] == "720"
    assert figure.img["src"].startswith("data:image/png;base64,")
    text = nbformat.v4.new_output("display_data", data={"text/plain": "no figure"})
    assert not is_figure(text) and is_figure(output())

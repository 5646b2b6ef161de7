"""Figures on pages: the page's colours, ids of their own, what they mean and what they show."""

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
<text style="fill:#ffffff">white on it</text>\
<g clip-path="url(#i0)"><use xlink:href="#i1" style="fill:#332288;stroke:#ddcc77" /></g>\
<defs><clipPath id="i0"></clipPath><path id="i1" d="M0 0"/></defs></svg>"""


def png(color="white", size=(800, 400)):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, color).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def output(caption="", alt="What it shows.", svg=SVG, **about):
    about |= {"alt": alt, "width": 720} | ({"caption": caption} if caption else {})
    data = {"image/png": png()} | ({"image/svg+xml": svg} if svg else {})
    return nbformat.v4.new_output("display_data", data=data, metadata=dict.fromkeys(data, about))


def soup(*outputs):
    made = [figure_html(o, number) for number, o in enumerate(outputs, start=1)]
    return BeautifulSoup("".join(made), "html.parser")


def test_what_is_drawn_takes_the_page_s_colours_and_data_keep_theirs():
    styles = [e["style"] for e in soup(output()).select("svg [style]")]
    assert styles == [
        "fill:var(--ground);stroke:var(--line)",
        "fill:currentColor",
        "fill:#262626",
        "fill:#ffffff",
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


def test_a_figure_is_as_wide_as_it_was_drawn_and_never_wider_than_its_place():
    (drawing,) = soup(output()).select("svg")
    assert drawing["viewbox"] == "0 0 90 45" and drawing["style"] == "max-width:720px"
    assert "width" not in drawing.attrs


def test_the_caption_is_for_all_and_the_text_alternative_is_apart():
    (figure,) = soup(output("It grows < 9 %.", "Bars & lines.")).select("figure")
    assert figure.figcaption.get_text() == "Figure 1. It grows < 9 %."
    assert "aria-hidden" not in figure.figcaption.p.attrs
    assert figure.svg["aria-label"] == "Bars & lines."
    assert not figure.select("details")


def test_a_long_text_alternative_can_also_be_read_below_the_caption():
    long = "Bars. " * 40
    (figure,) = soup(output("It grows.", long)).select("figure")
    assert figure.details.summary.get_text() == "What the figure shows"
    assert figure.details.p.get_text() == long
    assert not soup(output("", long)).select("details")


def test_a_picture_that_is_not_drawn_is_shown_as_it_is():
    (figure,) = soup(output("Its meaning.", svg="")).select("figure")
    assert figure.img["alt"] == "What it shows." and figure.img["width"] == "720"
    assert figure.img["src"].startswith("data:image/png;base64,")
    text = nbformat.v4.new_output("display_data", data={"text/plain": "no figure"})
    assert not is_figure(text) and is_figure(output())


def test_strokes_of_a_dark_grey_are_seen_on_a_dark_page():
    colors = "fill:#292929;stroke:#292929", "stroke:#292a29"
    paths = "".join(f'<path style="{color}"/>' for color in colors)
    found = soup(output(svg=f'<svg viewBox="0 0 9 9">{paths}</svg>'))
    styles = [e["style"] for e in found.select("svg [style]")]
    assert styles == ["fill:#292929;stroke:currentColor", "stroke:#292a29"]


def test_names_in_backticks_are_code_in_a_caption_and_stars_stress():
    (figure,) = soup(output("Under `random` < `track`. *So it is*, 2 * 3 * 4.")).select("figure")
    assert figure.em.get_text() == "So it is" and "2 * 3 * 4" in figure.get_text()
    assert [code.get_text() for code in figure.select("figcaption code")] == ["random", "track"]
    assert "Under random < track." in figure.figcaption.get_text()

"""Pages are complete, accessible and offline; what comes from data is harmless text on them."""

import re
import shutil
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from genre_utils.report import render


def test_a_page_asks_the_network_for_nothing(page):
    html = page.read_text()
    assert not re.findall(r'(?:src|href)="https?://', html)
    assert not re.findall(r"<script[^>]+src|@import|url\(", html)


def test_a_page_of_the_demo_says_so_before_anything_else(page):
    text = re.sub(r"<(style|head).*?</\1>|<[^>]+>", " ", page.read_text(), flags=re.DOTALL)
    assert "Synthesized data." in " ".join(text.split())[:60]


def test_a_page_has_contents_neighbours_and_its_results_beside_it(page):
    html = page.read_text()
    assert '<a href="#A-question">A question</a>' in html
    assert 'href="00_former.html"' in html
    assert 'href="02_next.html"' in html
    assert (page.parent / "results" / "01_good.json").exists()


def test_no_page_names_a_folder_of_this_machine(page, demo_root):
    html = page.read_text()
    for folder in (demo_root, Path.cwd(), sys.prefix):
        assert str(folder) not in html


def soup_of(page):
    return BeautifulSoup(page.read_text(), "html.parser")


def test_a_page_begins_with_what_was_found_and_on_which_data(page):
    summary = soup_of(page).select_one("main h1 + .summary").get_text()
    assert "Six is the finding." in summary
    assert "40 tracks" in summary


def test_figures_are_numbered_and_described(page):
    (figure,) = soup_of(page).select("figure")
    assert (
        figure.svg["role"] == "img" and figure.svg["aria-label"] == "An empty frame, from 0 to 1."
    )
    assert figure.figcaption.get_text() == "Figure 1. An empty frame, from 0 to 1."
    assert figure.figcaption.p["aria-hidden"] == "true"  # it was read out already


def render_again(notebook, page, scripts=None):
    """Render a notebook that was changed by hand, with the results of the page given."""
    folder = page.parent.parent / "changed"
    (folder / "results").mkdir(parents=True)
    shutil.copy(page.parent / "results/01_good.json", folder / "results")
    nbformat.write(notebook, folder / "01_good.ipynb")
    made = folder / "site/01_good.html"
    render(
        folder / "01_good.ipynb",
        made,
        pages=["00_former", "01_good", "02_next"],
        scripts=scripts or folder,
    )
    return made


def with_output(built, data, **metadata):
    notebook = nbformat.read(built[1], as_version=4)
    shown = nbformat.v4.new_output("display_data", data=data)
    notebook.cells.append(nbformat.v4.new_code_cell("x", outputs=[shown], metadata=metadata))
    return notebook


def test_sliders_stay_in_jupyter_and_no_page_fetches_what_they_need(page, built):
    view = {"model_id": "a1", "version_major": 2, "version_minor": 0}
    kind = "application/vnd.jupyter.widget-view+json"
    notebook = with_output(built, {kind: view, "text/plain": "interactive(children=())"})
    state = {"version_major": 2, "version_minor": 0, "state": {"a1": {"model_name": "HBox"}}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    made = render_again(notebook, page)
    text = made.read_text()
    assert "interactive(" not in text and "widget" not in text
    test_a_page_asks_the_network_for_nothing(made)
    assert [not script.get("src") for script in soup_of(made).select("script")] == [True]


def test_scripts_of_outputs_stay_out(page, built):
    notebook = with_output(built, {"application/javascript": "fetch('https://example.org')"})
    assert "example.org" not in render_again(notebook, page).read_text()


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(2))",
    "<script>alert(3)</script>",
    "<a href='javascript:alert(4)'>y</a>",
    "<!--figure 1-->",
    "<svg onload=alert(5)>",
    "& <b>",
]


@pytest.mark.parametrize("kind", ["text/markdown", "text/html", "table", "styled", "text/plain"])
def test_names_of_genres_are_text_and_run_nothing(page, built, kind):
    table = pd.DataFrame({"genre": HOSTILE}, index=HOSTILE)
    if kind == "table":
        data = {"text/html": table.to_html()}
    elif kind == "styled":
        data = {"text/html": table.style.to_html()}
    else:
        data = {kind: "\n\n".join(HOSTILE)}
    soup = soup_of(render_again(with_output(built, data), page))
    output = soup.select(".output")[-1]
    assert not output.select("script, img, svg, iframe, style, figure, object, embed, form")
    for element in output(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert "script:" not in element.get("href", "")
    assert "alert(1)" in output.get_text()


def test_players_tables_and_links_of_outputs_stay(page, built):
    html = '<audio controls preload="none" aria-label="a" src="data:audio/mpeg;base64,AA"></audio>'
    html += '<p><a href="https://example.org/">there</a></p><table><tr><td colspan="2">1</td></tr>'
    output = soup_of(render_again(with_output(built, {"text/html": html}), page)).select(".output")[
        -1
    ]
    assert output.audio["src"].startswith("data:audio") and output.audio.has_attr("controls")
    assert output.a["href"] == "https://example.org/" and output.td["colspan"] == "2"


def test_solutions_that_were_run_stand_on_no_page(page, built):
    notebook = with_output(built, {"text/plain": "the answer"}, tags=["solution"])
    assert "the answer" not in render_again(notebook, page).read_text()


def test_the_neighbours_are_named_by_their_titles(page, built, tmp_path):
    (tmp_path / "02_next.py").write_text("# %% [markdown]\n# # 2. What < comes? More, and more\n")
    notebook = nbformat.read(built[1], as_version=4)
    nav = soup_of(render_again(notebook, page, scripts=tmp_path)).select_one("header nav")
    assert nav.select_one("[rel=next]").get_text() == "2. What < comes? →"
    assert nav.select_one("[rel=prev]").get_text() == "← 00_former"


def test_tables_have_no_nan_and_name_their_rows(page, built):
    table = pd.DataFrame(
        {"why": ["it is < 1", None], "share": ["3.0 %", "+1.2 points"], "n": [1.0, None]},
        index=["a", "b"],
    )
    notebook = with_output(built, {"text/html": table.to_html()})
    unnamed = table.reset_index().to_html(index=False)
    notebook.cells += with_output(built, {"text/html": unnamed}).cells[-1:]
    for made in soup_of(render_again(notebook, page)).select("table")[-2:]:
        rows = [row(["td", "th"]) for row in made.select("tbody tr")]
        assert [row[0].name for row in rows] == ["th", "th"]
        assert {row[0]["scope"] for row in rows} == {"row"}
        assert [cell.get_text() for cell in rows[1]] == ["b", "–", "+1.2 points", "–"]
        assert ["text" in cell.get("class", []) for cell in rows[0][1:]] == [True, False, False]


def test_formulas_are_drawn_by_the_browser_and_prices_are_not_formulas(page):
    soup = soup_of(page)
    (formula,) = soup.select("math")
    assert formula.get("tabindex") == ("0" if formula.get("display") == "block" else None)
    assert formula.get_text() == "a1<b"
    assert "cost $5 and six cost $6" in soup.get_text()


def test_code_is_visible_and_only_set_up_is_folded(page):
    soup = soup_of(page)
    (folded,) = soup.select("details.code:not([open])")
    assert folded.summary.get_text() == "Code" and "matplotlib" in folded.get_text()
    folded.extract()
    visible = [code.get_text() for code in soup.select(".highlight pre")]
    assert any("open_dataset" in code for code in visible)
    assert 'profile = "full"' in visible[0]
    assert "injected" not in soup.get_text() and 'profile = "quick"' not in soup.get_text()


def test_long_outputs_are_folded(page):
    assert soup_of(page).select_one("details.long summary").get_text() == "Output of 80 lines"


def test_the_name_of_an_index_is_a_header_beside_the_others(page):
    table = soup_of(page).select_one("table.dataframe")
    assert [cell.get_text() for cell in table.select("thead th")] == ["song", "a"]
    assert {cell["scope"] for cell in table.select("tbody th")} == {"row"}


def test_headings_are_in_order_and_the_footer_says_how_it_was_made(page):
    soup = soup_of(page)
    assert [h.name for h in soup.select("h1, h2, h3")] == ["h1", "h2", "h2"]
    footer = " ".join(soup.footer.get_text().split())
    for word in ("notebooks/01_good.py", "fingerprint", "seed 3", "quick", "librosa", "cores"):
        assert word in footer

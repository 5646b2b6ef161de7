"""Pages and the index: whole, accessible, offline, and told when they are out of date."""

import json
import re
import shutil
import sys

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from genre_utils import imports
from genre_utils.imports import source_fingerprint
from genre_utils.report import (
    build_index,
    outdated,
    overview,
    render,
    steps,
)


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


def test_the_index_is_built_from_the_results_alone(page):
    results = page.parent / "results" / "01_good.json"
    found = json.loads(results.read_text())
    score = {"model": "knn", "input": "mfcc", "split": "track", "level": "track"}
    score |= {"accuracy": 0.5, "ci95": [0.4, 0.6], "macro_f1": 0.5, "n": 10, "published": 0.87}
    score |= {"genres": 10, "runs": 3, "sd": 0.01}
    results.write_text(json.dumps(found | {"scores": [score]}))
    page.unlink()
    build_index(page.parent)
    html = (page.parent / "index.html").read_text()
    assert "Six is the finding." in html
    assert "0.400–0.600" in html
    assert "Synthesized data" in html


def test_terms_and_limits_stand_beside_the_index_and_are_checked_as_it_is(page):
    build_index(page.parent)
    index, terms, limits = (soup_of(page.parent / name) for name in overview.SHEETS)
    assert {"terms.html", "limits.html"} <= {link["href"] for link in index.select("a[href]")}
    words = [word.get_text() for word in terms.select("dt")]
    assert "MFCC" in words and len(words) == len(set(words)) == len(terms.select("dd"))
    ids = [word["id"] for word in terms.select("dt, h2, ul li")]
    assert len(ids) == len(set(ids)) and not [i for i in ids if " " in i]
    keys = {link["href"] for link in terms.select("dd a")}
    assert keys and keys <= {f"#{source['id']}" for source in terms.select("ul li")}
    sources = [source.get_text() for source in terms.select("ul li")]
    assert sources == sorted(sources, key=str.lower)
    assert limits.h1.get_text() == "What these pages cannot tell"
    assert all("Synthesized data." in sheet.get_text() for sheet in (index, terms, limits))


def test_an_empty_folder_has_its_sheets(tmp_path):
    build_index(tmp_path)
    assert "No notebook has been run yet" in (tmp_path / "index.html").read_text()


def test_no_page_names_a_folder_of_this_machine(page, demo_root):
    html = page.read_text()
    for folder in (demo_root, steps.Path.cwd(), sys.prefix):
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


def rendered(notebook, page, scripts=None):
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
    made = rendered(notebook, page)
    text = made.read_text()
    assert "interactive(" not in text and "widget" not in text
    test_a_page_asks_the_network_for_nothing(made)
    assert [not script.get("src") for script in soup_of(made).select("script")] == [True]


def test_scripts_of_outputs_stay_out(page, built):
    notebook = with_output(built, {"application/javascript": "fetch('https://example.org')"})
    assert "example.org" not in rendered(notebook, page).read_text()


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
    soup = soup_of(rendered(with_output(built, data), page))
    output = soup.select(".output")[-1]
    assert not output.select("script, img, svg, iframe, style, figure, object, embed, form")
    for element in output(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert "script:" not in element.get("href", "")
    assert "alert(1)" in output.get_text()


def test_players_tables_and_links_of_outputs_stay(page, built):
    html = '<audio controls preload="none" aria-label="a" src="data:audio/mpeg;base64,AA"></audio>'
    html += '<p><a href="https://example.org/">there</a></p><table><tr><td colspan="2">1</td></tr>'
    output = soup_of(rendered(with_output(built, {"text/html": html}), page)).select(".output")[-1]
    assert output.audio["src"].startswith("data:audio") and output.audio.has_attr("controls")
    assert output.a["href"] == "https://example.org/" and output.td["colspan"] == "2"


def test_solutions_that_were_run_stand_on_no_page(page, built):
    notebook = with_output(built, {"text/plain": "the answer"}, tags=["solution"])
    assert "the answer" not in rendered(notebook, page).read_text()


def test_the_neighbours_are_named_by_their_titles(page, built, tmp_path):
    (tmp_path / "02_next.py").write_text("# %% [markdown]\n# # 2. What < comes? More, and more\n")
    notebook = nbformat.read(built[1], as_version=4)
    nav = soup_of(rendered(notebook, page, scripts=tmp_path)).select_one("header nav")
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
    for made in soup_of(rendered(notebook, page)).select("table")[-2:]:
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


# --- is a page current? -----------------------------------------------------------------------


@pytest.fixture
def current(page, built, tmp_path):
    """A folder with one page that is of the present source."""
    steps._sign(page.parent / "results/01_good.json", source=source_fingerprint(built[0]))
    build_index(page.parent)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(built[0], tmp_path / "notebooks/01_good.py")
    return page.parent, tmp_path / "notebooks"


def test_pages_of_the_present_source_are_current(current):
    assert outdated(*current) == []


def test_a_changed_notebook_makes_its_page_outdated(current):
    folder, notebooks = current
    with (notebooks / "01_good.py").open("a") as script:
        script.write("\n# a word more\n")
    (told,) = outdated(folder, notebooks)
    assert "01_good.html was made from another version" in told


def test_a_changed_module_makes_only_the_pages_outdated_that_import_it(
    current, monkeypatch, tmp_path
):
    copy = tmp_path / "genre_utils"
    shutil.copytree(imports.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(imports, "PACKAGE", copy)
    assert outdated(*current) == []
    with (copy / "models/training.py").open("a") as module:
        module.write("\nx = 1\n")
    assert outdated(*current) == []  # the notebook does not come to it
    with (copy / "audio/decoding.py").open("a") as module:
        module.write("\nx = 1\n")
    assert len(outdated(*current)) == 1


def test_another_template_makes_pages_outdated(current, monkeypatch):
    monkeypatch.setattr(overview, "rendering_fingerprint", lambda: "another")
    (told,) = outdated(*current)
    assert "rendered with another template" in told


def test_missing_pages_and_another_index_are_told(current):
    folder, notebooks = current
    (folder / "index.html").write_text("by hand")
    assert outdated(folder, notebooks) == [f"{folder / 'index.html'} was made from other results"]
    (folder / "01_good.html").unlink()
    assert outdated(folder, notebooks) == [f"{folder / '01_good.html'} is missing: make report"]


# --- in a browser -----------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCORES = [("knn", "random", 0.9), ("svm", "track", 0.7), ("cnn", "artist", 0.8)]


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def site(page):
    """A page and an index of three scores."""
    results = page.parent / "results/01_good.json"
    rest = {"input": "mfcc", "level": "track", "macro_f1": 0.5, "n": 10, "published": None}
    rest |= {"genres": 10, "runs": 1, "sd": None}
    scores = [
        rest | {"model": m, "split": p, "accuracy": a, "ci95": [a - 0.1, a + 0.1]}
        for m, p, a in SCORES
    ]
    results.write_text(json.dumps(json.loads(results.read_text()) | {"scores": scores}))
    build_index(page.parent)
    return page.parent


@pytest.fixture
def opened(browser, site):
    """Open a page of the site offline; whatever it asks of the network or logs is a failure."""
    wrong = []

    def open_(name, width=1280, script=True, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            offline=True,
            java_script_enabled=script,
            **options,
        )
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        tab.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(r.url),
        )
        tab.goto((site / name).as_uri())
        return tab

    yield open_
    assert wrong == []


def test_folded_code_opens_without_a_script(opened):
    tab = opened("01_good.html", script=False)
    fold = tab.locator("details.code").first
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").click()
    assert fold.locator("pre").is_visible()


def test_the_contents_follow_the_reader_on_wide_screens_only(opened):
    wide = opened("01_good.html")
    assert wide.locator("#contents a").first.is_visible()
    wide.evaluate("document.body.style.paddingBottom = '3000px'")
    wide.get_by_role("link", name="Another question").click()
    wide.locator("#contents a[aria-current]", has_text="Another question").wait_for(timeout=5000)
    narrow = opened("01_good.html", width=390)
    assert not narrow.locator("#contents a").first.is_visible()


def column(tab, at=1):
    return tab.locator(
        f"table.sortable tbody tr:not([hidden]) > :nth-child({at})"
    ).all_inner_texts()


def test_the_table_sorts_and_filters(opened):
    tab = opened("index.html")
    tab.get_by_text("All 3 scores").click()
    tab.get_by_role("button", name="Accuracy").click()
    assert column(tab, 5) == ["0.700", "0.800", "0.900"]
    tab.get_by_role("button", name="Accuracy").click()
    assert column(tab, 5) == ["0.900", "0.800", "0.700"]
    assert tab.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    tab.get_by_role("button", name="Model").click()
    assert column(tab) == sorted(column(tab), key=str.lower)
    tab.get_by_role("combobox", name="Split").select_option("track")
    assert column(tab, 3) == ["track"]
    assert tab.locator("#shown").inner_text() == "1 of 3 scores"


def test_without_scripts_the_table_is_whole(opened):
    tab = opened("index.html", script=False)
    assert len(column(tab)) == 3
    assert not tab.locator(".filters").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system(opened, scheme):
    tab = opened("index.html", color_scheme=scheme)
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(v) for v in re.findall(r"\d+", ground)[:3]) / 3
    assert (brightness > 200) == (scheme == "light")


@pytest.mark.parametrize("name", ["01_good.html", "index.html"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(opened, name, width):
    tab = opened(name, width=width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_can_skip_to_the_text_and_sees_where_it_is(opened):
    tab = opened("01_good.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"

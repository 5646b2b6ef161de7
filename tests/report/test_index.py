"""The index and its sheets come from the results alone, and stale pages are found."""

import json
import shutil

import pytest
from bs4 import BeautifulSoup

from genre_utils import imports
from genre_utils.imports import source_fingerprint
from genre_utils.report import build_index, build_performance, index, outdated
from genre_utils.report.index import SHEETS, score_rows


def score(model, split, accuracy, **others):
    found = {"model": model, "input": "mfcc", "split": split, "level": "track", "n": 100}
    found |= {"accuracy": accuracy, "ci95": [accuracy - 0.05, accuracy + 0.05], "macro_f1": 0.5}
    return found | {"genres": 10, "published": None, "runs": 1, "sd": None} | others


SCORES = [
    score("knn", "random", 0.9, published=0.87),
    score("svm", "track", 0.7),
    score("<b>net</b>", "artist", 0.8, runs=3, sd=0.01),
]


@pytest.fixture
def site(page):
    """A page of the present source, and an index of three scores."""
    results = page.parent / "results/01_good.json"
    found = json.loads(results.read_text())
    found["facts"]["finding"] = "Six is <i>the</i> finding."
    results.write_text(json.dumps(found | {"scores": SCORES}))
    build_index(page.parent)
    return page.parent


def soup_of(page):
    return BeautifulSoup(page.read_text(), "html.parser")


def test_a_row_never_merges_notebooks_or_settings():
    first = [score("cnn", "random", 0.9), score("cnn", "track", 0.8)]
    other = [score("cnn", "random", 0.6, runs=3), score("cnn", "track", 0.5, runs=3)]
    again = [score("cnn", "random", 0.7)]
    results = [
        {"notebook": "04_cnn", "scores": first + other + again},
        {"notebook": "06_sequences", "scores": [score("cnn", "artist", 0.4)]},
    ]
    rows = [{s: found["accuracy"] for s, found in row["by"].items()} for row in score_rows(results)]
    assert rows == [
        {"random": 0.9, "track": 0.8},
        {"random": 0.6, "track": 0.5},
        {"random": 0.7},
        {"artist": 0.4},
    ]


def test_results_of_older_notebooks_are_read():
    old = score("knn", "track", 0.5)
    old["protocol"] = old.pop("split")
    ((row,)) = score_rows([{"notebook": "03_x", "scores": [old]}])
    assert list(row["by"]) == ["track"]


def test_the_index_shows_scores_and_cards_as_text(site):
    soup = soup_of(site / "index.html")
    card = soup.select_one(".cards li")
    assert "Six is <i>the</i> finding." in card.get_text() and card.a["href"] == "01_good.html"
    headline, everything = soup.select("table.matrix")
    assert len(headline.select("tbody tr")) == 1 and len(everything.select("tbody tr")) == 3
    assert "87.0%" in headline.get_text() and "<b>net</b>" in everything.get_text()
    assert "Synthesized data" in soup.get_text()


def test_the_sheets_are_complete(site):
    pages, terms, limits = (soup_of(site / name) for name in SHEETS)
    assert {"terms.html", "limits.html"} <= {link["href"] for link in pages.select("a[href]")}
    words = [word.get_text() for word in terms.select("dt")]
    assert "MFCC" in words and len(words) == len(set(words)) == len(terms.select("dd"))
    ids = [word["id"] for word in terms.select("dt, h2, ul li")]
    assert len(ids) == len(set(ids)) and not [i for i in ids if " " in i]
    keys = {link["href"] for link in terms.select("dd a")}
    assert keys and keys <= {f"#{source['id']}" for source in terms.select("ul li")}
    assert all("Synthesized data." in sheet.get_text() for sheet in (pages, terms, limits))


def test_an_empty_folder_has_its_sheets(tmp_path):
    build_index(tmp_path)
    assert "No notebook has been run yet" in (tmp_path / "index.html").read_text()


def test_benchmarks_are_tables(tmp_path):
    table = {"title": "One query", "columns": ["songs", "ms"], "note": "Median."}
    table["rows"] = [["1,000", 0.25], ["10,000", 1234.0]]
    bench = {"name": "1_search", "title": "Search", "data": "<b>", "machine": "2 cores"}
    bench |= {"versions": {"python": "3.11"}, "tables": [table]}
    (tmp_path / "1_search.json").write_text(json.dumps(bench))
    build_performance(tmp_path, tmp_path / "site/performance.html")
    cells = [c.get_text() for c in soup_of(tmp_path / "site/performance.html").select("tbody > *")]
    assert "0.25" in cells[0] and "1,234" in cells[1]
    assert json.loads((tmp_path / "site/performance.json").read_text())[0]["title"] == "Search"


# --- is a page stale? -------------------------------------------------------------------------


@pytest.fixture
def current(site, built, tmp_path):
    """A folder with one page that is of the present source, and the folder of its notebook."""
    path = site / "results/01_good.json"
    found = json.loads(path.read_text()) | {"source": source_fingerprint(built[0])}
    path.write_text(json.dumps(found))
    build_index(site)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(built[0], tmp_path / "notebooks/01_good.py")
    assert outdated(site, tmp_path / "notebooks") == []
    return site, tmp_path / "notebooks"


def test_a_changed_notebook_makes_its_page_stale(current):
    with (current[1] / "01_good.py").open("a") as script:
        script.write("\n# a word more\n")
    assert len(outdated(*current)) == 1


@pytest.mark.parametrize("module, stale", [("models/training.py", 0), ("audio/decoding.py", 1)])
def test_a_changed_module_makes_the_pages_stale_that_use_it(
    current, monkeypatch, tmp_path, module, stale
):
    copy = tmp_path / "genre_utils"
    shutil.copytree(imports.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "shipped"))
    monkeypatch.setattr(imports, "PACKAGE", copy)
    with (copy / module).open("a") as source:
        source.write("\nx = 1\n")
    assert len(outdated(*current)) == stale


def test_another_template_and_other_results_make_pages_stale(current, monkeypatch):
    folder, notebooks = current
    (folder / "index.html").write_text("by hand")
    (line,) = outdated(folder, notebooks)
    assert str(folder / "index.html") in line
    monkeypatch.setattr(index, "rendering_fingerprint", lambda: "another")
    (line,) = outdated(folder, notebooks)
    assert "01_good.html" in line and "template" in line
    (folder / "01_good.html").unlink()
    (line,) = outdated(folder, notebooks)
    assert "missing" in line


# --- in a browser -----------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


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
def opened(browser, site):
    """Open a page of the site offline; whatever it asks of the network or logs is a failure."""
    wrong = []

    def open_(name, width=1280, script=True, **options):
        size = {"width": width, "height": 900}
        context = browser.new_context(
            viewport=size, offline=True, java_script_enabled=script, **options
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


def column(tab, at=1):
    return tab.locator(
        f"table.sortable tbody tr:not([hidden]) > :nth-child({at})"
    ).all_inner_texts()


def test_the_table_sorts_and_filters(opened):
    tab = opened("index.html")
    tab.get_by_text("All scores with").click()
    tab.get_by_role("button", name="Accuracy").click()
    assert column(tab, 5) == ["0.700", "0.800", "0.900"]
    tab.get_by_role("button", name="Accuracy").click()
    assert column(tab, 5) == ["0.900", "0.800", "0.700"]
    assert tab.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    tab.get_by_role("combobox", name="Split").select_option("track")
    assert column(tab, 3) == ["track"]
    assert tab.locator("#shown").inner_text() == "1 of 3 scores"
    tab = opened("index.html", script=False)
    assert len(column(tab)) == 3 and not tab.locator(".filters").is_visible()


@pytest.mark.parametrize("name", ["01_good.html", "index.html"])
@pytest.mark.parametrize("scheme, width", [("light", 390), ("dark", 1280)])
def test_pages_fit_the_screen_and_follow_the_theme(opened, name, width, scheme):
    tab = opened(name, width=width, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [int(v) for v in ground.removeprefix("rgb(").rstrip(")").split(",")]
    assert (sum(channels) > 600) == (scheme == "light")


def test_the_keyboard_can_skip_to_the_text_and_sees_where_it_is(opened):
    tab = opened("01_good.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"

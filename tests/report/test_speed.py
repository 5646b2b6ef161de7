"""The page of benchmarks: sentences, bars and tables of what was measured."""

import json

import pytest
from bs4 import BeautifulSoup

from genre_utils.report import build_performance
from genre_utils.report.speed import bars, shown

FEATURES = {
    "title": "Features of a track of 30 s",
    "columns": ["what", "ms a track", "times as fast as librosa"],
    "rows": [["librosa", 2700.0, 1.0], ["ours", 200.0, 13.5], ["one STFT", 33.0, 81.0]],
}
SEARCH = {
    "title": "One query",
    "columns": ["songs", "exact, ms", "index, ms"],
    "rows": [["1,000", 0.5, 0.25], ["10,000", 2.0, 0.5]],
}


@pytest.fixture
def page(tmp_path):
    tables = [FEATURES | {"note": "Median."}, SEARCH | {"note": ""}]
    bench = {"name": "1_features", "title": "Features", "data": "GTZAN", "machine": "2 cores"}
    bench |= {"versions": {"python": "3.11"}, "tables": tables}
    (tmp_path / "1_features.json").write_text(json.dumps(bench))
    build_performance(tmp_path, tmp_path / "site/performance.html")
    return tmp_path / "site/performance.html"


def test_the_page_says_what_was_measured(page):
    text = BeautifulSoup(page.read_text(), "html.parser").get_text()
    assert "take 200 ms, 13.5 times as fast as from plain librosa calls" in text
    assert "2,700" in text
    assert json.loads(page.with_suffix(".json").read_text())[0]["tables"]


def test_each_table_has_bars_as_long_as_its_values_and_is_there_itself(page):
    soup = BeautifulSoup(page.read_text(), "html.parser")
    first, second = soup.select("figure.bars")
    assert [bar.rect["width"] for bar in first.select(".bar")] == ["0.99%", "13.33%", "80.00%"]
    assert "ours 13.5; one STFT 81.0." in first.select_one("[role=img]")["aria-label"]
    assert [bar.rect["class"] for bar in second.select(".bar")] == [["c0"], ["c1"]] * 2
    assert len(soup.select("details table")) == 2


def test_bars_say_which_column_and_how_many_processes():
    assert [(bar.label, bar.told) for bar in bars(SEARCH)[1][:2]] == [
        ("1,000, exact", "0.50"), ("1,000, index", "0.25"),
    ]  # fmt: skip
    table = {"title": "", "columns": ["what", "processes", "tracks a second"]}
    rows = [["100 tracks", 1, 4.0], ["100 tracks", 2, 6.0], ["cached", 2, ""]]
    told, made = bars(table | {"rows": rows})
    assert told == "tracks a second"
    assert [bar.label for bar in made] == ["100 tracks, 1 process", "100 tracks, 2 processes"]


def test_a_table_of_one_number_has_no_bars():
    table = {"title": "", "columns": ["what", "seconds"], "rows": [["all", 3.0]]}
    assert bars(table) == ("", [])
    assert bars(table | {"columns": ["what", "colour"], "rows": [["a", "red"], ["b", "blue"]]}) == (
        "",
        [],
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0745, "0.07"), (25.57, "25.6"), (1444.1, "1,444"), (897, "897"), ("", "")],
)
def test_numbers_are_shown_with_the_digits_that_count(value, told):
    assert shown(value) == told

"""The page of all benchmarks: what is fast, in sentences, bars and tables."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from genre_utils import wording
from genre_utils.evaluation import read_results
from genre_utils.files import to_json, write_text
from genre_utils.report.templates import template

# Columns that are drawn as bars, those of one chart together; a table has the first that it can.
_CHARTED = (
    ("times as fast as librosa",),
    ("time, ours = 1",),
    ("tracks a second",),
    ("ms for 30 s",),
    ("exact, ms", "index, ms"),
    ("ONNX, ms", "Keras, ms"),
    ("fit, s",),
    ("fit, s an epoch",),
    ("decoding, ms a track", "embeddings beyond that, ms a track"),
    ("seconds",),
)


class Bar(NamedTuple):
    """A bar of a chart.

    Attributes
    ----------
    label
        The row, and the column where there are several.
    told
        Its value in words.
    share
        Its length, of that of the longest bar.
    column
        Which of the columns it is of.
    """

    label: str
    told: str
    share: float
    column: int


def build_performance(measured: Path, page: Path) -> None:
    """Write the page of all benchmarks, and beside it their figures as JSON.

    Parameters
    ----------
    measured
        Folder of the files that ``make bench`` writes.
    page
        Where the page goes.
    """
    found = read_results(measured)
    text = template("performance.html.j2").render(
        found=found, leads=leads(found), bars=bars, shown=shown
    )
    write_text(page.with_suffix(".json"), to_json(found) + "\n")
    write_text(page, text)


def bars(table: dict) -> tuple[str, list[Bar]]:
    """Return what a table's chart shows, and its bars; no bars where nothing can be compared."""
    columns = next((group for group in _CHARTED if set(group) & set(table["columns"])), ())
    at = [table["columns"].index(name) for name in columns if name in table["columns"]]
    values = [(row, i, row[i]) for row in table["rows"] for i in at if _is_number(row[i])]
    longest = max((value for *_, value in values), default=0)
    if len(values) < 2 or longest <= 0:
        return "", []
    made = []
    for row, i, value in values:
        name = table["columns"][i].partition(",")[0]
        label = f"{row[0]}, {name}" if len(at) > 1 else _row_name(table, row)
        made.append(Bar(label, shown(value), value / longest, at.index(i)))
    return wording.listed(table["columns"][i] for i in at), made


def shown(value: object) -> str:
    """A cell of a table: numbers with three digits that count."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value < 100:
        return f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return f"{value:,.0f}"


def leads(found: list[dict]) -> list[str]:
    """What is fast, in sentences built from the tables."""
    rows = {
        (bench["name"], table["title"]): table["rows"]
        for bench in found
        for table in bench["tables"]
    }
    told = []
    for (name, title), table in rows.items():
        if name == "1_features" and title.startswith("Features of a track"):
            _, ours, floor = table
            track = title.removeprefix("Features of ").split(",")[0]
            told.append(
                f"The 57 features of {track} take {ours[1]:.0f} ms, {ours[2]:.1f} times as "
                f"fast as from plain librosa calls; one Fourier transform takes {floor[1]:.0f} ms."
            )
        if name == "3_recommend":
            songs, exact, index, recall = table[-1][:4]
            space = title.rpartition(", ")[2]
            told.append(
                f"Among {songs} songs, {space}, a query takes {index:.1f} ms by index, "
                f"{exact:.0f} ms exactly; the index finds {wording.percent(recall)} of what is "
                "nearest."
            )
    return told


def _row_name(table: dict, row: list) -> str:
    """The first cell, and how many processes where rows differ by that."""
    if "processes" not in table["columns"]:
        return str(row[0])
    processes = row[table["columns"].index("processes")]
    return f"{row[0]}, {wording.count(processes, 'process', 'processes')}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""The index, terms, limits and performance, and which pages are stale."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from genre_utils.data import SPLITS
from genre_utils.evaluation import FULL_RECORDINGS, MODEL_NAMES, read_results
from genre_utils.files import to_json, write_text
from genre_utils.imports import source_fingerprint
from genre_utils.report.pages import TEMPLATES, rendering_fingerprint

# Made from the results of all notebooks together.
SHEETS = ("index.html", "terms.html", "limits.html")
# The best model that was chosen without the test set, as (notebook, model, input, level).
_BEST = ("07_transfer", "probe", "encoder", "track")


def outdated(folder: Path, notebooks: Path) -> list[str]:
    """One line for each page of a folder that was made from another version of its source.

    Parameters
    ----------
    folder
        Where the pages and ``results/`` are.
    notebooks
        Where the scripts are.
    """
    found = {result["notebook"]: result for result in read_results(folder / "results")}
    stale = []
    for script in sorted(notebooks.glob("[0-9]*.py")):
        page = folder / f"{script.stem}.html"
        result = found.get(script.stem, {})
        if not page.is_file():
            stale.append(f"{page} is missing: make report")
        elif result.get("source") != source_fingerprint(script):
            stale.append(f"{page}: {script} or a module that it uses has changed")
        elif result.get("rendered") != rendering_fingerprint():
            stale.append(f"{page} was rendered with another template")
    for name, text in index_texts(folder).items() if not stale else ():
        page = folder / name
        if not page.is_file() or page.read_text("utf-8") != text:
            stale.append(f"{page} was made from other results")
    return stale


def build_index(folder: Path) -> None:
    """Write the `SHEETS` of a folder of pages from the results beside them alone."""
    for name, text in index_texts(folder).items():
        write_text(folder / name, text)


def build_performance(measured: Path, page: Path) -> None:
    """Write the page of all benchmarks, and their figures as JSON beside it.

    Parameters
    ----------
    measured
        Folder of the files that ``make bench`` writes.
    page
        Where the page goes.
    """
    found = read_results(measured)
    write_text(page.with_suffix(".json"), to_json(found) + "\n")
    write_text(page, _rendered("performance.html", benchmarks=found, found=[]))


def index_texts(folder: Path) -> dict[str, str]:
    """Texts of the `SHEETS` by file name, from the results in a folder."""
    found = read_results(folder / "results")
    rows = score_rows(found)
    dataset = found[0]["dataset"] if found else {}
    known = {
        "found": found,
        "full": dataset.get("name") == "GTZAN"
        and dataset["tracks_with_audio"] >= FULL_RECORDINGS
        and all(result["profile"] == "full" for result in found),
        "rows": rows,
        "headline": [row for row in rows if row["published"] or row["key"] == _BEST],
        "splits": SPLITS,
        "performance": (folder / "performance.html").is_file(),
        "terms": tomllib.loads((TEMPLATES / "terms.toml").read_text(encoding="utf-8")),
    }
    return {name: _rendered(name, **known) for name in SHEETS}


def score_rows(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the table of scores: one setting of one notebook by split.

    Parameters
    ----------
    results
        As `evaluation.read_results` returns them.

    Returns
    -------
    list of dict
        ``notebook``, ``name``, ``input``, ``level``, ``published``, ``key``, and ``by``: split to
        score. Scores of two notebooks, or two settings that a notebook calls by one name, never
        share a row.
    """
    rows: list[dict[str, Any]] = []
    for result in results:
        for score in result["scores"]:
            split = score.get("split") or score["protocol"]  # of older notebooks
            key = (result["notebook"], score["model"], score["input"], score["level"])
            for row in rows:
                if row["key"] == key and row["runs"] == score["runs"] and split not in row["by"]:
                    break
            else:
                row = {"key": key, "runs": score["runs"], "by": {}, "published": None}
                row |= {"notebook": key[0], "name": MODEL_NAMES.get(key[1], key[1])}
                row |= {"input": key[2], "level": key[3]}
                rows.append(row)
            row["by"][split] = score
            row["published"] = row["published"] or score["published"]
    return rows


def _rendered(name: str, **known: Any) -> str:
    """A template filled in; what it uses and is not given is an error."""
    import jinja2  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES / "page"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["percent"] = "{:.1%}".format
    return environment.get_template(f"{name}.j2").render(known)

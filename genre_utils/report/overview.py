"""What stands above the pages: the index, terms and limits, and whether pages are current."""

from __future__ import annotations

import tomllib
from pathlib import Path

from genre_utils.data import SPLITS
from genre_utils.evaluation import read_results
from genre_utils.files import write_text
from genre_utils.imports import source_fingerprint
from genre_utils.report.covers import cover
from genre_utils.report.pages import rendering_fingerprint
from genre_utils.report.story import (
    REFERENCES,
    SUMMARY_MODELS,
    conclusions,
    five_rows,
    matrix,
    told_input,
    told_model,
    what_it_costs,
)
from genre_utils.report.templates import TEMPLATES, template
from genre_utils.wording import percent

# Made from the results of all notebooks together.
SHEETS = ("index.html", "terms.html", "limits.html")


def outdated(folder: Path, notebooks: Path) -> list[str]:
    """Say which pages of a folder were made from another version of their source, one line each.

    Parameters
    ----------
    folder
        Where the pages and ``results/`` are.
    notebooks
        Where the scripts are.
    """
    found = {result["notebook"]: result for result in read_results(folder / "results")}
    told = []
    for script in sorted(notebooks.glob("[0-9]*.py")):
        page = folder / f"{script.stem}.html"
        result = found.get(script.stem, {})
        if not page.is_file():
            told.append(f"{page} is missing: make report")
        elif result.get("source") != source_fingerprint(script):
            told.append(
                f"{page} was made from another version of {script}, or of a module that it uses"
            )
        elif result.get("rendered") != rendering_fingerprint():
            told.append(f"{page} was rendered with another template")
    for name, text in index_texts(folder).items() if not told else ():
        page = folder / name
        if not page.is_file() or page.read_text("utf-8") != text:
            told.append(f"{page} was made from other results")
    return told


def build_index(folder: Path) -> None:
    """Write the `SHEETS` of a folder of pages from the results beside them alone."""
    for name, text in index_texts(folder).items():
        write_text(folder / name, text)


def index_texts(folder: Path) -> dict[str, str]:
    """Return the texts of the `SHEETS`, by file name.

    Parameters
    ----------
    folder
        Where ``results/`` is.
    """
    found = read_results(folder / "results")
    scores = [
        score | {"page": r["notebook"], "name": told_model(score), "input": told_input(score)}
        for r in found
        for score in r["scores"]
    ]
    # What a later notebook chooses has the earlier ones' choices behind it.
    chosen = next((r["facts"]["chosen"] for r in reversed(found) if "chosen" in r["facts"]), None)
    known = {
        "performance": (folder / "performance.html").is_file(),
        "found": found,
        "scores": scores,
        "short_names": SUMMARY_MODELS,
        "rows": five_rows(scores, chosen),
        "conclusions": conclusions(scores, chosen),
        "matrix": matrix(scores),
        "splits": SPLITS,
        "references": REFERENCES,
        "chosen": chosen,
        "costs": what_it_costs(scores),
        "percent": percent,
        "cover": cover,
        "terms": tomllib.loads((TEMPLATES / "terms.toml").read_text(encoding="utf-8")),
        "names": {r["notebook"] for r in found},
    }
    return {name: template(f"{name}.j2").render(known) for name in SHEETS}

"""What stands above the pages: the index, the page of benchmarks, and whether pages are current."""

from __future__ import annotations

from pathlib import Path

from genre_utils.data import PROTOCOLS
from genre_utils.evaluation import MODEL_NAMES, read_results
from genre_utils.files import to_json, write_text
from genre_utils.imports import source_fingerprint
from genre_utils.report.pages import TEMPLATES, rendering_fingerprint
from genre_utils.report.story import REFERENCES, SUMMARY_MODELS, conclusions, five_rows, matrix

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
    scores = [score | {"page": r["notebook"]} for r in found for score in r["scores"]]
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
        "protocols": PROTOCOLS,
        "references": REFERENCES,
        "model_names": MODEL_NAMES,
        "chosen": chosen,
        "names": {r["notebook"] for r in found},
    }
    return {name: _template(f"{name}.j2").render(known) for name in SHEETS}


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
    text = _template("performance.html.j2").render(found=found, leads=_leads(found))
    write_text(page.with_suffix(".json"), to_json(found) + "\n")
    write_text(page, text)


def _leads(found: list[dict]) -> list[str]:
    """What is fast, in sentences built from the tables."""
    rows = {
        (bench["name"], table["title"]): table["rows"]
        for bench in found
        for table in bench["tables"]
    }
    leads = []
    for (name, title), table in rows.items():
        if name == "1_features" and title.startswith("Features of a track"):
            _, ours, floor = table
            track = title.removeprefix("Features of ").split(",")[0]
            leads.append(
                f"The 57 features of {track} take {ours[1]:.0f} ms, {ours[2]:.1f} times as "
                f"fast as from plain librosa calls; one Fourier transform takes {floor[1]:.0f} ms."
            )
        if name == "3_recommend":
            songs, exact, index, recall = table[-1][:4]
            space = title.rpartition(", ")[2]
            leads.append(
                f"Among {songs} songs, {space}, a query takes {index:.1f} ms by index, "
                f"{exact:.0f} ms exactly; the index finds {recall:.1%} of what is nearest."
            )
    return leads


def _template(name: str):
    import jinja2  # noqa: PLC0415

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES / "page"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    ).get_template(name)

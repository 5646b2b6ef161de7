"""Pages: executed notebooks as self-contained HTML."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import bleach
import nbformat
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from genre_utils.files import to_json, write_text
from genre_utils.report.figures import figure_html, is_figure
from genre_utils.report.notebooks import SOLUTION

TEMPLATES = Path(__file__).with_name("template")
LONG_OUTPUT = 30
_MARK = "<!--figure {}-->"
_UNSEEN = {"injected-parameters", SOLUTION}
_MISSING = re.compile(r"\s*(nan|NaN|NaT|None|<NA>)\s*")
_NUMBER = re.compile(
    r"([\s\d.,:/%×+−–\-()\[\]]|(?<=\d)e(?=[+-]?\d))*(points|s|ms|Hz|kHz|dB|MB|MiB|BPM)?\s*"
)
# What an output may contain: names in it come from folders and from the tags of files.
_TAGS = frozenset(
    "a audio b blockquote br caption code col colgroup dd details div dl dt em h1 h2 h3 h4 h5 h6 hr"
    " i kbd li ol p pre s small source span strong sub summary sup table tbody td tfoot th thead tr"
    " u ul".split()
)
_ATTRIBUTES = {"aria-label", "class", "colspan", "controls", "open", "preload", "rowspan", "title"}
_ADDRESS = {"a": re.compile(r"https?://|#|[\w-]+\.html"), "audio": re.compile("data:audio/")}
_MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\w$\\])\$(?=\S)([^$\n]+?)(?<=\S)\$(?![\w$])", re.DOTALL)


def render(
    executed: Path, page: Path, *, pages: list[str], scripts: Path = Path("notebooks")
) -> None:
    """Turn an executed notebook into one self-contained page.

    The results of the notebook go into ``results/`` in the folder of the page.

    Parameters
    ----------
    executed
        Output of `report.execute`, with ``results/`` in the same folder.
    page
        Output file.
    pages
        Names of all notebooks in reading order, for links to the previous and the next one.
    scripts
        Folder of the notebooks' scripts, which have their titles.
    """
    from nbconvert import HTMLExporter  # noqa: PLC0415

    name = executed.stem
    results = json.loads((executed.parent / "results" / f"{name}.json").read_text("utf-8"))
    notebook = _readable(nbformat.read(executed, as_version=4))
    figures = _take_figures(notebook)
    results |= {"rendered": rendering_fingerprint()}
    exporter = HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="page",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    at = pages.index(name)
    resources = {
        "page": {
            "title": _title(notebook),
            "results": results,
            "former": pages[at - 1] if at > 0 else None,
            "next": pages[at + 1] if at + 1 < len(pages) else None,
            "titles": {other: _short(script_title(scripts / f"{other}.py")) for other in pages},
            "code_css": code_css(),
        },
    }
    html, _ = exporter.from_notebook_node(notebook, resources=resources)
    write_text(page.parent / "results" / f"{name}.json", to_json(results) + "\n")
    write_text(page, _with_figures(_finish(html, results), figures))


def rendering_fingerprint() -> str:
    """Short hash of the code and the templates that turn a notebook into a page."""
    digest = hashlib.sha256()
    code = [Path(__file__), Path(__file__).with_name("figures.py")]
    for path in [*code, *sorted(p for p in TEMPLATES.rglob("*") if p.is_file())]:
        digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def code_css() -> str:
    """Style sheet of code, with enough contrast in light and dark."""
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415

    light, dark = (
        HtmlFormatter(style=f"a11y-high-contrast-{kind}").get_style_defs(".highlight")
        for kind in ("light", "dark")
    )
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def script_title(script: Path) -> str:
    """Title of a notebook, from its script; the file's name if there is none."""
    text = script.read_text("utf-8") if script.is_file() else ""
    found = re.search(r"^# # (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else script.stem


def _short(title: str) -> str:
    """A title up to its question mark or its first comma."""
    return re.split(r"(?<=\?)|,", title)[0]


def _title(notebook: NotebookNode) -> str:
    first = notebook.cells[0].source.splitlines()[0]
    return first.lstrip("# ").strip()


def _readable(notebook: NotebookNode) -> NotebookNode:
    """Drop progress bars, warnings and hidden cells; make outputs harmless."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_harmless(output) for output in cell.outputs if _is_for_readers(output)]
        else:
            cell.source = _with_mathml(cell.source)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.source.strip() and not _UNSEEN & set(cell.metadata.get("tags", []))
    ]
    return notebook


def _is_for_readers(output: NotebookNode) -> bool:
    if output.output_type == "stream":
        return output.name != "stderr" and bool(output.text.strip())
    # Scripts, which would be loaded from the network.
    return not any(re.search("widget|javascript", kind) for kind in output.get("data", {}))


def _harmless(output: NotebookNode) -> NotebookNode:
    """An output whose HTML and Markdown can neither run a script nor load anything."""
    from nbconvert.filters import markdown2html  # noqa: PLC0415

    data = output.get("data", {})
    if "sk-container" in data.get("text/html", ""):  # scikit-learn's diagram needs its own styles
        del data["text/html"]
    if "text/markdown" in data:
        data["text/html"] = markdown2html(data.pop("text/markdown"))
    if "text/html" in data:
        plain = re.sub(r"<style\b.*?</style>", "", data["text/html"], flags=re.DOTALL)
        data["text/html"] = bleach.clean(plain, _TAGS, _is_harmless, {"http", "https", "data"})
    return output


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name in ("href", "src"):
        address = _ADDRESS.get("audio" if tag == "source" else tag)
        return address is not None and address.match(value) is not None
    return name in _ATTRIBUTES


def _with_mathml(text: str) -> str:
    """Turn formulas into MathML, except in code."""
    parts = re.split(r"(`+[^`]+`+)", text)
    return "".join(p if p.startswith("`") else _MATH.sub(_as_mathml, p) for p in parts)


def _as_mathml(found: re.Match) -> str:
    from latex2mathml.converter import convert  # noqa: PLC0415

    block, inline = found.groups()
    return convert(block or inline, display="block" if block else "inline")


def _take_figures(notebook: NotebookNode) -> list[NotebookNode]:
    """Replace each figure by a mark, so that nothing else has to parse it."""
    taken: list[NotebookNode] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if is_figure(output):
                taken.append(NotebookNode(data=output.data, metadata=output.metadata))
                output.data = NotebookNode({"text/html": _MARK.format(len(taken))})
    return taken


def _with_figures(html: str, figures: list[NotebookNode]) -> str:
    """Replace the marks by the figures."""
    for number, figure in enumerate(figures, start=1):
        html = html.replace(_MARK.format(number), figure_html(figure, number))
    return html


def _finish(html: str, results: dict) -> str:
    """Add contents and captions, and make tables and long outputs accessible."""
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.select("a.anchor-link"):
        link.decompose()
    for colored in soup.select(".output pre span[style]"):
        del colored["style"]  # colors of a terminal, which have too little contrast
    _summary(soup, results)
    _contents(soup)
    _tables(soup)
    _folds(soup)
    for text in _required(soup, "main").find_all(string=re.compile(r"\d %")):
        if not text.find_parent(["pre", "code"]):
            text.replace_with(re.sub(r"(\d) %", "\\1\N{NO-BREAK SPACE}%", text))
    return re.sub(r"\n{3,}", "\n\n", str(soup))


def _tag(soup: BeautifulSoup, name: str, text: str = "", **attributes: str) -> Tag:
    tag = soup.new_tag(name, attrs={k.replace("_", "-"): v for k, v in attributes.items()})
    tag.string = text
    return tag


def _required(soup: BeautifulSoup, selector: str) -> Tag:
    found = soup.select_one(selector)
    if found is None:
        raise ValueError(f"the template of the pages has no {selector}")
    return found


def _summary(soup: BeautifulSoup, results: dict) -> None:
    """Put the finding and the dataset below the title."""
    title = soup.select_one("main h1")
    if title is None:
        return
    data = results["dataset"]
    box = soup.new_tag("div", attrs={"class": "summary"})
    if finding := results["facts"].get("finding"):
        box.append(_tag(soup, "p", finding))
    box.append(
        _tag(
            soup,
            "p",
            f"Dataset: {data['name']}, {data['tracks']} tracks, "
            f"{data['tracks_with_features']} in the "
            f"published feature table, {data['tracks_with_audio']} with audio, "
            f"{data['tracks_with_pictures']} with a picture. Profile {results['profile']}.",
            **{"class": "data"},
        )
    )
    title.insert_after(box)


def _contents(soup: BeautifulSoup) -> None:
    entries = soup.new_tag("ol")
    for heading in soup.select("main h2[id]"):
        item = soup.new_tag("li")
        item.append(_tag(soup, "a", heading.get_text().strip(), href=f"#{heading['id']}"))
        entries.append(item)
    _required(soup, "#contents details").append(entries)


def _tables(soup: BeautifulSoup) -> None:
    for number, table in enumerate(soup.select("main table"), start=1):
        del table["border"]
        _one_header_row(table)
        _cells(table)
        for corner in table.select("th"):
            if not corner.get_text().strip():
                corner.name = "td"
            elif not corner.get("scope"):
                corner["scope"] = "row" if corner.find_parent("tbody") else "col"
        # Scrollable areas must be reachable by keyboard.
        frame = soup.new_tag(
            "div",
            attrs={
                "class": "frame",
                "tabindex": "0",
                "role": "region",
                "aria-label": f"Table {number}",
            },
        )
        table.wrap(frame)


def _cells(table: Tag) -> None:
    """Show missing values as a dash, mark the header of each row, let columns of words wrap."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.select("tbody tr")]
    for row in rows:
        for cell in row:
            if _MISSING.fullmatch(cell.get_text()):
                cell.string = "–"
        if row and not any(cell.name == "th" for cell in row) and _is_word(row[0]):
            row[0].name = "th"
    # From the right: rows below a header that spans several rows have fewer cells.
    heads = table.select("thead tr:last-child > *")[::-1]
    for at, column in enumerate(zip(*(row[::-1] for row in rows), strict=False)):
        if any(cell.name == "td" and _is_word(cell) for cell in column):
            for cell in [*column, *heads[at : at + 1]]:
                cell["class"] = [*cell.get_attribute_list("class"), "text"]


def _is_word(cell: Tag) -> bool:
    return not _NUMBER.fullmatch(cell.get_text())


def _one_header_row(table: Tag) -> None:
    """Merge the two header rows in which pandas puts the names of columns and index."""
    rows = table.select("thead tr")
    if len(rows) != 2 or len(rows[0]("th")) != len(rows[1]("th")):
        return
    pairs = list(zip(rows[0]("th"), rows[1]("th"), strict=True))
    if all(bool(a.get_text().strip()) != bool(b.get_text().strip()) for a, b in pairs):
        for above, below in pairs:
            if not above.get_text().strip():
                above.string = below.get_text()
        rows[1].decompose()


def _folds(soup: BeautifulSoup) -> None:
    """Fold long outputs of text, and make scrollable areas reachable by keyboard."""
    for formula in soup.select("math[display=block]"):
        formula["tabindex"] = "0"
    for text in soup.select(".output pre"):
        text["tabindex"] = "0"
        lines = text.get_text().count("\n")
        if lines > LONG_OUTPUT and not text.find_parent("details"):
            fold = text.wrap(soup.new_tag("details", attrs={"class": "long"}))
            fold.insert(0, _tag(soup, "summary", f"Output of {lines} lines"))

"""Execute notebooks, render them into pages, and build the index page."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

import jupytext
import nbformat
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from genre_utils.audio import AudioError
from genre_utils.dataset import DatasetError, read_dataset
from genre_utils.results import EnoughSaid, read_results, write_text

TEMPLATES = Path("reports/template")
PROFILES = ("quick", "full")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class NotebookError(RuntimeError):
    """A cell of a notebook failed; the message shows which and how."""


def to_notebook(script: Path) -> NotebookNode:
    """Turn a percent script into a notebook without outputs.

    Parameters
    ----------
    script
        ``notebooks/NN_name.py``.

    Returns
    -------
    nbformat.NotebookNode
        The same for the same script: cell ids are numbers.
    """
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i:02d}"
    return nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})


def pair_text(script: Path) -> str:
    """Text of the .ipynb that stands beside a percent script."""
    return nbformat.writes(to_notebook(script), indent=1) + "\n"


def execute(script: Path, output: Path, parameters: dict) -> None:
    """Run a notebook from top to bottom; `output` is replaced only if all of it ran.

    Parameters
    ----------
    script
        ``notebooks/NN_name.py``.
    output
        Where the executed notebook goes.
    parameters
        Values for its cell of parameters.

    Raises
    ------
    NotebookError
        If a cell fails. The notebook as far as it came stays beside `output`.
    """
    import papermill  # noqa: PLC0415  (a second, which rendering need not spend)
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415

    class LocalKernel(AsyncKernelManager):
        """Talks over files in the user's runtime folder where it can, not over TCP."""

        def _transport_default(self) -> str:
            return "tcp" if sys.platform == "win32" else "ipc"

    # The kernel of this environment, whatever else is registered in the user's home.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_suffix(".partial.ipynb")
    try:
        papermill.execute_notebook(
            to_notebook(script),
            partial,
            parameters=parameters,
            kernel_name=KERNEL["name"],
            stderr_file=sys.stderr,
            kernel_manager_class=LocalKernel,
            progress_bar={"desc": script.stem, "unit": "cell"},
        )
    except papermill.PapermillExecutionError as error:
        if error.ename == EnoughSaid.__name__:
            _end_early(partial, error)
        else:
            failing = error.source.strip() if error.source else ""
            raise NotebookError(
                f"{script} failed in cell [{error.exec_count}]:\n\n{_indent(failing)}\n\n"
                f"{error.ename}: {error.evalue}\n\n"
                f"The notebook as far as it came: {partial}"
            ) from error
    partial.replace(output)


def _end_early(path: Path, error) -> None:
    """Cut a notebook after the cell that raised `EnoughSaid`, and let that cell say why."""
    notebook = nbformat.read(path, as_version=4)
    cells = [
        c for c in notebook.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])
    ]
    last = next(i for i, c in enumerate(cells) if c.get("execution_count") == error.exec_count)
    cells[last].outputs = [
        nbformat.v4.new_output("display_data", data={"text/markdown": str(error.evalue)})
    ]
    notebook.cells = cells[: last + 1]
    nbformat.write(notebook, path)


def render(executed: Path, page: Path, *, pages: list[str]) -> None:
    """Turn an executed notebook into one page that needs nothing else.

    The results that the notebook wrote go into ``results/`` beside the page.

    Parameters
    ----------
    executed
        What `execute` wrote. ``results/`` beside it holds its results.
    page
        Where the page goes.
    pages
        Names of all notebooks in reading order, for the way to the former and the next one.
    """
    from nbconvert import HTMLExporter  # noqa: PLC0415

    name = executed.stem
    results = json.loads((executed.parent / "results" / f"{name}.json").read_text("utf-8"))
    notebook = _readable(nbformat.read(executed, as_version=4))
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
        },
    }
    html, _ = exporter.from_notebook_node(notebook, resources=resources)
    write_text(page.parent / "results" / f"{name}.json", json.dumps(results, indent=2) + "\n")
    write_text(page, _finish(html))


def build_index(folder: Path) -> None:
    """Write ``index.html`` of the pages in a folder from the results beside them alone."""
    import jinja2  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, TEMPLATES / "page"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    found = read_results(folder / "results")
    html = environment.get_template("index.html.j2").render(found=found)
    write_text(folder / "index.html", html)


def stamp(data: Path, profile: str, seed: int, listen: bool) -> str:
    """All that a run depends on beside the code, as a text that changes when any of it does."""
    dataset = read_dataset(data)
    fingerprint = dataset.fingerprint(times=True)
    return f"{data}\n{fingerprint}\n{profile}\n{seed}\n{listen}\n"


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _title(notebook: NotebookNode) -> str:
    first = notebook.cells[0].source.splitlines()[0]
    return first.lstrip("# ").strip()


def _readable(notebook: NotebookNode) -> NotebookNode:
    """Drop what only the one who runs a notebook wants: progress, warnings, paths, empty cells."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                output
                for output in cell.outputs
                if output.output_type != "stream"
                or (output.name != "stderr" and output.text.strip())
            ]
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.source.strip() and "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    return notebook


def _finish(html: str) -> str:
    """Fill the table of contents from the headings; make tables and long texts accessible."""
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.select("a.anchor-link"):
        link.decompose()
    for colored in soup.select(".output pre span[style]"):
        del colored["style"]  # a terminal's colours, which have no contrast on a page
    entries = soup.new_tag("ol")
    for heading in soup.select("main h2[id]"):
        link = soup.new_tag("a", href=f"#{heading['id']}")
        link.string = heading.get_text().strip()
        item = soup.new_tag("li")
        item.append(link)
        entries.append(item)
    soup.find("nav", id="contents").append(entries)
    for number, table in enumerate(soup.select("table.dataframe"), start=1):
        del table["border"]
        for corner in table.select("th"):
            if not corner.get_text().strip():
                corner.name = "td"
        # What scrolls sideways must be reachable by keyboard.
        table.parent.attrs |= {"tabindex": "0", "role": "region", "aria-label": f"Table {number}"}
    for text in soup.select(".output pre, .highlight pre"):
        text["tabindex"] = "0"
    return re.sub(r"\n{3,}", "\n\n", str(soup))


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the report; the Makefile says in which order."""
    parser = argparse.ArgumentParser(prog="python -m genre_utils.report", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    def step(name: str, text: str) -> argparse.ArgumentParser:
        return steps.add_parser(name, help=text, description=text)

    pair = step("pair", "write the .ipynb beside each percent script")
    pair.add_argument("scripts", nargs="+", type=Path)
    for name, text in (
        ("stamp", "write down what a run depends on, if it changed"),
        ("execute", "run a notebook"),
    ):
        command = step(name, text)
        if name == "execute":
            command.add_argument("script", type=Path)
        command.add_argument("--listen", action="store_true", help="embed audio players")
        command.add_argument("-o", "--output", type=Path, required=True)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--profile", choices=PROFILES, default="full")
        command.add_argument("--seed", type=int, default=0)
    page = step("render", "turn an executed notebook into a page")
    page.add_argument("executed", type=Path)
    page.add_argument("-o", "--output", type=Path, required=True)
    page.add_argument("--pages", nargs="+", required=True, help="all notebooks in reading order")
    index = step("index", "write the index page of a folder of pages")
    index.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except (NotebookError, DatasetError, AudioError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    match options.step:
        case "pair":
            for script in options.scripts:
                write_text(script.with_suffix(".ipynb"), pair_text(script))
        case "stamp":
            text = stamp(options.data, options.profile, options.seed, options.listen)
            if not options.output.exists() or options.output.read_text() != text:
                write_text(options.output, text)
        case "execute":
            parameters = {
                "data": str(options.data),
                "profile": options.profile,
                "seed": options.seed,
                "listen": options.listen,
                "output": str(options.output.parent / "results"),
            }
            execute(options.script, options.output, parameters)
        case "render":
            render(options.executed, options.output, pages=options.pages)
        case "index":
            build_index(options.folder)


if __name__ == "__main__":
    sys.exit(main())

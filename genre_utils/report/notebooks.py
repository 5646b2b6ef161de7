"""Execute notebooks, pair them with their .ipynb, and run the steps of the report."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from genre_utils.audio.decoding import AudioError
from genre_utils.data.dataset import DatasetError, read_dataset
from genre_utils.evaluation.results import EnoughSaid
from genre_utils.files import to_json, write_text
from genre_utils.report.dependencies import source_fingerprint
from genre_utils.report.overview import build_index, build_performance, outdated
from genre_utils.report.pages import render

PROFILES = ("quick", "full")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

SETUP = """# Where the package is missing, as on Colab, this installs it. Elsewhere it does nothing.
import importlib.util

if importlib.util.find_spec("genre_utils") is None:
    {how}"""


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


def pair_text(script: Path, repository: str = "") -> str:
    """Text of the .ipynb that stands beside a percent script.

    Parameters
    ----------
    script
        ``notebooks/NN_name.py``.
    repository
        Where the package can be installed from, for those who have only the .ipynb.
    """
    notebook = to_notebook(script)
    setup = nbformat.v4.new_code_cell(SETUP.format(how=_how_to_install(repository)), id="setup")
    notebook.cells.insert(1, setup)
    return nbformat.writes(notebook, indent=1) + "\n"


def repository(project: Path = Path("pyproject.toml")) -> str:
    """Address of the project's repository, from the one place where it is set."""
    settings = tomllib.loads(project.read_text(encoding="utf-8"))
    return settings["tool"]["genre_utils"]["repository"]


def _how_to_install(repository: str) -> str:
    if repository:
        return f'%pip install --quiet "genre_utils[index] @ git+{repository}"'
    return 'raise ModuleNotFoundError("Install the package first: pip install PROJECT-FOLDER")'


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


def stamp(data: Path, profile: str, seed: int, listen: bool) -> str:
    """All that a run depends on beside the code, as a text that changes when any of it does."""
    dataset = read_dataset(data)
    fingerprint = dataset.fingerprint(times=True)
    return f"{data}\n{fingerprint}\n{profile}\n{seed}\n{listen}\n"


def _sign(path: Path, **about: str | None) -> None:
    """Add to a file of results what it was made from."""
    found = json.loads(path.read_text(encoding="utf-8"))
    write_text(path, to_json(found | about) + "\n")


def _note_scores(results: Path) -> None:
    """Write the scores beside the results, if they changed: what later notebooks depend on."""
    path = results.parent.parent / "scores" / results.name
    text = json.dumps(json.loads(results.read_text(encoding="utf-8"))["scores"], indent=1) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _commit() -> str | None:
    """Return the commit that is checked out, if this is a checkout."""
    try:
        asked = ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the report; the Makefile says in which order."""
    parser = argparse.ArgumentParser(
        prog="python -m genre_utils.report.notebooks", description=__doc__
    )
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
    for name, text in (
        ("index", "write the index page of a folder of pages"),
        ("check", "say which pages were made from another version of their source"),
    ):
        step(name, text).add_argument("folder", type=Path)
    performance = step("performance", "write the page of all benchmarks")
    performance.add_argument("measured", type=Path)
    performance.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except (NotebookError, DatasetError, AudioError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    match options.step:
        case "pair":
            for script in options.scripts:
                write_text(script.with_suffix(".ipynb"), pair_text(script, repository()))
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
            source, commit = source_fingerprint(options.script), _commit()  # before they change
            started = time.time()
            execute(options.script, options.output, parameters)
            os.utime(options.output, (started, started))  # what is edited meanwhile is newer
            results = options.output.parent / "results" / f"{options.script.stem}.json"
            _sign(results, source=source, commit=commit)
            _note_scores(results)
        case "render":
            render(options.executed, options.output, pages=options.pages)
        case "index":
            build_index(options.folder)
        case "performance":
            build_performance(options.measured, options.output)
            build_index(options.output.parent)
        case "check":
            told = outdated(options.folder, Path("notebooks"))
            print("\n".join(told) or "All pages are of the present notebooks and package.")
            return 1 if told else 0
    return 0

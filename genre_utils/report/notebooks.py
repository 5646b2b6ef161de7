"""Execute notebooks, and write the .ipynb of their scripts."""

from __future__ import annotations

import html
import os
import re
import sys
import tempfile
import textwrap
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from genre_utils.evaluation import NotebookEnd

_LONGEST = 80  # characters of a folder; the address of a socket has a limit
SOLUTION = "solution"  # tag of cells that run solutions, and are on no page
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

_FOLDED = re.compile(r"<details[^>]*>(.*?)</details>", re.DOTALL)
_BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE)

SETUP = """\
# If the package is missing, as on Colab, it is installed from here: a wheel in the folder of
# this notebook (make wheel builds it), or an address such as git+https://...
package = "{package}"

import importlib.util
from pathlib import Path

if importlib.util.find_spec("genre_utils") is None:
    address = package if ":" in package else Path(package).resolve().as_uri()
    print(f"The package genre_utils is being installed from {{address}}")
    %pip install --quiet "genre_utils[colab] @ {{address}}"
    # The encoder's package is installed alone: its own dependencies no longer exist.
    encoder = Path(importlib.util.find_spec("genre_utils").origin).parent / "data/encoder.txt"
    %pip install --quiet --no-deps --require-hashes --requirement "{{encoder}}"
    !genre download encoder"""


class NotebookError(RuntimeError):
    """A cell of a notebook failed; the message shows which and how."""


def to_notebook(script: Path) -> NotebookNode:
    """Turn a percent script into a notebook without outputs; cell ids are numbers."""
    notebook = jupytext.read(script, fmt="py:percent")
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i:02d}"
    return nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})


def solutions(notebook: NotebookNode) -> list[str]:
    """Code of the solutions of exercises: fenced blocks of Python within ``<details>``."""
    folded = [
        fold
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for fold in _FOLDED.findall(cell.source)
    ]
    return [textwrap.dedent(code) for fold in folded for _, code in _BLOCK.findall(fold)]


def pair_text(script: Path, package: str) -> str:
    """Text of the .ipynb of a percent script, with a first cell that installs `package`."""
    notebook = to_notebook(script)
    setup = nbformat.v4.new_code_cell(SETUP.format(package=package), id="setup")
    notebook.cells.insert(1, setup)
    return nbformat.writes(notebook, indent=1) + "\n"


def package_address(project: Path = Path("pyproject.toml")) -> str:
    """Address of the package: the project's repository if it names one, else a wheel."""
    settings = tomllib.loads(project.read_text(encoding="utf-8"))
    if repository := settings["tool"]["genre_utils"]["repository"]:
        return f"git+{repository}"
    return f"genre_utils-{settings['project']['version']}-py3-none-any.whl"


def execute(script: Path, output: Path, parameters: dict) -> None:
    """Run a notebook; `output` is replaced only if every cell ran.

    The quick profile also runs the solutions of its exercises.

    Parameters
    ----------
    script
        ``notebooks/NN_name.py``.
    output
        The executed notebook.
    parameters
        Values for the cell of parameters.

    Raises
    ------
    NotebookError
        If a cell fails. What ran is in ``NN_name.partial.ipynb`` in the folder of `output`.
    """
    import papermill  # noqa: PLC0415  (takes a second)

    # The kernel of this environment, whatever else is registered in the user's home.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_suffix(".partial.ipynb")
    notebook = to_notebook(script)
    if parameters.get("profile") == "quick":
        notebook.cells += [
            nbformat.v4.new_code_cell(code, id=f"solution-{i}", metadata={"tags": [SOLUTION]})
            for i, code in enumerate(solutions(notebook), start=1)
        ]
    try:
        with tempfile.TemporaryDirectory(prefix="genre-", ignore_cleanup_errors=True) as private:
            papermill.execute_notebook(
                notebook,
                partial,
                parameters=parameters,
                kernel_name=KERNEL["name"],
                stderr_file=sys.stderr,
                kernel_manager_class=_kernel_manager(private),
                progress_bar={"desc": script.stem, "unit": "cell"},
            )
    except papermill.PapermillExecutionError as error:
        if error.ename == NotebookEnd.__name__:
            _end_early(partial, error)
        else:
            failing = error.source.strip() if error.source else ""
            raise NotebookError(
                f"{script} failed in cell [{error.exec_count}]:\n\n{_indent(failing)}\n\n"
                f"{error.ename}: {error.evalue}\n\n"
                f"What ran is in {partial}"
            ) from error
    partial.replace(output)


def _kernel_manager(private: str) -> type:
    """Class of kernel managers with sockets in a private folder, if the system has such sockets.

    Over TCP, another program may take a port between its choice and its use.
    """
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415

    possible = sys.platform != "win32" and len(private) < _LONGEST

    class LocalKernel(AsyncKernelManager):
        transport = "ipc" if possible else "tcp"

        def _ip_default(self) -> str:
            return f"{private}/kernel" if possible else super()._ip_default()

    return LocalKernel


def _end_early(path: Path, error) -> None:
    """Cut a notebook after the cell that ended it; its output is the reason."""
    notebook = nbformat.read(path, as_version=4)
    cells = [
        c for c in notebook.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])
    ]
    last = next(i for i, c in enumerate(cells) if c.get("execution_count") == error.exec_count)
    text = str(error.evalue)  # may hold names of folders: escaped
    reason = {"text/plain": text, "text/html": f"<p>{html.escape(text)}</p>"}
    cells[last].outputs = [nbformat.v4.new_output("display_data", data=reason)]
    notebook.cells = cells[: last + 1]
    nbformat.write(notebook, path)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())

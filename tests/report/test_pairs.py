"""Each .ipynb runs alone: a fresh kernel, an empty folder, the package from a built wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from genre_utils.report import package_address

PAIRS = sorted(Path("notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder that holds the package as others get it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, "."], check=True
    )
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")  # all that pip does with one of pure Python
    return folder / "site"


@pytest.mark.parametrize("pair", PAIRS[1:2], ids=lambda p: p.stem)
def test_a_notebook_runs_alone(pair, installed, demo_root, tmp_path, monkeypatch):
    # The others take up to minutes; `make demo` runs all of them from their scripts.
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("GTZAN_HOME", str(demo_root))
    notebook = nbformat.read(pair, as_version=4)
    where = nbformat.v4.new_code_cell("import genre_utils; print(genre_utils.__file__)")
    notebook.cells.append(where)
    parameters = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    parameters.source = parameters.source.replace('profile = "full"', 'profile = "quick"')
    client = NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(tmp_path)}})
    ran = client.execute()
    assert str(installed) in ran.cells[-1].outputs[0].text
    assert not list(tmp_path.iterdir())


def test_the_wheel_that_a_notebook_asks_for_is_the_one_that_is_built(installed):
    (wheel,) = installed.parent.glob("*.whl")
    assert wheel.name == package_address()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: p.stem)
def test_the_first_code_installs_the_package_where_it_is_missing(pair):
    notebook = nbformat.read(pair, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert 'find_spec("genre_utils") is None' in first.source
    assert f'package = "{package_address()}"' in first.source
    assert notebook.cells.index(first) == 1

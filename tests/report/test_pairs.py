"""Each .ipynb is in step with its script, and runs alone from a wheel, as on Colab."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

from genre_utils.data import write_demo
from genre_utils.report import package_address, pair_text

SCRIPTS = sorted(Path("notebooks").glob("[0-9]*.py"))


def test_pairs_are_in_step_and_install_the_package_first():
    assert SCRIPTS
    for script in SCRIPTS:
        pair = script.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert pair == pair_text(script, package_address()), f"{script} changed: make sync"
        notebook = nbformat.reads(pair, as_version=4)
        nbformat.validate(notebook)
        assert all(not cell.get("outputs") for cell in notebook.cells)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert 'find_spec("genre_utils") is None' in first.source
        assert f'package = "{package_address()}"' in first.source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, "."], check=True
    )
    (wheel,) = folder.glob("*.whl")
    assert wheel.name == package_address()
    return wheel


@pytest.fixture
def fresh(tmp_path):
    """Python of an environment that has everything except the package."""
    bare = [sys.executable, "-m", "venv", "--without-pip", tmp_path / "environment"]
    subprocess.run(bare, check=True)
    (site,) = (tmp_path / "environment").rglob("site-packages")
    shared = tmp_path / "shared"
    shared.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("genre_utils", "__editable__", "_genre_utils")):
            (shared / entry.name).symlink_to(entry)
    (site / "shared.pth").write_text(f"{shared}\n")
    return tmp_path / "environment/bin/python"


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    root = tmp_path_factory.mktemp("collection")
    write_demo(root)
    return root


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_a_notebook_installs_the_package_and_runs_alone(script, wheel, fresh, collection, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    pair = script.with_suffix(".ipynb")
    for path in (pair, wheel):
        shutil.copy(path, folder)
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    env |= {"PATH": f"{fresh.parent}{os.pathsep}{env['PATH']}", "PIP_NO_INDEX": "1"}
    given = {"data": collection, "profile": "quick"}
    options = [text for name, value in given.items() for text in ("-p", name, str(value))]
    command = [fresh, "-m", "papermill", pair.name, tmp_path / "out.ipynb", "-k", "python3"]
    ran = subprocess.run(
        [*command, *options, "--no-progress-bar"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    assert "is being installed from file://" in str(cells[1].outputs)
    where = [fresh, "-c", "import genre_utils; print(genre_utils.__file__)"]
    found = subprocess.run(where, cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert str(fresh.parent.parent) in found.stdout
    assert {path.name for path in folder.iterdir()} == {pair.name, wheel.name}

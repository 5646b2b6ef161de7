"""The report: pairs, execution, and what happens when a cell fails."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers import NOTEBOOK

from genre_utils.report import NotebookError, execute, package_address, pair_text, render
from genre_utils.report.__main__ import main


def test_pairs_are_in_step_with_their_scripts():
    scripts = sorted(Path("notebooks").glob("[0-9]*.py"))
    assert scripts
    for script in scripts:
        pair = script.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert pair == pair_text(script, package_address()), f"{script} changed: make sync"


def test_a_pair_is_a_valid_notebook_without_outputs(built):
    notebook = nbformat.reads(pair_text(built[0], "x.whl"), as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert "parameters" in notebook.cells[2].metadata["tags"]


def test_parameters_reach_the_notebook_and_results_come_out(built):
    found = json.loads((built[1].parent / "results" / "01_good.json").read_text())
    assert found["facts"]["six"] == 6
    assert found["profile"] == "quick"


def test_a_failing_cell_is_shown_and_the_former_result_stays(demo_root, tmp_path, capsys):
    script, output = tmp_path / "01_bad.py", tmp_path / "01_bad.ipynb"
    script.write_text('# %% tags=["parameters"]\ndata = ""\n\n# %%\nx = 1\nx / 0\n')
    output.write_text("former")
    with pytest.raises(NotebookError, match=r"cell \[3\](.|\n)*x / 0(.|\n)*ZeroDivisionError"):
        execute(script, output, {"data": str(demo_root)})
    assert output.read_text() == "former"


def test_a_notebook_that_has_said_enough_ends_well_and_says_why(demo_root, tmp_path):
    script, output = tmp_path / "01_short.py", tmp_path / "build" / "01_short.ipynb"
    end = 'raise EnoughSaid("Nothing to evaluate here.")\n\n# %%\nnever = 1 / 0\n'
    script.write_text(
        NOTEBOOK.replace("01_good", "01_short").replace("pd.DataFrame(", f"{end}pd.DataFrame(")
    )
    text = script.read_text().replace("import Results", "import EnoughSaid, Results")
    script.write_text(text)
    parameters = {"data": str(demo_root), "output": str(output.parent / "results")}
    execute(script, output, parameters)
    page = tmp_path / "01_short.html"
    render(output, page, pages=["01_short"])
    html = page.read_text()
    assert "Nothing to evaluate here." in html
    assert "EnoughSaid:" not in html
    assert "never" not in html


EXERCISE = """
# %% [markdown]
# ## Exercises
#
# 1. Double x.
#
# ```python
# never_run()
# ```
#
# <details><summary>Solutions</summary>
#
# 1. So:
#
#    ```python
#    y = 2 * x
#    print("solved", y)
#    ```
#
# ```python
# assert y == {wanted}
# ```
#
# </details>
"""
ASKING = '# %% tags=["parameters"]\nprofile = ""\n\n# %%\nx = 3\n' + EXERCISE


def test_solutions_run_in_the_quick_profile_with_what_the_notebook_has(tmp_path):
    script, output = tmp_path / "01_asking.py", tmp_path / "out.ipynb"
    script.write_text(ASKING.format(wanted=6))
    execute(script, output, {"profile": "quick"})
    ran = nbformat.read(output, as_version=4).cells[-2:]
    assert [cell.metadata.tags for cell in ran] == [["solution"], ["solution"]]
    assert ran[0].outputs[0].text == "solved 6\n"
    execute(script, output, {"profile": "full"})
    assert "solved" not in str(nbformat.read(output, as_version=4).cells[-1].get("outputs"))


def test_a_solution_that_fails_is_a_failure(tmp_path):
    script, output = tmp_path / "01_asking.py", tmp_path / "out.ipynb"
    script.write_text(ASKING.format(wanted=7))
    with pytest.raises(NotebookError, match=r"assert y == 7(.|\n)*AssertionError"):
        execute(script, output, {"profile": "quick"})
    assert not output.exists()


def test_a_wrong_folder_is_one_sentence_and_status_1(tmp_path, capsys):
    stamp = ["stamp", "--data", str(tmp_path / "nowhere"), "-o", str(tmp_path / "stamp")]
    assert main(stamp) == 1
    said = capsys.readouterr().err.strip()
    assert "nowhere does not exist" in said
    assert len(said.splitlines()) == 1


def test_the_stamp_is_rewritten_only_when_something_changed(demo_root, tmp_path):
    path = tmp_path / "stamp"
    stamp = ["stamp", "--data", str(demo_root), "-o", str(path)]
    assert main(stamp) == 0
    before = path.stat().st_mtime_ns
    assert main(stamp) == 0
    assert path.stat().st_mtime_ns == before
    for option in (["--profile", "quick"], ["--listen"], ["--seed", "1"]):
        before = path.read_text()
        assert main([*stamp, *option]) == 0
        assert path.read_text() != before


def test_two_executions_at_once_in_one_folder(demo_root, tmp_path):
    """Each kernel has sockets of its own, and leaves nothing in the working folder."""
    (tmp_path / "work").mkdir()
    code = (
        "import sys; from pathlib import Path; from genre_utils.report import execute;"
        "name, folder = sys.argv[1:];"
        "execute(Path(name), Path(folder) / Path(name).name, {'data': ''})"
    )
    runs = []
    for name in ("01_a.py", "02_b.py"):
        script = tmp_path / name
        script.write_text('# %% tags=["parameters"]\ndata = ""\n\n# %%\nprint(6 * 7)\n')
        command = [sys.executable, "-c", code, script, tmp_path / "out"]
        runs.append(subprocess.Popen(command, cwd=tmp_path / "work", stderr=subprocess.PIPE))
    for run in runs:
        told = run.communicate(timeout=120)[1]
        assert run.returncode == 0, told.decode()
    assert not list((tmp_path / "work").iterdir())

"""Notebooks are executed: parameters, failures, early ends, solutions, and two at once."""

import json
import subprocess
import sys

import nbformat
import pytest
from helpers import NOTEBOOK

from genre_utils.report import NotebookError, execute, render
from genre_utils.report.__main__ import main
from genre_utils.report.notebooks import solutions, to_notebook


def test_parameters_reach_the_notebook_and_results_come_out(built):
    found = json.loads((built[1].parent / "results" / "01_good.json").read_text())
    assert found["facts"]["six"] == 6
    assert found["profile"] == "quick"


def test_a_notebook_that_ends_early_is_a_page_with_the_reason(demo_root, tmp_path):
    script, output = tmp_path / "01_good.py", tmp_path / "build" / "01_good.ipynb"
    end = 'results.end("Nothing of <b>x</b> to evaluate.", output)\n\n# %%\nnever = 1 / 0\n'
    script.write_text(NOTEBOOK.replace("pd.DataFrame(", f"{end}pd.DataFrame("))
    results = str(output.parent / "results")
    execute(script, output, {"data": str(demo_root), "output": results})
    page = tmp_path / "01_good.html"
    render(output, page, pages=["01_good"])
    html = page.read_text()
    assert "This page ends here. Nothing of &lt;b&gt;x&lt;/b&gt;" in html
    assert "never" not in html and "Traceback" not in html


EXERCISE = """# %% tags=["parameters"]
profile = ""

# %%
x = 3

# %% [markdown]
# ## Exercises
#
# 1. Double x.
#
# ```python
# never_run()
# ```
#
# <details><summary>Solution</summary>
#
# 1. So:
#
#    ```python
#    y = 2 * x
#    print("solved", y)
#    ```
#
#    ```text
#    solved 6
#    ```
#
# ```python
# assert y == {wanted}
# ```
#
# </details>
"""


def test_solutions_run_in_the_quick_profile_with_what_the_notebook_has(tmp_path):
    """And a cell that fails is shown, and leaves the former output."""
    script, output = tmp_path / "01_exercise.py", tmp_path / "out.ipynb"
    script.write_text(EXERCISE.format(wanted=6))
    execute(script, output, {"profile": "quick"})
    ran = nbformat.read(output, as_version=4).cells[-2:]
    assert [cell.metadata.tags for cell in ran] == [["solution"], ["solution"]]
    assert ran[0].outputs[0].text == "solved 6\n"
    former = output.read_bytes()
    script.write_text(EXERCISE.format(wanted=7))
    with pytest.raises(NotebookError, match=r"cell \[\d+\](.|\n)*assert y == 7(.|\n)*Assertion"):
        execute(script, output, {"profile": "quick"})
    assert output.read_bytes() == former


def test_solutions_are_the_python_in_details_alone(tmp_path):
    script = tmp_path / "01_exercise.py"
    script.write_text(EXERCISE.format(wanted=6))
    first, second = solutions(to_notebook(script))
    assert first.startswith("y = 2 * x\n") and second == "assert y == 6\n"


def test_inputs_are_written_only_when_something_changed(demo_root, tmp_path, capsys):
    scripts = [tmp_path / "01_a.py", tmp_path / "02_b.py"]
    for script in scripts:
        script.write_text("x = 1\n")
    made = [tmp_path / "build" / f"{script.stem}.inputs" for script in scripts]
    inputs = ["inputs", *map(str, scripts), "--data", str(demo_root), "-o", str(made[0].parent)]

    def times(*options):
        assert main([*inputs, *options]) == 0
        return [path.stat().st_mtime_ns for path in made]

    before = times()
    assert times() == before
    scripts[0].write_text("from genre_utils.files import write_text\n")
    after = times()
    assert after[0] != before[0] and after[1] == before[1]
    for option in (["--profile", "quick"], ["--listen"], ["--seed", "1"]):
        text = made[1].read_text()
        times(*option)
        assert made[1].read_text() != text
    inputs[inputs.index("--data") + 1] = str(tmp_path / "nowhere")
    assert main(inputs) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_two_executions_at_once_in_one_folder(tmp_path):
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
        stderr = run.communicate()[1]
        assert run.returncode == 0, stderr.decode()
    assert not list((tmp_path / "work").iterdir())

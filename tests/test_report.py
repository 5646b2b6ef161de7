"""The report: pairs, execution, pages, index, and what happens when a cell fails."""

import json
import re
import sys

import nbformat
import pytest

from genre_utils import report
from genre_utils.report import NotebookError, build_index, execute, main, pair_text, render

GOOD = """# %% [markdown]
# # 1. A title
#
# ## A question

# %% tags=["parameters"]
data = ""
profile = "full"
seed = 0
listen = True
output = ""

# %%
import pandas as pd
from genre_utils.dataset import open_dataset
from genre_utils.results import Results

dataset = open_dataset(data)
results = Results("01_good", dataset, profile, seed)
results.fact(title="A title", finding="Six is the finding.", six=2 * seed)
results.write(output)
pd.DataFrame({"a": [1, 2]})
"""


@pytest.fixture(scope="module")
def built(demo_root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    script = folder / "01_good.py"
    script.write_text(GOOD)
    output = folder / "build" / "01_good.ipynb"
    results = output.parent / "results"
    parameters = {"data": str(demo_root), "profile": "quick", "seed": 3, "output": str(results)}
    execute(script, output, parameters)
    return script, output


@pytest.fixture
def page(built, tmp_path):
    page = tmp_path / "reports" / "01_good.html"
    render(built[1], page, pages=["00_former", "01_good", "02_next"])
    return page


def test_pairs_are_in_step_with_their_scripts():
    scripts = sorted(report.Path("notebooks").glob("[0-9]*.py"))
    assert scripts
    for script in scripts:
        pair = script.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert pair == pair_text(script), f"{script} changed: make sync"


def test_a_pair_is_a_valid_notebook_without_outputs(built):
    notebook = nbformat.reads(pair_text(built[0]), as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert "parameters" in notebook.cells[1].metadata["tags"]


def test_parameters_reach_the_notebook_and_results_come_out(built):
    found = json.loads((built[1].parent / "results" / "01_good.json").read_text())
    assert found["facts"]["six"] == 6
    assert found["profile"] == "quick"


def test_a_page_asks_the_network_for_nothing(page):
    html = page.read_text()
    assert not re.findall(r'(?:src|href)="https?://', html)
    assert "<script" not in html


def test_a_page_of_the_demo_says_so_before_anything_else(page):
    text = re.sub(r"<(style|head).*?</\1>|<[^>]+>", " ", page.read_text(), flags=re.DOTALL)
    assert text.split("\n", 20)
    assert "Synthesized data." in " ".join(text.split())[:60]


def test_a_page_has_contents_neighbours_and_its_results_beside_it(page):
    html = page.read_text()
    assert '<a href="#A-question">A question</a>' in html
    assert 'href="00_former.html"' in html
    assert 'href="02_next.html"' in html
    assert (page.parent / "results" / "01_good.json").exists()


def test_the_index_is_built_from_the_results_alone(page):
    results = page.parent / "results" / "01_good.json"
    found = json.loads(results.read_text())
    score = {"model": "knn", "input": "mfcc", "protocol": "track", "level": "track"}
    score |= {"accuracy": 0.5, "ci95": [0.4, 0.6], "macro_f1": 0.5, "n": 10, "published": 0.87}
    results.write_text(json.dumps(found | {"scores": [score]}))
    page.unlink()
    build_index(page.parent)
    html = (page.parent / "index.html").read_text()
    assert "Six is the finding." in html
    assert "0.400–0.600" in html
    assert "Synthesized data" in html


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
        GOOD.replace("01_good", "01_short").replace('pd.DataFrame({"a": [1, 2]})', end)
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


def test_no_page_names_a_folder_of_this_machine(page, demo_root):
    html = page.read_text()
    for folder in (demo_root, report.Path.cwd(), sys.prefix):
        assert str(folder) not in html


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

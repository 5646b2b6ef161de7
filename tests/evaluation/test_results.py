"""The results files: the format, and that a failed write loses nothing."""

import json

import numpy as np
import pytest

from genre_utils.data import read_dataset
from genre_utils.evaluation import NotebookEnd, Results, Score, read_results, results
from genre_utils.files import write_text


@pytest.fixture
def found(demo_root):
    found = Results("09_test", read_dataset(demo_root), "quick", 7)
    found.fact(ratio=np.array([0.5, 0.25]), count=np.int64(3), nothing=float("nan"))
    found.scores.append(Score("knn", "mfcc", "track", "segment", 0.5, (0.4, 0.6), 0.45, 100, 2))
    return found


def test_what_was_written_is_read_back(found, tmp_path):
    path = found.write(tmp_path)
    assert path.name == "09_test.json"
    (read,) = read_results(tmp_path)
    assert read["facts"] == {"ratio": [0.5, 0.25], "count": 3, "nothing": None}
    assert read["scores"][0]["ci95"] == [0.4, 0.6]
    assert read["scores"][0]["published"] is None
    assert read["dataset"]["synthetic"] is True
    assert {"notebook", "profile", "seed", "versions", "seconds"} <= set(read)


def test_without_a_folder_nothing_is_written(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert found.write("") is None
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_former_file(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    write_text(path, "former")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results.Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_strict_json(found, tmp_path):
    text = found.write(tmp_path).read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_an_early_end_is_written_and_says_why(found, tmp_path):
    with pytest.raises(NotebookEnd, match="There is no encoder"):
        found.end("There is no encoder.", tmp_path)
    assert read_results(tmp_path)[0]["facts"]["finding"] == "There is no encoder."

"""What the prose of notebook 8 says about the full run holds in its results."""

import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / "reports" / "results" / "08_live.json"


@pytest.fixture(scope="module")
def facts():
    found = json.loads(RESULTS.read_text("utf-8"))
    data = found["dataset"]
    if (data["name"], data["tracks_with_audio"], found["profile"]) != ("GTZAN", 824, "full"):
        pytest.skip("the committed results are not of the full run")
    return found["facts"]


def test_temperatures_fall_with_the_length(facts):
    values = [facts["temperatures"][seconds] for seconds in ("3", "6", "12", "30")]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 1


def test_accuracy_by_length(facts):
    rows = facts["by_seconds"]
    assert list(rows) == ["3", "6", "9", "15", "21", "30"]
    assert rows["30"]["accuracy"] - rows["3"]["accuracy"] > 0.04
    assert rows["30"]["accuracy"] - rows["9"]["accuracy"] < 0.03


def test_change_detection(facts):
    listen = facts["changes"]["genre listen"]
    assert 3 < listen["median delay (s)"] < 6
    assert listen["false alarms per 10 min"] < 1
    assert facts["number_of_changes"] == 90


def test_windows(facts):
    rows = facts["windows"]
    assert facts["window_8_against_30"]["verdict"] == "better"
    assert rows["8 s"]["correct"] > rows["30 s"]["correct"]
    assert rows["30 s"]["probability"] - rows["30 s"]["correct"] > 0.1
    assert rows["30 s, true changes"]["correct"] > rows["30 s"]["correct"]


def test_forgetting(facts):
    ablation = facts["ablation"]
    assert ablation["forgetting, Rocchio"][1] > 0
    assert ablation["forgetting, LinUCB"][1] > 0


def test_playlists(facts):
    step = {name: row["mean step"] for name, row in facts["playlists"].items()}
    assert min(step, key=step.get) == "greedy"
    assert max(step, key=step.get) == "random"


def test_concerts(facts):
    assert facts["concerts"] == {"by songs": 6, "by tags": 1, "unknown": 1}

"""What the prose of notebook 3 says about the full run holds in its results."""

import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / "reports" / "results" / "03_classical_models.json"
MODELS = {"knn", "random_forest", "svm", "xgboost"}


@pytest.fixture(scope="module")
def found():
    found = json.loads(RESULTS.read_text("utf-8"))
    data = found["dataset"]
    if (data["name"], data["tracks_with_audio"], found["profile"]) != ("GTZAN", 824, "full"):
        pytest.skip("the committed results are not of the full run")
    return found


@pytest.fixture(scope="module")
def facts(found):
    return found["facts"]


@pytest.fixture(scope="module")
def accuracy(found):
    keys = ("model", "input", "split", "level")
    return {tuple(s[key] for key in keys): s["accuracy"] for s in found["scores"]}


def segments(accuracy, split):
    return {name: accuracy[name, "features_3_sec", split, "segment"] for name in MODELS}


def test_the_published_figures_are_reproduced(facts):
    ours, published = (
        facts["reproduction"],
        {"knn": 0.87, "random_forest": 0.81, "svm": 0.75, "xgboost": 0.9},
    )
    assert max(abs(ours[name] - published[name]) for name in MODELS) < 0.05
    assert max(ours, key=ours.get) == "xgboost"


def test_the_nearest_segment_is_of_the_same_song(facts):
    assert 0.75 < facts["nearest_same_song"] < 0.85


def test_every_model_loses_with_each_stricter_split(accuracy):
    by_split = {split: segments(accuracy, split) for split in ("random", "track", "artist")}
    for name in MODELS:
        assert by_split["random"][name] > by_split["track"][name] + 0.05
        assert by_split["track"][name] > by_split["artist"][name] + 0.1
    assert round(by_split["random"]["xgboost"], 2) == 0.91
    assert 0.53 < by_split["artist"]["xgboost"] < 0.57
    others = [value for name, value in by_split["artist"].items() if name != "knn"]
    assert max(others) - min(others) < 0.02


def test_the_interval_over_artists_is_wider(facts, found):
    low, high = facts["interval_if_independent"]
    (interval,) = (
        score["ci95"]
        for score in found["scores"]
        if (score["model"], score["split"], score["level"]) == ("xgboost", "artist", "segment")
    )
    assert interval[1] - interval[0] > 4 * (high - low)


def test_the_leak_is_more_than_a_third(facts):
    test = facts["random_against_strict"]
    assert test["difference"] > 1 / 3 and test["low"] > 0.2 and test["p"] < 0.001


def test_one_neighbor_is_best_only_with_the_leak(facts):
    by_split = facts["accuracy_by_neighbors"]
    best = {split: max(by_k, key=by_k.get) for split, by_k in by_split.items()}
    assert best["random"] == "1" and int(best["track"]) > 10 and int(best["artist"]) > 10
    assert max(by_split["artist"].values()) - min(by_split["artist"].values()) < 0.04
    assert abs(by_split["random"]["11"] - 0.87) < 0.01


def test_combined_segments_beat_whole_tracks(facts):
    test = facts["combined_against_whole_tracks"]
    assert test["low"] > 0 and test["p"] < 0.05


def test_tuning_helps_the_svm(facts):
    gain = facts["tuned_against_plain"]["svm"]
    assert 0.02 < gain["difference"] < 0.06 and gain["low"] > 0 and gain["p"] < 0.05


def test_the_filtered_split(accuracy):
    filtered = [
        value for key, value in accuracy.items() if key[1:3] == ("features_30_sec", "filtered")
    ]
    assert len(filtered) == 5
    assert round(min(filtered), 2) == 0.41 and round(max(filtered), 2) == 0.55


def test_timbre_is_the_most_important_group(facts):
    importance = facts["importance"]
    assert max(importance, key=importance.get) == "timbre"
    assert min(importance, key=importance.get) == "rhythm" and importance["rhythm"] < 0.01


def test_recall_by_genre(facts):
    recall = facts["recall"]["artist"]
    order = sorted(recall, key=recall.get)
    assert set(order[-2:]) == {"classical", "metal"} and set(order[:3]) == {
        "blues",
        "reggae",
        "rock",
    }

"""What the prose of notebook 6 says about the full run holds in its results."""

import pytest

from genre_utils.evaluation import verdict

ON_FRAMES = ("gru", "crnn", "transformer")
NETWORKS = (*ON_FRAMES, "lstm", "bidirectional")


@pytest.fixture(scope="module")
def accuracy(found):
    keys = ("model", "input", "split")
    return {tuple(s[key] for key in keys): s["accuracy"] for s in found["scores"]}


def test_no_gain_from_order_survives_the_correction_for_eight_tests(facts):
    gains = facts["gains"]
    shown = [f"segment, {name}" for name in ON_FRAMES] + [f"track, {name}" for name in NETWORKS]
    assert set(gains) == set(shown)
    assert all(test["p"] > 0.05 / 8 for test in gains.values())
    assert [key for key, test in gains.items() if test["low"] > 0] == ["segment, crnn"]
    assert not [key for key, test in gains.items() if verdict(test) == "worse"]
    differences = [test["difference"] for test in gains.values()]
    assert min(differences) < 0 < max(differences) < 0.0125
    assert (
        max(gains[f"segment, {name}"]["difference"] for name in ON_FRAMES)
        == gains["segment, crnn"]["difference"]
    )
    assert max(gains[f"track, {name}"]["high"] for name in NETWORKS) < 0.035


def test_networks_on_frames_do_worse_than_the_reference(accuracy, facts):
    reference = accuracy["logistic", "mel frames", "artist"]
    assert all(accuracy[name, "mel frames", "artist"] < reference - 0.02 for name in ON_FRAMES)
    recall = {genre: row["in order"] for genre, row in facts["by_genre"].items()}
    assert max(recall[genre] for genre in ("disco", "reggae")) < 0.05
    assert facts["by_genre"]["disco"]["tracks"] == 19
    assert facts["by_genre"]["hiphop"]["low"] < 0 < facts["by_genre"]["hiphop"]["high"]


def test_networks_on_embeddings_generalize(accuracy):
    networks = [accuracy[name, "embeddings", "artist"] for name in NETWORKS]
    reference = accuracy["logistic", "embeddings", "artist"]
    assert min(networks) > 0.75 and reference - min(networks) < 0.06
    assert abs(reference - max(networks)) < 0.02


def test_attention_weights_do_not_explain(facts):
    attention, mean = facts["attention"], facts["attention"]["mean by position"]
    assert attention["largest weight"] > 2 * attention["equal weight"]
    assert max(mean) < 1.15 * attention["equal weight"]
    assert min(mean) > 0.85 * attention["equal weight"]
    assert all(test["low"] > 0 and test["high"] < 0.04 for test in facts["deletion"].values())
    remaining = facts["remaining"]
    assert abs(remaining["random frames, 0.8"] - remaining["random frames, 0"]) < 0.015

"""What the prose of notebook 6 says about the full run holds in its results."""

import pytest

from genre_utils.evaluation import verdict

NETWORKS = ("gru", "lstm", "bidirectional", "crnn", "transformer")


@pytest.fixture(scope="module")
def accuracy(found):
    keys = ("model", "input", "split")
    return {tuple(s[key] for key in keys): s["accuracy"] for s in found["scores"]}


def test_no_gain_from_order_is_resolved(facts):
    gains = facts["gains"]
    assert set(gains) == {f"{level}, {name}" for level in ("segment", "track") for name in NETWORKS}
    assert {verdict(test) for test in gains.values()} == {"not resolved"}
    of_frames = [gains[f"segment, {name}"]["difference"] for name in NETWORKS]
    of_tracks = [gains[f"track, {name}"] for name in NETWORKS]
    assert -0.04 < min(of_frames) < 0 < max(of_frames) < 0.02
    assert 0 < max(test["difference"] for test in of_tracks) < 0.02
    assert max(test["high"] for test in of_tracks) < 0.035


def test_networks_on_frames_do_worse_than_the_reference(accuracy, facts):
    reference = accuracy["logistic", "mel frames", "artist"]
    assert all(accuracy[name, "mel frames", "artist"] < reference - 0.02 for name in NETWORKS)
    recall = {genre: row["in order"] for genre, row in facts["by_genre"].items()}
    assert max(recall[genre] for genre in ("disco", "reggae", "rock")) < 0.05
    assert facts["by_genre"]["disco"]["tracks"] == 19


def test_networks_on_embeddings_generalize(accuracy, facts):
    networks = [accuracy[name, "embeddings", "artist"] for name in NETWORKS]
    assert min(networks) > 0.79 and max(networks) < 0.85
    assert accuracy["logistic", "embeddings", "artist"] - min(networks) < 0.04
    assert min(facts["gains"][f"track, {name}"]["training"] for name in NETWORKS) > 0.9


def test_attention_weights_do_not_explain(facts):
    attention, mean = facts["attention"], facts["attention"]["mean by position"]
    assert attention["largest weight"] > 2 * attention["equal weight"]
    assert set(sorted(mean)[-2:]) == {mean[0], mean[-1]}
    assert max(mean) < 1.15 * attention["equal weight"]
    assert all(test["low"] > 0 and test["high"] < 0.03 for test in facts["deletion"].values())
    remaining = facts["remaining"]
    assert abs(remaining["random frames, 0.8"] - remaining["random frames, 0"]) < 0.01

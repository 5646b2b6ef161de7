"""What the prose of notebook 4 says about the full run holds in its results."""

import pytest


@pytest.fixture(scope="module")
def paired(found):
    return found["facts"]["paired"]


@pytest.fixture(scope="module")
def published(found):
    scores = [s for s in found["scores"] if s["model"] == "published_cnn"]
    return {(s["split"], s["level"]): s for s in scores}


def test_the_random_split_flatters_the_published_network(published):
    for level in ("segment", "track"):
        difference = published["random", level]["accuracy"] - published["artist", level]["accuracy"]
        assert difference > 0.08
    assert published["random", "segment"]["n"] / published["random", "track"]["n"] < 2.2


def test_the_gain_of_the_vote_is_small_compared_with_the_intervals(published):
    for split in ("random", "artist"):
        by_segment, by_track = published[split, "segment"], published[split, "track"]
        low, high = by_track["ci95"]
        assert abs(by_track["accuracy"] - by_segment["accuracy"]) < (high - low) / 2


def test_mel_spectrograms_are_better_than_raw_amplitudes(paired):
    test = paired["cnn - waveform, artist"]
    assert test["low"] > 0 and test["p"] < 0.05


def test_the_networks_are_not_better_than_the_svm(paired):
    shuffled = paired["published_cnn - svm, random"]
    assert shuffled["high"] < 0 and round(shuffled["difference"], 1) == -0.2
    for name in ("published_cnn - svm, artist", "cnn - svm, artist"):
        assert paired[name]["low"] < 0 < paired[name]["high"]


def test_the_inputs_are_not_resolved(facts):
    test = facts["recordings_against_pictures"]
    assert test["low"] < 0 < test["high"] or test["p"] >= 0.05


def test_recall_differs_between_genres(facts):
    recall = facts["recall_by_genre"]
    assert min(recall["classical"], recall["metal"]) > 0.85
    assert max(recall["blues"], recall["rock"]) < 0.35


def test_scaling_sharpens_and_hardly_lowers_the_calibration_error(facts):
    assert facts["temperature"] < 1
    assert facts["calibration_error"]["after"] > facts["calibration_error"]["before"] - 0.015


def test_the_accuracy_of_the_tutorial_lies_in_the_interval_of_the_ensemble(found, facts):
    ((low, high),) = [
        s["ci95"]
        for s in found["scores"]
        if s["model"] == "cnn_average" and s["input"] == facts["chosen"]["input"]
    ]
    assert low < 0.541 < high

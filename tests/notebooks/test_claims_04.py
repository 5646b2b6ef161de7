"""What the prose of notebook 4 says about the full run holds in its results."""

import pytest


@pytest.fixture(scope="module")
def paired(found):
    return found["facts"]["paired"]


def test_the_random_split_flatters_the_published_network(found):
    accuracy = {
        (s["split"], s["level"]): s["accuracy"]
        for s in found["scores"]
        if s["model"] == "published_cnn"
    }
    for level in ("segment", "track"):
        assert accuracy["random", level] > accuracy["artist", level] + 0.08
    for split in ("random", "artist"):
        assert accuracy[split, "track"] > accuracy[split, "segment"]


def test_mel_spectrograms_are_better_than_raw_amplitudes(paired):
    test = paired["cnn - waveform, artist"]
    assert test["low"] > 0 and test["p"] < 0.05


def test_the_networks_are_not_better_than_the_svm(paired):
    shuffled = paired["published_cnn - svm, random"]
    assert shuffled["high"] < 0 and round(shuffled["difference"], 1) == -0.2
    for name in ("published_cnn - svm, artist", "cnn - svm, artist"):
        assert paired[name]["low"] < 0 < paired[name]["high"]

"""What the prose of notebook 10 says about the full run holds in its results."""

import pytest

INDEPENDENT = ("gain, 57 features", "gain, mel CNN")
METHODS = ("style", "bands", "drums")


@pytest.fixture(scope="module")
def mean(facts):
    return {
        method: {what: values[0] for what, values in columns.items()}
        for method, columns in facts["intervals"].items()
    }


def test_the_independent_classifiers_are_correct_for_little_more_than_half(facts):
    accuracy = facts["classifier_accuracy"]
    assert facts["split"] == "filtered"
    assert 0.5 < accuracy["57 features"] < 0.65 and 0.5 < accuracy["mel CNN"] < 0.65
    assert accuracy["encoder"] > 0.7


def test_the_optimization_lowers_the_style_loss_and_the_sound_keeps_part_of_it(facts):
    first, last = facts["synthesized_loss"]["style loss"]
    assert last < first / 4
    loss = facts["style_loss"]
    assert loss["optimized"] < loss["song"] / 6
    assert 3 * loss["optimized"] < loss["sound"] < loss["song"]


def test_gains_are_small_and_bands_gain_more_than_style_transfer(facts, mean):
    share = [max(mean[m][what] for m in METHODS) / mean["real song"][what] for what in INDEPENDENT]
    assert 0.2 < max(share) < 0.3
    for what in INDEPENDENT:
        assert facts["differences"][f"style - bands, {what}"][2] < 0
    assert facts["differences"]["style - drums, gain, mel CNN"][2] < 0
    assert facts["intervals"]["style"]["gain, mel CNN"][1] > 0
    assert mean["style"]["gain, 57 features"] < 0.02


def test_style_transfer_gains_most_for_the_network_that_it_was_optimized_against(mean):
    style, bands, drums = (mean[method] for method in METHODS)
    assert style["gain, encoder"] > max(style[what] for what in INDEPENDENT)
    assert abs(style["gain, encoder"] - bands["gain, encoder"]) < 0.05
    assert drums["gain, encoder"] > max(style["gain, encoder"], bands["gain, encoder"])


def test_what_is_preserved(mean):
    style, bands, drums = (mean[method] for method in METHODS)
    assert style["harmony"] > 0.9 > drums["harmony"] > bands["harmony"]
    assert min(style["rhythm"], bands["rhythm"]) > 0.9
    assert 0.4 < drums["rhythm"] < 0.6
    assert drums["sound"] < min(style["sound"], bands["sound"])
    assert all(abs(mean["real song"][what]) < 0.2 for what in ("harmony", "rhythm", "sound"))


def test_targets(facts):
    by_target = facts["by_target"]
    for method in METHODS:
        assert max(by_target, key=lambda genre: by_target[genre][method]) == "metal"
    classical = by_target["classical"]
    assert max(classical["style"], classical["bands"]) < 0.06 < classical["drums"] < 0.15
    assert by_target["hiphop"]["drums"] < 0.02


def test_the_probability_rises_little(facts):
    path = {int(step): values for step, values in facts["mean_path"].items()}
    first, last = path[0], path[max(path)]
    rise = {name: last[name] - first[name] for name in first}
    assert max(rise.values()) < 0.1
    assert min(rise["encoder"], rise["mel CNN"]) > 1.5 * rise["57 features"]

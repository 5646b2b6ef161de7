"""What the prose of notebook 9 says about the full run holds in its results."""

from itertools import pairwise


def test_each_source_alone(found, facts):
    accuracy = {(s["input"], s["split"]): s["accuracy"] for s in found["scores"]}
    assert min(accuracy["sound", split] for split in ("artist", "filtered")) > 0.85
    assert 0.235 < accuracy["titles", "artist"] < 0.265
    assert 1.8 < accuracy["titles", "artist"] / facts["most_frequent_genre"] < 2


def test_titles_reveal_songs_and_artists(facts):
    titles, seen = facts["titles_by_split"], facts["same_title_in_training"]
    assert titles["random"] - titles["track"] > 0.1
    assert 0 < titles["track"] - titles["artist"] < 0.04
    assert round(seen["random"], 2) == 0.13 and max(seen["track"], seen["artist"]) < 0.01


def test_words(facts):
    words = facts["words"]
    assert "allegro" in words["classical"] and "reggae" in words["reggae"]
    assert all("blues" in words[genre] for genre in ("blues", "jazz"))
    assert all(words[genre] == "(none)" for genre in ("disco", "hiphop", "rock"))


def test_the_sum_rule_does_not_use_the_title(facts):
    weights = facts["late_weights"]
    for split in ("artist", "filtered"):
        assert set(weights[f"sum rule, {split}"]) == {0}
        assert min(weights[f"product rule, {split}"]) > 0
        assert facts["loss_reduction"][f"product rule, {split}"] < 0.02
        assert facts["gains"][split]["sum rule"]["verdict"] == "identical predictions"


def test_titles_are_right_where_sound_is_right(facts):
    both = facts["correct_together"]
    right, wrong = both["title correct"], both["title wrong"]
    rate = {row: right[row] / (right[row] + wrong[row]) for row in right}
    assert {row: round(share, 2) for row, share in rate.items()} == {
        "sound correct": 0.27,
        "sound wrong": 0.11,
    }


def test_no_combination_is_better_than_sound(facts):
    for gains in facts["gains"].values():
        assert not [way for way, gain in gains.items() if gain["verdict"] == "better"]
        assert gains["stacking"]["verdict"] == "worse"
        assert "p" not in gains["sum rule"] or gains["sum rule"]["p"] is None
    gains = facts["gains"]
    assert gains["filtered"]["stacking"]["difference"] < gains["artist"]["stacking"]["difference"]
    product = gains["artist"]["product rule"]
    assert product["high"] < 0 and product["p"] >= 0.05
    assert 0.04 < gains["filtered"]["early fusion"]["high"] < 0.05
    assert [g for g in gains["filtered"].values() if g["difference"] == 0 and g["changed"]]


def test_each_gate_has_nearly_one_weight(facts):
    assert facts["gate_weight"]["artist"]["min"] == 0
    folds = sorted(facts["gate_by_fold"]["artist"], key=lambda fold: fold["mean"])
    assert len(folds) == 3 and max(fold["std"] for fold in folds) < 0.02
    for lower, upper in pairwise(folds):
        assert upper["mean"] - lower["mean"] > 0.02  # bands in the figure


def test_a_missing_source(facts):
    missing = facts["missing"]
    assert missing["early fusion"]["without sound"] < 0.15
    titles = missing["sum rule"]["without sound"]
    assert missing["early fusion"]["without sound"] < missing["stacking"]["without sound"] < titles
    for accuracy in missing.values():
        assert abs(accuracy["without titles"] - accuracy["both sources"]) < 0.03


def test_picture_and_simulated_history(facts):
    extra = facts["extra"]
    assert 0.45 < extra["picture"]["alone"] < 0.57
    assert extra["picture"]["verdict"] == "identical predictions"
    assert extra["picture"]["mean weight"] == 0
    history = {share: extra[f"history, {share}% random"] for share in (0, 35, 60, 80, 90, 100)}
    alone = [one["alone"] for one in history.values()]
    assert alone == sorted(alone, reverse=True) and alone[0] > 0.95 and alone[-1] < 0.13
    assert all(one["tracks"] < 0.8 * extra["picture"]["tracks"] for one in history.values())
    same = {share for share, one in history.items() if one["verdict"] == "identical predictions"}
    assert same == {60, 80, 90, 100}
    assert max(history[share]["mean weight"] for share in same) < 0.06


def test_cold_start(facts):
    cold = facts["cold_start"]
    assert cold["0%"]["history"] < facts["chance"] + 0.02
    assert all(at["both"] > at["sound"] - 0.001 for at in cold.values())
    assert 0.07 < cold["100%"]["both"] - cold["100%"]["sound"] < 0.13

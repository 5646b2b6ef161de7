"""What the prose of notebook 9 says about the full run holds in its results."""


def test_each_source_alone(found, facts):
    accuracy = {(s["input"], s["split"]): s["accuracy"] for s in found["scores"]}
    for split in ("artist", "filtered"):
        assert accuracy["sound", split] > 0.85
        assert 0.24 < accuracy["titles", split] < 0.34
        assert accuracy["titles", split] > 1.8 * facts["most_frequent_genre"]


def test_titles_give_songs_and_artists_away(facts):
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
        assert facts["gains"][split]["sum rule"]["verdict"] == "identical predictions"


def test_titles_are_right_where_sound_is_right(facts):
    both = facts["correct_together"]
    right, wrong = both["title correct"], both["title wrong"]
    rate = {row: right[row] / (right[row] + wrong[row]) for row in right}
    assert rate["sound correct"] > 2 * rate["sound wrong"]
    assert right["sound wrong"] < 15


def test_no_combination_is_better_than_sound(facts):
    for gains in facts["gains"].values():
        assert not [way for way, gain in gains.items() if gain["verdict"] == "better"]
        assert gains["stacking"]["verdict"] == "worse"
    gains = facts["gains"]
    assert gains["filtered"]["stacking"]["difference"] < gains["artist"]["stacking"]["difference"]


def test_the_gate_has_nearly_one_weight(facts):
    for weight in facts["gate_weight"].values():
        assert weight["min"] == 0 and weight["25%"] > 0.2 and weight["max"] < 0.4


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
    history = {share: extra[f"history, {share}% random"] for share in (0, 35, 60, 80, 90, 100)}
    alone = [one["alone"] for one in history.values()]
    assert alone == sorted(alone, reverse=True) and alone[0] > 0.95 and alone[-1] < 0.13
    assert 0.75 < history[35]["alone"] < 0.85
    same = {share for share, one in history.items() if one["verdict"] == "identical predictions"}
    assert same == {60, 80, 90, 100}


def test_cold_start(facts):
    cold = facts["cold_start"]
    assert cold["0%"]["history"] < facts["chance"] + 0.02
    assert all(at["both"] > at["sound"] - 0.001 for at in cold.values())
    assert 0.07 < cold["100%"]["both"] - cold["100%"]["sound"] < 0.13

"""What the index tells first is what the scores say, and no more than they allow."""

import pytest

from genre_utils.report.story import (
    conclusions,
    five_rows,
    matrix,
    told_input,
    told_model,
    what_it_costs,
)

CHOSEN = {"model": "probe", "input": "encoder", "split": "filtered"}


def score(model, data, split, accuracy, level="track", **others):
    interval = [accuracy - 0.05, accuracy + 0.05]
    found = {"model": model, "input": data, "split": split, "level": level}
    found |= {"accuracy": accuracy, "ci95": interval, "n": 100, "genres": 10, "published": None}
    return found | others


@pytest.fixture
def scores():
    models = {"knn": 0.8, "random_forest": 0.82, "svm": 0.78, "xgboost": 0.9}
    classical = [
        score(name, "features_3_sec", split, accuracy - fall, "segment", published=published)
        for split, fall, published in (
            ("random", 0, 0.87),
            ("track", 0.1, None),
            ("artist", 0.3, None),
        )
        for name, accuracy in models.items()
    ]
    return [
        *classical,
        score("knn", "features_30_sec", "filtered", 0.5),
        score("cnn", "picture", "filtered", 0.6),
        score("cnn", "mel, whole", "filtered", 0.7),
        score("probe", "encoder", "random", 0.9),
        score("probe", "encoder", "artist", 0.85),
        score("probe", "encoder", "filtered", 0.84),
    ]


def test_five_rows_in_the_order_of_the_story(scores):
    rows = five_rows(scores, CHOSEN)
    assert [row.told for row in rows] == [
        "78.0 % to 90.0 %", "68.0 % to 80.0 %", "48.0 % to 60.0 %", "70.0 %", "84.0 %",
    ]  # fmt: skip
    assert [len(row.marks) for row in rows] == [4, 4, 4, 1, 1]
    assert rows[0].marks[0]["left"] == pytest.approx(0.75)


def test_scores_over_fewer_genres_stand_in_no_row(scores):
    scores.append(score("knn", "features_3_sec", "artist", 0.99, "segment", genres=6))
    assert five_rows(scores, CHOSEN)[2].told == "48.0 % to 60.0 %"


def test_three_conclusions_have_the_figures_of_the_rows(scores):
    first, second, third = conclusions(scores, CHOSEN)
    assert "78.0 % to 90.0 % (the summary has 87.0 %)" in first
    assert "With no artist on both sides: 48.0 % to 60.0 %." in first
    assert (
        "70.0 % [65.0, 75.0] of 100 tracks" in second and "k-nearest neighbours, 50.0 %" in second
    )
    assert "84.0 % [79.0, 89.0] of 100 tracks" in third and "the encoder -5.0 points" in third


def test_what_it_costs_to_keep_songs_and_artists_apart(scores):
    told = "Keeping songs apart costs the summary's models 10.0 points, keeping artists apart"
    assert what_it_costs(scores) == f"{told} 20.0 more."
    scores[4]["accuracy"] -= 0.023  # one model, songs apart
    assert "costs the summary's models 10.0 to 12.3 points" in what_it_costs(scores)
    assert what_it_costs([s for s in scores if s["split"] != "random"]) == ""
    assert what_it_costs([]) == ""


@pytest.mark.parametrize("count", range(0, 18, 3))
def test_what_is_missing_is_left_out(scores, count):
    left = scores[count:]
    assert len(conclusions(left, None)) <= 2
    assert all(row.marks for row in five_rows(left, None))
    assert conclusions([], CHOSEN) == five_rows([], CHOSEN) == matrix([]) == []


def test_the_matrix_has_a_row_a_model_and_the_strictest_best_first(scores):
    scores.append(score("knn_tuned", "features_30_sec", "filtered", 0.99))
    scores.append(score("gru", "mel, shuffled", "filtered", 0.99))
    scores.append(score("knn", "features_3_sec", "filtered", 0.99))
    scores.append(score("probe", "encoder, 10 s", "filtered", 0.99))
    fused = score("late_fusion", "all, late_fusion", "filtered", 0.99)
    scores.append(fused | {"input": told_input(fused)})
    rows = matrix(scores)
    first, second = ((row["model"], row["input"]) for row in rows[:2])
    assert (first, second) == (("probe", "encoder"), ("cnn", "mel, whole"))
    assert set(rows[0]["by"]) == {"random", "artist", "filtered"}
    (knn,) = [r for r in rows if (r["model"], r["input"]) == ("knn", "features_3_sec")]
    assert knn["level"] == "segment" and set(knn["by"]) == {"random", "track", "artist"}


def test_networks_are_called_what_the_lessons_call_them():
    by_name = {told_model(score("cnn", data, "track", 0.5)) for data in ("mel", "mel, whole")}
    assert by_name == {"small CNN", "our CNN"}
    assert told_model(score("published_cnn", "mfcc", "track", 0.5)) == "the summary's CNN"
    assert told_model(score("knn", "features_3_sec", "track", 0.5)) == "k-nearest neighbours"

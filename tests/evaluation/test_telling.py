"""Scores in words."""

from dataclasses import replace

import pandas as pd

from genre_utils.evaluation import (
    Predictions,
    Score,
    accuracy_panels,
    score_matrix,
    tell_best,
    tell_difference,
    tell_rivals,
    tell_score,
    tell_shares,
)

SCORE = Score(
    "probe", "encoder", "artist", "track", 0.8538, (0.81, 0.891), 0.8, 684, 10, macro_recall=0.835
)
NAMES = {"encoder": "encoder", "mel": "mel"}


def test_a_score_is_told_with_interval_and_n():
    assert tell_score(SCORE) == "85.4 % [81.0, 89.1], n = 684"


def test_a_difference_is_told_in_points():
    test = {
        "difference": 0.031,
        "low": -0.005,
        "high": 0.07,
        "only_one": 9,
        "only_other": 2,
        "p": 0.2,
    }
    assert tell_difference(test) == (
        "+3.1 points [-0.5, +7.0], p = 0.2; 9 right only with the first, 2 only with the second"
    )


def test_shares_leave_out_what_is_missing():
    table = pd.DataFrame({"a": [0.5, None], "b": [1.0, 0.25]}, index=["x", "y"])
    assert tell_shares(table) == "x: a 50 %, b 100 %; y: b 25 %."


def test_the_matrix_has_a_row_an_input_and_protocols_in_their_order():
    others = [
        replace(SCORE, protocol="random"),
        replace(SCORE, model="cnn", input="picture", macro_recall=None),
    ]
    matrix = score_matrix([SCORE, *others], NAMES)
    parts = ["accuracy (%)", "recall (%)", "n"]
    assert list(matrix.columns) == [(p, part) for p in ("random", "artist") for part in parts]
    assert list(matrix.index) == ["encoder", "our CNN, picture"]
    assert matrix.loc["encoder", "artist"].to_list() == ["85.4 [81.0, 89.1]", "83.5", "684"]
    assert matrix.loc["our CNN, picture", "random"].to_list() == ["", "", ""]
    assert matrix.loc["our CNN, picture", ("artist", "recall (%)")] == ""


def test_panels_leave_out_what_goes_over_fewer_genres():
    scores = [
        replace(SCORE, protocol="random", accuracy=0.9),
        SCORE,
        replace(SCORE, level="segment", protocol="random"),
        replace(SCORE, level="segment", genres=6),
    ]
    panels = accuracy_panels(scores, NAMES, ("random", "track", "artist"))
    assert panels["tracks"].loc["encoder"].to_dict() == {"random": 0.9, "artist": 0.8538}
    assert list(panels["3 s pieces"].columns) == ["random"]


def predictions(right, protocol="track"):
    index = pd.Index([f"jazz.{n:05d}" for n in range(40)], name="track_id")
    said = ["jazz" if n < right else "rock" for n in range(40)]
    columns = {"true": "jazz", "predicted": said, "fold": 0, "group": index, "votes": 1}
    return Predictions(pd.DataFrame(columns, index), None, protocol, "track", 0.0, 0.0)


def test_a_rival_is_better_only_where_chance_does_not_explain_it():
    runs = {
        ("cnn", "mel", "track"): [predictions(38)],
        ("waveform", "raw", "track"): [predictions(10)],
        ("feed_forward", "mfcc", "track"): [predictions(37)],
        ("published_cnn", "mfcc", "random"): [predictions(37, "random")],
    }
    mel, raw, mfcc = (key[:2] for key in list(runs)[:3])
    told = tell_rivals(runs, mel, raw)
    assert told.startswith("Our CNN on mel against 1-D CNN on raw: under `track` +70.0 points [")
    assert told.endswith("Our CNN on mel is better.")
    assert tell_rivals(runs, raw, mel).endswith("Our CNN on mel is better.")
    assert "within chance" in tell_rivals(runs, mel, mfcc)
    assert "not tested by one" in tell_rivals(runs, mel, ("published_cnn", "mfcc"))


def test_the_best_of_each_kind_are_named_in_their_order():
    knn = replace(SCORE, model="knn", input="features_3_sec", protocol="track", accuracy=0.7)
    cnn = replace(knn, model="cnn", input="mel", accuracy=0.71)
    told = tell_best([knn, replace(knn, model="svm", accuracy=0.6)], [cnn])
    assert told == (
        "Best on pieces of 3 s, classical models and networks: under `track` our CNN on mel "
        "(71.0 %) before k-nearest neighbours on features_3_sec (70.0 %)."
    )
    assert "notebook 3" in tell_best([], [cnn])

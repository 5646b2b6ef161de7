"""Scores in words."""

from dataclasses import replace

import pandas as pd

from genre_utils.evaluation import (
    Score,
    accuracy_panels,
    score_matrix,
    tell_shares,
)

SCORE = Score(
    "probe", "encoder", "artist", "track", 0.8538, (0.81, 0.891), 0.8, 684, 10, macro_recall=0.835
)
NAMES = {"encoder": "encoder", "mel": "mel"}


def test_shares_leave_out_what_is_missing():
    table = pd.DataFrame({"a": [0.5, None], "b": [1.0, 0.25]}, index=["x", "y"])
    assert tell_shares(table) == "x: a 50 %, b 100 %; y: b 25 %."


def test_the_matrix_has_a_row_an_input_and_splits_in_their_order():
    others = [
        replace(SCORE, split="random"),
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
        replace(SCORE, split="random", accuracy=0.9),
        SCORE,
        replace(SCORE, level="segment", split="random"),
        replace(SCORE, level="segment", genres=6),
    ]
    panels = accuracy_panels(scores, NAMES, ("random", "track", "artist"))
    assert panels["tracks"].loc["encoder"].to_dict() == {"random": 0.9, "artist": 0.8538}
    assert list(panels["3 s pieces"].columns) == ["random"]

"""What sources are worth: values that are known, and values that add up."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_utils import evaluation
from genre_utils.evaluation.shapley import subsets
from genre_utils.evaluation.sources import on_items

NAMES = ["sound", "picture", "words", "history"]


def test_there_are_sixteen_subsets_of_four():
    found = subsets(NAMES)
    assert len(found) == len(set(found)) == 16
    assert found[0] == frozenset() and found[-1] == frozenset(NAMES)


@given(st.lists(st.floats(-1, 1), min_size=16, max_size=16))
def test_shapley_values_add_up_to_the_whole(worths):
    by_subset = dict(zip(subsets(NAMES), worths, strict=True))
    values = evaluation.shapley_values(NAMES, lambda s: np.array([by_subset[s]]))
    whole = by_subset[frozenset(NAMES)] - by_subset[frozenset()]
    assert values.loc[0].sum() == pytest.approx(whole, abs=1e-9)


def test_shapley_values_of_the_glove_game():
    """One left glove, two right ones: a pair is worth 1 (a textbook case: 2/3, 1/6, 1/6)."""

    def worth(hands):
        return np.array([float("left" in hands and len(hands) > 1)])

    values = evaluation.shapley_values(["left", "right 1", "right 2"], worth).loc[0]
    assert values.to_list() == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_alike_sources_are_worth_the_same_and_idle_ones_nothing():
    values = evaluation.shapley_values("abc", lambda s: np.array([math.sqrt(len(s - {"c"}))]))
    assert values.loc[0, "a"] == pytest.approx(values.loc[0, "b"])
    assert values.loc[0, "c"] == pytest.approx(0)


def said(predicted, true="aabb"):
    table = pd.DataFrame({"y_true": list(true), "y_pred": list(predicted)}, list("wxyz"))
    table = table.assign(fold=0, group=list("wxyz"), votes=1)
    table = table[table["y_pred"] != "-"]
    return evaluation.Predictions(table, None, "artist", "track", 0.0, 0.0)


def test_disagreement_counts_what_both_know():
    table = evaluation.disagreements({"one": said("aabb"), "other": said("ab-a")})
    assert table.loc["one", "other"] == pytest.approx(2 / 3)
    assert table.loc["one", "one"] == 0


def test_songs_that_one_source_alone_names_rightly():
    alone = {"words": said("abbb"), "sound": said("bbbb"), "history": said("b-ab")}
    found = evaluation.only_right(alone, "words")
    assert found.index.to_list() == ["w"] and found.loc["w", "y_true"] == "a"
    alone["history"] = said("--ab")
    assert evaluation.only_right(alone, "words").loc["w", "history"] == "not known"


def test_items_are_taken_in_the_order_of_the_other():
    some = said("aabb")
    table = on_items(some, said("-aab")).table
    assert table.index.to_list() == ["x", "y", "z"]

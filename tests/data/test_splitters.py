"""Our splitters as scikit-learn's tools take them: searches, scores, copies, the same again."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from genre_utils.data import GroupedKFold, PartitionSplit

pytestmark = pytest.mark.filterwarnings("ignore:The least populated class")
SONGS = 40


@pytest.fixture
def table():
    """Two genres that one column tells apart, ten artists of four songs each."""
    rng = np.random.default_rng(0)
    y = np.array(["jazz", "rock"])[np.arange(SONGS) % 2]
    X = pd.DataFrame(rng.normal(size=(SONGS, 3)), columns=list("abc"))
    X["a"] += 4.0 * (y == "rock")
    return X, y


def grouped(**settings):
    return GroupedKFold(np.repeat([f"artist {n}" for n in range(10)], 4), **settings)


def partition():
    return PartitionSplit(np.resize(["train", "train", "train", "valid", "test"], SONGS))


@pytest.fixture(params=["grouped", "partition"])
def splitter(request):
    return grouped(n_splits=4) if request.param == "grouped" else partition()


def test_scores_and_searches_take_them(table, splitter):
    X, y = table
    folds = splitter.get_n_splits(X, y)
    scores = cross_val_score(LogisticRegression(), X, y, cv=splitter)
    assert scores.shape == (folds,)
    assert scores.mean() > 0.8
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=splitter).fit(X, y)
    assert search.n_splits_ == folds


def test_they_are_copied_shown_and_the_same_again(table, splitter):
    X, y = table
    again = clone(GridSearchCV(LogisticRegression(), {"C": [1]}, cv=splitter)).cv
    assert again is not splitter
    assert type(splitter).__name__ in repr(again)
    for other in (splitter, again):
        for one, two in zip(splitter.split(X, y), other.split(X, y), strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_another_seed_makes_other_folds_and_no_seed_the_same(table):
    X, y = table
    tests = [[list(test) for _, test in grouped(**seed).split(X, y)]
             for seed in ({}, {}, {"random_state": 1})]  # fmt: skip
    assert [a == b for a, b in pairwise(tests)] == [True, False]


def test_the_number_of_folds_is_true_where_one_would_be_empty():
    groups, y = np.repeat(list("ABCD"), [3, 2, 1, 6]), np.repeat(["pop", "rap", "pop"], [3, 3, 6])
    splitter, X = GroupedKFold(groups, 4), np.zeros((12, 1))
    assert splitter.get_n_splits() == 4
    assert splitter.get_n_splits(X, y) == len(list(splitter.split(X, y))) == 3
    search = GridSearchCV(DummyClassifier(), {"strategy": ["prior"]}, cv=splitter)
    assert search.fit(X, y).n_splits_ == 3


def test_groups_may_be_a_list_or_a_column_and_missing_ones_are_on_no_side(table):
    X, y = table
    groups = np.repeat([f"artist {n}" for n in range(10)], 4).astype(object)
    groups[:4] = None
    wanted = list(GroupedKFold(groups, 3).split(X, y))
    for given in (list(groups), pd.Series(groups, [f"t{n}" for n in range(SONGS)])):
        for one, two in zip(wanted, GroupedKFold(given, 3).split(X, y), strict=True):
            assert np.array_equal(one[1], two[1])
    assert sorted(np.concatenate([test for _, test in wanted])) == list(range(4, SONGS))


def test_a_part_of_the_table_is_refused(table, splitter):
    X, y = table
    with pytest.raises(ValueError, match="of 40 items cannot split 10"):
        list(splitter.split(X[:10], y[:10]))


def test_an_empty_side_is_refused():
    with pytest.raises(ValueError, match="none for valid"):
        list(PartitionSplit(np.array(["train", "test"]), "valid").split())

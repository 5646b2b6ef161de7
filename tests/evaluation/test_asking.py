"""Sources are asked by models that have not seen what they are asked about."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from genre_utils import evaluation
from genre_utils.data import make_splits


class Mean:
    """Plain mean of what is there."""

    def fit(self, said, y, groups):
        self.seen = said, y, groups
        return self

    def predict_proba(self, said):
        return np.nan_to_num(np.nanmean(said, axis=1), nan=0.5)


@pytest.fixture
def tracks():
    names = [f"{genre}.{n:05}" for genre in ("a", "b") for n in range(24)]
    side = ["train", "train", "valid", "test"]
    return pd.DataFrame(
        {
            "genre": [name[0] for name in names],
            "song": names,
            "artist_group": [f"{name[0]} {n // 2}" for n, name in enumerate(names)],
            "partition": [side[n // 2 % 4] for n in range(len(names))],
        },
        index=pd.Index(names, name="track_id"),
    )


@pytest.fixture
def sources(tracks):
    rng = np.random.default_rng(0)
    good = (tracks["genre"] == "b") + 0.1 * rng.random(len(tracks))
    linear = GridSearchCV(LogisticRegression(), {"C": [1e-6, 10.0]})
    return {
        "good": evaluation.Source(linear, good.to_frame("x")),
        "noise": evaluation.Source(
            LogisticRegression(),
            pd.DataFrame({"x": rng.random(30)}, tracks.index[9:39]),
        ),
    }


@pytest.mark.parametrize("name", ["artist", "filtered"])
def test_each_item_is_asked_once_and_by_whom_did_not_see_it(tracks, sources, name):
    split = make_splits(tracks, tracks.index, n_splits=3)[0][name]
    asked = evaluation.ask(sources, tracks["genre"], split)
    said = asked.alone("good")
    assert said.correct.mean() == 1 and said.table.index.is_unique
    assert {fold.chosen["good"]["C"] for fold in asked.folds} == {10.0}
    group = tracks["artist_group"].to_numpy()
    for fold in asked.folds:
        assert not set(group[fold.inner]) & set(group[fold.test])
        assert not set(fold.inner) & set(fold.test)
    if name == "artist":
        assert len(said.table) == len(tracks)


def test_an_item_that_remembers_itself_shows_that_it_is_never_asked_of_itself(tracks):
    """Labels by coin, and a memory: whoever saw an item would name it rightly."""
    rng = np.random.default_rng(1)
    y = pd.Series(rng.choice(["a", "b"], len(tracks)), tracks.index)
    X = pd.DataFrame({"x": rng.permutation(len(tracks)).astype(float)}, tracks.index)
    split = make_splits(tracks.assign(genre=y), tracks.index, n_splits=3)[0]["artist"]
    source = {"memory": evaluation.Source(KNeighborsClassifier(1), X)}
    asked = evaluation.ask(source, y, split)
    assert asked.alone("memory").correct.mean() < 0.8
    for fold in asked.folds:
        said, labels, _ = asked.inner(fold, ["memory"])
        assert (said[:, 0].argmax(axis=1) == labels).mean() < 0.8


def test_what_a_source_does_not_know_is_nan_and_fusion_goes_on(tracks, sources):
    split = make_splits(tracks, tracks.index, n_splits=3)[0]["artist"]
    asked = evaluation.ask(sources, tracks["genre"], split)
    assert len(asked.alone("noise").table) == 30
    together = asked.fused(Mean(), ["good", "noise"])
    assert len(together.table) == len(tracks) and together.correct.mean() > 0.9
    (model, *_) = asked.fit(Mean(), ["good", "noise"])
    said, y, groups = model.seen
    assert said.shape[1:] == (2, 2) and len(said) == len(y) == len(groups)
    assert np.isnan(said[:, 1]).any() and not np.isnan(said[:, 0]).any()
    gone = asked.put_together(asked.fit(Mean(), ["good", "noise"]), ["good", "noise"], gone="good")
    assert gone.correct.mean() < 0.9


def test_who_knows_nothing_names_the_most_frequent_genre(tracks, sources):
    split = make_splits(tracks, tracks.index)[0]["filtered"]
    y = tracks["genre"].where(tracks.index != "b.00004", "a")
    asked = evaluation.ask(sources, y, split)
    assert set(asked.guess().table["y_pred"]) == {"a"}

"""Evaluation: known answers, and that the machinery itself leaks nothing."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from genre_utils import evaluation
from genre_utils.data import identify, make_splits
from genre_utils.evaluation import Predictions

GENRES = ["blues", "jazz", "metal", "rock"]


@pytest.fixture(scope="module")
def collection():
    """Four genres, five artists each, four songs an artist, five pieces a song.

    Features tell the song and the artist, but nothing of the genre.
    """
    rng = np.random.default_rng(0)
    rows, values = [], []
    for genre in GENRES:
        for a in range(5):
            artist = rng.normal(0, 1, 6)
            for s in range(4):
                song = artist + rng.normal(0, 1, 6)
                side = ("train", "train", "train", "valid", "test")[a]
                rows.append((f"{genre}.{4 * a + s:05d}", genre, f"{genre} artist {a}", side))
                values.append(song + rng.normal(0, 0.05, (5, 6)))
    tracks = pd.DataFrame(rows, columns=["track_id", "genre", "artist", "partition"])
    tracks = identify(tracks.set_index("track_id").assign(duplicate_of=None))
    index = pd.MultiIndex.from_product([tracks.index, range(5)], names=["track_id", "segment"])
    X = pd.DataFrame(np.concatenate(values), index=index, columns=list("abcdef"))
    y = pd.Series(tracks.loc[index.get_level_values(0), "genre"].to_numpy(), index)
    return tracks, X, y, make_splits(tracks, index, n_splits=5)[0]


def predict(collection, split, model=None, y=None):
    _, X, genre, splits = collection
    model = model or KNeighborsClassifier(1)
    return evaluation.evaluate(model, X, genre if y is None else y, splits[split], n_jobs=1)


def predictions(true, predicted, probability=None, pieces=None):
    index = pd.Index(range(len(true)), name="track_id")
    if pieces:
        index = pd.MultiIndex.from_tuples(pieces, names=["track_id", "segment"])
    table = pd.DataFrame({"y_true": true, "y_pred": predicted}, index=index)
    table = table.assign(fold=0, group=index.get_level_values(0), votes=1)
    if probability is not None:
        probability = pd.DataFrame(probability, index=index, columns=["jazz", "rock"])
    return Predictions(table, probability, "track", "segment", 0.0, 0.0)


def test_every_item_is_predicted_by_a_model_that_did_not_see_it(collection):
    class Memory(KNeighborsClassifier):
        def predict(self, X):
            near = self.kneighbors(X, 1)[0][:, 0]
            assert (near > 0).all(), "an item of the test side was learnt"
            return super().predict(X)

    found = predict(collection, "random", Memory(1))
    assert len(found.table) == len(collection[1])
    assert found.table.index.is_unique


def test_choosing_happens_inside_the_training_side_and_is_reported(collection):
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 15]})
    found = predict(collection, "filtered", search)
    assert len(found.chosen) == 1
    assert found.chosen[0]["n_neighbors"] in (1, 15)
    _, X, y, splits = collection
    train, _ = splits["filtered"].folds(y.to_numpy())[0]
    model, _ = evaluation.fit(search, X, y.to_numpy(dtype=object), train, splits["filtered"])
    assert model.n_samples_fit_ == len(train)


def test_intervals_are_wider_when_items_come_in_groups():
    rng = np.random.default_rng(0)
    correct = np.repeat(rng.random(40) < 0.6, 10)
    groups = np.repeat(np.arange(40), 10)
    alone = evaluation.bootstrap_interval(correct, np.arange(400))
    grouped = evaluation.bootstrap_interval(correct, groups)
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])
    low, high = alone
    assert low < correct.mean() < high
    assert high - low == pytest.approx(4 * np.sqrt(0.24 / 400), rel=0.15)


def test_a_paired_test_counts_what_only_one_gets_right():
    true = ["jazz"] * 10
    one = predictions(true, ["jazz"] * 9 + ["rock"])
    other = predictions(true, ["rock"] * 8 + ["jazz"] * 2)
    found = evaluation.compare(one, other)
    assert (found["only_first"], found["only_other"]) == (8, 1)
    # Each item is a group of its own: the sign test, two-sided.
    assert found["p"] == pytest.approx(2 * (1 + 9) / 2**9, abs=0.01)
    assert found["difference"] == pytest.approx(0.7)
    assert found["low"] < 0.7 < found["high"]
    assert evaluation.compare(one, one)["p"] == 1.0


def test_a_paired_test_draws_artists_not_tracks():
    true = ["jazz"] * 40
    one, other = predictions(true, ["jazz"] * 40), predictions(true, ["rock"] * 20 + ["jazz"] * 20)
    alone = evaluation.compare(one, other)
    for side in (one, other):
        side.table["group"] = np.repeat(["A", "B"], 20)
    grouped = evaluation.compare(one, other)
    assert alone["p"] < 0.001
    assert grouped["p"] > 0.4  # twenty songs, but one artist
    assert grouped["low"] <= 0 and alone["low"] > 0


def test_a_verdict_needs_the_interval_and_the_test():
    sure = {"difference": 0.1, "low": 0.02, "high": 0.2, "p": 0.01}
    assert evaluation.verdict(sure) == "better"
    assert evaluation.verdict(sure | {"difference": -0.1, "low": -0.2, "high": -0.02}) == "worse"
    assert evaluation.verdict(sure | {"p": 0.08}) == "not resolved"
    assert evaluation.verdict(sure | {"low": -0.01}) == "not resolved"


def test_a_score_of_several_seeds_is_their_mean():
    runs = [predictions(["jazz"] * 10, ["jazz"] * n + ["rock"] * (10 - n)) for n in (4, 6, 8)]
    found = evaluation.score(runs, "cnn", "mel")
    assert (found.accuracy, found.runs, found.n, found.genres) == (pytest.approx(0.6), 3, 10, 1)
    assert found.sd == pytest.approx(0.2)
    assert found.ci95[0] < 0.6 < found.ci95[1]
    with pytest.raises(ValueError, match="same items"):
        evaluation.score([runs[0], predictions(["jazz"], ["jazz"])], "cnn", "mel")


def test_a_score_has_split_n_and_interval(collection):
    found = evaluation.score(predict(collection, "artist"), "knn", "features_3_sec", published=0.87)
    assert (found.split, found.level, found.n) == ("artist", "segment", 400)
    assert found.ci95[0] <= found.accuracy <= found.ci95[1]

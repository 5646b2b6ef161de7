"""Tables of several models: rows, columns and figures are those of their predictions."""

import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier

from genre_utils import evaluation
from genre_utils.data import make_splits
from genre_utils.evaluation import Predictions


@pytest.fixture(scope="module")
def found():
    """Two models on four pieces of two songs, under two splits; k-NN errs once at random."""
    index = pd.MultiIndex.from_product([["jazz.00000", "rock.00000"], [0, 1]])
    index.names = ["track_id", "segment"]
    true = ["jazz", "jazz", "rock", "rock"]
    said = {("knn", "random"): ["jazz", "jazz", "rock", "jazz"], ("knn", "track"): ["rock"] * 4}
    said |= {("svm", "random"): true}
    return {
        (name, "features_3_sec", split): Predictions(
            pd.DataFrame(
                {"y_true": true, "y_pred": predicted, "fold": [0, 0, 1, 1]}
                | {"group": list("aabb"), "votes": 1},
                index,
            ),
            None,
            split,
            "segment",
            fit_seconds=3.0,
            predict_seconds=0.2,
        )
        for (name, split), predicted in said.items()
    }


def test_accuracy_and_metrics_are_by_model_and_split(found):
    table = evaluation.accuracy_table(found, "features_3_sec")
    assert list(table) == ["random", "track"]
    assert table.loc["k-nearest neighbours"].tolist() == [0.75, 0.5]
    assert pd.isna(table.loc["SVM (one against one)", "track"])
    assert evaluation.accuracy_table(found, "features_30_sec").empty
    recall = evaluation.metric_table(found, "features_3_sec", "random")["recall"]
    assert recall.tolist() == [0.75, 1.0]


def test_a_reproduction_is_measured_in_points(found):
    held_out = {"knn": found["knn", "features_3_sec", "random"]}
    table = evaluation.reproduction_table(held_out, {"knn": 0.87}, {"knn": 0.806})
    assert table.loc["k-nearest neighbours", "difference (points)"] == pytest.approx(-12)
    assert evaluation.reproduction_table({}, {}, {}).empty


def test_pieces_are_joined_and_costs_are_by_fold(found):
    joined, table = evaluation.join_pieces(found)
    assert set(joined) == set(found)
    # The rock song has a vote for each genre: the alphabet decides, for jazz.
    assert table.loc["k-nearest neighbours, random", "all pieces, vote"] == 0.5
    assert joined["svm", "features_3_sec", "random"].level == "track"
    costs = evaluation.cost_table(found, "features_3_sec", "random")
    assert (costs["fit (s a fold)"] == 1.5).all()
    assert (costs["predict (ms an item)"] == 50).all()


def test_what_was_published_stands_beside_pieces_at_random_alone(found):
    scores = evaluation.scores_of(found, {"knn": 0.87})
    published = {(s.model, s.split): s.published for s in scores}
    assert published == {("knn", "random"): 0.87, ("knn", "track"): None, ("svm", "random"): None}
    rows = evaluation.score_rows(scores, {"knn": 0.87})
    assert set(rows["label"]) == {"k-nearest neighbours, 3 s", "SVM (one against one), 3 s"}


def test_the_validation_side_is_learnt_from_too_and_the_fewest_are_counted():
    names = pd.Index([f"{g}.{n:05d}" for g in ("jazz", "rock") for n in range(6)], name="track_id")
    genre = pd.Series([name[:4] for name in names], names)
    tracks = pd.DataFrame({"genre": genre, "song": names, "artist_group": names}, names)
    tracks["partition"] = ["train", "train", "train", "valid", "test", "test"] * 2
    X = pd.DataFrame({"x": (genre == "rock") * 1.0})
    splits, _ = make_splits(tracks, names, n_splits=2)
    filtered = splits["filtered"]
    before = evaluation.evaluate(DummyClassifier(), X, genre, filtered)
    refit, fitted = evaluation.refitted_on_valid(
        KNeighborsClassifier(1), X, genre, filtered, before
    )
    assert (refit.correct.mean(), before.correct.mean(), fitted) == (1.0, 0.5, 8)
    assert evaluation.fewest_to_fit(splits.values(), genre) == 6
    told = evaluation.tell_splits({"30 s": (splits, {"random": "it rains"})})
    assert "Not possible on the 30 s table: `random`, because it rains." in told


def test_kinship_is_told_of_known_pairs_in_either_order():
    told = evaluation.tell_kinship(["rock as metal", "polka as rock"])
    assert told == "- rock as metal: metal is rock, louder and more distorted."
    assert "None" in evaluation.tell_kinship(["polka as rock"])

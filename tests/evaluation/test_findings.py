"""Sentences about classical models follow the numbers, and tables are there to be read."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from genre_utils import evaluation
from genre_utils.data import Features, make_splits
from genre_utils.evaluation import Finding, Predictions, Score

TEST = {"difference": 0.18, "low": 0.09, "high": 0.27, "only_first": 21, "only_other": 3, "p": 1e-4}
CHANCE = TEST | {"difference": 0.01, "low": -0.02, "p": 0.4}


def predictions(right, split, *, level="segment", genres=("jazz", "rock")):
    """Twelve items, of which so many are right; two folds."""
    names = [f"{genres[n % len(genres)]}.{n // 2:05d}" for n in range(12)]
    index = pd.Index(names, name="track_id")
    if level == "segment":
        index = pd.MultiIndex.from_arrays([names, range(12)], names=["track_id", "segment"])
    true = [name[:4] for name in names]
    other = {"jazz": "rock", "rock": "jazz"}
    said = [t if n < right else other[t] for n, t in enumerate(true)]
    table = {"y_true": true, "y_pred": said, "fold": [0, 1] * 6, "group": names, "votes": 1}
    return Predictions(pd.DataFrame(table, index), None, split, level, 2.0, 0.1)


def found(data="features_3_sec", level="segment", **right):
    return {
        ("knn", data, split): predictions(number, split, level=level)
        for split, number in right.items()
    }


def test_a_finding_shows_its_table_and_its_sentence():
    table = pd.DataFrame({"a": [0.944, np.nan]}, ["x", "y"])
    told = Finding("So **it** is.", evaluation.as_percents(table))
    assert "94.4 %" in told._repr_markdown_() and told._repr_markdown_().endswith("So **it** is.")
    assert "nan" not in repr(told).lower()
    assert Finding("Nothing.", pd.DataFrame())._repr_markdown_() == "Nothing."


def test_a_reproduction_is_judged_by_its_numbers():
    said = {"knn": predictions(6, "random"), "svm": predictions(9, "random")}
    table = evaluation.reproduction_table(
        said, {"knn": 0.87, "svm": 0.75}, {"knn": 0.8, "svm": 0.7}
    )
    genre = said["knn"].table["y_true"]
    told = evaluation.show_reproduction(table, genre)
    assert told.text.startswith(
        "Within two points of the summary: SVM (one against one) (+0.0 points)"
    )
    assert "Not: k-nearest neighbours (-37.0 points)." in told.text
    assert "all 2 genres have" in told.text
    assert told.table.loc["k-nearest neighbours", "difference"] == "-37.0 points"
    assert "nothing" in evaluation.show_reproduction(pd.DataFrame(), genre).text


def test_the_hardest_genre_is_one_or_several():
    jazz = predictions(12, "random")
    jazz.table.loc[jazz.table["y_true"] == "jazz", "y_pred"] = "rock"
    rock = predictions(12, "random")
    rock.table.loc[rock.table["y_true"] == "rock", "y_pred"] = "jazz"
    assert evaluation.tell_worst({"knn": jazz, "svm": jazz}) == "All 2 models find jazz hardest."
    assert "jazz for k-nearest neighbours and rock for SVM" in evaluation.tell_worst(
        {"knn": jazz, "svm": rock}
    )
    assert "best rock 100 %, worst jazz 0 %" in evaluation.tell_recalls({"knn": jazz})


def test_neighbours_that_give_what_was_published_and_what_goes_over_fewer_genres():
    by_k = pd.DataFrame({"random": [0.95, 0.86], "artist": [0.4, 0.5]}, [1, 13])
    by_k.attrs["fewer"] = ["artist"]
    told = evaluation.tell_neighbours(by_k, 0.87)
    assert "comes k = 13, with 86.0 %" in told
    assert (
        "k = 1 under `random` (95.0 %) and k = 13 under `artist` (50.0 %, of fewer genres)" in told
    )
    assert "A small k wins only under `random`" in told
    assert "by up to 9.0 points, under the other splits by up to 10.0" in told
    assert "A small k" not in evaluation.tell_neighbours(by_k[["random"]], 0.87)


def test_the_leak_and_chance():
    near = pd.Series({"song": 0.8, "artist": 0.1, "genre": 0.011, "other": 0.089})
    told = evaluation.tell_leak(near, 0.001)
    assert "For only 1.1 % is the nearest piece of the same genre by another artist" in told
    track = pd.Index(["a", "a", "b", "b"])
    assert evaluation.same_track_by_chance(track) == pytest.approx(4 / 12)


def test_a_fall_is_told_and_what_goes_over_fewer_genres_is_starred():
    runs = found(random=12, track=6)
    runs["knn", "features_3_sec", "artist"] = predictions(9, "artist", genres=("jazz",))
    told = evaluation.show_fall(runs, "features_3_sec")
    assert "-50.0 points (k-nearest neighbours)" in told.text and "`artist*`" in told.text
    assert list(told.table) == ["random", "track", "artist*"]
    assert told.table["random"].tolist() == ["100.0 % (100.0 %)"]
    recalls = evaluation.macro_recalls(runs, "features_3_sec")
    assert recalls["track"]["k-nearest neighbours"] == 0.5


@pytest.mark.parametrize("test, said", [(TEST, "is due to pieces"), (CHANCE, "within chance")])
def test_what_follows_from_a_fall_depends_on_its_interval(test, said):
    runs = found(level="track", random=12, track=6)
    told = evaluation.tell_fall(test, *runs.values())
    assert said in told and "With so few tracks" in told
    assert "100.0 % at random against 50.0 % with songs apart, +" in told
    assert evaluation.tell_test(TEST) == "+18.0 points [+9.0, +27.0], p < 0.001"


def test_votes_stand_beside_pieces_model_by_model():
    runs = found(random=12, track=6)
    joined, votes = evaluation.join_pieces(runs)
    told = evaluation.show_votes(votes)
    assert list(told.table) == ["random", "track"] and len(joined) == 2
    assert told.table.loc["k-nearest neighbours", "random"] == "100.0 % → 100.0 %"
    assert "no pieces" in evaluation.show_votes(pd.DataFrame()).text


def test_the_best_is_named_with_all_that_equal_it():
    runs = found("features_30_sec", "track", random=12, artist=6)
    runs |= {("svm", *key[1:]): one for key, one in runs.items()}
    told = evaluation.show_gains(runs, "features_30_sec", "artist")
    assert "k-nearest neighbours and SVM (one against one), 50.0 %" in told.text
    assert list(told.table)[:3] == ["random", "artist", "95 % interval"]
    top, chosen = evaluation.best_of(runs, "features_30_sec", "artist")
    assert chosen == ["knn", "knn"] and top.accuracy == 0.5
    pieces = found(random=12, track=6, artist=3)
    sentence = evaluation.tell_classical(runs | pieces, top, {"svm": 0.7, "knn": 0.9})
    assert sentence.startswith("k-nearest neighbours, with 90 % the summary's best, goes on 3 s")
    assert "from 100.0 % when" in sentence and "when artists do, that is" in sentence
    assert "The best of 2 models" in sentence and sentence.count(". ") == 1
    assert evaluation.tell_classical(runs, top, {"svm": 0.7}).startswith("The best of 2 models")
    assert "lies below it" in evaluation.tell_people(replace(top, ci95=(0.4, 0.6)))
    assert "contains it" in evaluation.tell_people(replace(top, ci95=(0.6, 0.8)))


def test_an_average_is_better_only_beyond_chance():
    blended, weak = (predictions(n, "artist", level="track") for n in (11, 2))
    compared = evaluation.compare_blend(blended, {"knn": weak, "svm": predictions(
        10, "artist", level="track")})  # fmt: skip
    assert compared.index.tolist() == ["svm", "knn", "chosen"]
    assert compared["accuracy"].tolist() == pytest.approx([10 / 12, 2 / 12, 10 / 12])
    told = evaluation.show_blend(compared, blended)
    assert "SVM (one against one) is best here, 83.3 %" in told.text
    assert "cannot be told" in told.text and "change places" not in told.text
    assert told.table.index[-1] == "chosen for each fold"
    compared.loc["svm", ["low", "high"]] = 0.05, 0.2
    compared.loc["chosen", "accuracy"] = 0.5
    told = evaluation.show_blend(compared, blended)
    assert "so the average is better" in told.text and "less than 1 of the 2" in told.text
    refit = evaluation.tell_refit(weak, blended, 9)
    assert "names 2 of 12 test tracks (16.7 %) rightly" in refit
    assert "9 tracks: +75.0 points" in refit and "more than chance explains" in refit
    assert "which chance may explain" in evaluation.tell_refit(weak, weak, 9)


@pytest.mark.parametrize("last, said", [(0.6, "would still help"), (0.505, "cannot be told")])
def test_a_curve_is_judged_against_the_draw_of_artists(last, said):
    curve = pd.DataFrame(
        {"artists": [10, 50, 100], "accuracy": [0.3, 0.5, last], "sd": [0.02, 0.01, 0]}
    )
    told = evaluation.tell_curve(curve)
    assert said in told and "1.0 points of difference (standard deviation), with fewer 2.0" in told


def test_losses_larger_than_their_spread_are_counted():
    drops = pd.DataFrame({"drop": [0.3, 0.01], "sd": [0.02, 0.05]}, ["timbre", "rhythm"])
    groups = {"timbre": ["mfcc1_mean", "mfcc2_mean"], "rhythm": ["tempo"]}
    told = evaluation.tell_drops(drops, groups)
    assert "For 1 of these 2" in told
    assert "timbre has 2 of the 3 columns and rhythm only 1" in told
    assert "unequal" not in evaluation.tell_drops(drops, {"timbre": ["a"], "rhythm": ["b"]})
    assert "1 of these 2 columns" in evaluation.tell_columns(["a", "b"], ["b", "c"])


def test_all_genres_with_the_fewest_artists_are_named():
    recall = pd.Series({"blues": 0.3, "jazz": 0.7, "rock": 0.4})
    relation, told = evaluation.tell_artists_and_recall(
        recall, pd.Series({"blues": 9, "jazz": 9, "rock": 20, "polka": 1})
    )
    assert "Blues and jazz have fewest, 9; recall: blues 30 %, jazz 70 %" in told
    assert "(p = 1). That can be chance: with 3 genres" in told
    many = pd.Series(range(10), list("abcdefghij"))
    assert "recognised badly." in evaluation.tell_artists_and_recall(many / 10, many)[1]
    assert relation == pytest.approx(0.0, abs=1e-9)
    alike = pd.Series({"blues": 5, "jazz": 5, "rock": 5})
    assert evaluation.tell_artists_and_recall(recall, alike)[0] is None


def test_the_matrix_stars_what_goes_over_fewer_genres():
    score = Score("knn", "features_30_sec", "artist", "track", 0.5, (0.4, 0.6), 0.5, 90, 10)
    piece = replace(score, input="features_3_sec", level="segment", genres=6)
    told = evaluation.show_matrix([score, piece, replace(piece, level="track")], "artist")
    assert list(told.table) == [("3 s pieces", "artist*"), ("tracks", "artist")]
    assert "fewer than 10 genres" in told.text
    rows = evaluation.score_rows([score, replace(score, split="random", ci95=(0.7, 0.9))], {})
    assert "For all 1 combination of" in evaluation.tell_overview(rows)


def test_confusions_and_what_a_plane_shows():
    recall = pd.Series({"rock": 0.2, "jazz": 0.9})
    told = evaluation.tell_confusions(recall, pd.Series({"rock as jazz": 8}))
    assert told == (
        "Numbers count tracks; the colour is their share of the row. Best and worst recognised: "
        "jazz 90 %, rock 20 %. Confused most, in tracks: rock as jazz (8)."
    )
    right = pd.DataFrame({"learnt": [1.0, 0.8], "others": [0.6, 0.7]}, ["a tree", "SVM"])
    told = evaluation.tell_learnt(right)
    assert "right with SVM, 70 %" in told and "A tree has 100 %" in told


@pytest.fixture(scope="module")
def small():
    """Two genres of six songs by as many artists, told apart by one number."""
    names = pd.Index([f"{g}.{n:05d}" for g in ("jazz", "rock") for n in range(6)], name="track_id")
    genre = pd.Series([name[:4] for name in names], names)
    tracks = pd.DataFrame({"genre": genre, "song": names, "artist_group": names}, names)
    tracks = tracks.assign(artist=names, duplicate_of=None, partition=None)
    X = pd.DataFrame({"x": (genre == "rock") * 1.0})

    class OneColumn(Features):
        X = property(lambda self: self.values)

    return OneColumn(X, genre, "Made up.", pd.DataFrame()), tracks


def test_all_models_are_asked_under_all_splits(small):
    table, tracks = small
    splits, _ = make_splits(tracks, table.values.index, n_splits=2)
    asked = {"knn": KNeighborsClassifier(1)}
    said = evaluation.ask_all(asked, table, splits.values(), "features_30_sec")
    assert list(said) == [("knn", "features_30_sec", name) for name in splits]
    assert all(one.correct.all() for one in said.values())
    assert evaluation.ask_all(asked, None, [], "") == {}
    by_k = evaluation.by_neighbours(table, splits.values(), [1, 3])
    assert by_k.to_numpy().min() == 1 and by_k.attrs["fewer"] == []
    (once,) = evaluation.at_once(splits)
    assert len(once.folds(table.genre.to_numpy())) == 1 and not evaluation.at_once({})
    effect = evaluation.identity_effect(asked, tracks, table, n_splits=2)
    assert effect.index.tolist() == ["k-nearest neighbours artist", "k-nearest neighbours track"]
    told = evaluation.show_identities(effect, 2)
    assert told.text.startswith("2 songs have") and "+0.0 points" in told.text
    made = evaluation.Table(table, "Made up.", splits, {})
    none = evaluation.Table(None, "No audio", {}, {})
    told = evaluation.show_tables({"features_30_sec": made, "features_3_sec": none})
    assert told.text.startswith("- Table of 30 s: Made up.")
    assert told.table.loc["artist", "table of 30 s"] == "2 folds, asks 12 of 12"

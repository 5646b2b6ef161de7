"""What sources gain together: simulated ones are told apart from real ones, chance from gain."""

import numpy as np
import pandas as pd
import pytest

from genre_utils import evaluation, models
from genre_utils.data import make_splits
from genre_utils.evaluation.asking import AskedFold
from genre_utils.evaluation.fusions import _tell_ways, _verdict


@pytest.fixture(scope="module")
def asked():
    """Sound is right of three tracks in four, the picture never more, history always."""
    rng = np.random.default_rng(0)
    names = pd.Index([f"t{n}" for n in range(120)], name="track_id")
    genre = pd.Series(np.tile(["jazz", "metal", "rock"], 40), names, name="genre")
    tracks = pd.DataFrame(
        {"genre": genre, "artist": [f"a{n // 3}" for n in range(120)], "artist_group": None}
        | {"song": names, "partition": None}
    )
    tracks["artist_group"] = tracks["artist"]
    splits, _ = make_splits(tracks, names, n_splits=2, seed=0)
    split = splits["artist"]
    codes = np.tile([0, 1, 2], 40)

    def said(share):
        own = np.where(rng.random(120) < share, codes, rng.integers(0, 3, 120))
        return 0.8 * np.eye(3)[own] + 0.2 / 3

    sources = {"sound": said(0.7), "picture": said(0.0), "history": said(1.0)}
    folds = tuple(
        AskedFold(
            {},
            train,
            {name: table[train] for name, table in sources.items()},
            test,
            {name: table[test] for name, table in sources.items()},
        )
        for train, test in split.folds(genre.to_numpy(object))
    )
    return evaluation.Asked(split, genre, np.array(["jazz", "metal", "rock"]), folds)


# Both are quick; the second goes by a name that is told otherwise.
FUSERS = {"late_fusion": models.LateFusion(), "stacking": models.LateFusion(rounds=20)}


def test_what_is_gained_by_history_is_not_gained_by_real_sources(asked):
    met = evaluation.meet(asked, FUSERS, ["sound", "picture", "history"])
    assert met.real_names == ["picture"]
    assert met.gain()["difference"] > 0.1 and met.gain_of_simulated()["difference"] > 0.1
    assert abs(met.gain(real=True)["difference"]) < 0.05
    shown = evaluation.show_meetings({"artist": met})
    assert shown.table.index.to_list() == [
        ("artist", way) for way in ("late fusion", "stacking", evaluation.CHOSEN)
    ]
    assert shown.table.columns.to_list()[:2] == [
        ("without history", "accuracy"),
        ("without history", "gain over sound alone"),
    ]
    assert "history alone makes" in shown.text.lower() and "more than chance" in shown.text
    told = evaluation.tell_meeting("artist", met)
    assert "The real sources beside it, picture, change that by" in told
    assert told.endswith("to 100.0 %.")
    assert set(evaluation.tell_ways({"artist": met})) == {
        "way_by_fold_artist",
        "real_way_by_fold_artist",
    }


def test_without_real_sources_the_headline_names_none(asked):
    met = evaluation.meet(asked, FUSERS, ["sound", "history"])
    assert "real sources" not in evaluation.tell_meeting("artist", met)
    assert "sound alone" in evaluation.show_meetings({"artist": met}).text


def test_a_gain_is_open_where_interval_and_test_disagree():
    test = {"low": 0.004, "high": 0.08, "p": 0.097, "only_first": 11, "only_other": 2}
    assert _verdict(test) == "open, since interval and test disagree; 13 tracks differ"
    assert _verdict(test | {"p": 0.01}) == "more than chance"
    assert _verdict(test | {"low": -0.01}) == "no more than chance"


def test_ways_are_counted_by_fold():
    assert _tell_ways(["gated_fusion"]) == "gate"
    assert _tell_ways(["stacking", "gated_fusion", "gated_fusion"]) == (
        "stacking in 1 fold and gate in 2 folds"
    )


def test_a_source_that_is_missing_costs_nothing_by_construction(asked):
    missing = evaluation.loss_of_missing(asked, FUSERS, ["sound", "picture", "history"])
    assert (missing["difference"] == 0).all()
    shown = evaluation.show_missing(missing)
    assert shown.table.loc[("stacking", "sound"), "difference (points)"] == "+0.0 [+0.0, +0.0]"
    assert "only the gate" not in shown.text
    row = missing.iloc[:1].assign(fusion="gated_fusion", difference=-1.5, low=-3.3, high=0.2)
    told = evaluation.show_missing(pd.concat([missing, row], ignore_index=True)).text
    assert "At worst it changes by -1.5 [-3.3, +0.2] points (sound is missing)" in told


def test_worth_says_what_is_known_twice():
    columns = ["value", "low", "high", "left_out", "left_out_low", "left_out_high"]
    rows = [[34, 30, 38, 8.3, 3.4, 13], [17.6, 15, 20, 0, 0, 0]]
    table = pd.DataFrame(rows, ["sound", "picture"], columns, dtype=float)
    shown = evaluation.show_worth({"artist": table})
    assert shown.table.loc["sound", ("artist", "lost if left out")] == "+8.3 [+3.4, +13.0]"
    assert "Missed for sure (the interval is above 0): sound under `artist`." in shown.text
    assert "picture is worth +17.6 points in the mean over all orders, but only +0.0" in shown.text


def test_trust_names_the_genres_that_differ():
    trusted = pd.DataFrame(
        {"sound": [0.9, 0.3], "history": [0.1, 0.7], "words": [0.0, 0.0]}, ["jazz", "rock"]
    )
    assert evaluation.tell_trust(trusted) == (
        "Averaged over the genres, sound has 60 % of the weight. More than sound has only history "
        "for rock (70 %). Words: next to nothing for any genre."
    )


def test_a_cold_start_is_told_with_intervals():
    rows = [(s, w, 0.5, 0.4, 0.6, 0.1) for s in (0.0, 1.0) for w in ("sound", "history", "both")]
    cold = pd.DataFrame(rows, columns=["share", "way", "precision", "low", "high", "chance"])
    told = evaluation.tell_cold_start(cold, 670)
    assert "history alone goes from 50.0 % [40.0, 60.0] (chance 10.0 %)" in told
    assert told.endswith("n = 670 songs, intervals over artists.")


def test_words_stand_out_only_with_a_large_z():
    columns = ["genre", "word", "artists", "of", "elsewhere", "z"]
    told = pd.DataFrame([["blues", "baby", 3, 9, 5, 3.6], ["metal", "night", 2, 28, 7, 0.9]])
    shown = evaluation.show_telling_words(told.set_axis(columns, axis=1))
    assert "baby (blues). Many" in shown.text and "night" not in shown.text
    assert shown.table.loc["metal"].to_list() == ["night", "2 of 28", 7, "0.9"]
    assert "none" in evaluation.show_telling_words(pd.DataFrame(columns=columns)).text


def test_no_source_disagrees_with_itself():
    apart = pd.DataFrame([[0.0, 0.25], [0.25, 0.0]], ["a", "b"], ["a", "b"])
    assert evaluation.show_disagreements(apart).to_numpy().tolist() == [["", "25 %"], ["25 %", ""]]

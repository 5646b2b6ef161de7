"""Networks side by side: tables and sentences are those of their predictions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genre_utils import evaluation
from genre_utils.evaluation import Predictions, Score

GENRES = ["blues", "jazz"]


def said(right, split="track", *, sure=0.8, n=40, level="segment"):
    """Pieces of ten songs, half blues, half jazz; so many are right, each as sure as given."""
    songs = [f"{GENRES[i % 2]}.{i % 10:05d}" for i in range(n)]
    index = pd.MultiIndex.from_arrays([songs, range(n)], names=["track_id", "segment"])
    if level == "track":
        index = pd.Index([f"{song}{i}" for i, song in enumerate(songs)], name="track_id")
    true = [GENRES[i % 2] for i in range(n)]
    given = [t if i < right else GENRES[1 - i % 2] for i, t in enumerate(true)]
    columns = {"y_true": true, "y_pred": given, "fold": 0, "group": songs, "votes": 1}
    chance = {g: [sure if x == g else 1 - sure for x in given] for g in GENRES}
    table, probability = pd.DataFrame(columns, index), pd.DataFrame(chance, index)
    curve = pd.DataFrame({"epoch": [1.0], "accuracy": [0.5], "val_accuracy": [0.4]})
    return Predictions(table, probability, split, level, 8.0, 0.2, curves=(curve,))


@pytest.fixture
def runs():
    return {
        ("cnn", "mel", "track"): [said(36)],
        ("waveform", "raw", "track"): [said(10)],
        ("published_cnn", "mfcc", "random"): [said(38, "random"), said(34, "random")],
        ("published_cnn", "mfcc", "track"): [said(30), said(34)],
        ("feed_forward", "mfcc", "track"): [said(31)],
    }


def classical(accuracy, split="track", **changes):
    found = Score("knn", "features_3_sec", split, "segment", accuracy, (0.7, 0.99), 0.9, 40, 2)
    return replace(found, **changes)


def test_no_two_networks_have_one_name():
    keys = [("cnn", "mel"), ("cnn", "picture"), ("cnn", "mel, whole"), ("cnn_average", "picture")]
    assert len({evaluation.network_name(*key) for key in keys}) == len(keys)
    assert evaluation.network_name("knn", "features_3_sec") == "k-nearest neighbours, 57 features"


def test_few_are_counted_and_many_are_shares_as_well():
    assert evaluation.out_of(3, 4) == "3 of 4"
    assert evaluation.out_of(75, 100) == "75 of 100 (75.0 %)"


def test_tables_have_a_row_a_network_and_a_column_a_split(runs):
    table = evaluation.seed_table(runs)
    assert list(table) == ["random", "track"]
    assert table.loc["the summary's CNN", "random"] == "90.0 % ± 7.1"
    assert table.loc["small CNN on mel", "random"] == ""
    votes = evaluation.vote_table(runs, "track")
    assert votes.loc["waveform network", "one piece"] == "25.0 %"
    assert votes.loc["waveform network", "seconds a fold"] == "8.0"
    assert evaluation.seed_table({}).empty


def test_a_matrix_marks_what_goes_over_fewer_genres():
    scores = [classical(0.9, genres=10), classical(0.8, "artist", genres=6)]
    matrix = evaluation.accuracy_matrix(scores, "segment")
    assert matrix.iloc[0].tolist() == ["90 % [70, 99]", "80 %* [70, 99]"]


def test_facts_and_costs_keep_the_names_of_results(runs):
    facts = evaluation.facts_of(runs)
    assert facts["published_cnn_random"] == pytest.approx(0.9)
    assert facts["accuracy_by_input"]["our CNN, mel, track"] == pytest.approx(0.9)
    assert "published_cnn_track" not in evaluation.facts_of({("cnn", "mel", "track"): [said(9)]})
    assert evaluation.seconds_of(runs)["1-D CNN, raw, track"] == 8.0
    assert evaluation.training_costs(runs).loc["waveform network, track"].tolist() == ["8.0", "5.0"]
    levels = [s.level for s in evaluation.all_scores(runs)]
    assert levels == ["segment", "track"] * len(runs)


def test_the_last_word_has_fusion_before_the_average_before_folds():
    average, fusion = ("cnn_average", "picture", "filtered"), ("cnn", "picture", "artist")
    assert evaluation.last_word({fusion: [], average: []}) == average
    assert evaluation.last_word({fusion: []}) == fusion
    assert evaluation.chosen_by(fusion) == {}
    assert evaluation.chosen_by(average)["chosen"]["model"] == "cnn_average"


def test_a_fall_is_told_in_points(runs):
    told = evaluation.tell_songs_apart(runs, ("published_cnn", "mfcc"))
    assert "90.0 % of the pieces rightly when pieces are split at random" in told
    assert "80.0 % under `track` (-10.0 points [" in told and "2 seeds" in told
    assert "Too few songs" in evaluation.tell_songs_apart(runs, ("cnn", "mel"))


def beside(right, split="track", **changes):
    return {("blend", "features_3_sec", split): said(right, split, **changes)}


def test_the_title_is_answered_by_a_paired_test(runs):
    leads = evaluation.leads_of(beside(10), runs)
    assert leads["track"].accuracies == (0.9, 0.25) and leads["track"].n == 40
    told = evaluation.tell_claims(leads, [classical(0.95)], runs)
    assert told.startswith("**Does a network hear more? Yes.**")
    assert "`track` small CNN on mel names 90.0 %, average of five models, 57 features" in told
    assert "25.0 %: +65.0 points [" in told and "p < 0.05" not in told
    assert "number 3 of 5 under `track`" in told
    assert "Small CNN on mel against waveform network: +65.0 points" in told
    assert "more than chance explains" in told
    behind = {("waveform", "raw", "track"): [said(2)]}
    told = evaluation.tell_claims(evaluation.leads_of(beside(39), behind), [], behind)
    assert told.startswith("**Does a network hear more? No.**")


def test_a_lead_that_chance_may_explain_is_no_lead(runs):
    leads = evaluation.leads_of(beside(35), runs)
    assert leads["track"].test["difference"] > 0 and leads["track"].sign == 0
    told = evaluation.tell_claims(leads, [], runs)
    assert told.startswith("**Does a network hear more? That is open.**")
    more = runs | {("cnn", "mel", "artist"): [said(39, "artist")]}
    leads = evaluation.leads_of(beside(35) | beside(2, "artist"), more)
    told = evaluation.tell_claims(leads, [], more)
    assert "hear more? Under `track` open and under `artist` yes.**" in told


def test_without_a_model_beside_it_the_title_is_not_answered(runs):
    assert evaluation.leads_of(beside(30, "artist"), runs) == {}
    assert "cannot be said" in evaluation.tell_claims({}, [classical(0.5)], runs)


def test_only_items_that_both_have_are_compared(runs):
    lead = evaluation.leads_of(beside(20, n=30), runs)["track"]
    assert lead.n == 30 and lead.accuracies == (1.0, pytest.approx(2 / 3))


def test_the_finding_answers_and_ends_with_the_last_word(runs):
    key = ("cnn_average", "picture", "filtered")
    best = [said(30, "filtered", level="track")]
    told = evaluation.tell_finding(evaluation.leads_of(beside(10), runs), runs, key, best)
    assert told.startswith(
        "**Does a network hear more?** Against average of five models, 57 features: under `track` "
        "yes (+65.0 points ["
    )
    assert "the summary's CNN names 90.0 % at random and 80.0 % with songs apart." in told
    assert "Of 40 tracks under `filtered`, 75.0 % [" in told
    assert told.endswith("are named rightly by our CNNs on pictures, averaged.")


def test_what_features_add_is_judged_by_the_interval():
    tests = {"help": (0.01, 0.03), "nothing": (-0.01, 0.02), "harm": (-0.04, -0.01)}
    for word, (low, high) in tests.items():
        assert word in evaluation.tell_added({"low": low, "high": high})
    assert evaluation.tell_added({}) == ""


def test_variants_that_chance_may_have_ranked_are_indistinguishable():
    valid = {"a": said(30, sure=0.7), "b": said(31, sure=0.7), "c": said(2, sure=0.99)}
    table = evaluation.compare_variants(valid)
    assert list(table.index) == ["b", "a", "c"]
    assert table["above"].iloc[0] == 0 and table.loc["c", "above_low"] > 0
    assert table.loc["a", "loss"] == pytest.approx(evaluation.log_loss(valid["a"]))
    told = evaluation.tell_variants(table)
    assert "indistinguishable from a (" in told and " c (" not in told
    assert "by more than chance" in evaluation.tell_variants(table.drop("a"))
    assert "the only one" in evaluation.tell_variants(table[:1])


def test_the_weakest_genre_is_named_with_ties_and_what_it_is_taken_for():
    found = said(40, level="track")
    wrong = found.table["y_true"] == "blues"
    table = found.table.assign(y_pred=np.where(wrong, "jazz", "jazz"))
    told = evaluation.tell_weakest(replace(found, table=table))
    assert told == (
        "Best recognised: jazz (100 %). Worst: blues (0 %), most often mistaken like this: "
        "blues as jazz (20)."
    )
    assert "Best recognised: blues and jazz (100 %)" in evaluation.tell_weakest(found)

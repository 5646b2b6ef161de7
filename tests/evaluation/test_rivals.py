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


def beside(right, split="track", **changes):
    return {("blend", "features_3_sec", split): said(right, split, **changes)}


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

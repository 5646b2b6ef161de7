"""What notebooks 4, 6 and 7 tell of their networks and probes is what these said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genre_utils import models, plots
from genre_utils.evaluation import Predictions, Score
from genre_utils.models.predict import ClipGenre, Vote

SCORE = Score("gru", "mel", "artist", "segment", 0.5, (0.4, 0.6), 0.5, 40, 2, macro_recall=0.45)
GENRES = ["disco", "reggae"]


def said(right, *, split="filtered", n=20, sure=0.8):
    """Tracks of two genres in turn; so many are right."""
    names = pd.Index([f"{GENRES[i % 2]}.{i:05d}" for i in range(n)], name="track_id")
    true = [GENRES[i % 2] for i in range(n)]
    given = [t if i < right else GENRES[1 - i % 2] for i, t in enumerate(true)]
    table = pd.DataFrame(
        {"y_true": true, "y_pred": given, "fold": 0, "group": names, "votes": 1}, names
    )
    chance = {g: [sure if x == g else 1 - sure for x in given] for g in GENRES}
    curve = pd.DataFrame({"epoch": [2.0], "accuracy": [0.5], "val_accuracy": [0.4]})
    probability = pd.DataFrame(chance, names)
    return Predictions(table, probability, split, "track", 8.0, 0.2, curves=(curve,))


def gain(difference):
    return {"difference": difference, "low": difference - 0.1, "high": difference + 0.1}


@pytest.fixture
def found():
    keys = [("gru", "mel", 0), ("attention", "mel", 0)]
    right = {"in order": 16, "shuffled": 12}
    return {
        (key, order): {"test": said(right[order] if key[0] == "gru" else 10)}
        for key in keys
        for order in models.ORDERS
    }


def test_order_is_a_table_with_facts_and_gaps(found):
    shapes = {"mel": (8, 4)}
    table = models.order_table({"filtered": found}, "filtered", models.SEQUENCES, shapes, 2)
    facts = models.order_facts(table)["GRU, mel"]
    assert facts["filtered in order"] == 0.8 and facts["seconds a pass"] == 4.0
    assert models.shown_orders(table).loc["GRU, mel", "filtered"] == "80.0 / 60.0"
    panels, gaps = models.twin_gaps(table, "filtered")
    assert list(panels) == ["mel"] and gaps["GRU", "mel"] == pytest.approx(20)
    told = models.tell_gaps(gaps)
    assert "+20.0 points (GRU, mel)" in told and "differs from its twin by 0.0" in told


def test_gains_are_told_of_those_asked_for():
    gains = {("gru", "mel", "artist"): gain(0.05), ("lstm", "mel", "artist"): gain(0.0)}
    told = models.tell_gains(gains, [("gru", "mel")])
    assert told == "- GRU on mel, `artist`: +5.0 points [-5.0, +15.0]"
    assert "50.0 % of pieces rightly under artist" in models.tell_order(SCORE, gain(0.05))
    assert models.gain_matrix([SCORE], "segment").loc["GRU, mel", "artist"] == "50.0 % [40, 60]"
    assert models.gain_matrix([SCORE], "track").empty


def test_rhythm_counts_what_is_mixed_up_in_both_orders():
    rhythm = models.rhythm_of("GRU", {"in order": said(20), "shuffled": said(10)})
    assert rhythm.mixed_up == {"in order": 0, "shuffled": 10}
    assert list(rhythm.recall.index) == GENRES
    assert "disco and reggae: 0 in order and 10 shuffled" in rhythm._repr_markdown_()
    assert rhythm.shown().loc["disco", "shuffled"] == "50.0 %"


def test_tempo_is_read_where_enough_tracks_have_one():
    names = pd.Index([f"a{i}" for i in range(30)], name="track_id")
    tracks = pd.DataFrame({"annotated_tempo": np.linspace(60, 180, 30), "song": names}, names)
    tracks["artist_group"] = None
    states = {"known": tracks[["annotated_tempo"]], "noise": pd.DataFrame({"x": [0.0] * 30}, names)}
    read, n, told = models.read_tempo(states, tracks)
    assert n == 30 and read["known"] > 0.9 > read["noise"] and told.endswith("Most is in: known.")
    assert models.read_tempo(states, tracks[:5])[0] == {}


def test_attention_explains_only_where_its_frames_count_for_more():
    names = pd.Index([f"a{i}" for i in range(20)], name="track_id")
    fall = pd.DataFrame({"most attended": 0.2, "random": 0.1}, names)
    assert models.tell_explanation(fall).endswith("The weights point at what counts.")
    assert "explain little" in models.tell_explanation(
        fall[["random"]].assign(**{"most attended": 0})
    )
    assert "-10.0 points (random)" in models.tell_drops(fall.mean(), "a piece")
    alt, caption = plots.tell_frame_weights(np.array([0.1, 0.7, 0.2]), 3.0, "a piece")
    assert "3 frames" in alt and "70 %, at 1.5 s" in caption and "33.3 %" in caption
    weights = pd.DataFrame([[0.5, 0.5], [0.9, 0.1]])
    assert plots.tell_piece_weights(weights, "Told.")[1].startswith(
        "The largest weight of a song is 70 %"
    )


def test_songs_are_judged_against_the_mean(found):
    judged = models.judge_songs(found, {"mean": said(12), "vote": said(10)}, "encoder")
    assert judged.against["gru"]["difference"] == pytest.approx(0.2)
    assert [s.input for s in judged.scores][-2:] == ["encoder, mean", "encoder, vote"]
    assert "- GRU, `filtered`: order +20.0 points" in judged._repr_markdown_()
    mean = models.one_score(judged.scores, "probe", "encoder, mean", "filtered")
    assert mean.accuracy == 0.6
    assert "a linear model on the mean 60.0 %" in models.tell_over_songs(SCORE, mean)


def test_tags_name_genres_and_stand_out():
    names = [f"t{i}" for i in range(4)]
    genre = pd.Series(["hiphop", "hiphop", "rock", "jazz"], names)
    tags = pd.DataFrame(
        {"Hip-Hop": [0.4, 0.3, 0.1, 0.1], "rock": [0.5, 0.2, 0.9, 0.2], "sad": [0.0] * 4}, names
    )
    lit, telling = models.telling_tags(tags, genre, 1)
    assert telling["hiphop"] == ["Hip-Hop"] and telling["rock"] == ["rock"]
    assert 'Clearest is "rock" for rock, at 90 %.' in models.tell_tags(lit, telling)[1]
    by_tags, named, asked = models.name_by_tags(tags, genre, ["hiphop", "rock", "jazz"])
    assert named == ["hiphop", "rock"] and len(asked) == 3
    assert by_tags.loc["largest tag", "accuracy"] == pytest.approx(2 / 3)
    assert by_tags.loc["largest against its mean", "accuracy"] == 1
    assert "66.7 % are named rightly by their largest tag, 100.0 %" in models.tell_named(
        by_tags, asked
    )


def test_inputs_are_compared_and_mistakes_named():
    found = {
        (kind, "tracks", "filtered"): said(right)
        for kind, right in (("57 features", 10), ("encoder", 18), ("both", 18))
    }
    facts, told = models.compare_inputs(found, ["filtered"], seed=0)
    assert facts["encoder_against_57_features_filtered"]["difference"] == pytest.approx(0.4)
    assert "encoder against 57 features, +40.0 points" in told
    of_kind = {key[0]: each for key, each in found.items()}
    by_genre = models.recalls_of(of_kind, "encoder")
    mistaken, told = models.tell_mistakes(by_genre, of_kind)
    assert "disco as reggae (1)" in mistaken["encoder"] and "Most is gained by" in told
    scores, names = models.probe_scores(found)
    assert [s.input for s in scores] == [
        "features_30_sec",
        "encoder",
        "encoder and features_30_sec",
    ]
    matrix = models.probe_matrix(scores, names)
    assert matrix.loc["encoder (tracks)", "filtered"].startswith("90.0 [")
    assert matrix.loc["encoder (tracks)", "filtered"].endswith(" / 90.0")
    top = {key[0]: s for key, s in zip(found, scores, strict=True)}
    lost = {"tracks": pd.Series({"encoder": 5.0, "57 features": 20.0})}
    assert models.tell_transfer(top, lost).endswith("they lose 5.0 and 20.0 points.")
    near = pd.DataFrame({"same genre, by another artist": {"encoder": 0.8, "57 features": 0.5}})
    assert "falls by 5.0 points, the features by 20.0" in models.tell_why(top, near, lost)
    assert "Too little" in models.tell_why({}, near, lost)


def test_artists_labels_decades_and_depths_are_told():
    tracks = pd.DataFrame({"artist_group": ["a", "a", "b"], "song": list("xyz"), "genre": "jazz"})
    asked, guess = models.name_artists(tracks, fewest=2)
    assert asked["genre"].tolist() == ["a", "a"] and guess == 1
    assert "told the genre alone: 100.0 %" in models.tell_artists({"encoder": SCORE}, 1.0, 1)
    assert "too few artists" in models.tell_artists({}, 1.0, 0)
    curve = pd.DataFrame({"labels": [1, 1, 5], "accuracy": [0.2, 0.4, 0.9]})
    means, spread = models.label_means({"57 features": curve - [0, 0.4], "encoder": curve})
    assert means["encoder"].tolist() == pytest.approx([0.3, 0.9])
    assert spread["encoder"].iloc[0] == pytest.approx(0.1414, abs=1e-3)
    assert "The encoder is there with 5 a genre (90.0 %)." in models.tell_enough(means)
    above = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], ["A", "B"], ["60s", "70s"])
    facts, alt, told = models.tell_decades(above, pd.Series(["60s", "60s"], ["A", "B"]))
    assert facts["right_decade"] == 0.5 and facts["near"] == 1 and "B 70s" in alt
    assert "For 1 of 2 artists" in told
    assert models.tell_decades(above[:0], pd.Series(dtype=object))[0] == {}
    scores, told = models.tell_tuned({("head only", "test"): [said(10), said(12)]}, "no", seed=0)
    assert scores[0].runs == 2 and "deviation 7.1 points over 2 seeds" in told
    assert models.tell_tuned({}, "it rains", seed=0) == ([], "Not possible here: it rains.")
    test = gain(0.3) | {"p": 0.01, "only_first": 5, "only_other": 1}
    assert models.tell_depth("all blocks", test).endswith("It is worth it.")
    panel = pd.DataFrame({"random": [0.9, 0.8], "artist": [0.8, 0.5]}, ["encoder", "57 features"])
    assert models.tell_falls({"tracks": panel})[1] == (
        "When artists are kept apart, of tracks 57 features loses most (-30.0 points), encoder "
        "least (-10.0 points)."
    )


def test_what_is_kept_is_told_with_what_features_would_change():
    rows = {
        "ears": {"chosen": "0.1", "accuracy": 0.8, "deviation over folds": 0.05},
        "fused": {"chosen": "0.1", "accuracy": 0.82, "deviation over folds": 0.04},
    }
    told = models.tell_kept(rows, "ears", "fused", [SCORE])
    assert "+2.0 points (fused), less than the deviation over folds" in told
    assert told.endswith("macro recall 45.0 %.")
    assert models.shown_candidates(rows).loc["ears", "accuracy"] == "80.0 %"


def answer(votes, calibrated=True, sure=True):
    each = tuple(Vote(3.0 * i, 3.0 * i + 3, genre, 0.9) for i, genre in enumerate(votes))
    probability = {"disco": 0.6, "reggae": 0.4}
    return ClipGenre("a/b.wav", 9.0, "disco", probability, each, sure, calibrated=calibrated)


def test_scores_without_recall_are_told_without():
    rows = {"a": {"accuracy": 0.5, "deviation over folds": 0.1}}
    told = models.tell_kept(rows, "a", "a", [replace(SCORE, macro_recall=None)])
    assert "macro recall" not in told

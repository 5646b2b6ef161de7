"""Sentences and tables about a collection follow from it."""

import pandas as pd
import pytest

from genre_utils import evaluation
from genre_utils.data import Audit, read_dataset


@pytest.fixture
def tracks():
    return pd.DataFrame(
        {
            "genre": ["jazz", "jazz", "rock", "rock"],
            "path": ["a", "b", "c", None],
            "artist": ["X", "X", "Y", None],
            "title": ["s", "s", "t", None],
            "song": ["j0", "j0", "r0", "r1"],
            "artist_group": ["X", "X", "Y", None],
            "partition": ["train", "test", "train", None],
            "duplicate_of": [None, "j0", "j0", None],
        },
        ["j0", "j1", "r0", "r1"],
    )


def audited(*rows):
    findings = pd.DataFrame(rows, columns=["check", "track", "detail"])
    return Audit(findings, pd.DataFrame(), usable=True)


def test_ties_are_named():
    told = evaluation.tell_sizes(pd.Series({"blues": 9, "jazz": 9, "pop": 20, "rock": 12}))
    assert told.startswith("blues and jazz: 9 tracks, the fewest; pop: 20, the most.")
    assert "40.0 %" in told
    assert evaluation.tell_sizes(pd.Series({"a": 5, "b": 5})).startswith(
        "All 2 genres have 5 tracks"
    )


def test_what_was_found_is_told_with_what_is_missing(demo_root):
    told = evaluation.tell_found(read_dataset(demo_root))
    assert told.startswith("The collection **demo** has 40 tracks in 10 genres: 0 are in Kaggle's")
    assert "- `features_30_sec.csv` is not there" in told


def test_what_is_there_twice_is_told_apart(tracks):
    told = evaluation.tell_repeated(tracks, audited(("near duplicate", "j1", "of j0")))
    assert "2 tracks are byte for byte another one, 1 of them" in told
    assert "1 track of those with sound" in told
    assert "1 song has several excerpts, 2 tracks in all" in told
    assert "Less one for each song, 1 remain: 1 byte-for-byte and 0 other excerpts" in told
    assert list(evaluation.repeated_songs(tracks).index) == ["j0", "j1"]


def test_sturms_count_stands_beside_what_was_found_here(tracks):
    table = evaluation.faults_beside_sturm(tracks, audited(("near duplicate", "j1", "of j0")))
    assert list(table.iloc[:, 0]) == [50, 22, 13, 43, 63]
    assert table.loc["exact replicas"].iloc[1].startswith("2 tracks")
    assert (
        table.loc["another excerpt of one recording"].iloc[1].startswith("1 of 3 tracks with sound")
    )
    assert table.loc["contentious label"].iloc[1] == "not asked: needs listening"
    mute = evaluation.faults_beside_sturm(tracks.assign(path=None, artist=None), audited())
    assert mute.iloc[1, 1] == "not asked: no sound" and mute.iloc[2, 1] == "not asked: no titles"


def test_artists_on_two_sides_are_named(tracks):
    told = evaluation.tell_artists(tracks)
    assert (
        "2 named artists made 3 of the 4 tracks" in told and "X alone has 2 tracks of jazz" in told
    )
    assert "X is on two of its sides" in told
    assert evaluation.split_artists(tracks.assign(partition="train")) == []
    assert "sides" not in evaluation.tell_artists(tracks.assign(partition="train"))


def test_the_share_between_genres_is_one_of_the_variance():
    table = pd.DataFrame({"all": [0.0, 0, 1, 1], "none": [0.0, 1, 0, 1], "still": 1.0})
    genre = pd.Series(["a", "a", "b", "b"])
    assert evaluation.between_genres(table, genre).to_dict() == {"all": 1, "none": 0, "still": 0}


def test_faults_of_files_are_told():
    faults = pd.DataFrame({"used": [False, True]})
    assert evaluation.tell_faults(faults, 9).startswith(
        "Of 9 audio files, 1 cannot be used and 1 can"
    )
    assert evaluation.tell_faults(faults[:0], 9) == "All 9 audio files can be used."
    assert evaluation.tell_faults(faults[:0], 0) == "No audio, so no file to check."


def test_the_audit_is_summarised_by_what_it_means():
    found = audited(("silence", "a", ""), ("silence", "b", ""))
    table = evaluation.audit_summary(found, {"silence": "Quiet"})
    assert table.loc["Quiet", "tracks"] == 2
    assert evaluation.audit_summary(audited(), {}).empty


def test_a_collection_is_told_in_a_sentence(tracks):
    told = evaluation.tell_collection(tracks, {"same": 0.5})
    assert told.startswith("4 tracks in 2 genres, but only 2 named artists; 2 exact duplicates by")
    assert "50 % of the tracks" in told
    bare = evaluation.tell_collection(tracks.assign(artist_group=None), {})
    assert "artist" not in bare and "tempo" not in bare


def test_the_facts_of_fidelity_name_what_deviates():
    beside = pd.DataFrame({"columns": [0, 2], "same_tempo": [True, False],
                           "reason": ["", "tuning"]}, ["a", "b"])  # fmt: skip
    fact = evaluation.fidelity_facts(30, beside)["fidelity_30_sec"]
    assert fact == {"compared": 2, "equal": 1, "same_tempo": 1, "deviating": {"b": "tuning"}}

"""Sentences and tables about a collection follow from it."""

import pandas as pd
import pytest

from genre_utils import evaluation
from genre_utils.data import Audit


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


def test_artists_on_two_sides_are_named(tracks):
    told = evaluation.tell_artists(tracks)
    assert (
        "2 named artists made 3 of the 4 tracks" in told and "X alone has 2 tracks of jazz" in told
    )
    assert "X is on two of its sides" in told
    assert evaluation.split_artists(tracks.assign(partition="train")) == []
    assert "sides" not in evaluation.tell_artists(tracks.assign(partition="train"))

"""`genre events`: concerts by taste, with reasons."""

import json

import numpy as np
import pandas as pd
import pytest
from helpers import sound

from genre_utils.recommend import Feedback
from genre_utils.tool.concerts import preference_scores, rank_events
from genre_utils.tool.feedback_file import FeedbackError, add_feedback
from genre_utils.tool.library import load_library
from genre_utils.tool.main import main


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(tmp_path / "feedback.json"))
    names = ("Nina Simone - one", "The Band - two", "Air feat. Beth Hirsch - three", "Air - four")
    for n, name in enumerate((*names, "Alice in Chains - five")):
        sound(tmp_path / f"music/{name}.wav", 3.0, seed=n)
    assert main(["library", str(tmp_path / "music"), "--jobs", "1"]) == 0
    return load_library("music")


def events(*named):
    when = pd.Timestamp("2027-01-01", tz="UTC").to_pydatetime()
    rows = [(artist, when, "", tuple(tags)) for artist, *tags in named]
    return pd.DataFrame(rows, columns=["artist", "when", "place", "tags"]).astype(object)


def ranked(library, feedback, *named):
    recommender, _ = library.recommender()
    return rank_events(events(*named), library, recommender, feedback).set_index("artist")


LIKED = Feedback(likes=("Nina Simone - one",), skips=("The Band - two",))


def test_who_is_liked_comes_first_and_who_is_unknown_last(library):
    found = ranked(library, LIKED, ["Nobody"], ["the band"], ["NINA SIMONE"], ["Air"])
    assert found.index[0] == "NINA SIMONE"
    assert found.index[-1] == "Nobody"
    assert found.loc["NINA SIMONE", "reason"] == "you liked Nina Simone - one"
    assert found.loc["the band", "reason"] == "you skipped The Band - two"
    assert np.isnan(found.loc["Nobody", "score"])
    assert found.loc["Nobody", "known"] == "unknown"
    assert "closer to your likes than" in found.loc["Air", "reason"]


def test_the_score_is_the_mean_over_the_songs_of_an_artist_and_guests(library):
    recommender, _ = library.recommender()
    near = pd.Series(preference_scores(recommender, LIKED), recommender.features_.index)
    found = ranked(library, LIKED, ["Air"], ["Beth Hirsch"])
    own = near[["Air - four", "Air feat. Beth Hirsch - three"]]
    assert found.loc["Air", "score"] == pytest.approx(own.mean())
    assert found.loc["Beth Hirsch", "score"] == pytest.approx(own.iloc[1])
    assert (near.min(), near.max()) == pytest.approx((0, 1))


@pytest.mark.parametrize(
    ("summary", "artist"),
    [
        ("Nina Simone live at Montreux", "Nina Simone"),
        ("Nina Simone @ Paris (sold out)", "Nina Simone"),
        ("Nina Simone – Tour 2027", "Nina Simone"),
        ("Alice in Chains", "Alice in Chains"),
        ("Nobody: a tribute", "Nobody: a tribute"),
    ],
)
def test_artists_are_found_in_summaries(library, summary, artist):
    assert list(ranked(library, LIKED, [summary]).index) == [artist]


def test_the_unknown_are_placed_by_their_tags(library):
    found = ranked(library, LIKED, ["Nobody", "JAZZ", "made up"], ["No one", "made up"])
    assert found.loc["Nobody", "known"] == "by tags"
    assert "tagged JAZZ, as" in found.loc["Nobody", "reason"]
    recommender, _ = library.recommender()
    most = library.embeddings.loc[recommender.features_.index, "jazz"].to_numpy().argmax()
    assert found.loc["Nobody", "score"] == preference_scores(recommender, LIKED)[most]
    assert found.loc["No one", "known"] == "unknown"


def test_without_a_like_there_is_no_ranking(library):
    with pytest.raises(FeedbackError, match="You like none"):
        ranked(library, Feedback(likes=("elsewhere",)), ["Air"])


def test_the_command(library, tmp_path, capsys):
    table = tmp_path / "a.csv"
    table.write_text("artist,date,place\nNobody,2027-01-02,Bern\nNina Simone,2027-01-01,Paris\n")
    command = ["events", str(table), "--from", "2027-01-01"]
    assert main(command) == 1
    assert "You like none" in capsys.readouterr().err
    add_feedback(tmp_path / "feedback.json", "music", like=["Nina Simone - one"])
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["artist"], one["score"] is None) for one in told] == [
        ("Nina Simone", False), ("Nobody", True),
    ]  # fmt: skip
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "Nina Simone, Fri 2027-01-01 00:00" in out
    assert "you liked Nina Simone - one" in out
    assert main([*command[:2], "--from", "2030-01-01"]) == 0
    assert "There are no events" in capsys.readouterr().out
    assert main(["events", str(tmp_path / "none.ics")]) == 1

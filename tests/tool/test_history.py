"""Listens and feedback of ListenBrainz, and whose songs they are."""

import json

import pandas as pd
import pytest

from genre_utils.tool.feedback_file import FeedbackError
from genre_utils.tool.history import match_songs, read_history


def listen(artist, title):
    about = {"artist_name": artist, "track_name": title, "additional_info": {}}
    return {"listened_at": 1700000000, "track_metadata": about}


def feedback(artist, title, score):
    return listen(artist, title) | {"score": score, "recording_mbid": "x"}


ITEMS = [
    *[listen("Nina Simone", "Sinnerman")] * 2,
    listen("Air", "Heard once"),
    feedback("Björk", "Jóga", 1),
    feedback("Queen", "Jealousy", -1),
    feedback("Air", "Taken back", 0),
    *[listen("Noise", "Hated but heard")] * 5,
    feedback("Noise", "Hated but heard", -1),
    *[listen("", "Nameless")] * 2,
]
LIKED = {"Sinnerman": True, "Jóga": True, "Jealousy": False, "Hated but heard": False}


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, ITEMS)),
        json.dumps(ITEMS),
        json.dumps({"payload": {"listens": ITEMS, "count": 3}}),
        json.dumps({"feedback": ITEMS}),
    ],
)
def test_loved_or_often_heard_is_liked_and_hated_is_skipped(tmp_path, text):
    (tmp_path / "export").write_text(text, encoding="utf-8")
    found = read_history(tmp_path / "export")
    assert dict(zip(found["title"], found["liked"], strict=True)) == LIKED
    assert len(read_history(tmp_path / "export", min_plays=1)) == 5


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff\xfe", b"3", b"{}", b'{"a": 1}', b'[{"score": 1}]', b"[]",
                b"null", b'{"payload": 3}', b'{"track_metadata": 3, "score": 1}', b"[" * 100_000]
)  # fmt: skip
def test_what_is_no_export_is_said_so(tmp_path, content):
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FeedbackError, match=r"bad\.json"):
        read_history(path)


def test_odd_scores_and_names_are_passed_over(tmp_path):
    odd = [feedback("A", "b", [1]), feedback("A", "c", "1"), feedback(3, ["x"], 1)]
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    assert list(read_history(tmp_path / "odd.json")["artist"]) == ["3"]


def test_a_song_is_found_by_artist_and_title_however_they_are_written():
    own = pd.DataFrame(
        {
            "artist": ["Nina Simone", "Guns N' Roses", None, "Nina Simone"],
            "title": ["Sinnerman", "Patience", None, "Sinnerman (live)"],
            "duplicate_of": None,
        },
        index=["x/sinnerman", "patience", "unknown", "x/live"],
    )
    named = pd.DataFrame(
        {
            "artist": ["nina simone", "Guns n Roses", "Nina Simone", None],
            "title": ["SINNERMAN (Remastered)", "Patience", "Feeling Good", None],
        }
    )
    assert match_songs(own, named) == ["x/sinnerman", "patience", None, None]
    assert match_songs(own[:0], named) == [None] * 4
    assert match_songs(own, named[:0]) == []



"""Likes and skips: kept, changed, forgotten, and none lost when many speak at once."""

import json
import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.recommend import Feedback
from genre_utils.tool.feedback_file import (
    FeedbackError,
    add_feedback,
    delete_feedback,
    read_all_feedback,
    read_feedback,
)


def test_the_last_word_counts():
    taste = Feedback().add(like=["a", "b"], skip=["c"]).add(skip=["a"], like=["c"])
    assert taste == Feedback(likes=("b", "c"), skips=("a",))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd"))))
def test_no_track_is_liked_and_skipped(words):
    taste = Feedback()
    for like, track in words:
        taste = taste.add(like=[track]) if like else taste.add(skip=[track])
    assert not set(taste.likes) & set(taste.skips)
    assert set(taste.likes) | set(taste.skips) == {track for _, track in words}


def test_a_file_keeps_it(tmp_path):
    path = tmp_path / "new folder" / "feedback.json"
    assert read_feedback(path) == Feedback()
    add_feedback(path, like=["blues.00001"], skip=["Élan"])
    assert read_feedback(path) == Feedback(("blues.00001",), ("Élan",))
    delete_feedback(path)
    assert read_feedback(path) == Feedback()


DAMAGED = [
    "",
    "[]",
    "no",
    "[" * 100_000,
    '{"format": 1}',
    '{"format": 1, "likes": [1]}',
    '{"format": 1, "likes": "abc", "skips": []}',
    '{"format": 1, "likes": {"a": 1}, "skips": []}',
    '{"format": 2, "likes": [], "skips": []}',
    '{"format": 2, "likes": [], "skips": [], "collections": ["demo"]}',
    '{"format": 2, "likes": [], "skips": [], "collections": {"demo": {"likes": "abc"}}}',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_another_file_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "feedback.json"
    path.write_text(text)
    with pytest.raises(FeedbackError, match="Name another"):
        add_feedback(path, like=["a"])
    assert path.read_text() == text


def test_each_collection_has_its_own_taste(tmp_path):
    path = tmp_path / "feedback.json"
    add_feedback(path, "demo", like=["blues.00001"])
    add_feedback(path, "GTZAN", like=["jazz.00002"], skip=["blues.00001"])
    assert read_feedback(path, "demo") == Feedback(("blues.00001",))
    assert read_feedback(path, "GTZAN") == Feedback(("jazz.00002",), ("blues.00001",))
    assert read_feedback(path, "mine") == Feedback()
    assert list(read_all_feedback(path)) == ["demo", "GTZAN"]


def test_a_file_without_collections_is_read_as_before_and_loses_nothing(tmp_path):
    path = tmp_path / "feedback.json"
    path.write_text(json.dumps({"format": 1, "likes": ["a", "b"], "skips": ["c"]}))
    assert read_feedback(path) == read_feedback(path, "demo") == Feedback(("a", "b"), ("c",))
    told = add_feedback(path, "demo", like=["c"], skip=["a"])
    assert told == read_feedback(path, "demo") == Feedback(("b", "c"), ("a",))
    assert read_feedback(path, "GTZAN") == Feedback(("a", "b"), ("c",))


def test_what_a_collection_lacks_is_told_apart():
    taste = Feedback(("a", "b"), ("c", "d"))
    assert taste.among({"b", "c"}) == (Feedback(("b",), ("c",)), ["a", "d"])


@pytest.mark.parametrize("text", [*DAMAGED, json.dumps({"format": 99})])
def test_a_damaged_file_can_be_forgotten(tmp_path, text):
    path = tmp_path / "feedback.json"
    path.write_text(text)
    assert delete_feedback(path) is None
    assert not path.exists()
    assert delete_feedback(path) == {}


def test_forgetting_deletes_no_song_and_no_folder(tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(b"ID3 la la la")
    with pytest.raises(FeedbackError, match="has no likes"):
        delete_feedback(path)
    assert path.exists()
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FeedbackError, match="cannot be deleted"):
        delete_feedback(tmp_path / "folder.json")


def test_another_version_is_said_so(tmp_path):
    path = tmp_path / "feedback.json"
    path.write_text(json.dumps({"format": 99, "likes": [], "skips": []}))
    with pytest.raises(FeedbackError, match="another version"):
        read_feedback(path)


def write(path, number, start):
    start.wait(600)
    for n in range(10):
        add_feedback(path, like=[f"blues.{number}{n}"])


def test_concurrent_writers_lose_no_like(tmp_path):
    path = tmp_path / "feedback.json"
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    writers = [context.Process(target=write, args=(path, n, start)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(read_feedback(path).likes) == [f"blues.{n:02d}" for n in range(30)]

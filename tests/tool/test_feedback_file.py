"""Likes and skips: kept, changed, forgotten, and none lost when many speak at once."""

import json
import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.recommend import Taste
from genre_utils.tool.feedback_file import (
    TasteError,
    forget_taste,
    read_taste,
    read_tastes,
    tell_taste,
)


def test_the_last_word_counts():
    taste = Taste().told(like=["a", "b"], skip=["c"]).told(skip=["a"], like=["c"])
    assert taste == Taste(likes=("b", "c"), skips=("a",))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd"))))
def test_no_track_is_liked_and_skipped(words):
    taste = Taste()
    for like, track in words:
        taste = taste.told(like=[track]) if like else taste.told(skip=[track])
    assert not set(taste.likes) & set(taste.skips)
    assert set(taste.likes) | set(taste.skips) == {track for _, track in words}


def test_a_file_keeps_it(tmp_path):
    path = tmp_path / "new folder" / "taste.json"
    assert read_taste(path) == Taste()
    tell_taste(path, like=["blues.00001"], skip=["Élan"])
    assert read_taste(path) == Taste(("blues.00001",), ("Élan",))
    forget_taste(path)
    assert read_taste(path) == Taste()


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
    path = tmp_path / "taste.json"
    path.write_text(text)
    with pytest.raises(TasteError, match="Name another"):
        tell_taste(path, like=["a"])
    assert path.read_text() == text


def test_each_collection_has_its_own_taste(tmp_path):
    path = tmp_path / "taste.json"
    tell_taste(path, "demo", like=["blues.00001"])
    tell_taste(path, "GTZAN", like=["jazz.00002"], skip=["blues.00001"])
    assert read_taste(path, "demo") == Taste(("blues.00001",))
    assert read_taste(path, "GTZAN") == Taste(("jazz.00002",), ("blues.00001",))
    assert read_taste(path, "mine") == Taste()
    assert list(read_tastes(path)) == ["demo", "GTZAN"]


def test_a_file_without_collections_is_read_as_before_and_loses_nothing(tmp_path):
    path = tmp_path / "taste.json"
    path.write_text(json.dumps({"format": 1, "likes": ["a", "b"], "skips": ["c"]}))
    assert read_taste(path) == read_taste(path, "demo") == Taste(("a", "b"), ("c",))
    told = tell_taste(path, "demo", like=["c"], skip=["a"])
    assert told == read_taste(path, "demo") == Taste(("b", "c"), ("a",))
    assert read_taste(path, "GTZAN") == Taste(("a", "b"), ("c",))


def test_what_a_collection_lacks_is_told_apart():
    taste = Taste(("a", "b"), ("c", "d"))
    assert taste.among({"b", "c"}) == (Taste(("b",), ("c",)), ["a", "d"])


@pytest.mark.parametrize("text", [*DAMAGED, json.dumps({"format": 99})])
def test_a_damaged_file_can_be_forgotten(tmp_path, text):
    path = tmp_path / "taste.json"
    path.write_text(text)
    assert forget_taste(path) is None
    assert not path.exists()
    assert forget_taste(path) == {}


def test_forgetting_deletes_no_song_and_no_folder(tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(b"ID3 la la la")
    with pytest.raises(TasteError, match="holds no likes"):
        forget_taste(path)
    assert path.exists()
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(TasteError, match="cannot be deleted"):
        forget_taste(tmp_path / "folder.json")


def test_another_version_is_said_so(tmp_path):
    path = tmp_path / "taste.json"
    path.write_text(json.dumps({"format": 99, "likes": [], "skips": []}))
    with pytest.raises(TasteError, match="another version"):
        read_taste(path)


def speak(path, number, start):
    start.wait(60)
    for n in range(10):
        tell_taste(path, like=[f"blues.{number}{n}"])


def test_ten_at_once_lose_no_like(tmp_path):
    path = tmp_path / "taste.json"
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(10)
    people = [context.Process(target=speak, args=(path, n, start)) for n in range(10)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(read_taste(path).likes) == [f"blues.{n:02d}" for n in range(100)]

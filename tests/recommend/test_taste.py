"""Likes and skips: kept, changed, forgotten, and none lost when many speak at once."""

import json
import multiprocessing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.recommend import Taste, TasteError, forget_taste, read_taste, tell_taste


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


@pytest.mark.parametrize("text", ["", "[]", "no", '{"format": 1}', '{"format": 1, "likes": [1]}'])
def test_another_file_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "taste.json"
    path.write_text(text)
    with pytest.raises(TasteError, match="Name another"):
        tell_taste(path, like=["a"])
    assert path.read_text() == text


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

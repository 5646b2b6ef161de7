"""Files that are still being written are waited for."""

import time

import pytest

from genre_utils.tool.debounce import Settling, noticing


def test_a_file_is_ready_once_it_has_not_changed_for_a_while(tmp_path):
    now = [0.0]
    settling = Settling(3.0, clock=lambda: now[0])
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    settling.add(path)
    now[0] = 2.9
    assert settling.settled() == []
    path.write_bytes(b"12")
    now[0] = 5.0
    assert settling.settled() == []
    now[0] = 8.0
    ((ready, state),) = settling.settled()
    assert (ready, state[0]) == (path, 2)
    assert not settling


def test_a_file_that_goes_away_is_not_waited_for_and_an_empty_one_longer(tmp_path):
    now = [0.0]
    settling = Settling(1.0, clock=lambda: now[0])
    gone, empty = tmp_path / "gone.wav", tmp_path / "empty.wav"
    for path in (gone, empty):
        path.touch()
        settling.add(path)
    gone.unlink()
    now[0] = 5.0
    assert settling.settled() == []
    assert len(settling) == 1
    now[0] = 11.0
    assert [path for path, _ in settling.settled()] == [empty]


@pytest.mark.parametrize("poll", [False, True])
def test_what_appears_is_noticed_and_what_is_read_or_hidden_is_not(tmp_path, poll):
    root, other = tmp_path / "root", tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    (other / "deep/moved.mp3").write_text("x")
    root.mkdir()
    (root / "old.wav").write_text("x")
    wanted = {root / "new.wav", root / "deep/moved.mp3"}
    with noticing(root, poll=poll, every=0.1) as noticed:
        time.sleep(0.3)
        (root / "old.wav").read_text()
        (root / "new.wav").write_text("x")
        (root / ".hidden.wav").write_text("x")
        (root / "cover.jpg").write_text("x")
        (other / "deep").rename(root / "deep")
        told, until = set(), time.monotonic() + 5
        while not told >= wanted and time.monotonic() < until:
            told |= noticed.files(root, 0.1)
    assert told == wanted

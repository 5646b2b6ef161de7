"""Files that are being written are held back; changes of audio files are noticed."""

import pytest

from genre_utils.tool.debounce import Debouncer, observe


def test_a_file_is_ready_once_it_has_not_changed_for_some_time(tmp_path):
    now = [0.0]
    debouncer = Debouncer(3.0, clock=lambda: now[0])
    path = tmp_path / "a.wav"
    path.write_bytes(b"1")
    debouncer.add(path)
    now[0] = 2.9
    assert debouncer.pop_ready() == []
    path.write_bytes(b"12")
    now[0] = 5.0
    assert debouncer.pop_ready() == []
    now[0] = 8.0
    ((ready, state),) = debouncer.pop_ready()
    assert (ready, state[0]) == (path, 2)
    assert not debouncer


def test_deleted_files_are_dropped_and_empty_ones_held_back_longer(tmp_path):
    now = [0.0]
    debouncer = Debouncer(1.0, clock=lambda: now[0])
    gone, empty = tmp_path / "gone.wav", tmp_path / "empty.wav"
    for path in (gone, empty):
        path.touch()
        debouncer.add(path)
    gone.unlink()
    now[0] = 5.0
    assert debouncer.pop_ready() == []
    assert len(debouncer) == 1
    now[0] = 11.0
    assert [path for path, _ in debouncer.pop_ready()] == [empty]


@pytest.mark.parametrize("poll", [False, True])
def test_new_audio_files_are_noticed_and_hidden_or_read_ones_are_not(tmp_path, poll):
    root, other = tmp_path / "root", tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    (other / "deep/moved.mp3").write_text("x")
    root.mkdir()
    (root / "old.wav").write_text("x")
    expected = {root / "new.wav", root / "deep/moved.mp3"}
    with observe(root, poll=poll, interval=0.05) as changes:
        (root / "old.wav").read_text()
        (root / "new.wav").write_text("x")
        (root / ".hidden.wav").write_text("x")
        (root / "cover.jpg").write_text("x")
        (other / "deep").rename(root / "deep")
        files = set()
        while not files >= expected:
            files |= changes.files(root, 0.1)
    assert files == expected

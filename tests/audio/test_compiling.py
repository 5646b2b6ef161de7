"""Machine code is made by one program at a time, and nobody waits for ever for that."""

import threading

import filelock

from genre_utils.audio import compiling


def entered_by_another(seconds):
    """Whether somebody else comes in within so many seconds; and the thread that tries."""
    inside = threading.Event()

    def enter():
        with compiling.alone():
            inside.set()

    thread = threading.Thread(target=enter)
    thread.start()
    return inside.wait(seconds), thread


def test_who_comes_second_waits(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    with compiling.alone():
        came_in, thread = entered_by_another(0.3)
        assert not came_in
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_one_that_does_not_end_is_not_waited_for_without_limit(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "_SECONDS", 0.2)
    with filelock.FileLock(tmp_path / "genre_utils-numba.lock"):
        came_in, thread = entered_by_another(20)
        thread.join(timeout=20)
    assert came_in

"""Changes of audio files in a folder, reported once a file is completely written (debounced)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from genre_utils.audio import AUDIO_SUFFIXES
from genre_utils.data import walk_files

# Not "opened" and "closed_no_write", which our own reading causes.
_CHANGES = ("created", "modified", "moved", "closed")
State = tuple[int, int]


def file_state(path: Path) -> State | None:
    """Size and modification time of a file; None if it does not exist."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


class Debouncer:
    """Holds files back until their size and modification time have not changed for some time.

    Parameters
    ----------
    seconds
        The time.
    clock
        Seconds that never run backwards.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self._since: dict[Path, tuple[State, float]] = {}

    def __len__(self) -> int:
        return len(self._since)

    def add(self, path: Path) -> None:
        """Wait for a file, from now on if it has changed since it was added."""
        state = file_state(path)
        if state is None:
            self._since.pop(path, None)
        elif path not in self._since or self._since[path][0] != state:
            self._since[path] = state, self.clock()

    def pop_ready(self) -> list[tuple[Path, State]]:
        """Remove and return the files that may be read; empty files are waited for longer."""
        for path in list(self._since):
            self.add(path)
        now = self.clock()
        ready = [
            (path, state)
            for path, (state, since) in self._since.items()
            if now - since >= self.seconds and (state[0] or now - since >= 10 * self.seconds)
        ]
        for path, _ in ready:
            del self._since[path]
        return ready


def audio_files(folder: Path) -> Iterator[Path]:
    """All audio files below a folder."""
    return (path for path in walk_files(folder) if path.suffix.lower() in AUDIO_SUFFIXES)


class Changes(FileSystemEventHandler):
    """A queue of the paths that changed."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Path] = SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Add the path of an event to the queue."""
        if event.event_type in _CHANGES:
            self._queue.put(Path(os.fsdecode(event.dest_path or event.src_path)))

    def files(self, folder: Path, seconds: float) -> set[Path]:
        """Audio files below `folder` that changed; waits for the first change for some time."""
        paths: set[Path] = set()
        try:
            paths.add(self._queue.get(timeout=seconds))
            while True:
                paths.add(self._queue.get_nowait())
        except Empty:
            pass
        return {file for path in paths for file in _audio_at(path, folder)}


def _audio_at(path: Path, folder: Path) -> Iterator[Path]:
    if not path.is_relative_to(folder):
        return
    if any(part.startswith(".") for part in path.relative_to(folder).parts):
        return
    if path.is_dir():
        if path != folder:  # for the folder itself, each file has an event
            yield from audio_files(path)
    elif path.suffix.lower() in AUDIO_SUFFIXES:
        yield path


@contextmanager
def observe(folder: Path, *, poll: bool, interval: float = 1.0) -> Iterator[Changes]:
    """Collect changes below a resolved folder.

    With `poll`, and where the system cannot watch more folders, the folder is scanned in an
    interval, which also works for network drives.
    """
    changes = Changes()
    try:
        observer = _start(
            PollingObserver(timeout=interval) if poll else Observer(), changes, folder
        )
    except OSError:
        observer = _start(PollingObserver(timeout=interval), changes, folder)
    try:
        yield changes
    finally:
        observer.stop()
        observer.join()


def _start(observer: BaseObserver, changes: Changes, folder: Path) -> BaseObserver:
    observer.schedule(changes, str(folder), recursive=True)
    observer.start()
    return observer

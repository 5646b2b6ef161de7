"""Files that appear: noticed, and waited for while they are still being written."""

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

# What reading a file raises too must not count, or our own reading would be noticed.
_CHANGES = ("created", "modified", "moved", "closed")
State = tuple[int, int]


def state_of(path: Path) -> State | None:
    """Size and time of change of a file; None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


class Settling:
    """Files that are waited for until size and time of change have been the same for a while.

    Parameters
    ----------
    seconds
        How long.
    clock
        What tells the time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self._since: dict[Path, tuple[State, float]] = {}

    def __len__(self) -> int:
        return len(self._since)

    def add(self, path: Path) -> None:
        """Wait for a file, from now on if it has changed since it was added."""
        state = state_of(path)
        if state is None:
            self._since.pop(path, None)
        elif path not in self._since or self._since[path][0] != state:
            self._since[path] = state, self.clock()

    def settled(self) -> list[tuple[Path, State]]:
        """Take out the files that may be read now; an empty one is about to be written."""
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


class Noticed(FileSystemEventHandler):
    """Paths at which something happened, in the order in which it did."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Path] = SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take in what the system tells."""
        if event.event_type in _CHANGES:
            named = event.dest_path or event.src_path
            self._queue.put(Path(os.fsdecode(named)))

    def files(self, folder: Path, seconds: float) -> set[Path]:
        """Audio files below `folder` of which something was told; waits for that for some time."""
        told: set[Path] = set()
        try:
            told.add(self._queue.get(timeout=seconds))
            while True:
                told.add(self._queue.get_nowait())
        except Empty:
            pass
        return {file for path in told for file in _visible(path, folder)}


def _visible(path: Path, folder: Path) -> Iterator[Path]:
    if not path.is_relative_to(folder):
        return
    if any(part.startswith(".") for part in path.relative_to(folder).parts):
        return
    if path.is_dir():
        if path != folder:  # of the folder itself each file is told
            yield from audio_files(path)
    elif path.suffix.lower() in AUDIO_SUFFIXES:
        yield path


@contextmanager
def noticing(folder: Path, *, poll: bool, every: float = 1.0) -> Iterator[Noticed]:
    """Be told of what happens below a folder.

    Parameters
    ----------
    folder
        The folder, resolved.
    poll
        Whether to look again and again rather than be told by the system, which of a network drive
        knows nothing. So it is too where the system can watch no more folders.
    every
        How often to look, in seconds.
    """
    noticed = Noticed()
    try:
        observer = _started(PollingObserver(timeout=every) if poll else Observer(), noticed, folder)
    except OSError:
        observer = _started(PollingObserver(timeout=every), noticed, folder)
    try:
        yield noticed
    finally:
        observer.stop()
        observer.join()


def _started(observer: BaseObserver, noticed: Noticed, folder: Path) -> BaseObserver:
    observer.schedule(noticed, str(folder), recursive=True)
    observer.start()
    return observer

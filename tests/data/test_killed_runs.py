"""A run that is killed goes on where it stopped, and leaves nothing half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from helpers import extract, kept, same, sounds

from genre_utils.data import extract_collection, inputs

# Imports once, then forks a run for each flag; a run stops in the middle of its fourth write.
RUNS = """
import os, sys, time
from pathlib import Path
import pyarrow.parquet as pq
from genre_utils.data import load_features
from genre_utils.data import read_dataset

def extract(root, flag):
    os.setsid()
    write, written = pq.write_table, []

    def write_table(table, where, **options):
        write(table, where, **options)
        written.append(where)
        if len(written) > 3:
            os.truncate(where, os.path.getsize(where) // 2)
            Path(flag + "-").write_text(str(os.getpid()))
            os.replace(flag + "-", flag)
            time.sleep(60)

    pq.write_table = write_table
    load_features(read_dataset(Path(root)), n_jobs=1, progress=False)

for flag in sys.argv[2:]:
    run = os.fork()
    if not run:
        extract(sys.argv[1], flag)
        os._exit(0)
    os.waitpid(run, 0)
"""


def killed_runs(root, flags):
    """Extract in other processes, and kill each in the middle of writing a file."""
    command = [sys.executable, "-c", RUNS, str(root), *map(str, flags)]
    with subprocess.Popen(command) as runs:
        try:
            for flag in flags:
                while not flag.exists():
                    assert runs.poll() is None, "the run ended before it could be killed"
                    time.sleep(0.01)
                before = kept()
                os.killpg(int(flag.read_text()), signal.SIGKILL)
                yield before
            assert runs.wait(60) == 0
        finally:
            runs.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups")
def test_a_killed_run_goes_on_where_it_stopped(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=12)
    finished = {}
    for attempt, now in enumerate(killed_runs(tmp_path, [tmp_path / f"flag{n}" for n in range(3)])):
        assert len(now) == 3 * (attempt + 1) and finished.items() <= now.items()
        assert all(pq.read_table(path).num_rows == 1 for path in now)
        finished = now
    resumed = extract(found)
    now = kept(own_cache)
    assert len(now) == 12 and finished.items() <= now.items()
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "undisturbed"))
    undisturbed = extract(found)
    assert same(resumed, undisturbed) and resumed.faults.empty
    for path in kept():
        (twin,) = (p for p in now if p.name == path.name)
        assert pq.read_table(path).equals(pq.read_table(twin))


def test_what_a_killed_run_left_is_removed_an_hour_later(tmp_path, own_cache):
    found = sounds(tmp_path, count=1)
    extract(found)
    (folder,) = {path.parent for path in kept()}
    fresh, old = folder / ".fresh.tmp", folder / ".old.tmp"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    extract(found)
    assert fresh.exists() and not old.exists() and len(kept()) == 1


def test_a_failed_write_leaves_nothing_behind(tmp_path, own_cache, monkeypatch):
    def fail(table, where, **options):
        Path(where).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inputs.pq, "write_table", fail)
    paths = sounds(tmp_path, count=1).audio
    with pytest.warns(UserWarning, match="No space left"):
        values, _ = extract_collection(paths, "features_30_sec", n_jobs=1, progress=False)
    assert len(values) == 1 and not [p for p in own_cache.rglob("*") if p.is_file()]


def test_leftovers_that_another_program_removes_are_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "glob", lambda self, _: [tmp_path / ".a.parquet.tmp"])
    inputs.remove_leftovers(tmp_path)

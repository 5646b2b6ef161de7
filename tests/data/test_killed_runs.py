"""A run that is killed goes on where it stopped; and inputs of many tracks are mapped, not held."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from helpers import extract, kept, same, sounds

from genre_utils.data import feature_tables

# Kills itself in the middle of its fourth write.
RUN = """
import os, signal, sys
from pathlib import Path
from genre_utils.data import load_features, read_dataset

write, written = Path.write_bytes, []

def write_bytes(path, content):
    written.append(path)
    if len(written) > 3:
        write(path, content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, content)

Path.write_bytes = write_bytes
load_features(read_dataset(Path(sys.argv[1])), "fingerprint", n_jobs=1, progress=False)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_run_goes_on_where_it_stopped(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=8)
    finished = {}
    for attempt in (1, 2):
        assert subprocess.run([sys.executable, "-c", RUN, tmp_path], check=False).returncode == -9
        now = kept()
        assert len(now) == 3 * attempt and finished.items() <= now.items()
        assert all(len(feature_tables.read_frames(path)) == 1 for path in now)
        finished = now
    resumed = extract(found, "fingerprint")
    now = kept(own_cache)
    assert len(now) == 8 and finished.items() <= now.items() and resumed.faults.empty
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "undisturbed"))
    assert same(resumed, extract(found, "fingerprint"))


def test_what_a_killed_run_left_is_removed_an_hour_later(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=1)
    extract(found, "fingerprint")
    (folder,) = {path.parent for path in kept()}
    fresh, old = folder / ".fresh.tmp", folder / ".old.tmp"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    extract(found, "fingerprint")
    assert fresh.exists() and not old.exists() and len(kept()) == 1
    # Another program may be quicker.
    monkeypatch.setattr(Path, "glob", lambda self, _: [tmp_path / ".a.parquet.tmp"])
    feature_tables.remove_leftovers(tmp_path)


MAPPED = """
import resource, sys
from pathlib import Path
from genre_utils.data import load_features, read_dataset

def held():  # without what is mapped from files
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(lines["RssAnon"].split()[0]) / 1024

resource.setrlimit(resource.RLIMIT_NOFILE, (128, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
dataset = read_dataset(Path(sys.argv[1]))
load_features(dataset, "raw", progress=False, n_jobs=1)  # computed
before = held()
inputs = load_features(dataset, "raw", progress=False, n_jobs=1)
print(len(inputs.values), held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured the way of Linux")
def test_inputs_are_mapped_and_the_limit_of_open_files_is_raised(tmp_path, own_cache):
    noise = np.random.default_rng(0).normal(0, 0.1, 80_000).astype(np.float32)
    for n in range(150):
        path = tmp_path / f"songs/genres/jazz/jazz.{n:05d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, noise[n : n + 67_000], 22050, subtype="PCM_16")
    command = [sys.executable, "-c", MAPPED, str(tmp_path / "songs")]
    segments, held = map(float, subprocess.check_output(command, text=True).split())
    assert segments == 150
    assert held < 10  # MiB, where the samples are 19

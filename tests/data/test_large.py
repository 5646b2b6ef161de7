"""A collection of a thousand recordings is the normal case: its input is mapped, not held."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile as sf

PROGRAM = """
import sys
from pathlib import Path
from genre_utils.data import load_features, make_splits, read_dataset
from genre_utils.evaluation import evaluate
from genre_utils.models import NetworkClassifier, dense_network

def held():  # without what is mapped from files
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(lines["RssAnon"].split()[0]) / 1024

dataset = read_dataset(Path(sys.argv[1]))
before = held()
inputs = load_features(dataset, "raw", progress=False, n_jobs=2)
print(len(inputs.values), held() - before)
inputs = load_features(dataset, "mfcc", progress=False, n_jobs=2)
split = make_splits(dataset.tracks, inputs.values.index, n_splits=2)[0]["track"]
network = NetworkClassifier(dense_network, updates=4)
found = evaluate(network, inputs.values, inputs.genre, split, n_jobs=1)
print(len(found.table), found.table["true"].nunique())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is asked of Linux")
def test_a_thousand_recordings_are_mapped_and_evaluated(tmp_path, own_cache):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.1, 80_000).astype(np.float32)
    for n in range(1000):
        genre = ("jazz", "rock")[n % 2]
        path = tmp_path / "songs" / "genres" / genre / f"{genre}.{n // 2:05d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, noise[n : n + 67_000], 22050, subtype="PCM_16")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "songs")],
        capture_output=True,
        text=True,
        check=True,
    )
    pieces, held, predicted, genres = (float(word) for word in done.stdout.split())
    assert (pieces, predicted, genres) == (1000, 1000, 2)
    assert held < 60  # MiB, where the samples are 126

"""Features of one 30 s track: ours beside straightforward librosa, in one process, one thread."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
from tqdm import tqdm

from genre_utils.audio import load_audio
from genre_utils.dataset import read_dataset
from genre_utils.features import HOP_LENGTH, N_FFT, extract_features
from genre_utils.results import versions, write_text
from genre_utils.synth import synthesize


def straightforward(y: np.ndarray) -> dict[str, np.ndarray]:
    """Each feature from the signal, as most projects do it."""
    harmonic, percussive = librosa.effects.hpss(y)
    frames = {
        "chroma_stft": librosa.feature.chroma_stft(y=y),
        "rms": librosa.feature.rms(y=y),
        "spectral_centroid": librosa.feature.spectral_centroid(y=y),
        "spectral_bandwidth": librosa.feature.spectral_bandwidth(y=y),
        "rolloff": librosa.feature.spectral_rolloff(y=y),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(y),
        "harmony": harmonic,
        "perceptr": percussive,
        "tempo": librosa.beat.beat_track(y=y)[0],
        "mfcc": librosa.feature.mfcc(y=y, n_mfcc=20),
    }
    return {name: (values.mean(axis=-1), values.var(axis=-1)) for name, values in frames.items()}


def one_transform(y: np.ndarray) -> np.ndarray:
    """The floor: what every one of these features needs."""
    return librosa.stft(y, n_fft=N_FFT, hop_length=HOP_LENGTH)


def seconds(function: Callable, signals: list[np.ndarray]) -> float:
    """Median time a signal, the first call (compilation) left out."""
    function(signals[0])
    times = []
    for y in tqdm(signals, desc=function.__name__, unit="track"):
        start = time.perf_counter()
        function(y)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a collection")
    parser.add_argument("--tracks", type=int, default=10)
    parser.add_argument("--output", type=Path, default=Path("build/bench/features.json"))
    options = parser.parse_args()
    dataset = read_dataset(options.data) if options.data.is_dir() else None
    if dataset is None or dataset.synthetic or dataset.audio.empty:
        signals = [synthesize("rock", seconds=30, seed=i)[0] for i in range(options.tracks)]
        source = "synthesized"
    else:
        paths = dataset.audio.iloc[:: max(1, len(dataset.audio) // options.tracks)]
        signals = [load_audio(path) for path in paths.iloc[: options.tracks]]
        source = dataset.name
    functions = (straightforward, extract_features, one_transform)
    times = {function.__name__: seconds(function, signals) for function in functions}
    ratio = times["straightforward"] / times["extract_features"]
    found = {
        "data": source,
        "tracks": len(signals),
        "machine": platform.processor() or platform.machine(),
        "versions": versions(),
        "milliseconds": {name: round(1000 * value, 1) for name, value in times.items()},
        "ratio": round(ratio, 2),
    }
    write_text(options.output, json.dumps(found, indent=2) + "\n")
    print(f"\nMedian time a track of 30 s ({len(signals)} tracks, {source}), one thread:\n")
    for name, value in times.items():
        print(f"  {name:18} {1000 * value:8.1f} ms   {times['straightforward'] / value:6.1f} x")
    print(f"\nIn {options.output}")


if __name__ == "__main__":
    main()

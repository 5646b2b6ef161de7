"""Features: one track, a collection on one and two processes, and long recordings."""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile as sf
from common import Report, collection, median_seconds, run_measured

from genre_utils.audio import (
    HOP_LENGTH,
    N_FFT,
    N_MFCC,
    SAMPLE_RATE,
    Spectra,
    extract_features,
    load_audio,
)

EXTRACT = """
import dataclasses, sys, time
from pathlib import Path
from genre_utils.data import load_features, read_dataset
dataset = read_dataset(Path(sys.argv[1]))
first = dataset.audio.index[: int(sys.argv[2])]
few = dataclasses.replace(dataset, tracks=dataset.tracks.loc[first])
start = time.perf_counter()
load_features(few, published=False, n_jobs=int(sys.argv[3]), progress=False)
print(time.perf_counter() - start)
"""
LONG = """
import re, sys, time
from pathlib import Path
import numpy as np
from genre_utils.audio import extract_features, features_of_file
extract_features(np.random.default_rng(0).normal(0, 0.1, 66150))
def peak():
    # Not ru_maxrss, which begins at the size of the process that started this one.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
before = peak()
start = time.perf_counter()
features_of_file(sys.argv[1])
seconds = time.perf_counter() - start
print(seconds, peak() - before)
"""


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


def ours_shared(y: np.ndarray) -> tuple:
    """Those of our features that essentia has as well."""
    spectra = Spectra(y, SAMPLE_RATE)
    return (
        spectra.mfcc(N_MFCC),
        spectra.spectral_shape(),
        spectra.rms(),
        spectra.zero_crossing_rate(),
        spectra.tempo(),
    )


def essentia_shared():
    """The same from essentia (C++), frame by frame as its users write it; None without it."""
    try:
        import essentia
        from essentia import standard as es
    except ImportError:
        return None
    essentia.log.infoActive = essentia.log.warningActive = False
    window, spectrum = es.Windowing(type="hann", size=N_FFT), es.Spectrum(size=N_FFT)
    mfcc = es.MFCC(inputSize=N_FFT // 2 + 1, sampleRate=SAMPLE_RATE, numberCoefficients=N_MFCC,
                   numberBands=128, highFrequencyBound=SAMPLE_RATE / 2)  # fmt: skip
    centroid, rolloff = es.Centroid(range=SAMPLE_RATE / 2), es.RollOff(sampleRate=SAMPLE_RATE)
    zcr, rms = es.ZeroCrossingRate(), es.RMS()
    tempo = es.PercivalBpmEstimator(sampleRate=SAMPLE_RATE)

    def essentia_features(y: np.ndarray) -> tuple:
        rows = []
        for frame in es.FrameGenerator(y, frameSize=N_FFT, hopSize=HOP_LENGTH):
            bins = spectrum(window(frame))
            rows.append((*mfcc(bins)[1], centroid(bins), rolloff(bins), zcr(frame), rms(frame)))
        return np.array(rows), tempo(y)

    return essentia_features


def one_track(report: Report, signals: list[np.ndarray]) -> None:
    plain = median_seconds(straightforward, signals)
    ours = median_seconds(extract_features, signals)
    floor = median_seconds(one_transform, signals)
    rows = [
        ["librosa, each feature from the signal", 1000 * plain, 1.0],
        ["genre_utils, the same 57 features", 1000 * ours, plain / ours],
        ["the floor: one STFT", 1000 * floor, plain / floor],
    ]
    report.table(
        f"Features of a track of {len(signals[0]) / SAMPLE_RATE:.0f} s, one process, one thread",
        ["what", "ms a track", "times as fast as librosa"],
        rows,
        f"Median of {len(signals)} tracks.",
    )
    shared = median_seconds(ours_shared, signals)
    rows = [["genre_utils", 1000 * shared, 1.0]]
    if essentia := essentia_shared():
        theirs = median_seconds(essentia, signals)
        rows.append(["essentia (C++)", 1000 * theirs, theirs / shared])
    report.table(
        "Only MFCC, centroid, rolloff, zero crossings, RMS and tempo, which essentia has too",
        ["what", "ms a track", "time, ours = 1"],
        rows,
        "" if len(rows) == 2 else "essentia is not installed here (pip install essentia).",
    )


def whole_collection(report: Report, dataset) -> None:
    count = min(100, len(dataset.audio))
    rows, alone = [], None
    for tracks, jobs in ((count // 4, 1), (count // 2, 1), (count, 1), (count, 2)):
        with tempfile.TemporaryDirectory() as cache:
            env = os.environ | {"GENRE_UTILS_CACHE": cache}
            for run in ("computed", "from the cache") if tracks == count else ("computed",):
                _, peak, told = run_measured(EXTRACT, dataset.root, tracks, jobs, env=env)
                seconds = float(told)
                if run == "computed" and jobs == 1:
                    alone = seconds
                efficiency = alone / seconds / jobs if run == "computed" else ""
                rows.append(
                    [f"{tracks} tracks, {run}", jobs, seconds, tracks / seconds, peak, efficiency]
                )
    report.table(
        "A collection",
        ["what", "processes", "seconds", "tracks a second", "peak MiB", "parallel efficiency"],
        rows,
        "Peak of all processes together, libraries included (several hundred MiB each).",
    )


def long_files(report: Report, signals: list[np.ndarray]) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in (10, 60):
            path = Path(folder) / "long.wav"
            with sf.SoundFile(path, "w", SAMPLE_RATE, 1) as file:
                written = 0
                while written < minutes * 60 * SAMPLE_RATE:
                    y = signals[(written // len(signals[0])) % len(signals)]
                    file.write(y)
                    written += len(y)
            _, _, told = run_measured(LONG, path)
            seconds, peak = map(float, told.split())
            rows.append([f"{minutes} minutes", seconds, 1000 * seconds / minutes / 2, peak])
    report.table(
        "Long recordings, block by block",
        ["length", "seconds", "ms for 30 s", "peak MiB above the import"],
        rows,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a collection")
    parser.add_argument("--tracks", type=int, default=10)
    options = parser.parse_args()
    dataset = collection(options.data)
    paths = dataset.audio.iloc[:: max(1, len(dataset.audio) // options.tracks)]
    signals = [load_audio(path) for path in paths.iloc[: options.tracks]]
    report = Report("1_features", "Extracting features", dataset.name)
    one_track(report, signals)
    whole_collection(report, dataset)
    long_files(report, signals)


if __name__ == "__main__":
    main()

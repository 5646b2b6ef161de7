"""The encoder: ONNX and Keras on one thread and two, and a track from signal to embeddings."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from common import Report, collection, run_measured

SECONDS = 30
PIECES = 10  # of 3 s
ONNX = """
import sys
import numpy as np
from common import median_seconds
from genre_utils.audio import embed
rng = np.random.default_rng(0)
tracks = [rng.normal(0, 0.1, 30 * 22050).astype(np.float32) for _ in range(int(sys.argv[1]))]
import onnxruntime
from genre_utils.audio import encoder_path
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
session = onnxruntime.InferenceSession(encoder_path(), options, providers=["CPUExecutionProvider"])
patches = [rng.uniform(0, 4, (10, 187, 96)).astype(np.float32) for _ in tracks]
print(median_seconds(lambda part: session.run(None, {"log_mel": part}), patches))
print(median_seconds(embed, tracks))
"""
KERAS = """
import sys
import numpy as np
from common import median_seconds
from genre_utils.models import build_encoder
network = build_encoder()
rng = np.random.default_rng(0)
patches = [rng.uniform(0, 4, (10, 187, 96)).astype(np.float32) for _ in range(int(sys.argv[1]))]
print(median_seconds(network.predict_on_batch, patches))
"""
FILES = """
import sys
from pathlib import Path
from common import median_seconds
from genre_utils.audio import embed, load_audio
from genre_utils.data import read_dataset
paths = list(read_dataset(Path(sys.argv[1])).audio)[: int(sys.argv[2])]
print(median_seconds(load_audio, paths))
print(median_seconds(embed, [load_audio(path) for path in paths]))
"""


def measured(code: str, threads: int, *arguments: object) -> tuple[list[float], float]:
    """Seconds that a process prints, and its peak in MB."""
    here = str(Path(__file__).parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    env = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": str(threads)}
    env |= {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
    _, peak, printed = run_measured(code, *arguments, env=env | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    return [float(line) for line in printed.split()], peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a collection")
    parser.add_argument("--tracks", type=int, default=20)
    options = parser.parse_args()
    dataset = collection(options.data)
    report = Report("4_encoder", "Hearing with the pretrained encoder", dataset.name)
    rows = []
    for threads in (1, 2):
        (onnx, track), onnx_peak = measured(ONNX, threads, options.tracks, threads)
        (keras,), keras_peak = measured(KERAS, threads, options.tracks)
        rows.append([threads, 1000 * onnx, 1000 * keras, 1000 * track, onnx_peak, keras_peak])
    report.table(
        f"{PIECES} pieces of 3 s, or a track of {SECONDS} s, of noise",
        ["threads", "ONNX, ms", "Keras, ms", "track, ms", "ONNX, MB", "Keras, MB"],
        rows,
        f"Median of {options.tracks}. Track: from the decoded signal to embeddings, by ONNX: "
        "level, 16 kHz, mel spectrogram, encoder. MB: peak of the process.",
    )
    (decoding, hearing), _ = measured(FILES, 1, dataset.root, options.tracks)
    report.table(
        "Tracks of the collection, one thread",
        ["decoding, ms a track", "embeddings beyond that, ms a track"],
        [[1000 * decoding, 1000 * hearing]],
        f"Median of {options.tracks}.",
    )


if __name__ == "__main__":
    main()

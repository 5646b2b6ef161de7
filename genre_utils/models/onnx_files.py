"""Networks as files that anything can run: written with a model, and opened again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from genre_utils.models.keeping import ModelError, keep

if TYPE_CHECKING:
    import keras
    import onnxruntime

    from genre_utils.evaluation import Results, Score

NETWORK = "network.onnx"
NETWORK_FILES = frozenset({NETWORK, "network.keras"})


def keep_network(
    network: keras.Model,
    about: dict,
    results: Results,
    scores: Iterable[Score],
    *,
    suffix: str = "",
) -> Path:
    """Keep a network as `keep` does: to predict with, and to go on training from.

    Parameters
    ----------
    network
        That has been asked once.
    about, results, scores, suffix
        As in `keep`.

    Raises
    ------
    ModelError
        If it cannot be written.
    """
    from genre_utils.models.networks import load_keras  # noqa: PLC0415

    def write(folder: Path) -> None:
        network.save(folder / "network.keras")
        network.export(folder / NETWORK, format="onnx", verbose=False)

    about = {**about, "keras_backend": load_keras().backend.backend()}
    try:
        return keep(write, about, results, scores, suffix)
    except (ImportError, RuntimeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"The network cannot be written as ONNX: {error}.") from error


def open_network(path: Path) -> onnxruntime.InferenceSession:
    """Open a network to predict with.

    Raises
    ------
    RuntimeError
        If it cannot be read.
    """
    import onnxruntime  # noqa: PLC0415  (slow to import)

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Processes beside each other say so, that they do not all take all cores; 0: all.
    threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(threads) if threads.isdecimal() else 0
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class of their own
        raise RuntimeError("the network cannot be read") from error

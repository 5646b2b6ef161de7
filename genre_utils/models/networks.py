"""Keras, imported where it is first needed, because that takes seconds."""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def average(networks: list[keras.Model]) -> keras.Model:
    """One network whose output is the mean of the outputs of several."""
    keras = load_keras()
    if len(networks) == 1:
        return networks[0]
    inputs = keras.layers.Input(networks[0].input_shape[1:])
    for i, network in enumerate(networks):
        network.name = f"member_{i}"
    outputs = keras.layers.Average()([network(inputs) for network in networks])
    return keras.Model(inputs, outputs, name="average")


def load_keras() -> ModuleType:
    """Import Keras, quietly."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # So joblib divides the cores among its processes; TensorFlow has a variable of its own.
    if threads := os.environ.get("OMP_NUM_THREADS"):
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", threads)
    import keras  # noqa: PLC0415

    return keras

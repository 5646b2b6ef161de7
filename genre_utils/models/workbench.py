"""Compiled networks that others are trained on in turn: compiling takes seconds each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from genre_utils.models.networks import load_keras

if TYPE_CHECKING:
    import keras


def _recipe(build: Callable) -> tuple:
    """What makes two builders the same: copies of a partial are not equal."""
    if isinstance(build, partial):
        return build.func, build.args, tuple(sorted(build.keywords.items()))
    return build, (), ()


def prepared(
    build: Callable, shape: tuple, start: keras.Model, weight_decay: float = 0.0, at_once: int = 1
) -> keras.Model:
    """A compiled network in the state of a new one, its optimizer's memory empty.

    Parameters
    ----------
    build
        As in `NetworkClassifier`; one compiled network is kept for each.
    shape
        Of an item.
    start
        The new network, from `build`.
    weight_decay
        Of AdamW.
    at_once
        Steps that one call of the compiled function takes.
    """
    bench = _workbench(_recipe(build), shape, start.output_shape[-1], weight_decay, at_once)
    for slot, value in zip(bench.variables, start.variables, strict=True):
        slot.assign(value)
    for slot in bench.optimizer.variables:
        slot.assign(load_keras().ops.zeros_like(slot))
    return bench


@lru_cache(maxsize=4)
def _workbench(recipe: tuple, shape: tuple, n_classes: int, weight_decay: float, at_once: int):
    """A compiled network that others are trained on in turn: compiling takes seconds each time."""
    keras = load_keras()
    build, args, keywords = recipe
    network = build(*args, shape, n_classes, **dict(keywords))
    network.compile(
        keras.optimizers.AdamW(0.001, weight_decay=weight_decay),
        "categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=keras.backend.backend() == "jax",
        steps_per_execution=at_once,
    )
    network.optimizer.build(network.trainable_variables)
    return network

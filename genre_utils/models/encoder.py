"""The pretrained encoders in Keras: built, given their published weights, exported.

MSD_vgg of the package musicnn (Pons and Serra, "musicnn: pre-trained convolutional neural networks
for music audio tagging", 2019) is a tagger of the Million Song Dataset; MTT_vgg, one of
MagnaTagATune, is there for comparison. `genre_utils.audio` runs the ONNX files that
`export_encoder` writes.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genre_utils.data import (
    CHECKPOINTS,
    ENCODER_LICENSE,
    ENCODER_SOURCE,
    encoder_checkpoint,
)
from genre_utils.files import replacing
from genre_utils.models.networks import load_keras
from genre_utils.models.registry import ModelError

if TYPE_CHECKING:
    import keras
    import onnx

PATCH = (187, 96)  # frames and mel bands
FILTERS = 128
N_TAGS = 50
# Sizes and strides of the pools, as in the graphs that were trained. The package's own code builds
# those of MTT_vgg for both, which lead to the same shapes.
POOLS = {
    "MSD_vgg": [((4, 1), (4, 1)), ((1, 4), (1, 4)), *[((2, 2), (2, 2))] * 2, ((4, 4), (4, 4))],
    "MTT_vgg": [((4, 1), (2, 2)), *[((2, 2), (2, 2))] * 3, ((4, 4), (4, 4))],
}
OUTPUTS = ("embedding", "tags", "layers")
_OPTIMIZER = ("Adam", "beta1_power", "beta2_power")  # kept in the checkpoint, of no use here


def encoder_network(name: str = "MSD_vgg") -> keras.Model:
    """Architecture of an encoder ("MSD_vgg" or "MTT_vgg"), with random weights.

    Five blocks of a 3 x 3 convolution, ReLU, batch normalisation and max pooling.

    Returns
    -------
    keras.Model
        From patches ``log_mel``, shape (n, 187, 96), to ``embedding``, shape (n, 256), the
        flattened last pool; ``tags``, shape (n, 50), probabilities; and ``layers``, shape
        (n, 640), the averages of each of the five pools over time and frequency. It has 607,030
        parameters, of which 1,282 are not trainable and 12,850 are those of the tags. The pools are
        called ``pool_1`` and so on.
    """
    keras = load_keras()
    layers = keras.layers
    inputs = layers.Input(PATCH, name="log_mel")
    x = layers.Reshape((*PATCH, 1), name="reshape")(inputs)
    x = layers.BatchNormalization(epsilon=1e-3, name="batch_normalization")(x)
    averages = []
    for i, (size, strides) in enumerate(POOLS[name], 1):
        x = layers.Conv2D(FILTERS, 3, padding="same", activation="relu", name=f"{i}CNN")(x)
        x = layers.BatchNormalization(epsilon=1e-3, name=f"batch_normalization_{i}")(x)
        x = layers.MaxPooling2D(size, strides, name=f"pool_{i}")(x)
        # One axis after the other: over both at once, float32 loses a digit.
        averages.append(keras.ops.mean(keras.ops.mean(x, axis=2), axis=1))
    embedding = layers.Flatten(name="embedding")(x)
    tags = layers.Dense(N_TAGS, activation="sigmoid", name="dense")(embedding)
    every = layers.Concatenate(name="layers")(averages)
    return keras.Model(inputs, [embedding, tags, every], name="encoder")


def build_encoder(name: str = "MSD_vgg") -> keras.Model:
    """An encoder with its published weights, from the installed package or downloaded.

    Returns
    -------
    keras.Model
        As `encoder_network` describes it.

    Raises
    ------
    DownloadError
        If the weights are neither installed nor to be had.
    ModelError
        If there is no TensorFlow and Keras, with which they are read.
    """
    weights = _weights(name)
    network = encoder_network(name)
    for layer in network.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}/{each.name}"] for each in layer.weights])
    return network


@cache
def _weights(name: str) -> Mapping[str, np.ndarray]:
    """Weights by their names in the checkpoint, which is one of TensorFlow 1."""
    try:
        load_keras()
        from tensorflow.compat.v1.train import NewCheckpointReader  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"The encoder's weights are read with TensorFlow and Keras ({error}): "
            'pip install "genre_utils[cpu]".'
        ) from error
    with encoder_checkpoint(name) as folder:
        # The names of the files begin with a dot: what stands before it is empty.
        reader = NewCheckpointReader(f"{folder}/")
        names = reader.get_variable_to_shape_map()
        return {n: reader.get_tensor(n) for n in names if not n.endswith(_OPTIMIZER)}


def export_encoder(path: Path, name: str = "MSD_vgg") -> None:
    """Write an encoder as ONNX, whole or not at all: the same bytes wherever it is done.

    Its input and outputs are named as those of `encoder_network`; its metadata say where the
    weights come from, their licence and their sha256.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DownloadError, ModelError
        As `build_encoder`; ModelError also if it cannot be exported or written.
    """
    network = build_encoder(name)
    about = {
        "source": f"{ENCODER_SOURCE} {name}",
        "licence": ENCODER_LICENSE,
        "sha256": CHECKPOINTS[name][".data-00000-of-00001"],
    }
    try:
        with replacing(path) as temporary:
            _write_onnx(network, about, temporary)
    except OSError as error:
        why = error.strerror or error
        raise ModelError(f"The encoder cannot be written to {path}: {why}.") from error
    except (ImportError, RuntimeError, ValueError) as error:
        raise ModelError(f"The encoder cannot be written as ONNX: {error}.") from error


def _write_onnx(network: keras.Model, about: dict[str, str], path: Path) -> None:
    import onnx  # noqa: PLC0415

    network.predict_on_batch(np.zeros((1, *PATCH), np.float32))  # Keras exports what has run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras' own, about NumPy
        network.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    _name_parts(model.graph)
    onnx.helper.set_model_props(model, about)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _name_parts(graph: onnx.GraphProto) -> None:
    """Name outputs, and number all else: the converter's names differ from one run to the next.

    What is kept of songs is kept under the file's sha256, which is the same on every machine so.
    """
    names = {output.name: name for output, name in zip(graph.output, OUTPUTS, strict=True)}
    names |= {given.name: given.name for given in graph.input}
    parts = (name for node in graph.node for name in (*node.input, *node.output))
    for i, name in enumerate(parts):
        names.setdefault(name, f"part_{i:03d}")
    for i, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{i}"
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for weight in graph.initializer:
        weight.name = names[weight.name]
    graph.initializer.sort(key=lambda weight: weight.name)
    for end in (*graph.input, *graph.output):
        end.name = names[end.name]
        end.type.tensor_type.shape.dim[0].dim_param = "n"
    del graph.value_info[:]
    graph.name, graph.doc_string = "encoder", ""

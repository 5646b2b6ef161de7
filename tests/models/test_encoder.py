"""The encoder in Keras: its shapes, its weights, and that what is exported says the same."""

import importlib.util
import sys

import numpy as np
import pytest

from genre_utils.audio import EMBEDDING_COLUMNS, LAYER_COLUMNS, PATCH_BANDS, PATCH_FRAMES, TAGS
from genre_utils.models import ModelError, build_encoder, encoder, encoder_network, export_encoder

keras = pytest.importorskip("keras")
PATCHES = np.random.default_rng(0).uniform(0, 4, (3, PATCH_FRAMES, PATCH_BANDS)).astype(np.float32)
POOLS = [(46, 96), (46, 24), (23, 12), (11, 6), (2, 1)]

installed = pytest.mark.skipif(
    importlib.util.find_spec("musicnn") is None,
    reason="the package with the encoder's weights is not installed (make encoder)",
)


def said(network, patches):
    return [keras.ops.convert_to_numpy(part) for part in network(patches, training=False)]


def heard(path, patches):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [given.name for given in session.get_inputs()] == ["log_mel"]
    assert [found.name for found in session.get_outputs()] == ["embedding", "tags", "layers"]
    return session.run(None, {"log_mel": patches})


@pytest.fixture
def network():
    """An encoder of random weights, none of which is what it is when nothing is set."""
    keras.utils.set_random_seed(0)
    network = encoder_network()
    rng = np.random.default_rng(1)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, part.shape) for part in layer.get_weights()])
    return network


def test_its_shapes_are_those_of_the_graph_that_was_trained(network):
    assert network.count_params() == 607_030
    fixed = sum(int(np.prod(weight.shape)) for weight in network.non_trainable_weights)
    assert fixed == 1_282
    for i, shape in enumerate(POOLS, 1):
        assert network.get_layer(f"pool_{i}").output.shape[1:] == (*shape, 128)
    embedding, tags, layers = said(network, PATCHES)
    assert embedding.shape == (3, len(EMBEDDING_COLUMNS))
    assert tags.shape == (3, len(TAGS)) and tags.min() > 0 and tags.max() < 1
    assert layers.shape == (3, len(LAYER_COLUMNS))
    second = encoder_network("MTT_vgg")
    assert [w.shape for w in second.get_weights()] == [w.shape for w in network.get_weights()]
    assert second.get_layer("pool_1").output.shape[1:] == (92, 48, 128)


def test_its_outputs_are_the_last_pool_and_the_means_of_all(network):
    pools = [network.get_layer(f"pool_{i}").output for i in range(1, 6)]
    each = said(keras.Model(network.inputs[0], pools), PATCHES)
    embedding, _, layers = said(network, PATCHES)
    assert np.allclose(embedding, each[-1].reshape(3, -1), atol=1e-5)
    means = [pool.astype(float).mean(axis=(1, 2)) for pool in each]
    assert np.allclose(layers, np.concatenate(means, axis=1), atol=1e-5)


def test_what_is_exported_says_the_same(network, tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "build_encoder", lambda name: network)
    export_encoder(tmp_path / "new" / "encoder.onnx")
    export_encoder(tmp_path / "again.onnx")
    assert (tmp_path / "new/encoder.onnx").read_bytes() == (tmp_path / "again.onnx").read_bytes()
    for one, other in zip(
        heard(tmp_path / "again.onnx", PATCHES), said(network, PATCHES), strict=True
    ):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-5)
    assert len(list(tmp_path.rglob("*"))) == 3


def test_what_is_exported_names_its_source_and_licence(network, tmp_path, monkeypatch):
    onnx = pytest.importorskip("onnx")
    monkeypatch.setattr(encoder, "build_encoder", lambda name: network)
    export_encoder(tmp_path / "encoder.onnx")
    props = {prop.key: prop.value for prop in onnx.load(tmp_path / "encoder.onnx").metadata_props}
    assert props["source"] == "musicnn 0.1.0 MSD_vgg"
    first = props["sha256"]
    export_encoder(tmp_path / "second.onnx", "MTT_vgg")
    props |= {prop.key: prop.value for prop in onnx.load(tmp_path / "second.onnx").metadata_props}
    assert props["source"] == "musicnn 0.1.0 MTT_vgg" and props["sha256"] != first
    assert "ISC" in props["licence"] and "Universitat Pompeu Fabra, 2019" in props["licence"]
    assert len(props["sha256"]) == 64


def test_an_export_that_fails_leaves_what_was_there(network, tmp_path, monkeypatch):
    path = tmp_path / "encoder.onnx"
    path.write_text("former")
    monkeypatch.setattr(encoder, "build_encoder", lambda name: network)
    monkeypatch.setattr(encoder, "OUTPUTS", ("too", "few"))
    with pytest.raises(ModelError, match="cannot be written as ONNX"):
        export_encoder(path)
    assert path.read_text() == "former" and list(tmp_path.iterdir()) == [path]


def test_without_tensorflow_it_says_so(monkeypatch):
    encoder._weights.cache_clear()
    monkeypatch.setitem(sys.modules, "tensorflow.compat.v1.train", None)
    with pytest.raises(ModelError, match=r"read with TensorFlow.*pip install"):
        build_encoder()


@installed
def test_the_published_weights_say_the_same_in_keras_and_onnx(tmp_path):
    network = build_encoder()
    export_encoder(tmp_path / "encoder.onnx")
    patches = PATCHES * np.linspace(0.2, 1, PATCH_BANDS, dtype=np.float32)
    found, expected = heard(tmp_path / "encoder.onnx", patches), said(network, patches)
    for one, other in zip(found, expected, strict=True):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-5)
    assert found[1].max() > 0.05, "no tag lights up"

"""What all tests share: collections to read, and an environment that is nobody's own."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import NOTEBOOK, sound
from hypothesis import settings
from server import Server

from genre_utils.data import INPUTS, write_demo

REAL_ROOT = os.environ.get("GTZAN_HOME")
# A busy machine is no reason for a test to fail.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_sessionstart(session):
    """Compile librosa, if make env did not, before workers do: two at once damage numba's cache."""
    compiled = any(Path(find_spec("librosa").origin).parent.rglob("*.nbi"))
    if getattr(session.config.option, "numprocesses", None) and not compiled:
        code = "from genre_utils.audio.kernels import compile_librosa; compile_librosa()"
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def environment(request, monkeypatch, cache, tiny_encoder):
    """Keep the user's cache out of all tests, and what else the user has out of most."""
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(cache))
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(cache / "models"))
    monkeypatch.setenv("GENRE_UTILS_OFFLINE", "1")
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(cache / "feedback.json"))
    if not request.node.get_closest_marker("real"):
        monkeypatch.delenv("GTZAN_HOME", raising=False)
        monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tiny_encoder))
        monkeypatch.setattr("genre_utils.models.registry._SHIPPED", cache / "nothing shipped")


@pytest.fixture(scope="session")
def demo_root(tmp_path_factory):
    """Return a demo collection of 40 tracks of 4 s; to be read, not to be changed."""
    folder = tmp_path_factory.mktemp("collection") / "demo"
    return write_demo(folder, tracks_per_genre=4, seconds=4.0, progress=False)


@pytest.fixture(scope="session")
def real_root():
    if not REAL_ROOT:
        pytest.skip("GTZAN_HOME does not name the real collection")
    if not Path(REAL_ROOT).is_dir():
        pytest.skip(f"GTZAN_HOME is not a folder: {REAL_ROOT}")
    return Path(REAL_ROOT).resolve()  # worker processes may have another working folder


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "own cache"))
    return tmp_path / "own cache"


@pytest.fixture
def poison(monkeypatch):
    """Make every computation fail."""

    def fail(y):
        raise AssertionError("computed again")

    monkeypatch.setattr("genre_utils.data.feature_tables.features_of_file", fail)
    for kind in INPUTS:
        monkeypatch.setitem(INPUTS, kind, fail)


@pytest.fixture(scope="session")
def built(demo_root, tmp_path_factory):
    from genre_utils.report import execute

    folder = tmp_path_factory.mktemp("built")
    script = folder / "01_good.py"
    script.write_text(NOTEBOOK)
    output = folder / "build" / "01_good.ipynb"
    results = output.parent / "results"
    parameters = {"data": str(demo_root), "profile": "quick", "seed": 3, "output": str(results)}
    execute(script, output, parameters)
    return script, output


@pytest.fixture(scope="session")
def rendered(built, tmp_path_factory):
    from genre_utils.report import render

    folder = tmp_path_factory.mktemp("rendered")
    render(built[1], folder / "01_good.html", pages=["00_former", "01_good", "02_next"])
    return folder


@pytest.fixture
def page(rendered, tmp_path):
    """Return a page in a folder of its own."""
    shutil.copytree(rendered, tmp_path / "reports")
    return tmp_path / "reports/01_good.html"


def small_network(shape, n_classes, seed):
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    network = keras.Sequential([layers.Input(shape), layers.Conv1D(8, 5, strides=4)])
    network.add(layers.GlobalAveragePooling1D())
    network.add(layers.Dense(n_classes, activation="softmax"))
    network.compile("adam", "sparse_categorical_crossentropy")
    return network


@pytest.fixture(scope="session")
def trained(demo_root, tmp_path_factory):
    """Return a folder with one small model, and the estimator it came from."""
    from genre_utils.data import load_features, read_dataset
    from genre_utils.evaluation import Results
    from genre_utils.models import save_model

    home = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(home))
        patch.setenv("GENRE_UTILS_CACHE", str(tmp_path_factory.mktemp("cache")))
        dataset = read_dataset(demo_root)
        pictures = load_features(dataset, "picture", n_jobs=1, progress=False)
        frames = np.stack([frame[:64] for frame in pictures.values["frames"]])
        classes, codes = np.unique(pictures.genre.to_numpy(str), return_inverse=True)
        network = SimpleNamespace(
            networks_=[small_network(frames.shape[1:], len(classes), seed) for seed in range(2)],
            classes_=classes,
            crop=64,
            mean_=frames.mean(axis=(0, 1)),
            scale_=frames.std(axis=(0, 1)),
            temperature_=1.0,
        )
        for member in network.networks_:
            member.fit((frames - network.mean_) / network.scale_, codes, epochs=2, verbose=0)
        results = Results("04_cnn", dataset, "quick", 0)
        folder = save_model(network, results, [])
        assert folder == home / "demo"
    return home, network, pictures


@pytest.fixture
def home(trained, monkeypatch, tmp_path):
    """Return a copy of that folder, to be changed."""
    copy = tmp_path / "models"
    shutil.copytree(trained[0], copy)
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(copy))
    return copy


@pytest.fixture
def song(tmp_path):
    return sound(tmp_path / "my song.wav", seconds=10.0)


@pytest.fixture
def server():
    with_faults = Server()
    yield with_faults
    with_faults.close()


@pytest.fixture(scope="session")
def mini(demo_root):
    """A zip in the shape of the mini set."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gtzan_mini-main/README.md", "mini")
        for path in sorted((demo_root / "genres_original").rglob("*.wav")):
            archive.write(path, f"gtzan_mini-main/genres/{path.parent.name}/{path.name}")
    return file.getvalue()


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """An encoder of the right shapes, and of weights that were never trained."""
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    sizes = {"embedding": 256, "tags": 50, "layers": 640}
    weights = [
        numpy_helper.from_array(rng.normal(0, 0.3, (96, n)).astype(np.float32), f"to_{name}")
        for name, n in sizes.items()
    ]
    nodes = [helper.make_node("ReduceMean", ["log_mel"], ["bands"], axes=[1], keepdims=0)]
    for name in sizes:
        made = f"{name}_" if name == "tags" else name
        nodes.append(helper.make_node("MatMul", ["bands", f"to_{name}"], [made]))
    nodes.append(helper.make_node("Sigmoid", ["tags_"], ["tags"]))
    given = [helper.make_tensor_value_info("log_mel", TensorProto.FLOAT, ["n", 187, 96])]
    found = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n])
        for name, n in sizes.items()
    ]
    graph = helper.make_graph(nodes, "tiny", given, found, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path_factory.mktemp("encoder") / "tiny.onnx"
    for file in (path, path.with_stem("tiny-mtt")):  # the second encoder is the same one
        file.write_bytes(model.SerializeToString())
    return path

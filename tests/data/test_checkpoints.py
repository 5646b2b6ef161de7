"""The encoder's weights: from the installed package, else by pip from a package index; checked."""

import hashlib
import os
import sys
import zipfile

import pytest
from genre_utils.cli.main import main

from genre_utils.audio import encoder_path, is_encoder
from genre_utils.data import CHECKPOINT_FILES, DownloadError, checkpoints, encoder_checkpoint
from genre_utils.models import encoder as encoder_of_models
from genre_utils.models import encoder_network

WHEEL = "musicnn-0.1.0-py3-none-any.whl"
CONTENT = {".index": b"names", ".data-00000-of-00001": b"weights"}


def digest(content):
    return hashlib.sha256(content).hexdigest()


def publish(monkeypatch, content):
    """Make other files the ones that were published."""
    for name, made in content.items():
        monkeypatch.setitem(CHECKPOINT_FILES, name, digest(made))


def checkpoint_in(folder, content=CONTENT):
    """Install a package that has no code, and whose import would fail."""
    model = folder / "musicnn" / "MSD_vgg"
    model.mkdir(parents=True)
    (folder / "musicnn/__init__.py").write_text("raise RuntimeError('imported')")
    for name, made in content.items():
        (model / name).write_bytes(made)
    return model


@pytest.fixture
def nowhere(monkeypatch):
    """No package is installed."""
    monkeypatch.setattr(checkpoints, "find_checkpoint", lambda: None)
    monkeypatch.delenv("GENRE_UTILS_OFFLINE")


@pytest.fixture
def index(tmp_path, monkeypatch, nowhere):
    """A folder that pip takes for its index, with a package in it."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, made in CONTENT.items():
            wheel.writestr(f"musicnn/MSD_vgg/{name}", made)
        wheel.writestr("musicnn/../../escaped.txt", "out")
        wheel.writestr("musicnn/models.py", "raise RuntimeError('imported')")
        info = "musicnn-0.1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: musicnn\nVersion: 0.1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    pinned = tmp_path / "encoder.txt"
    sha256 = digest((folder / WHEEL).read_bytes())
    pinned.write_text(f"musicnn==0.1.0 --hash=sha256:{sha256}\n")
    monkeypatch.setattr(checkpoints, "ENCODER_PACKAGE", pinned)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    publish(monkeypatch, CONTENT)
    return folder


def refused():
    with pytest.raises(DownloadError) as error, encoder_checkpoint():
        pass
    assert str(error.value).count("\n") == 0
    return str(error.value)


def test_the_installed_package_is_used_and_not_imported(tmp_path, monkeypatch):
    model = checkpoint_in(tmp_path)
    publish(monkeypatch, CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    with encoder_checkpoint() as folder:
        assert folder == model
    assert "musicnn" not in sys.modules


def test_a_checkpoint_of_another_version_is_not_used(tmp_path, monkeypatch):
    checkpoint_in(tmp_path, CONTENT | {".index": b"other"})
    publish(monkeypatch, CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    assert "GENRE_UTILS_OFFLINE" in refused()


def test_the_package_is_fetched_and_only_the_checkpoint_read(index, tmp_path):
    with encoder_checkpoint() as folder:
        assert {p.name for p in folder.iterdir()} == {*CONTENT, WHEEL}
        assert all((folder / name).read_bytes() == made for name, made in CONTENT.items())
    assert not folder.exists()
    assert {p.name for p in tmp_path.iterdir()} == {"index", "encoder.txt"}


def test_other_bytes_than_were_published_are_refused(index, monkeypatch):
    publish(monkeypatch, {".index": b"else"})
    assert "not the one that was published" in refused()
    (index / WHEEL).write_bytes((index / WHEEL).read_bytes() + b" ")
    assert "what comes is not what was published (checksum)" in refused()


def test_a_package_index_that_does_not_answer(index):
    (index / WHEEL).unlink()
    assert refused() == "The encoder cannot be fetched: no package index that has it answers."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("python: No module named pip", "there is no pip in this environment"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something new.", "something new."),
        ("", "pip gives no reason"),
    ],
)
def test_why_pip_fails_is_one_sentence(nowhere, monkeypatch, said, told):
    done = checkpoints.subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(checkpoints.subprocess, "run", lambda *_, **__: done)
    assert refused().startswith(f"The encoder cannot be fetched: {told.rstrip('.')}.")


def test_a_full_disk_is_said(index, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.Path, "write_bytes", full)
    assert "the disk is full" in refused()


def written_by_tensorflow(folder, network):
    """A checkpoint as TensorFlow 1 writes it, with what an optimizer leaves in it."""
    tf = pytest.importorskip("tensorflow")
    folder.mkdir()
    weights = {f"{layer.name}/{w.name}": w for layer in network.layers for w in layer.weights}
    weights |= {"1CNN/kernel/Adam": tf.zeros(1), "beta1_power": tf.zeros(())}
    values = [tf.convert_to_tensor(value) for value in weights.values()]
    tf.raw_ops.SaveV2(
        prefix=f"{folder}/",
        tensor_names=list(weights),
        shape_and_slices=[""] * len(weights),
        tensors=values,
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_command_exports_what_the_package_has(tmp_path, monkeypatch, capsys):
    made = written_by_tensorflow(tmp_path / "made", encoder_network())
    assert set(made) == set(CHECKPOINT_FILES)
    checkpoint_in(tmp_path / "site", made)
    publish(monkeypatch, made)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "data/encoder.onnx"))
    monkeypatch.setattr(encoder_of_models, "_weights", encoder_of_models._weights.__wrapped__)
    assert main(["download", "encoder"]) == 0
    assert capsys.readouterr().out == f"The encoder is in {encoder_path()}.\n"
    assert is_encoder(encoder_path())
    assert [p.name for p in encoder_path().parent.iterdir()] == ["encoder.onnx"]
    assert main(["download", "encoder"]) == 0
    assert "the encoder was there" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_and_nothing_is_lost(tmp_path, monkeypatch, capsys, nowhere):
    former = tmp_path / "encoder.onnx"
    former.write_text("damaged")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(former))
    monkeypatch.setenv("GENRE_UTILS_OFFLINE", "1")
    monkeypatch.setattr(encoder_of_models, "_weights", encoder_of_models._weights.__wrapped__)
    assert main(["download", "encoder"]) == 1
    out, err = capsys.readouterr()
    assert not out and err.startswith("genre: Nothing is downloaded") and err.count("\n") == 1
    monkeypatch.setitem(sys.modules, "tensorflow.compat.v1.train", None)
    assert main(["download", "encoder"]) == 1
    assert "genre: The encoder's weights are read with TensorFlow" in capsys.readouterr().err
    assert former.read_text() == "damaged" and list(tmp_path.iterdir()) == [former]

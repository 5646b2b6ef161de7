"""Trained models: kept, found, checked."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from genre_utils import models
from genre_utils.data import read_dataset
from genre_utils.evaluation import Results
from genre_utils.tool.main import main


def test_what_is_loaded_says_what_was_trained(home, trained):
    _, network, pictures = trained
    model = models.load_model()
    assert model.name == "demo"
    assert list(model.classes) == list(network.classes_)
    some = pictures.values.iloc[:5]
    windows = np.stack([frames[:64] for frames in some["frames"]])
    each = [
        member.predict_on_batch((windows - network.mean_) / network.scale_)
        for member in network.networks_
    ]
    assert np.allclose(model.predict_windows(windows), np.mean(each, axis=0), atol=1e-5)


def test_nothing_that_could_hold_code_is_kept(home):
    assert {p.name for p in (home / "demo").iterdir()} == {
        "model.json",
        "network.keras",
        "network.onnx",
    }
    about = json.loads((home / "demo/model.json").read_text())
    assert about["dataset"]["synthetic"] is True
    assert about["dataset"]["fingerprint"]
    assert about["versions"]["keras"]


def test_saving_again_replaces_the_former_and_leaves_nothing_else(home, trained, demo_root):
    _, network, _ = trained
    models.save_model(network, Results("04_cnn", read_dataset(demo_root), "quick", 0), [])
    assert [p.name for p in home.iterdir()] == ["demo"]


def test_a_model_that_cannot_be_moved_into_place_leaves_the_former(
    home, trained, demo_root, monkeypatch
):
    before = (home / "demo/model.json").read_bytes()
    replace = Path.replace

    def fails(self, target):
        if self.name == "built":
            raise OSError(errno.EIO, "Input/output error")
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        with pytest.raises(models.ModelError, match=r"cannot be saved in .*Input/output error"):
            models.save_model(
                trained[1], Results("04_cnn", read_dataset(demo_root), "quick", 1), []
            )
    assert (home / "demo/model.json").read_bytes() == before
    assert [p.name for p in home.iterdir()] == ["demo"]
    assert models.load_model().name == "demo"


@pytest.mark.parametrize("file", ["network.onnx", "network.keras", "model.json"])
def test_a_damaged_model_is_said_so(home, file):
    path = home / "demo" / file
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(models.ModelError, match="damaged"):
        models.load_model("demo")


def test_a_model_of_another_version_is_said_so(home):
    path = home / "demo/model.json"
    about = json.loads(path.read_text())
    about["input"]["bands"] = 32
    path.write_text(json.dumps(about))
    with pytest.raises(models.ModelError, match="another version"):
        models.load_model()


def test_files_outside_the_model_are_not_read(home):
    path = home / "demo/model.json"
    about = json.loads(path.read_text())
    about["files"]["../../secret"] = "0"
    path.write_text(json.dumps(about))
    with pytest.raises(models.ModelError, match="damaged"):
        models.load_model()


def test_without_a_model_it_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(models.ModelError, match="make report"):
        models.load_model()


def test_models_of_real_music_come_first(home):
    import shutil

    for name, synthetic, profile in (("b", False, "quick"), ("a", False, "full")):
        shutil.copytree(home / "demo", home / name)
        about = json.loads((home / name / "model.json").read_text())
        about["dataset"]["synthetic"], about["profile"] = synthetic, profile
        (home / name / "model.json").write_text(json.dumps(about))
    assert models.list_models() == ["a", "b", "demo"]
    assert models.load_model().name == "a"
    with pytest.raises(models.ModelError, match="there are a, b, demo"):
        models.load_model("c")


@pytest.mark.parametrize(
    ("dataset", "profile", "name"),
    [("GTZAN", "full", "gtzan"), ("GTZAN", "quick", "gtzan-quick"), ("../Ü x", "full", "ü-x")],
)
def test_names_are_safe(dataset, profile, name):
    assert models.model_name(dataset, profile) == name


def test_models_lists_what_is_there(home, capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.startswith("demo: trained on synthesized music, quick profile")


def test_prediction_writes_nothing_into_the_home(home, song, tmp_path):
    own = tmp_path / "own home"
    own.mkdir()
    dropped = ("ORT_", "XDG_", "GENRE_UTILS_CACHE")
    env = {name: text for name, text in os.environ.items() if not name.startswith(dropped)}
    env |= {"HOME": str(own), "USERPROFILE": str(own), "LOCALAPPDATA": str(own)}
    command = [sys.executable, "-m", "genre_utils.tool", "predict", song]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(own.rglob("*")) == []

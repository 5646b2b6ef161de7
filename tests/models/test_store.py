"""Trained models: kept, found, checked."""

import json

import numpy as np
import pytest

from genre_utils.cli.main import main
from genre_utils.data import read_dataset
from genre_utils.evaluation import Results
from genre_utils.models import store


def test_what_is_loaded_says_what_was_trained(home, trained):
    _, network, pictures = trained
    model = store.load_model()
    assert model.name == "demo"
    assert list(model.classes) == list(network.classes_)
    some = pictures.values.iloc[:5]
    windows = np.stack([frames[:64] for frames in some["frames"]])
    each = [
        member.predict_on_batch((windows - network.mean_) / network.scale_)
        for member in network.networks_
    ]
    assert np.allclose(model.probability(windows), np.mean(each, axis=0), atol=1e-5)


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
    store.save_model(network, Results("04_cnn", read_dataset(demo_root), "quick", 0), [])
    assert [p.name for p in home.iterdir()] == ["demo"]


@pytest.mark.parametrize("file", ["network.onnx", "network.keras", "model.json"])
def test_a_damaged_model_is_said_so(home, file):
    path = home / "demo" / file
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(store.ModelError, match="damaged"):
        store.load_model("demo")


def test_a_model_of_another_version_is_said_so(home):
    path = home / "demo/model.json"
    about = json.loads(path.read_text())
    about["input"]["bands"] = 32
    path.write_text(json.dumps(about))
    with pytest.raises(store.ModelError, match="another version"):
        store.load_model()


def test_files_outside_the_model_are_not_read(home):
    path = home / "demo/model.json"
    about = json.loads(path.read_text())
    about["files"]["../../secret"] = "0"
    path.write_text(json.dumps(about))
    with pytest.raises(store.ModelError, match="damaged"):
        store.load_model()


def test_without_a_model_it_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(store.ModelError, match="make report"):
        store.load_model()


def test_models_of_real_music_come_first(home):
    import shutil

    for name, synthetic, profile in (("b", False, "quick"), ("a", False, "full")):
        shutil.copytree(home / "demo", home / name)
        about = json.loads((home / name / "model.json").read_text())
        about["dataset"]["synthetic"], about["profile"] = synthetic, profile
        (home / name / "model.json").write_text(json.dumps(about))
    assert store.list_models() == ["a", "b", "demo"]
    assert store.load_model().name == "a"
    with pytest.raises(store.ModelError, match="there are a, b, demo"):
        store.load_model("c")


@pytest.mark.parametrize(
    ("dataset", "profile", "name"),
    [("GTZAN", "full", "gtzan"), ("GTZAN", "quick", "gtzan-quick"), ("../Ü x", "full", "ü-x")],
)
def test_names_are_safe(dataset, profile, name):
    assert store.model_name(dataset, profile) == name


def test_models_lists_what_is_there(home, capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.startswith("demo: trained on synthesized music, quick profile")

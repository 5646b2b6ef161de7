"""Trained models: kept, found, checked; and what they say of clips, on the command line too."""

import errno
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from helpers import sound

from genre_utils.audio import COLUMNS_PER_SECOND
from genre_utils.cli.main import main
from genre_utils.data import load_features, read_dataset
from genre_utils.evaluation import Results
from genre_utils.models import (
    NetworkClassifier,
    classify_clip,
    classify_signal,
    cut_windows,
    spectrogram_network,
    store,
)


@pytest.fixture(scope="module")
def trained(demo_root, tmp_path_factory):
    """Return a folder with one small model, and the estimator it came from."""
    home = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(home))
        patch.setenv("GENRE_UTILS_CACHE", str(tmp_path_factory.mktemp("cache")))
        dataset = read_dataset(demo_root)
        pictures = load_features(dataset, "picture", n_jobs=1, progress=False)
        network = NetworkClassifier(
            partial(spectrogram_network, widths=(4, 8)), crop=64, epochs=2, members=2
        )
        network.fit(pictures.values, pictures.genre.to_numpy(str))
        results = Results("04_cnn", dataset, "quick", 0)
        folder = store.save_model(network, results, [])
        assert folder == home / "demo"
    return home, network, pictures


@pytest.fixture
def home(trained, monkeypatch, tmp_path):
    """Return a copy of that folder, to be changed."""
    import shutil

    copy = tmp_path / "models"
    shutil.copytree(trained[0], copy)
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(copy))
    return copy


@pytest.fixture
def song(tmp_path):
    return sound(tmp_path / "my song.wav", seconds=10.0)


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
        with pytest.raises(store.ModelError, match=r"cannot be kept in .*Input/output error"):
            store.save_model(trained[1], Results("04_cnn", read_dataset(demo_root), "quick", 1), [])
    assert (home / "demo/model.json").read_bytes() == before
    assert [p.name for p in home.iterdir()] == ["demo"]
    assert store.load_model().name == "demo"


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


@pytest.mark.parametrize("columns", [1, 30, 64, 65, 500])
def test_windows_cover_a_clip_of_any_length(columns):
    spectrogram = np.arange(columns, dtype=np.float32)[:, None].repeat(64, axis=1)
    starts, windows = cut_windows(spectrogram, 64)
    assert windows.shape == (len(starts), 64, 64)
    assert (np.diff(starts) == 3).all()
    assert windows[0, 0, 0] == 0
    assert windows[-1].max() >= columns - 1 - 3 * COLUMNS_PER_SECOND / 2


def test_a_clip_gets_a_genre_probabilities_and_votes(home, song):
    answer = classify_clip(song, store.load_model())
    assert answer.seconds == pytest.approx(10)
    assert [vote.start for vote in answer.votes] == [0, 3, 6]
    assert sum(answer.probability.values()) == pytest.approx(1, abs=1e-5)
    assert answer.genre == next(iter(answer.probability))
    assert list(answer.probability.values()) == sorted(answer.probability.values(), reverse=True)
    assert answer.sure == (answer.probability[answer.genre] >= 0.5)


def test_level_does_not_change_the_answer(home):
    y = np.random.default_rng(0).normal(0, 0.1, 4 * 22050)
    model = store.load_model()
    loud, quiet = classify_signal(y, model), classify_signal(y / 50, model)
    assert loud.genre == quiet.genre
    assert loud.probability[loud.genre] == pytest.approx(quiet.probability[loud.genre], abs=1e-3)


def test_predict_prints_and_leaves_with_0(home, song, capsys):
    assert main(["predict", str(song)]) == 0
    out = capsys.readouterr().out
    assert "my song.wav (0:10)" in out
    assert "3 pieces" in out
    assert "synthesized" in out
    assert out.count("%") == 3


def test_bad_files_get_a_sentence_and_the_others_an_answer(home, song, tmp_path, capsys):
    text, empty = tmp_path / "text.wav", tmp_path / "empty.mp3"
    text.write_text("not a sound")
    empty.touch()
    sf.write(tmp_path / "silence.wav", np.zeros(44100), 22050)
    bad = [text, empty, tmp_path / "silence.wav", tmp_path / "missing.wav"]
    assert main(["predict", *map(str, bad), str(song)]) == 1
    out, err = capsys.readouterr()
    assert "my song.wav" in out
    assert len(err.strip().splitlines()) == 4
    assert "not audio" in err
    assert "empty" in err
    assert "silent" in err
    assert "does not exist" in err


def test_json_has_all_files_with_votes_and_errors(home, song, tmp_path, capsys):
    (tmp_path / "text.wav").write_text("no")
    assert main(["predict", "--json", str(tmp_path)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["model"]["name"] == "demo"
    clips = {clip["file"].rsplit("/", 1)[-1]: clip for clip in found["clips"]}
    assert len(clips["my song.wav"]["votes"]) == 3
    assert "not audio" in clips["text.wav"]["error"]


def test_an_empty_folder_and_no_model_are_sentences(home, tmp_path, capsys, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert main(["predict", str(tmp_path / "empty")]) == 1
    assert "no audio file" in capsys.readouterr().err
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "none"))
    assert main(["predict", "x.wav"]) == 2
    assert "make report" in capsys.readouterr().err
    assert main(["models"]) == 0
    assert "no trained model" in capsys.readouterr().out


def test_models_lists_what_is_there(home, capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.startswith("demo: trained on synthesized music, quick profile")


def test_prediction_needs_no_tensorflow(home, song):
    code = (
        "import sys; from genre_utils.cli.main import main; "
        f"status = main(['predict', {str(song)!r}]); "
        "assert not {'tensorflow', 'keras', 'sklearn', 'librosa'} & set(sys.modules), "
        "sorted(sys.modules); sys.exit(status)"
    )
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 30


def test_prediction_writes_nothing_into_the_home(home, song, tmp_path):
    own = tmp_path / "own home"
    own.mkdir()
    dropped = ("ORT_", "XDG_", "GENRE_UTILS_CACHE")
    env = {name: text for name, text in os.environ.items() if not name.startswith(dropped)}
    env |= {"HOME": str(own), "USERPROFILE": str(own), "LOCALAPPDATA": str(own)}
    command = [sys.executable, "-m", "genre_utils.cli", "predict", song]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(own.rglob("*")) == []

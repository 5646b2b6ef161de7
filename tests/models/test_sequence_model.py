"""Networks on the sequence of embeddings of a song: saved, loaded, used by `genre predict`."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from helpers import sound, tone
from keras import layers

from genre_utils import models
from genre_utils.audio import EMBEDDING_COLUMNS, embed
from genre_utils.data import read_dataset
from genre_utils.evaluation import Results
from genre_utils.tool.main import main

KINDS = {
    "gru": layers.GRU(8, return_sequences=True),
    "bidirectional": layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
    "attention": lambda x: layers.MultiHeadAttention(2, 4)(x, x),
}


@pytest.fixture(scope="module", params=KINDS)
def saved(request, demo_root, tmp_path_factory):
    """Return the folder of a small saved network, the network, and sequences."""
    rng = np.random.default_rng(0)
    codes = np.arange(40) % 2
    X = rng.normal(size=(40, 10, len(EMBEDDING_COLUMNS))) + codes[:, None, None] / 4
    keras.utils.set_random_seed(0)
    inputs = layers.Input(X.shape[1:])
    x = layers.GlobalAveragePooling1D()(KINDS[request.param](inputs))
    network = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    classifier = SimpleNamespace(
        networks_=[network],
        classes_=np.array(["high", "low"]),
        mean_=X.mean(axis=(0, 1)),
        scale_=X.std(axis=(0, 1)),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(tmp_path_factory.mktemp("models")))
        results = Results("06_sequences", read_dataset(demo_root), "full", 0)
        folder = models.save_song_network(classifier, X, codes, results, [])
    return folder, classifier, X


@pytest.fixture
def model(saved, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(saved[0].parent))
    return models.load_model("demo-sequence")


def test_the_loaded_network_predicts_what_the_trained_one_does(saved, model):
    _, classifier, X = saved
    y_proba = classifier.networks_[0](
        (X[:5] - classifier.mean_) / classifier.scale_, training=False
    )
    assert np.allclose(model.run(X[:5]), np.asarray(y_proba), atol=1e-5)
    assert {float(seconds) for seconds in model.about["temperatures"]} == {3, 6, 12, 30}


def test_short_clips_are_repeated_and_long_ones_cut(saved, model):
    X = saved[2]
    each, whole = model.predict_segments(X[0])
    assert np.allclose(whole, model.run(X[:1])[0], atol=1e-6)
    assert np.allclose(each[3], model.predict_segments(X[0][3:4])[1], atol=1e-6)
    _, short = model.predict_segments(X[1][:5])
    assert np.allclose(short, model.run(np.tile(X[1][:5], (2, 1))[None])[0], atol=1e-6)
    _, long = model.predict_segments(np.concatenate([X[0], X[1][:5]]))
    assert np.allclose(long, (2 * whole + short) / 3, atol=1e-6)


def test_genre_predict_uses_it(model, tmp_path, capsys):
    song = sound(tmp_path / "song.wav", seconds=10.0)
    assert main(["predict", str(song), "--model", "demo-sequence", "--json"]) == 0
    about, answer = map(json.loads, capsys.readouterr().out.splitlines())
    assert about["model"]["name"] == "demo-sequence"
    assert [vote["start"] for vote in answer["votes"]] == [0, 3, 6]
    assert sum(answer["probability"].values()) == pytest.approx(1, abs=1e-5)
    assert len(answer["tags"]) == 50
    y = tone(6.0).astype(np.float32)
    embedded = np.hstack(embed(y))
    probability = models.classify_signal(y, model).probability
    likely = model.classes[model.predict_segments(embedded)[1].argmax()]
    assert max(probability, key=probability.get) == likely


@pytest.mark.parametrize("change", [{"segments": 7}, {"classes": ["a"]}, {"mean": "x"}])
def test_a_damaged_one_is_reported(saved, tmp_path, monkeypatch, change):
    copy = tmp_path / "copy" / "bad"
    copy.mkdir(parents=True)
    for path in saved[0].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    about = json.loads((copy / "model.json").read_text()) | change
    (copy / "model.json").write_text(json.dumps(about))
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(copy.parent))
    with pytest.raises(models.ModelError, match="damaged"):
        models.load_model("bad")
    assert models.list_models()[0] == "bad"

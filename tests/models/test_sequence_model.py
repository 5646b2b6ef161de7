"""Networks over what the encoder hears of a song's pieces: kept, and asked by `genre predict`."""

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest
from helpers import sound, tone

from genre_utils import models
from genre_utils.audio import EMBEDDING_COLUMNS, embed
from genre_utils.data import read_dataset
from genre_utils.evaluation import Results
from genre_utils.tool.main import main

KINDS = {
    "gru": partial(models.recurrent_network, units=8),
    "attention": partial(models.attention_network, units=8),
    "transformer": partial(models.transformer_network, width=8, blocks=1, heads=2),
}


@pytest.fixture(scope="module", params=KINDS)
def kept(request, demo_root, tmp_path_factory):
    """Return the folder of a small network that was kept, the estimator, and its songs."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([[f"t{n}" for n in range(40)], range(10)])
    index.names = ["track_id", "segment"]
    y = np.array(["high", "low"] * 20)
    values = rng.normal(size=(400, len(EMBEDDING_COLUMNS))) + np.repeat(y == "low", 10)[:, None] / 4
    songs = models.song_sequences(pd.DataFrame(values, index, list(EMBEDDING_COLUMNS)))
    learner = models.SequenceClassifier(KINDS[request.param], epochs=5, learning_rate=1e-2)
    learner.fit(songs, y)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(tmp_path_factory.mktemp("models")))
        results = Results("06_sequences", read_dataset(demo_root), "full", 0)
        folder = models.save_song_network(learner, songs, y, results, [])
    return folder, learner, songs


@pytest.fixture
def model(kept, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(kept[0].parent))
    return models.load_model("demo-sequence")


def test_what_is_kept_says_what_was_trained(kept, model):
    _, learner, songs = kept
    items = np.stack(songs["frames"][:5])
    items[0, 4:] = np.nan
    network = learner.networks_[0]
    trained = network((items - learner.mean_) / learner.scale_, training=False)
    assert np.allclose(model.run(items), np.asarray(trained), atol=1e-5)
    assert {float(seconds) for seconds in model.about["temperatures"]} == {3, 6, 12, 30}


def test_a_clip_is_said_whole_and_piece_by_piece(kept, model):
    items = np.stack(kept[2]["frames"])
    each, whole = model.predict_segments(items[0])
    assert np.allclose(whole, model.run(items[:1])[0], atol=1e-6)
    assert np.allclose(each[3], model.predict_segments(items[0][3:4])[1], atol=1e-6)
    _, long = model.predict_segments(np.concatenate([items[0], items[1][:5]]))
    _, rest = model.predict_segments(items[1][:5])
    assert np.allclose(long, (2 * whole + rest) / 3, atol=1e-6)


def test_genre_predict_asks_it(model, tmp_path, capsys):
    song = sound(tmp_path / "song.wav", seconds=10.0)
    assert main(["predict", str(song), "--model", "demo-sequence", "--json"]) == 0
    about, answer = map(json.loads, capsys.readouterr().out.splitlines())
    assert about["model"]["name"] == "demo-sequence"
    assert [vote["start"] for vote in answer["votes"]] == [0, 3, 6]
    assert sum(answer["probability"].values()) == pytest.approx(1, abs=1e-5)
    assert len(answer["tags"]) == 50
    y = tone(6.0).astype(np.float32)
    heard = np.hstack(embed(y))
    said = models.classify_signal(y, model).probability
    likely = model.classes[model.predict_segments(heard)[1].argmax()]
    assert max(said, key=said.get) == likely


@pytest.mark.parametrize("change", [{"pieces": 7}, {"classes": ["a"]}, {"mean": "x"}])
def test_a_damaged_one_is_said_so(kept, tmp_path, monkeypatch, change):
    copy = tmp_path / "copy" / "bad"
    copy.mkdir(parents=True)
    for path in kept[0].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    about = json.loads((copy / "model.json").read_text()) | change
    (copy / "model.json").write_text(json.dumps(about))
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(copy.parent))
    with pytest.raises(models.ModelError, match="damaged"):
        models.load_model("bad")
    assert models.list_models()[0] == "bad"

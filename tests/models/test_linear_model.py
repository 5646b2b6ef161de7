"""The linear model on what the encoder hears: kept as numbers, asked as scikit-learn is."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
import soxr
from helpers import sound, tone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils import models
from genre_utils.audio import (
    EMBEDDING_COLUMNS,
    LAYER_COLUMNS,
    TAGS,
    EncoderMissing,
    embed,
    encoder_path,
    load_audio,
)
from genre_utils.data import ENCODER_COLUMNS, GTZAN_GENRES, read_dataset
from genre_utils.evaluation import Results
from genre_utils.models import classify_clip, classify_signal, load_model, segment_temperatures
from genre_utils.tool.main import main

COLUMNS = [*EMBEDDING_COLUMNS, *LAYER_COLUMNS]
GENRES = np.array(["high", "low"])


@pytest.fixture
def pipeline():
    """Fitted to tell low tones from high ones by what the tiny encoder hears."""
    rng = np.random.default_rng(0)
    X, y = [], []
    for n in range(12):
        hz = 200 + 20 * n if n % 2 else 3000 + 100 * n
        signal = tone(3.0, hz=hz) + rng.normal(0, 0.02, 3 * 22050)
        heard = pd.DataFrame(np.hstack(embed(signal.astype(np.float32))), columns=ENCODER_COLUMNS)
        X.append(heard[COLUMNS])
        y.append(GENRES[n % 2])
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(pd.concat(X), y)


@pytest.fixture
def ears(pipeline, demo_root, tmp_path, monkeypatch):
    """Return the folder of that model, kept."""
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "ears"))
    results = Results("07_transfer", read_dataset(demo_root), "full", 0)
    return models.save_head(pipeline, COLUMNS, {3: 1.5, 30: 1.0}, results, [])


def test_its_probabilities_are_those_of_the_pipeline(ears, pipeline):
    rng = np.random.default_rng(1)
    heard = pd.DataFrame(rng.normal(0, 2, (20, len(ENCODER_COLUMNS))), columns=ENCODER_COLUMNS)
    head = load_model()
    assert head.name == "demo-ears" and head.classes == tuple(GENRES)
    wanted = pipeline.predict_proba(heard[COLUMNS])
    logits = head.logits(heard.to_numpy(np.float32))
    two = np.exp(logits - logits.max(axis=1, keepdims=True))
    # Of two genres scikit-learn keeps one row of coefficients; ours are one a genre.
    assert np.allclose(two / two.sum(axis=1, keepdims=True), wanted, atol=1e-4)


def test_what_is_kept_is_small_and_holds_no_code(ears):
    assert {path.name for path in ears.iterdir()} == {"head.npz", "model.json"}
    assert (ears / "head.npz").stat().st_size < 100_000
    with np.load(ears / "head.npz", allow_pickle=False) as file:
        assert set(file) == {"weights", "bias"}
    about = json.loads((ears / "model.json").read_text())
    assert about["dataset"]["fingerprint"] and "ISC" in about["input"]["licence"]


def test_a_clip_gets_genre_votes_and_tags(ears, tmp_path):
    y = np.concatenate([tone(6.0, hz=3200.0), tone(3.0, hz=250.0)])
    sf.write(tmp_path / "a.wav", y, 22050)
    answer = classify_clip(tmp_path / "a.wav", load_model())
    assert answer.genre == "high" and answer.seconds == 9
    assert [vote.genre for vote in answer.votes] == ["high", "high", "low"]
    assert sum(answer.probability.values()) == pytest.approx(1)
    assert set(answer.tags) == set(TAGS)
    assert list(answer.tags.values()) == sorted(answer.tags.values(), reverse=True)


def test_a_long_file_gets_the_answer_of_a_short_one(ears, tmp_path, monkeypatch):
    path = sound(tmp_path / "a.wav", seconds=12.0)
    whole = classify_clip(path, load_model())
    for module in ("models.predict", "audio.embedding"):
        monkeypatch.setattr(f"genre_utils.{module}.LONG_SECONDS", 5.0)
    monkeypatch.setattr("genre_utils.audio.embedding.load_audio", None)
    blocks = classify_clip(path, load_model())
    assert blocks.genre == whole.genre and len(blocks.votes) == len(whole.votes) == 4
    assert blocks.probability[whole.genre] == pytest.approx(
        whole.probability[whole.genre], abs=1e-4
    )


def test_less_sound_is_less_sure(ears):
    high = tone(30.0, hz=3200.0).astype(np.float32)
    short, long = (classify_signal(high[: n * 22050], load_model()) for n in (3, 30))
    assert short.genre == long.genre == "high"
    assert short.probability["high"] < long.probability["high"]


def test_temperatures_are_fitted_by_the_length_heard():
    """Pieces that are noisy alone and right together need more doubt alone."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product(
        [[f"t{n}" for n in range(200)], range(10)], names=["track_id", "segment"]
    )
    genre = pd.Series(np.where(np.arange(200) % 2, "b", "a"), [f"t{n}" for n in range(200)])
    right = np.repeat(np.where(np.arange(200) % 2, 1.0, -1.0), 10)
    margin = right + rng.normal(0, 3, 2000)
    logits = pd.DataFrame({"a": -margin, "b": margin}, index)
    fitted = segment_temperatures(logits, genre)
    assert list(fitted) == [3, 6, 12, 30]
    assert fitted[3] > fitted[6] > fitted[12] > fitted[30] > 0
    assert list(segment_temperatures(logits.groupby(level=0).head(3), genre)) == [3, 6]


def test_damage_is_told(ears):
    with np.load(ears / "head.npz") as file:
        weights, bias = file["weights"], file["bias"]
    np.savez(ears / "head.npz", weights=weights[:-1], bias=bias)
    with pytest.raises(models.ModelError, match="not as it was saved"):
        load_model()
    about = json.loads((ears / "model.json").read_text())
    about["files"] = {"head.npz": models.registry.file_digest(ears / "head.npz")}
    (ears / "model.json").write_text(json.dumps(about))
    with pytest.raises(models.ModelError, match="damaged"):
        load_model()
    about["input"]["loudness"] = 1.0
    (ears / "model.json").write_text(json.dumps(about))
    with pytest.raises(models.ModelError, match="another version"):
        load_model()


def test_ears_come_before_pictures_and_more_songs_before_fewer(ears, trained):
    import shutil

    home = ears.parent
    shutil.copytree(trained[0] / "demo", home / "demo")
    assert models.list_models() == ["demo-ears", "demo"]
    shutil.copytree(ears, home / "large")
    about = json.loads((home / "large/model.json").read_text())
    about["dataset"]["tracks_with_audio"] = 1000
    (home / "large/model.json").write_text(json.dumps(about))
    assert models.list_models() == ["large", "demo-ears", "demo"]


def test_what_ships_is_there_without_any_report(ears, tmp_path, monkeypatch):
    monkeypatch.setattr("genre_utils.models.registry._SHIPPED", ears)
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "nothing"))
    assert models.list_models() == ["demo-ears"]
    assert load_model().classes == tuple(GENRES)


def test_predict_tells_tags(ears, song, capsys):
    assert main(["predict", str(song)]) == 0
    assert "  Tags: " in capsys.readouterr().out
    assert main(["predict", "--json", str(song)]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[1])
    assert set(told["tags"]) == set(TAGS)


def test_predict_without_the_encoder_is_one_sentence(ears, song, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "none.onnx"))
    assert main(["predict", str(song)]) == 2
    told = capsys.readouterr().err
    assert "genre download encoder" in told and len(told.splitlines()) == 1
    with pytest.raises(EncoderMissing):
        classify_clip(song, load_model())


def test_shipping_puts_a_model_into_the_package(ears, tmp_path, monkeypatch):
    shipped = tmp_path / "package" / "shipped"
    monkeypatch.setattr("genre_utils.models.registry._SHIPPED", shipped)
    assert models.ship_model("demo-ears") == shipped
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "nothing"))
    assert load_model("shipped").classes == tuple(GENRES)
    with pytest.raises(models.ModelError, match="no model other"):
        models.ship_model("other")


def spoiled(y):
    """What a song may go through: a narrow line, a low bit rate, noise, another level."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 10 ** (-30 / 20) * np.sqrt(np.mean(y**2)), len(y))
    file = io.BytesIO()
    rate = {"bitrate_mode": "CONSTANT", "compression_level": 0.87}  # 24 kbit/s at this rate
    sf.write(file, y, 22050, format="MP3", subtype="MPEG_LAYER_III", **rate)
    file.seek(0)
    narrow = soxr.resample(soxr.resample(y, 22050, 11025), 11025, 22050)
    return {
        "11 kHz": narrow,
        "24 kbit/s": sf.read(file, dtype="float32")[0],
        "noise": y + noise,
        "+6 dB": np.clip(y * 10 ** (6 / 20), -1, 1),
    }


@pytest.mark.real
@pytest.mark.slow
def test_spoiled_songs_are_heard_as_clean_ones(real_root):
    """A network that sees pictures loses half of the songs through a low bit rate."""
    if not encoder_path().is_file():
        pytest.skip("the encoder is not there: make encoder")
    tracks = read_dataset(real_root).tracks.dropna(subset=["path"]).groupby("genre").head(2)
    right, shipped = {}, load_model("shipped")
    for path, genre in zip(tracks["path"], tracks["genre"], strict=True):
        y = load_audio(path)[: 3 * 22050]
        for name, version in {"clean": y, **spoiled(y)}.items():
            found = classify_signal(np.asarray(version, np.float32), shipped)
            right.setdefault(name, []).append(found.genre == genre)
    counts = {name: sum(each) for name, each in right.items()}
    assert counts["clean"] > 0.6 * len(tracks), counts
    assert min(counts.values()) > 0.6 * counts["clean"], counts


def test_the_package_has_a_model_of_its_own(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path))
    assert models.list_models() == ["shipped"]
    head = load_model()
    assert head.classes == tuple(GTZAN_GENRES)
    assert not head.about["dataset"]["synthetic"] and head.about["scores"]

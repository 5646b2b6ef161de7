import numpy as np
import pytest
import soundfile as sf
import soxr
from helpers import sound, tone
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_utils.audio import (
    EMBEDDING_COLUMNS,
    ENCODER_RATE,
    LAYER_COLUMNS,
    LONG_SECONDS,
    TAGS,
    AudioError,
    EncoderMissing,
    embed,
    embed_file,
    embed_stream,
    encoder_digest,
    log_mel,
)


def noise(seconds, seed=0, level=0.1):
    return np.random.default_rng(seed).normal(0, level, round(seconds * 22050)).astype(np.float32)


def test_the_names_are_as_many_as_the_columns():
    heard = embed(noise(3.0))
    assert [part.shape for part in heard] == [(1, 256), (1, 50), (1, 640)]
    assert (len(EMBEDDING_COLUMNS), len(TAGS), len(LAYER_COLUMNS)) == (256, 50, 640)
    assert len(set(TAGS)) == 50
    assert {"rock", "jazz", "60s", "Hip-Hop", "guitar"} <= set(TAGS)


def test_the_spectrogram_is_librosas():
    import librosa

    y = noise(2.0, level=0.3)[:ENCODER_RATE]
    (*parts,) = log_mel([y[:5000], y[5000:5001], y[5001:]])
    power = librosa.feature.melspectrogram(y=y, sr=16000, n_fft=512, hop_length=256, n_mels=96)
    assert np.allclose(np.concatenate(parts), np.log10(10000 * power.T + 1), atol=1e-5)


@pytest.mark.parametrize(
    ("seconds", "pieces"),
    [(0.5, 1), (3.0, 1), (4.4, 1), (4.6, 2), (6.0, 2), (29.9, 10), (30.0, 10)],
)
def test_a_row_a_piece_of_three_seconds(seconds, pieces):
    assert len(embed(noise(seconds)).embedding) == pieces


def test_a_piece_is_heard_where_it_lies():
    """Three seconds of one tone, then three of another: each row is as of its tone alone."""
    low, high = tone(3.0, hz=300.0), tone(3.0, hz=3000.0)
    both = embed(np.concatenate([low, high]).astype(np.float32))
    for row, alone in zip(both.embedding, (low, high), strict=True):
        other = embed(alone.astype(np.float32)).embedding[0]
        assert np.corrcoef(row, other)[0, 1] > 0.99
    assert np.corrcoef(*both.embedding)[0, 1] < 0.9


def test_the_level_does_not_matter():
    y = noise(4.0)
    loud, quiet = embed(y).embedding, embed(y / 50).embedding
    assert np.allclose(loud, quiet, atol=1e-4)
    assert not np.allclose(*(next(embed_stream([z])).embedding for z in (y, y / 50)), atol=0.1)


@settings(deadline=None, max_examples=10)
@given(cuts=st.lists(st.integers(0, 7 * 22050), max_size=6))
def test_any_cut_is_heard_as_the_whole(cuts):
    y = noise(7.0)
    whole = list(embed_stream([y]))
    parts = list(embed_stream(np.split(y, sorted(cuts))))
    for one, other in zip(whole, parts, strict=True):
        assert np.allclose(one.embedding, other.embedding, atol=1e-4)


def test_a_long_file_is_heard_as_a_short_one(tmp_path, monkeypatch):
    path = sound(tmp_path / "long.wav", seconds=10.0)
    whole = embed_file(path)
    monkeypatch.setattr("genre_utils.audio.embedding.LONG_SECONDS", 5.0)
    assert LONG_SECONDS > 10.0
    assert np.allclose(whole.embedding, embed_file(path).embedding, atol=1e-4)


def test_the_sampling_rate_of_a_file_matters_little(tmp_path):
    y = tone(6.0, rate=44100) + 0.2 * tone(6.0, rate=44100, hz=1500.0)
    sf.write(tmp_path / "a.wav", y, 44100)
    sf.write(tmp_path / "b.wav", soxr.resample(y, 44100, 16000), 16000)
    one, other = (embed_file(tmp_path / name).embedding for name in ("a.wav", "b.wav"))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("seconds", [LONG_SECONDS - 1, LONG_SECONDS + 1])
def test_silence_is_refused(tmp_path, seconds):
    sf.write(tmp_path / "silent.wav", np.zeros(round(seconds * 8000)), 8000)
    with pytest.raises(AudioError, match="silent"):
        embed_file(tmp_path / "silent.wav")


def test_a_missing_encoder_is_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "none.onnx"))
    for ask in (lambda: embed(noise(3.0)), encoder_digest):
        with pytest.raises(EncoderMissing, match="genre download encoder"):
            ask()


def test_another_file_is_no_encoder(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "text.onnx"))
    (tmp_path / "text.onnx").write_text("no network")
    with pytest.raises(EncoderMissing, match="cannot be read"):
        embed(noise(3.0))

"""All features of a recording from one decoding."""

import numpy as np
import pytest
from helpers import sound

from genre_utils.audio import (
    AudioError,
    EncoderMissing,
    embed_file,
    features_of_file,
    fingerprint_of_file,
)
from genre_utils.tool.songs import extract_song


def agree(song, path):
    embedding = embed_file(path)
    features, _ = features_of_file(path)
    assert np.allclose(song.features, features, rtol=1e-4, atol=1e-6)
    assert np.allclose(song.embedding, embedding.embedding.mean(axis=0), atol=1e-5)
    assert np.allclose(song.tags, embedding.tags.mean(axis=0), atol=1e-5)
    assert np.array_equal(song.fingerprint, fingerprint_of_file(path))


def test_it_agrees_with_each_on_its_own(tmp_path):
    path = sound(tmp_path / "a.wav", 7.0)
    agree(extract_song(path), path)


def test_long_files_too(tmp_path, monkeypatch):
    path = sound(tmp_path / "a.wav", 7.0)
    monkeypatch.setattr("genre_utils.tool.songs.LONG_SECONDS", 2.0)
    agree(extract_song(path), path)
    monkeypatch.setattr("genre_utils.tool.songs.MEMORY_SECONDS", 3.0)
    agree(extract_song(path), path)


def test_a_file_is_decoded_once(tmp_path, monkeypatch):
    path = sound(tmp_path / "a.wav", 4.0)
    times = []
    from genre_utils.audio import decoding

    read = decoding.read_blocks
    monkeypatch.setattr(decoding, "read_blocks", lambda p: times.append(p) or read(p))
    extract_song(path)
    assert len(times) == 1


def test_without_the_encoder(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "none.onnx"))
    path = sound(tmp_path / "a.wav", 3.0)
    with pytest.raises(EncoderMissing, match="genre download encoder"):
        extract_song(path)
    song = extract_song(path, encoder=False)
    assert song.embedding is None
    assert len(song.features) == 57


def test_what_is_no_audio_is_refused(tmp_path):
    (tmp_path / "a.mp3").write_text("no")
    with pytest.raises(AudioError, match="not audio"):
        extract_song(tmp_path / "a.mp3", encoder=False)

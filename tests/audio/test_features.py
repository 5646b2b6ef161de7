"""Features: known answers, and librosa as the reference."""

import librosa
import numpy as np
import pytest

from genre_utils.audio import (
    FEATURE_COLUMNS,
    FEATURE_GROUPS,
    SAMPLE_RATE,
    AudioError,
    Spectra,
    extract_features,
    mel_frames,
    mfcc_frames,
)
from genre_utils.data import synthesize


def seconds_of(n):
    return np.arange(int(n * SAMPLE_RATE)) / SAMPLE_RATE


def tone(hz, n=3.0):
    return 0.5 * np.sin(2 * np.pi * hz * seconds_of(n)).astype(np.float32)


def clicks(bpm, n=15.0):
    y = np.zeros(int(n * SAMPLE_RATE), np.float32)
    click = np.exp(-np.arange(800) / 100) * np.sin(np.arange(800))
    for at in np.arange(0, n - 0.1, 60 / bpm):
        y[int(at * SAMPLE_RATE) :][:800] += click
    return y


@pytest.fixture(scope="module")
def song():
    return synthesize("jazz", seconds=6, seed=3)[0]


def test_columns_are_the_57_of_the_published_table():
    assert len(FEATURE_COLUMNS) == len(set(FEATURE_COLUMNS)) == 57
    assert FEATURE_COLUMNS[0] == "chroma_stft_mean"
    assert FEATURE_COLUMNS[16] == "tempo"
    assert FEATURE_COLUMNS[-1] == "mfcc20_var"


def test_every_column_is_in_one_group():
    grouped = [column for columns in FEATURE_GROUPS.values() for column in columns]
    assert sorted(grouped) == sorted(FEATURE_COLUMNS)


def test_a_tone_has_its_frequency_and_its_level():
    found = extract_features(tone(440))
    assert found["spectral_centroid_mean"] == pytest.approx(440, rel=0.03)
    assert found["rms_mean"] == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert found["zero_crossing_rate_mean"] == pytest.approx(2 * 440 / SAMPLE_RATE, rel=0.02)
    assert found["perceptr_var"] < 0.01 * found["harmony_var"]


def test_the_chroma_of_a_tone_is_its_note():
    assert Spectra(tone(440), SAMPLE_RATE).chroma().mean(axis=0).argmax() == 9


def test_clicks_at_120_bpm_have_tempo_120_and_are_percussive():
    found = extract_features(clicks(120))
    assert found["tempo"] == pytest.approx(120, rel=0.04)
    assert found["perceptr_var"] > found["harmony_var"]


def test_equal_to_librosa_feature_by_feature(song):
    stft = librosa.stft(song, pad_mode="reflect")
    magnitude = np.abs(stft)
    log_mel = librosa.power_to_db(librosa.feature.melspectrogram(S=magnitude**2))
    found = extract_features(song)
    expected = {
        "chroma_stft": librosa.feature.chroma_stft(S=magnitude**2),
        "rms": librosa.feature.rms(y=song, pad_mode="reflect"),
        "spectral_centroid": librosa.feature.spectral_centroid(S=magnitude),
        "spectral_bandwidth": librosa.feature.spectral_bandwidth(S=magnitude),
        "rolloff": librosa.feature.spectral_rolloff(S=magnitude),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(song),
        **{f"mfcc{i + 1}": c for i, c in enumerate(librosa.feature.mfcc(S=log_mel, n_mfcc=20))},
    }
    for name, frames in expected.items():
        assert found[f"{name}_mean"] == pytest.approx(frames.mean(), rel=1e-4), name
        assert found[f"{name}_var"] == pytest.approx(frames.var(), rel=1e-4), name


def test_harmonic_and_percussive_parts_are_librosas(song):
    harmonic, percussive = Spectra(song, SAMPLE_RATE).hpss()
    parts = librosa.decompose.hpss(librosa.stft(song, pad_mode="reflect"))
    for ours, theirs in zip((harmonic, percussive), parts, strict=True):
        signal = librosa.istft(theirs)
        np.testing.assert_allclose(ours[: len(signal)], signal, atol=1e-5)


def test_tempo_and_tuning_are_librosas(song):
    spectra = Spectra(song, SAMPLE_RATE)
    onset = librosa.onset.onset_strength(y=song, aggregate=np.median, pad_mode="reflect")
    assert spectra.tempo() == pytest.approx(librosa.feature.tempo(onset_envelope=onset)[0])
    assert spectra.tuning() == pytest.approx(librosa.estimate_tuning(S=spectra.power.T))


def test_frames_of_a_segment_have_the_published_shape():
    piece = tone(330)[:66150]
    assert mfcc_frames(piece).shape == (130, 13)
    assert mel_frames(piece).shape == (130, 128)
    assert mfcc_frames(piece).dtype == mel_frames(piece).dtype == np.float32


@pytest.mark.parametrize(
    ("y", "reason"),
    [
        (np.zeros(30000, np.float32), "silent"),
        (np.ones(1, np.float32), "too short"),
        (np.full(30000, np.nan, np.float32), "not finite"),
        (np.ones((2, 30000), np.float32), "mono"),
    ],
)
def test_what_has_no_features_is_refused_with_a_reason(y, reason):
    with pytest.raises(AudioError, match=reason):
        extract_features(y)

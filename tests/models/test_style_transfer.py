"""Conversion: each method changes what it should, preserves what it should, and never clips."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from helpers import tone

from genre_utils.audio import SAMPLE_RATE, AudioError, Spectra
from genre_utils.data import DatasetError, synthesize
from genre_utils.models import (
    METHODS,
    StyleTarget,
    convert,
    count_steps,
    encoder,
    encoder_mel,
    encoder_network,
    filter_to_mel,
    load_style_target,
    match_loudness,
    style_network,
    style_transfer,
    transfer_style,
)

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module", autouse=True)
def weights():
    """Random weights instead of the published ones, which nothing here needs."""
    keras.utils.set_random_seed(0)
    network = encoder_network()
    made = {
        f"{layer.name}/{weight.name}": keras.ops.convert_to_numpy(weight)
        for layer in network.layers
        for weight in layer.weights
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_weights", lambda name: made)
        style_network.cache_clear()
        yield
    style_network.cache_clear()


def two_tones(seconds=2.0):
    return (tone(seconds, hz=300, level=0.2) + tone(seconds, hz=3000, level=0.2)).astype(np.float32)


def energy(y, low, high):
    power = np.abs(np.fft.rfft(y)) ** 2
    hz = np.fft.rfftfreq(len(y), 1 / SAMPLE_RATE)
    return power[(hz > low) & (hz < high)].sum()


def clicks(bpm, seconds=6.0):
    y = np.random.default_rng(0).normal(0, 1e-3, round(seconds * SAMPLE_RATE))
    for at in np.arange(0, len(y) - 200, 60 / bpm * SAMPLE_RATE).astype(int):
        y[at : at + 200] += np.hanning(200) * np.random.default_rng(1).normal(0, 0.5, 200)
    return y.astype(np.float32)


def style_loss(mel, target):
    grams = [style_transfer._gram(x) for x in style_network()(mel[None])]
    return sum(
        float(style_transfer._distance(g, wanted))
        for g, wanted in zip(grams, target.grams, strict=True)
    )


@pytest.fixture(scope="module")
def song():
    return synthesize("classical", seconds=2.0)[0]


@pytest.fixture(scope="module")
def target():
    songs = (synthesize("metal", seconds=2.0, seed=n)[0] for n in range(2))
    return StyleTarget("metal", tuple(songs))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_changes_the_song_and_preserves_its_length_and_level(method, song, target):
    converted = convert(song, target, method, steps=3)
    assert converted.shape == song.shape
    assert converted.dtype == np.float32
    assert np.abs(converted).max() <= style_transfer.PEAK + 1e-6
    rms = [np.sqrt(np.mean(y.astype(float) ** 2)) for y in (converted, song)]
    assert rms[0] == pytest.approx(rms[1], rel=1e-3) or rms[0] < rms[1]
    assert not np.allclose(converted, song, atol=1e-3)


def test_style_transfer_reduces_the_style_loss_and_leaves_the_network_as_it_is(song, target):
    mel = encoder_mel(song)
    before = style_loss(mel, target)
    assert style_loss(transfer_style(mel, target.grams, steps=8), target) < 0.8 * before
    assert style_loss(mel, target) == pytest.approx(before, rel=1e-3)


def test_a_long_song_is_converted_in_parts_to_its_end(song, target, monkeypatch):
    monkeypatch.setattr(style_transfer, "_PART", 50)
    mel, taken = encoder_mel(song), []
    change = np.abs(
        transfer_style(mel, target.grams, steps=3, progress=lambda: taken.append(1)) - mel
    )
    assert count_steps(len(song) / SAMPLE_RATE, 3) == 9
    assert 3 <= len(taken) <= 9
    assert (change.max(axis=1) > 0).all()


def test_bands_become_as_loud_as_those_of_the_genre(song, target):
    before, after = encoder_mel(song), encoder_mel(convert(song, target, "bands"))
    off = [np.abs(mel.mean(axis=0) - target.bands[0]).mean() for mel in (before, after)]
    assert off[1] < off[0] / 2


def test_the_drums_beat_at_the_tempo_of_the_song():
    chord = 0.1 * np.sin(2 * np.pi * 330 * np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)
    song = chord.astype(np.float32) + clicks(100)
    slow = StyleTarget("slow", (clicks(85) + chord.astype(np.float32),))
    converted = convert(song, slow, "drums")
    assert Spectra(converted, SAMPLE_RATE).tempo() == pytest.approx(100, abs=4)


def test_drums_are_shifted_to_where_their_onsets_fit():
    own = clicks(100, 4.0)
    aligned = style_transfer._align(np.roll(own, 20 * 512)[: 3 * SAMPLE_RATE], own)
    assert aligned.shape == own.shape
    onsets = [Spectra(y[: 2 * SAMPLE_RATE], SAMPLE_RATE).onset_strength() for y in (aligned, own)]
    assert np.corrcoef(*onsets)[0, 1] > 0.8


@pytest.mark.parametrize(
    ("tempo", "other", "rate"), [(100, 80, 1.25), (120, 60, 1), (170, 90, 0.944), (0, 90, 1)]
)
def test_half_the_tempo_is_the_same_beat(tempo, other, rate):
    assert style_transfer._stretch_rate(tempo, other) == pytest.approx(rate, abs=0.001)


def test_nothing_is_clipped_to_match_the_loudness():
    sharp = np.zeros(22050, np.float32)
    sharp[::1000] = 0.5
    scaled = match_loudness(sharp, np.full(22050, 0.5, np.float32))
    assert np.abs(scaled).max() == pytest.approx(style_transfer.PEAK)


def test_silence_is_refused(target):
    with pytest.raises(AudioError, match="silent"):
        convert(np.zeros(22050), target, "bands")


def test_the_mel_spectrogram_does_not_depend_on_the_level():
    mel = encoder_mel(two_tones())
    assert mel.shape == (126, 96)
    assert np.allclose(encoder_mel(two_tones() / 8), mel, atol=1e-3)


def test_an_unchanged_spectrogram_gives_the_signal_itself():
    y = two_tones()
    mel = encoder_mel(y)
    assert np.allclose(filter_to_mel(y, mel, mel), y, atol=1e-5)


def test_the_filter_changes_a_band_and_a_moment_and_nothing_else():
    y = two_tones()
    before = encoder_mel(y)
    after = before.copy()
    after[63:, 48:] -= 2  # from 1 s on, high bands: 20 dB
    filtered = filter_to_mel(y, before, after)
    late, early = slice(26000, 42000), slice(2000, 18000)
    assert energy(filtered[late], 2500, 3500) == pytest.approx(
        energy(y[late], 2500, 3500) / 100, rel=0.2
    )
    assert energy(filtered[late], 200, 400) == pytest.approx(energy(y[late], 200, 400), rel=0.01)
    assert np.allclose(filtered[early], y[early], atol=1e-3)


def test_noise_is_not_amplified_without_bounds():
    y = two_tones()
    mel = encoder_mel(y)
    assert np.abs(filter_to_mel(y, mel, mel + 9)).max() < 10.5 * np.abs(y).max()


def test_songs_of_the_genre_are_drawn_and_unreadable_ones_skipped(tmp_path):
    rows = {}
    for n in range(3):
        sf.write(tmp_path / f"{n}.wav", synthesize("jazz", seconds=1.0, seed=n)[0], SAMPLE_RATE)
        rows[f"jazz.{n}"] = ("jazz", str(tmp_path / f"{n}.wav"))
    (tmp_path / "0.wav").write_bytes(b"no sound")
    rows["rock.0"] = ("rock", None)
    tracks = pd.DataFrame.from_dict(rows, "index", columns=["genre", "path"])
    assert len(load_style_target(tracks, "jazz").songs) == 2
    one, other = (load_style_target(tracks, "jazz", songs=1, seed=s).songs[0] for s in (0, 0))
    assert np.array_equal(one, other)
    excerpt = load_style_target(tracks, "jazz", seconds=0.75).songs[0]
    assert len(excerpt) == int(0.75 * SAMPLE_RATE)
    with pytest.raises(DatasetError, match="choose one of jazz, rock"):
        load_style_target(tracks, "polka")
    with pytest.raises(DatasetError, match="no readable recording of rock"):
        load_style_target(tracks, "rock")

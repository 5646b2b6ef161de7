"""Conversion: each method changes what it says, keeps what it says, and never clips."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf

from genre_utils.audio import SAMPLE_RATE, AudioError, Spectra, encoder_mel
from genre_utils.data import DatasetError, synthesize
from genre_utils.models import (
    METHODS,
    Manner,
    as_loud,
    conversion,
    convert,
    count_steps,
    encoder,
    encoder_network,
    gather_manner,
    repaint,
    repainting,
    song_left,
)

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module", autouse=True)
def weights():
    """Random weights in place of those that were published: nothing here needs them."""
    keras.utils.set_random_seed(0)
    network = encoder_network()
    made = {
        f"{layer.name}/{weight.name}": keras.ops.convert_to_numpy(weight)
        for layer in network.layers
        for weight in layer.weights
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_weights", lambda name: made)
        repainting._seen.cache_clear()
        repainting.painter.cache_clear()
        yield
    repainting._seen.cache_clear()
    repainting.painter.cache_clear()


def clicks(bpm, seconds=6.0):
    y = np.random.default_rng(0).normal(0, 1e-3, round(seconds * SAMPLE_RATE))
    for at in np.arange(0, len(y) - 200, 60 / bpm * SAMPLE_RATE).astype(int):
        y[at : at + 200] += np.hanning(200) * np.random.default_rng(1).normal(0, 0.5, 200)
    return y.astype(np.float32)


@pytest.fixture(scope="module")
def song():
    return synthesize("classical", seconds=2.0)[0]


@pytest.fixture(scope="module")
def manner():
    return Manner("metal", tuple(synthesize("metal", seconds=2.0, seed=n)[0] for n in range(2)))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_changes_the_song_and_keeps_its_length_and_level(method, song, manner):
    made = convert(song, manner, method, steps=3)
    assert made.shape == song.shape
    assert made.dtype == np.float32
    assert np.abs(made).max() <= conversion.PEAK + 1e-6
    rms = [np.sqrt(np.mean(y.astype(float) ** 2)) for y in (made, song)]
    assert rms[0] == pytest.approx(rms[1], rel=1e-3) or rms[0] < rms[1]
    assert not np.allclose(made, song, atol=1e-3)
    assert np.array_equal(made, convert(song, manner, method, steps=3))


def test_the_style_comes_nearer_step_by_step(song, manner):
    mel = encoder_mel(song)
    path = list(repaint(mel, manner.grams, steps=12))
    assert [painted.step for painted in path] == list(range(1, 13))
    assert path[0].loss == 1
    assert path[-1].loss < 0.9
    before, after = (
        sum(
            float(((gram - wanted) ** 2).sum() / (wanted**2).sum())
            for gram, wanted in zip(repainting.grams_of(m), manner.grams, strict=True)
        )
        for m in (mel, path[-1].mel)
    )
    assert after < before


def test_a_second_song_is_not_painted_with_what_was_learnt_of_the_first(song, manner):
    mel = encoder_mel(song)
    first = list(repaint(mel, manner.grams, steps=3))[-1].mel
    list(repaint(mel[::-1].copy(), manner.grams, steps=3))
    assert np.array_equal(list(repaint(mel, manner.grams, steps=3))[-1].mel, first)


def test_the_encoder_stays_as_it_is(song, manner):
    before = repainting.grams_of(encoder_mel(song))
    list(repaint(encoder_mel(song), manner.grams, steps=3))
    for one, other in zip(before, repainting.grams_of(encoder_mel(song)), strict=True):
        assert np.array_equal(one, other)


def test_a_long_song_is_painted_in_pieces_to_its_end(song, manner, monkeypatch):
    monkeypatch.setattr(conversion, "_PIECE", 50)
    mel = encoder_mel(song)
    path = list(repaint(mel, manner.grams, steps=2))
    assert len(path) == count_steps(len(song) / SAMPLE_RATE, 2) == 6
    changed = np.abs(path[-1].mel - mel).max(axis=1) > 0
    assert changed.all()


def test_bands_become_as_loud_as_those_of_the_genre(song, manner):
    wanted = manner.bands[0]
    before, after = encoder_mel(song), encoder_mel(convert(song, manner, "bands"))
    off = [np.abs(mel.mean(axis=0) - wanted).mean() for mel in (before, after)]
    assert off[1] < off[0] / 2


def test_the_drums_beat_at_the_tempo_of_the_song():
    tune = 0.1 * np.sin(2 * np.pi * 330 * np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)
    song = tune.astype(np.float32) + clicks(100)
    slow = Manner("slow", (clicks(85) + tune.astype(np.float32),))
    made = convert(song, slow, "drums")
    assert Spectra(made, SAMPLE_RATE).tempo() == pytest.approx(100, abs=4)


def test_drums_begin_where_their_strokes_fit():
    own = clicks(100, 4.0)
    placed = conversion._placed(np.roll(own, 20 * 512)[: 3 * SAMPLE_RATE], own)
    assert placed.shape == own.shape
    half = 2 * SAMPLE_RATE
    assert song_left(placed[:half], own[:half])["onset"] > 0.8


@pytest.mark.parametrize(
    ("tempo", "other", "rate"), [(100, 80, 1.25), (120, 60, 1), (170, 90, 0.944), (0, 90, 1)]
)
def test_half_the_tempo_is_the_same_beat(tempo, other, rate):
    assert conversion._rate(tempo, other) == pytest.approx(rate, abs=0.001)


def test_nothing_is_clipped_to_be_as_loud():
    sharp = np.zeros(22050, np.float32)
    sharp[::1000] = 0.5
    made = as_loud(sharp, np.full(22050, 0.5, np.float32))
    assert np.abs(made).max() == pytest.approx(conversion.PEAK)


def test_all_of_a_song_is_left_of_itself_and_little_of_another(song):
    assert song_left(song, song) == pytest.approx({"chroma": 1, "onset": 1}, abs=1e-5)
    other = synthesize("hiphop", seconds=2.0, seed=5)[0]
    assert max(song_left(other, song).values()) < 0.7


def test_silence_is_refused(manner):
    with pytest.raises(AudioError, match="silent"):
        convert(np.zeros(22050), manner, "bands")


def test_songs_of_the_genre_are_drawn_and_bad_ones_passed_over(tmp_path):
    rows = {}
    for n in range(3):
        sf.write(tmp_path / f"{n}.wav", synthesize("jazz", seconds=1.0, seed=n)[0], SAMPLE_RATE)
        rows[f"jazz.{n}"] = ("jazz", str(tmp_path / f"{n}.wav"))
    (tmp_path / "0.wav").write_bytes(b"no sound")
    rows["rock.0"] = ("rock", None)
    tracks = pd.DataFrame.from_dict(rows, "index", columns=["genre", "path"])
    assert len(gather_manner(tracks, "jazz").songs) == 2
    one, other = (gather_manner(tracks, "jazz", songs=1, seed=s).songs[0] for s in (0, 0))
    assert np.array_equal(one, other)
    assert len(gather_manner(tracks, "jazz", seconds=0.75).songs[0]) == int(0.75 * SAMPLE_RATE)
    with pytest.raises(DatasetError, match="choose one of jazz, rock"):
        gather_manner(tracks, "polka")
    with pytest.raises(DatasetError, match="no recording of rock"):
        gather_manner(tracks, "rock")

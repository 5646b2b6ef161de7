"""Figures of a signal: one time axis, texts that follow the sound."""

import librosa
import numpy as np
import pytest

from genre_utils import plots
from genre_utils.audio import SAMPLE_RATE

TIME = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def tone(*hertz):
    return sum(np.sin(2 * np.pi * hz * TIME) for hz in hertz).astype(np.float32)


@pytest.fixture(scope="module")
def beat():
    """Two seconds: a held tone of 1000 Hz, and a burst of noise each half second."""
    y = 0.1 * np.tile(tone(1000), 2)
    for start in np.arange(0.25, 2, 0.5):
        at = int(start * SAMPLE_RATE)
        y[at : at + 2000] += np.random.default_rng(0).normal(0, 0.3, 2000)
    return y.astype(np.float32)


def test_mel_bands_are_played_as_what_they_came_from():
    mel = librosa.feature.melspectrogram(y=tone(1000), sr=SAMPLE_RATE)
    y = plots.sound_of_mel(mel)
    loudest = np.fft.rfftfreq(len(y), 1 / SAMPLE_RATE)[np.abs(np.fft.rfft(y)).argmax()]
    assert loudest == pytest.approx(1000, rel=0.05)
    assert np.array_equal(y, plots.sound_of_mel(mel))


def test_each_sound_has_a_player_with_its_name(monkeypatch):
    shown = []
    monkeypatch.setattr("genre_utils.plots.sounding.display", shown.append)
    plots.hear({"a < b": tone(440), "c": tone(220)})
    (html,) = (one.data for one in shown)
    assert html.count("<audio") == 2 and "<p>a &lt; b</p>" in html and 'aria-label="c"' in html

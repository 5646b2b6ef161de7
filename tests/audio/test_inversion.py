"""Sound from what the encoder is shown: filtered, or invented."""

import numpy as np
import pytest
from helpers import tone

from genre_utils.audio import AudioError, encoder_mel, reshaped, sound_of_mel


def two_tones(seconds=2.0):
    return (tone(seconds, hz=300, level=0.2) + tone(seconds, hz=3000, level=0.2)).astype(np.float32)


def energy(y, low, high):
    power = np.abs(np.fft.rfft(y)) ** 2
    hz = np.fft.rfftfreq(len(y), 1 / 22050)
    return power[(hz > low) & (hz < high)].sum()


def test_the_mel_spectrogram_does_not_know_the_level():
    y = two_tones()
    mel = encoder_mel(y)
    assert mel.shape == (126, 96)
    assert np.allclose(encoder_mel(y / 8), mel, atol=1e-3)
    with pytest.raises(AudioError, match="silent"):
        encoder_mel(np.zeros(22050))


def test_the_same_spectrogram_gives_the_signal_itself():
    y = two_tones()
    mel = encoder_mel(y)
    assert np.allclose(reshaped(y, mel, mel), y, atol=1e-5)


def test_a_band_and_a_moment_are_made_softer_where_that_is_wanted_and_nowhere_else():
    y = two_tones()
    before = encoder_mel(y)
    after = before.copy()
    after[63:, 48:] -= 2  # from 1 s on, high bands: 20 dB
    made = reshaped(y, before, after)
    late, early = slice(26000, 42000), slice(2000, 18000)
    assert energy(made[late], 2500, 3500) == pytest.approx(
        energy(y[late], 2500, 3500) / 100, rel=0.2
    )
    assert energy(made[late], 200, 400) == pytest.approx(energy(y[late], 200, 400), rel=0.01)
    assert np.allclose(made[early], y[early], atol=1e-3)


def test_noise_is_not_made_louder_without_bounds():
    y = two_tones()
    mel = encoder_mel(y)
    assert np.abs(reshaped(y, mel, mel + 9)).max() < 10.5 * np.abs(y).max()


def test_an_invented_signal_has_the_spectrogram_it_was_made_for():
    mel = encoder_mel(two_tones(1.0))
    made = sound_of_mel(mel, 22050, seed=1)
    assert made.shape == (22050,)
    assert np.allclose(made, sound_of_mel(mel, 22050, seed=1), atol=1e-3)
    heard, wanted = encoder_mel(made)[5:-5], mel[5:-5]
    assert np.corrcoef(heard.ravel(), wanted.ravel())[0, 1] > 0.75

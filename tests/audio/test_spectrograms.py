"""Spectrograms as networks see them: known answers."""

import numpy as np
import pytest

from genre_utils.audio import (
    COLUMNS_PER_SECOND,
    AudioError,
    band_edges,
    band_matrix,
    signal_spectrogram,
)


def test_a_tone_lights_its_band():
    t = np.arange(3 * 22050) / 22050
    for frequency in (500, 2000, 6000):
        frames = signal_spectrogram(np.sin(2 * np.pi * frequency * t))
        peak = band_edges()[frames.mean(axis=0).argmax() + 1]
        assert peak == pytest.approx(frequency, abs=130)


def test_level_does_not_matter_and_time_does():
    y = np.random.default_rng(0).normal(0, 0.1, 6 * 22050)
    assert np.allclose(signal_spectrogram(y), signal_spectrogram(y * 0.1), atol=1e-3)
    assert len(signal_spectrogram(y)) == round(6 * COLUMNS_PER_SECOND)
    with pytest.raises(AudioError, match="silent"):
        signal_spectrogram(np.zeros(22050))


@pytest.mark.parametrize("rows", [129, 185, 370])
def test_bands_are_weighted_means(rows):
    weights = band_matrix(rows)
    assert weights.shape == (64, rows)
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert (weights >= 0).all()

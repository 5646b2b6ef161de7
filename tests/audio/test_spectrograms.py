"""Spectrograms as networks see them: known answers."""

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_utils.audio import (
    COLUMNS_PER_SECOND,
    AudioError,
    band_edges,
    band_matrix,
    signal_spectrogram,
    spectrograms,
    standardize,
    stream_spectrogram,
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


def in_one_piece(y):
    """Write the definition down, for signals that fit into memory many times."""
    frames = np.lib.stride_tricks.sliding_window_view(y, 256)[::128]
    columns = max(1, round(len(y) / 22050 * COLUMNS_PER_SECOND))
    frames = frames[((np.arange(columns) + 0.5) / columns * len(frames)).astype(int)]
    power = np.abs(scipy.fft.rfft(frames * np.hanning(256).astype(np.float32))) ** 2
    floor = max(power.max() * 1e-12, 1e-20)
    nearest = ((np.arange(370) + 0.5) / 370 * power.shape[1]).astype(int)
    return standardize(np.log(np.maximum(power, floor))[:, nearest] @ band_matrix(370).T)


@pytest.mark.parametrize("samples", [11025, 66150, 661794, 240 * 22050])
def test_it_agrees_with_its_definition(samples):
    y = np.random.default_rng(0).normal(0, 0.1, samples).astype(np.float32)
    np.testing.assert_allclose(signal_spectrogram(y), in_one_piece(y), atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(samples=st.integers(11025, 300_000), seed=st.integers(0, 9), block=st.integers(1, 300))
def test_any_cut_gives_the_spectrogram_of_the_whole(samples, seed, block):
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 0.1, samples).astype(np.float32)
    pieces = np.split(y, np.sort(rng.integers(0, samples, 40)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spectrograms, "_BLOCK", block)
        streamed = stream_spectrogram(iter(pieces), samples)
    np.testing.assert_allclose(streamed, in_one_piece(y), atol=1e-4)


def test_a_sample_more_or_less_than_said_does_no_harm_and_half_does():
    y = np.random.default_rng(0).normal(0, 0.1, 66150).astype(np.float32)
    whole = signal_spectrogram(y)
    for said in (66149, 66151):
        assert stream_spectrogram([y], said).shape == whole.shape
    with pytest.raises(AudioError, match="shorter while it was read"):
        stream_spectrogram([y[:30000]], len(y))

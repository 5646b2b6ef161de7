"""What is said of a whole file after one look, channel by channel."""

import numpy as np
import pytest
from helpers import tone, write

from genre_utils.audio import AudioError, audio_info


def stereo(path, left, right):
    return write(path, np.column_stack([left, right]), subtype="FLOAT")


def test_the_channel_that_clips_most_counts(tmp_path):
    clipped = (4 * tone()).clip(-1, 1)
    found = audio_info(stereo(tmp_path / "a.wav", clipped, 0.1 * tone()))
    assert found.clipped == np.mean(np.abs(clipped) >= 0.999) > 0.5
    assert (found.rate, found.channels, found.samples, found.seconds) == (22050, 2, 22050, 1.0)


def test_quiet_is_what_all_channels_are(tmp_path):
    half = tone(2.0)
    half[: len(half) // 2] = 0
    assert audio_info(write(tmp_path / "a.wav", half)).quiet == pytest.approx(0.5, abs=0.02)
    assert audio_info(stereo(tmp_path / "b.wav", half, half)).quiet == pytest.approx(0.5, abs=0.02)
    assert audio_info(stereo(tmp_path / "c.wav", half, half[::-1])).quiet == 0
    assert audio_info(stereo(tmp_path / "d.wav", tone(), -tone())).quiet == 0


def test_channels_that_cancel_are_not_silence(tmp_path):
    found = audio_info(stereo(tmp_path / "a.wav", 0.3 * tone(), -0.3 * tone()))
    assert found.instead_of_mean == 0
    assert audio_info(stereo(tmp_path / "b.wav", tone(), tone())).instead_of_mean is None
    assert audio_info(write(tmp_path / "c.wav", tone())).instead_of_mean is None


def test_many_blocks_are_as_one(tmp_path, monkeypatch):
    y = np.random.default_rng(0).normal(0, 0.4, (200_000, 2)).clip(-1, 1)
    y[50_000:90_000] = 0
    path = write(tmp_path / "a.wav", y, subtype="FLOAT")
    whole = audio_info(path)
    monkeypatch.setattr("genre_utils.audio.decoding._BLOCK_FRAMES", 2048)
    assert audio_info(path) == whole


@pytest.mark.parametrize(
    "y, reason",
    [
        (np.zeros((22050, 2)), "silent: all 1 s"),
        (np.ones((100, 2)), "too short: 0.00454 s"),
        (np.full((22050, 2), np.nan), "not finite"),
        (np.tile([np.inf, -np.inf], (22050, 1)), "not finite"),
    ],
)
def test_what_cannot_be_used_is_refused_as_elsewhere(tmp_path, y, reason):
    with pytest.raises(AudioError, match=reason):
        audio_info(write(tmp_path / "a.wav", y, subtype="FLOAT"))

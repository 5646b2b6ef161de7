"""Long recordings: block by block the same numbers, in little memory, and the same refusals."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_utils.audio import (
    SAMPLE_RATE,
    AudioError,
    extract_features,
    extract_in_blocks,
    features_of_file,
    load_audio,
)
from genre_utils.audio import streaming as long_audio
from genre_utils.data import synthesize


@pytest.fixture(scope="module")
def song():
    return synthesize("rock", seconds=12, seed=3)[0].astype(np.float32)


def in_blocks(y, seed):
    """Cut a signal at random places."""

    def read():
        cuts = np.random.default_rng(seed).integers(0, len(y), 40)
        yield from np.split(y, np.sort(cuts))

    return read


def alike(first, second):
    np.testing.assert_allclose(first.to_numpy(), second.to_numpy(), rtol=1e-5, atol=1e-6)
    return True


@settings(max_examples=8, deadline=None)
@given(
    samples=st.integers(SAMPLE_RATE // 2, 12 * SAMPLE_RATE)
    | st.sampled_from([512 * 300, 512 * 64]),
    block=st.sampled_from([1, 40, 64, 300, 5000]),
    seed=st.integers(0, 9),
)
def test_any_cut_gives_the_features_of_the_whole(song, samples, block, seed):
    y = song[:samples]
    if block == 1:
        y = y[: 2 * SAMPLE_RATE]
    features, length = extract_in_blocks(in_blocks(y, seed), block_frames=block)
    assert length == len(y)
    assert alike(features, extract_features(y))


@pytest.mark.parametrize("rate", [22050, 44100])
def test_a_file_is_read_in_blocks_when_it_is_long(tmp_path, song, rate, monkeypatch):
    sf.write(tmp_path / "a.wav", np.stack([song, song / 2], axis=1), rate)
    whole = extract_features(load_audio(tmp_path / "a.wav"))
    monkeypatch.setattr(long_audio, "LONG_SECONDS", 5.0)
    monkeypatch.setattr(long_audio, "load_audio", None)
    features, samples = features_of_file(tmp_path / "a.wav")
    assert samples == round(len(song) * SAMPLE_RATE / rate)
    # Resampling block by block rounds a little otherwise.
    tolerance = 1e-6 if rate == SAMPLE_RATE else 1e-3
    np.testing.assert_allclose(features.to_numpy(), whole.to_numpy(), rtol=tolerance, atol=1e-6)


def test_channels_that_cancel_are_streamed_as_they_are_loaded(tmp_path, song, monkeypatch):
    sf.write(tmp_path / "a.wav", np.stack([song, -song], axis=1), SAMPLE_RATE, subtype="FLOAT")
    whole = extract_features(load_audio(tmp_path / "a.wav"))
    monkeypatch.setattr(long_audio, "LONG_SECONDS", 5.0)
    assert alike(features_of_file(tmp_path / "a.wav")[0], whole)


@pytest.mark.parametrize(
    ("y", "reason"),
    [
        (np.zeros(50_000, np.float32), "silent"),
        (np.ones(10, np.float32), "too short"),
        (np.zeros(0, np.float32), "too short"),
        (np.full(50_000, np.nan, np.float32), "not finite"),
    ],
)
def test_what_cannot_be_used_is_refused_as_elsewhere(y, reason):
    with pytest.raises(AudioError, match=reason), np.errstate(all="ignore"):
        extract_in_blocks(lambda: iter([y]))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured the way of Linux")
def test_memory_does_not_grow_with_the_length_as_the_sound_does(tmp_path):
    """One minute more of sound is 5 MB; at once it would take a twelfth of a gigabyte."""
    noise = np.random.default_rng(0).normal(0, 0.1, 60 * SAMPLE_RATE).astype(np.float32)
    for minutes in (1, 2):
        with sf.SoundFile(tmp_path / f"{minutes}.wav", "w", SAMPLE_RATE, 1) as file:
            for _ in range(minutes):
                file.write(noise)
    script = (
        "import re, sys; from genre_utils.audio import streaming; streaming.LONG_SECONDS = 20.0; "
        "streaming.features_of_file(sys.argv[1]); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    peaks = [
        int(subprocess.check_output([sys.executable, "-c", script, tmp_path / f"{minutes}.wav"]))
        / 1024
        for minutes in (1, 2)
    ]
    assert peaks[1] - peaks[0] < 45

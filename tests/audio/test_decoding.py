"""Audio files of all kinds become one kind of signal, or a reason why not."""

import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from helpers import FORMATS, cut, tone, write
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.audio import (
    AudioError,
    audio_info,
    check_signal,
    count_unreadable,
    duration,
    find_truncation,
    format_unreadable,
    load_audio,
    split_segments,
)

LOSSY = {"ogg", "opus", "mp3"}
CASES = [
    (suffix, subtype, rate, channels)
    for suffix, subtype in FORMATS
    for rate in (8000, 44100, 48000)
    for channels in (1, 2, 5)
    if not (suffix == "mp3" and channels > 2) and not (suffix == "opus" and rate == 44100)
]


def strength(y, hz, rate=22050):
    """Amplitude of a sine in a signal."""
    t = np.arange(len(y)) / rate
    return 2 * abs(np.mean(y * np.exp(-2j * np.pi * hz * t)))


def pitch(y, rate=22050):
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y)), n=8 * len(y)))
    return np.argmax(spectrum) * rate / (8 * len(y))


def with_data_size(path, size):
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix, subtype, rate, channels", CASES)
def test_a_tone_stays_that_tone(tmp_path, suffix, subtype, rate, channels):
    y = np.tile(tone(0.8, rate)[:, None], channels)
    path = write(tmp_path / f"tone.{suffix}", y, rate, subtype=subtype)
    loaded = load_audio(path)
    assert loaded.dtype == np.float32 and loaded.ndim == 1 and loaded.flags.c_contiguous
    assert len(loaded) == pytest.approx(0.8 * 22050, abs=2500 if suffix in LOSSY else 1)
    assert pitch(loaded) == pytest.approx(440, abs=1)
    assert np.abs(loaded[4000:12000]).max() == pytest.approx(0.5, abs=0.1)


def test_samples_at_the_wanted_rate_are_kept_to_the_bit(tmp_path):
    y = tone().astype(np.float32)
    assert np.array_equal(load_audio(write(tmp_path / "a.wav", y, subtype="FLOAT")), y)


def test_what_is_above_half_the_rate_does_not_fold_back(tmp_path):
    path = write(tmp_path / "a.wav", tone(1.0, 48000, hz=15000) + tone(1.0, 48000), 48000)
    y = load_audio(path)[1000:-1000]
    assert strength(y, 22050 - 15000) < 0.01 < strength(y, 440)


def test_channels_are_averaged(tmp_path):
    y = np.column_stack([tone(hz=440), tone(hz=1000), np.zeros(22050)])
    loaded = load_audio(write(tmp_path / "a.wav", y, subtype="FLOAT"))
    assert np.allclose(loaded, y.mean(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    "left, right, used",
    [(1, -1, 0), (0.5, -0.51, 1), (1, -0.9, None), (1, 0, None), (1, 1, None), (0, -1, None)],
)
def test_where_channels_cancel_the_loudest_is_used(tmp_path, left, right, used):
    y = np.column_stack([left * tone(), right * tone()])
    loaded = load_audio(write(tmp_path / "a.wav", y, subtype="FLOAT"))
    expected = y.mean(axis=1) if used is None else y[:, used]
    assert np.allclose(loaded, expected, atol=1e-6)


@pytest.mark.skipif(os.name != "posix", reason="names and pipes of POSIX")
def test_a_name_need_not_be_utf8(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    write(tmp_path / "a.wav", tone()).rename(path)
    assert len(load_audio(path)) == len(load_audio(str(path))) == 22050
    assert duration(path) == 1
    assert find_truncation(path) is None


@pytest.mark.skipif(os.name != "posix", reason="names and pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="a pipe or device"):
        load_audio(tmp_path / "a.wav")


def test_what_nobody_can_decode_is_counted_and_named():
    names = ["a.m4p", "b.M4P", ".c.m4p", "d.mid", "e.wav", "f.txt"]
    found = count_unreadable(map(Path, names))
    assert found == {".m4p": 2, ".mid": 1}
    told = format_unreadable(found)
    assert told.startswith("3 files were not read") and "(2 .m4p, 1 .mid)" in told
    assert format_unreadable({".aax": 1}).startswith("1 file was not read")


def nothing(path):
    pass


def text(path):
    path.write_text("la la la, not a wave " * 500)


def no_bytes(path):
    path.touch()


def a_folder(path):
    path.mkdir()


def one_sample(path):
    write(path, np.array([0.5]))


def almost_half_a_second(path):
    write(path, tone(0.49))


def silence(path):
    write(path, np.zeros(220500))


def with_nan(path):
    y = tone()
    y[5000] = np.nan
    write(path, y, subtype="FLOAT")


def with_infinity(path):
    y = tone()
    y[-1] = np.inf
    write(path, y, subtype="FLOAT")


def header_cut(path):
    write(path, tone())
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"data")])


def format_cut(path):
    write(path, tone())
    path.write_bytes(path.read_bytes()[:20])


def no_rate(path):
    write(path, tone())
    data = bytearray(path.read_bytes())
    data[24:28] = bytes(4)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "make, reason",
    [
        (nothing, r"song\.wav does not exist"),
        (text, "not audio that can be decoded"),
        (no_bytes, "the file is empty"),
        (a_folder, "is a folder"),
        (one_sample, r"too short: .*\(1 sample\)"),
        (almost_half_a_second, r"too short: 0\.49 s"),
        (silence, "silent: all 10 s are zero"),
        (with_nan, "not finite"),
        (with_infinity, "not finite"),
        (header_cut, "not audio that can be decoded"),
        (format_cut, "not audio"),
        (no_rate, "not audio"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path, make, reason):
    path = tmp_path / "song.wav"
    make(path)
    with pytest.raises(AudioError, match=reason) as refused:
        load_audio(path)
    message = str(refused.value)
    assert "\n" not in message and 10 < len(message) < 250


def test_a_quiet_file_is_not_silent(tmp_path):
    path = write(tmp_path / "a.wav", tone(level=1e-4), subtype="FLOAT")
    assert 0 < np.abs(load_audio(path)).max() < 2e-4


@pytest.mark.parametrize("share, percent", [(0.6, "60 %"), (0.9, "90 %")])
def test_a_cut_wav_is_read_as_far_as_it_goes_and_this_is_said(tmp_path, share, percent):
    path = cut(write(tmp_path / "a.wav", tone(2.0)), share)
    y = load_audio(path)
    assert len(y) == pytest.approx(2.0 * share * 22050, abs=30)
    assert np.allclose(y, tone(2.0)[: len(y)], atol=1e-4)
    phrase = find_truncation(path)
    assert phrase.startswith("truncated") and f" {percent}" in phrase and "\n" not in phrase


@pytest.mark.parametrize("suffix", ["au", "aiff"])
def test_other_cut_files_are_read_as_far_as_they_go(tmp_path, suffix):
    path = cut(write(tmp_path / f"a.{suffix}", tone(2.0)), 0.6)
    assert len(load_audio(path)) == pytest.approx(1.2 * 22050, abs=60)
    assert "60 %" in find_truncation(path)


def test_a_cut_mp3_does_not_repeat_its_end(tmp_path):
    rng = np.random.default_rng(0)
    path = cut(write(tmp_path / "a.mp3", rng.normal(0, 0.1, 40 * 22050)), 0.5)
    assert len(load_audio(path)) == pytest.approx(20 * 22050, rel=0.02)


@pytest.mark.parametrize("suffix", ["wav", "au", "aiff", "flac", "ogg", "mp3"])
def test_a_whole_file_is_not_called_truncated(tmp_path, suffix):
    assert find_truncation(write(tmp_path / f"a.{suffix}", tone())) is None


def test_extra_bytes_after_the_sound_are_not_a_fault(tmp_path):
    path = write(tmp_path / "a.wav", tone())
    path.write_bytes(path.read_bytes() + b"LIST\x04\x00\x00\x00abcd" + b"\x00")
    assert find_truncation(path) is None and len(load_audio(path)) == 22050


def test_a_stream_of_unknown_length_is_whole(tmp_path):
    assert find_truncation(with_data_size(write(tmp_path / "a.wav", tone()), 0xFFFFFFFF)) is None


def billions_of_samples(path):
    """Set all 36 bits of a flac file's length; 18 bytes of other fields come before."""
    data = bytearray(write(path.with_suffix(".flac"), tone()).read_bytes())
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    path.write_bytes(data)
    assert sf.info(path).frames > 6e10


def four_gigabytes(path):
    with_data_size(write(path, tone()), 0xFFFFFFF0)


def billions_of_frames(path):
    """Let the first frame of an mp3 claim 2^26 others."""
    data = bytearray(write(path.with_suffix(".mp3"), tone()).read_bytes())
    at = data.index(b"Xing") + 8
    data[at : at + 4] = b"\x03\xff\xff\xff"
    path.write_bytes(data)
    assert sf.info(path).frames > 3e10


@pytest.mark.parametrize("make", [four_gigabytes, billions_of_samples, billions_of_frames])
def test_a_header_that_claims_too_much_takes_no_memory(tmp_path, make):
    path = tmp_path / "a.wav"
    make(path)
    tracemalloc.start()
    try:
        assert len(load_audio(path)) == pytest.approx(22050, abs=1200)
    except AudioError as refused:
        assert make is billions_of_samples and "decoded" in str(refused)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 50e6


@pytest.mark.parametrize("shape", [(2, 22050), (22050, 1), ()])
def test_a_signal_of_another_shape_is_refused(shape):
    with pytest.raises(AudioError, match="mono"):
        check_signal(np.ones(shape), 22050)


@given(
    length=st.integers(0, 5000),
    sr=st.integers(1, 500),
    seconds=st.floats(0.01, 12, allow_nan=False),
)
def test_segments_are_a_prefix_without_gaps_or_overlap(length, sr, seconds):
    y, samples = np.arange(length), int(seconds * sr)
    if samples < 1:
        with pytest.raises(AudioError, match="no samples"):
            split_segments(y, sr, seconds)
        return
    pieces = split_segments(y, sr, seconds)
    assert pieces.ndim == 2 and pieces.shape[1] == samples
    assert np.array_equal(pieces.ravel(), y[: pieces.size])
    assert 0 <= length - pieces.size < samples
    assert not pieces.size or np.shares_memory(pieces, y)


# --- measuring a file -------------------------------------------------------------------------


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

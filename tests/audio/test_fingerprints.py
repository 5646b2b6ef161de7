"""Fingerprints: what they outlive, and what they tell apart."""

import io

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_utils.audio import (
    HOPS_PER_SECOND,
    SAMPLE_RATE,
    AudioError,
    find_copies,
    fingerprint,
    fingerprint_of_file,
    load_audio,
    near_duplicates,
)
from genre_utils.data import read_dataset


def song(seed, seconds=12):
    """Random notes: no two seconds alike, as in music."""
    rng = np.random.default_rng(seed)
    t = np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE
    notes = rng.uniform(200, 2000, (seconds * 4, 3))
    y = np.concatenate([np.sin(2 * np.pi * f[:, None] * t).sum(axis=0) for f in notes])
    return (0.2 * y + rng.normal(0, 0.02, len(y))).astype(np.float32)


def mp3(y, **kind):
    file = io.BytesIO()
    sf.write(file, y, SAMPLE_RATE, format="MP3", **kind)
    file.seek(0)
    return file


def as_mp3(y):
    return sf.read(mp3(y), dtype="float32")[0]


def mp3_of_64_kilobits(y):
    """A small file, as people have: five seconds are cut off at its beginning."""
    return mp3(y[5 * SAMPLE_RATE :], bitrate_mode="CONSTANT", compression_level=0.6)


def recut(y):
    """Another cut, another level, another coding."""
    return as_mp3(y[SAMPLE_RATE:] * 10 ** (-6 / 20))


def test_another_cut_level_and_coding_are_the_same_recording():
    prints = {str(n): fingerprint(song(n)) for n in range(6)}
    prints |= {f"copy of {n}": fingerprint(recut(song(n))) for n in range(3)}
    found = near_duplicates(prints)
    assert list(found["track"]) == ["0", "1", "2"]
    assert list(found["other"]) == ["copy of 0", "copy of 1", "copy of 2"]
    assert found["seconds"].to_numpy() == pytest.approx(1.0, abs=0.03)
    assert (found["error"] < 0.2).all()


@settings(max_examples=8, deadline=None)
@given(cut=st.floats(0.0, 6.0), decibel=st.floats(-30, 6), seed=st.integers(0, 99))
def test_any_cut_and_level_is_found_with_its_offset(cut, decibel, seed):
    y = song(seed)
    other = y[round(cut * SAMPLE_RATE) :] * np.float32(10 ** (decibel / 20))
    found = near_duplicates(
        {"a": fingerprint(y), "b": fingerprint(other), "c": fingerprint(song(seed + 100))}
    )
    assert len(found) == 1
    assert found["seconds"][0] == pytest.approx(cut, abs=1.5 / HOPS_PER_SECOND)


@pytest.mark.parametrize("samples", [0, 1, 2048, 11025])
def test_what_is_too_short_matches_nothing(samples):
    prints = {n: fingerprint(np.ones(samples, np.float32)) for n in "ab"}
    assert near_duplicates(prints).empty


def test_silence_and_hum_match_nothing_of_music():
    t = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    hum = np.sin(2 * np.pi * 50 * t).astype(np.float32)
    found = near_duplicates({"hum": fingerprint(hum), "song": fingerprint(song(0))})
    assert found.empty


def test_a_file_is_found_among_many_whatever_its_bit_rate_and_cut():
    prints = {str(n): fingerprint(song(n)) for n in range(8)}
    prints["copy of 3"] = fingerprint(recut(song(3)))
    file = mp3_of_64_kilobits(song(3))
    assert len(file.getvalue()) * 8 / 7 == pytest.approx(64_000, rel=0.05)
    found = find_copies(fingerprint_of_file(file), prints)
    assert set(found["track"]) == {"3", "copy of 3"}
    assert found["error"].is_monotonic_increasing
    seconds = found.set_index("track")["seconds"]
    assert seconds["3"] == pytest.approx(-5, abs=0.06)
    assert seconds["copy of 3"] == pytest.approx(-4, abs=0.06)
    assert find_copies(fingerprint(song(20)), prints).empty


def test_one_against_many_finds_what_all_against_all_find():
    prints = {str(n): fingerprint(song(n % 5)[n * 4000 :]) for n in range(10)}
    pairs = near_duplicates(prints)
    for name, own in prints.items():
        others = {other: words for other, words in prints.items() if other != name}
        expected = {
            *pairs["other"][pairs["track"] == name],
            *pairs["track"][pairs["other"] == name],
        }
        assert expected
        assert set(find_copies(own, others)["track"]) == expected


def test_of_a_long_file_no_more_is_read_than_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("genre_utils.audio.fingerprints.FINGERPRINT_SECONDS", 5.0)
    path = tmp_path / "long.wav"
    sf.write(path, song(0, seconds=40), SAMPLE_RATE)
    found = fingerprint_of_file(path)
    assert np.array_equal(found, fingerprint(load_audio(path)))
    assert len(found) < 5 * HOPS_PER_SECOND
    with pytest.raises(AudioError, match="does not exist"):
        fingerprint_of_file(tmp_path / "none.mp3")


@pytest.mark.real
def test_files_of_real_tracks_name_their_original_and_no_stranger(real_root):
    audio = read_dataset(real_root).audio
    if len(audio) < 20:
        pytest.skip("fewer than 20 tracks have audio")
    audio = audio.sample(6, random_state=0)
    sounds = {track: load_audio(path) for track, path in audio.items()}
    prints = {track: fingerprint(y) for track, y in sounds.items()}
    missed = 0
    for track, y in sounds.items():
        found = find_copies(fingerprint_of_file(mp3_of_64_kilobits(y)), prints)["track"]
        assert set(found) <= {track}
        missed += found.empty
    assert missed == 0


@pytest.mark.real
def test_copies_of_real_tracks_are_found_and_nothing_else(real_root):
    audio = read_dataset(real_root).audio
    if len(audio) < 20:
        pytest.skip("fewer than 20 tracks have audio")
    audio = audio.sample(20, random_state=0)
    sounds = {track: load_audio(path) for track, path in audio.items()}
    prints = {track: fingerprint(y) for track, y in sounds.items()}
    assert near_duplicates(prints).empty
    copied = list(audio.index[:6])
    prints |= {f"copy of {track}": fingerprint(recut(sounds[track])) for track in copied}
    found = near_duplicates(prints)
    pairs = set(zip(found["track"], found["other"], strict=True))
    right = {(track, f"copy of {track}") for track in copied}
    assert pairs == right

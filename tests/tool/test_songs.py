"""Any folder of music: names, resumption, damage, and one song being one song."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from helpers import sound, tagged

from genre_utils.audio import AudioError, load_audio
from genre_utils.data import (
    EMBEDDING_AND_TAGS,
    DatasetError,
    NoUsableAudio,
)
from genre_utils.tool.songs import list_songs, read_songs


def read(folder, **settings):
    return read_songs(folder, n_jobs=1, progress=False, **settings)


@pytest.fixture
def folder(tmp_path, own_cache):
    root = tmp_path / "music"
    sound(root / "A - one.wav", 6.0, seed=1)
    sound(root / "deep/er/B - two.flac", 6.0, seed=2)
    y = load_audio(root / "A - one.wav")
    sf.write(root / "deep/again.mp3", 0.6 * y[4000:], 22050)
    sound(root / ".hidden/no.wav", 3.0)
    (root / "bad.mp3").write_text("no")
    (root / "cover.jpg").write_text("no")
    return root


def test_songs_lie_anywhere_and_bad_files_are_listed(folder):
    songs = read(folder)
    assert list(songs.X.index) == ["A - one", "deep/again", "deep/er/B - two"]
    assert songs.X.shape == (3, 57)
    assert list(songs.embeddings) == list(EMBEDDING_AND_TAGS)
    assert songs.embeddings.index.equals(songs.X.index)
    assert list(songs.faults["reason"]) == ["not audio that can be decoded, whatever its name says"]
    assert songs.tracks.loc["deep/er/B - two", "artist"] == "B"
    song = songs.tracks["song"]  # one in any format, and cut
    assert song["A - one"] == song["deep/again"] != song["deep/er/B - two"]


def test_the_second_run_computes_nothing(folder, monkeypatch):
    first = read(folder)

    def fail(path, **_):
        if "new" not in str(path) and "bad" not in str(path):
            raise AssertionError("extracted again")
        raise AudioError("not now")

    monkeypatch.setattr("genre_utils.tool.songs.extract_song", fail)
    sound(folder / "new.wav", 3.0, seed=9)
    (folder / "A - one.wav").rename(folder / "moved.wav")
    again = read(folder)
    assert set(again.faults.index) == {"bad", "new"}
    assert np.array_equal(again.X.loc["moved"], first.X.loc["A - one"])
    assert np.array_equal(again.embeddings.loc["moved"], first.embeddings.loc["A - one"])
    assert np.array_equal(again.prints["moved"], first.prints["A - one"])


def test_a_killed_run_keeps_what_it_had_done(folder, monkeypatch, own_cache):
    from genre_utils.tool import songs

    extract, done = songs.extract_song, []

    def killed(path, **settings):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(path)
        return extract(path, **settings)

    (folder / "bad.mp3").unlink()
    monkeypatch.setattr(songs, "extract_song", killed)
    with pytest.raises(KeyboardInterrupt):
        read(folder)
    assert len(list(own_cache.rglob("*.npz"))) == 2
    done.clear()
    read(folder)
    assert len(done) == 1


def test_damage_in_the_cache_is_repaired(folder, own_cache):
    first = read(folder)
    for path in own_cache.rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:200])
    pd.testing.assert_frame_equal(read(folder).X, first.X, rtol=1e-5)


def test_without_the_encoder_there_are_features_alone(folder, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(folder / "none.onnx"))
    songs = read(folder, encoder=False)
    assert len(songs.X) == 3
    assert songs.embeddings.empty
    assert list(songs.embeddings) == list(EMBEDDING_AND_TAGS)


def test_files_that_would_share_a_name_keep_their_endings(folder):
    sound(folder / "A - one.flac", 3.0, seed=7)
    assert {"A - one.flac", "A - one.wav"} < set(read(folder).X.index)


def test_folders_without_music_are_refused(tmp_path, own_cache):
    for name, reason in (("none", "does not exist"), ("text.txt", "is a file"), ("", "no audio")):
        (tmp_path / "text.txt").write_text("x")
        with pytest.raises(DatasetError, match=reason):
            read(tmp_path / name, encoder=False)
    (tmp_path / "bad.wav").write_text("x")
    with pytest.raises(NoUsableAudio, match=r"bad\.wav: not audio"):
        read(tmp_path, encoder=False)


def test_tags_go_before_names_and_names_fill_what_they_leave_out(tmp_path):
    tagged(tmp_path / "Wrong - name.mp3")
    tagged(tmp_path / "Björk - Jóga.mp3", artist=" ", title="Jóga (2019)")
    sf.write(tmp_path / "Air - untagged.wav", np.zeros(8000), 22050)
    found = list_songs(tmp_path)[["artist", "title"]]
    assert list(found.loc["Wrong - name"]) == ["Nina Simone", "Sinnerman"]
    assert list(found.loc["Björk - Jóga"]) == ["Björk", "Jóga (2019)"]
    assert list(found.loc["Air - untagged"]) == ["Air", "untagged"]

"""One recording under several names is one song, also where its bytes and its name differ."""

import pytest
import soundfile as sf
from helpers import NAMES_30, sounds, table_of, written

from genre_utils.audio import load_audio
from genre_utils.data import open_dataset, read_dataset, recordings


@pytest.fixture
def root(tmp_path, own_cache):
    found = sounds(tmp_path / "root", count=3, seconds=12.0)
    y = load_audio(found.audio.iloc[0])
    sf.write(tmp_path / "root/genres/rock/quieter.wav", 0.5 * y[11025:], 22050)
    return tmp_path / "root"


def test_a_quieter_cut_is_the_same_song_for_who_opens_a_collection(root):
    by_bytes = read_dataset(root).tracks
    assert by_bytes["song"].nunique() == 4
    heard = open_dataset(root).tracks
    assert heard["song"].nunique() == 3
    assert heard.loc["rock/quieter", "song"] == heard.loc[heard.index[0], "song"]


def test_a_collection_is_listened_to_once(root, own_cache, monkeypatch):
    first = open_dataset(root)
    with monkeypatch.context() as patch:
        patch.setattr(recordings, "load_features", None)
        assert open_dataset(root).tracks.equals(first.tracks)
    (path,) = own_cache.glob("recordings-*")
    path.write_text("{")
    assert open_dataset(root).tracks["song"].nunique() == 3
    assert path.read_text() != "{"


def test_a_collection_without_audio_opens(tmp_path, own_cache):
    written(table_of(NAMES_30), tmp_path)
    assert open_dataset(tmp_path).tracks["song"].notna().all()

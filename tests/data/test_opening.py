"""A collection is searched for in its places; one recording under several names is one song."""

import shutil
from functools import partial

import pytest
import soundfile as sf
from helpers import NAMES_30, put, put_all, refused, sounds, table_of, written

from genre_utils.audio import load_audio
from genre_utils.data import open_dataset, opening, read_dataset, synthetic


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Return three collections of different size, in the three places that are searched."""
    named, home, work = tmp_path / "named", tmp_path / "home", tmp_path / "work"
    for count, root in enumerate([named, home, work / "data/gtzan"], start=1):
        put_all(root, *(f"rock/{n}.wav" for n in range(count)))
    monkeypatch.chdir(work)
    monkeypatch.setenv("GTZAN_HOME", str(home))
    return named, home, work


def test_search_order(places, monkeypatch):
    named, home, work = places
    assert len(open_dataset(named).tracks) == len(open_dataset(str(named)).tracks) == 1
    assert open_dataset().root == home
    monkeypatch.setenv("GTZAN_HOME", "")
    assert len(open_dataset().tracks) == 3
    (work / "notebooks").mkdir()
    monkeypatch.chdir(work / "notebooks")
    assert open_dataset().root == work / "data/gtzan"


def test_without_any_the_demo_is_made(places, monkeypatch):
    """Offline; online the mini set is downloaded."""
    small = partial(synthetic.write_demo, tracks_per_genre=1, seconds=1.0, progress=False)
    monkeypatch.setattr(synthetic, "write_demo", small)
    work = places[2]
    shutil.rmtree(work / "data/gtzan")
    monkeypatch.delenv("GTZAN_HOME")
    with pytest.warns(UserWarning, match="demo collection"):
        found = open_dataset()
    assert found.synthetic and found.name == "demo" and len(found.tracks) == 10
    assert found.root == work / "data/demo"
    (work / "notebooks").mkdir()
    monkeypatch.chdir(work / "notebooks")
    with pytest.warns(UserWarning, match="demo collection"):
        assert open_dataset().root == work / "data/demo"


def test_a_named_folder_that_is_wrong_is_never_replaced_by_another(places, monkeypatch):
    assert "gone does not exist" in refused(places[0].parent / "gone")
    monkeypatch.setenv("GTZAN_HOME", str(places[0].parent / "moved"))
    assert "moved does not exist" in refused()


def test_what_is_no_collection_is_refused_with_the_way_to_get_one(tmp_path):
    (tmp_path / "empty").mkdir()
    put_all(tmp_path / "pictures", "rock/a.jpg")
    put(tmp_path / "file.wav")
    for name, reason in [
        ("gone", "does not exist"),
        ("file.wav", "is a file, not a folder"),
        ("empty", "has neither audio"),
        ("pictures", "has neither audio"),
    ]:
        message = refused(tmp_path / name)
        assert f"{tmp_path / name} {reason}" in message and "GTZAN_HOME" in message


def test_home_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path / "music/rock/a.wav")
    assert len(open_dataset("~/music").tracks) == 1


def test_a_quieter_cut_is_the_same_song(tmp_path, own_cache, monkeypatch):
    root = tmp_path / "root"
    found = sounds(root, count=3, seconds=12.0)
    y = load_audio(found.audio.iloc[0])
    sf.write(root / "genres/rock/quieter.wav", 0.5 * y[11025:], 22050)
    assert read_dataset(root).tracks["song"].nunique() == 4
    first = open_dataset(root)
    assert first.tracks["song"].nunique() == 3
    assert first.tracks.loc["rock/quieter", "song"] == first.tracks["song"].iloc[0]
    with monkeypatch.context() as patch:
        patch.setattr(opening, "load_features", None)  # from the cache
        assert open_dataset(root).tracks.equals(first.tracks)
    (path,) = own_cache.glob("recordings-*")
    path.write_text("{")
    assert open_dataset(root).tracks["song"].nunique() == 3
    assert path.read_text() != "{"


def test_a_collection_without_audio_opens(tmp_path, own_cache):
    written(table_of(NAMES_30), tmp_path)
    assert open_dataset(tmp_path).tracks["song"].notna().all()

"""`genre watch`: new files are added to the library once, also after kills and slow copies."""

import json
import math
import os
import shutil
import subprocess
import sys
from unittest.mock import Mock

import numpy as np
import pytest
from helpers import sound

from genre_utils.audio import embed, load_audio
from genre_utils.models import LinearModel, classify_clip
from genre_utils.recommend import Feedback
from genre_utils.tool import watch
from genre_utils.tool.feedback_file import FeedbackError, add_feedback
from genre_utils.tool.library import load_library
from genre_utils.tool.library_command import FeedbackOfUsers
from genre_utils.tool.main import main
from genre_utils.tool.songs import cached_song
from genre_utils.tool.watch import WatchError, analyze_file, watch_folder

TRACKS = {"A - one", "B - two", "deep/C - three"}


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(tmp_path / "feedback.json"))
    monkeypatch.setattr(watch, "_SAVE_SECONDS", math.inf)  # however slow the machine is
    folder = tmp_path / "music"
    for n, name in enumerate(sorted(TRACKS)):
        sound(folder / f"{name}.wav", (3.0, 3.0, 6.0)[n], seed=n)
    (folder / "bad.mp3").write_text("no")
    return folder


def add_all(folder, **settings):
    return list(watch_folder(folder, once=True, settle=0.0, **settings))


def same_libraries(one, other):
    for part in ("X", "embeddings"):
        a, b = (getattr(library, part).sort_index() for library in (one, other))
        # The embedding of a file depends in its last bits on the number of threads.
        np.testing.assert_allclose(a, b.loc[a.index], rtol=1e-5, atol=1e-5)
    for part in ("tracks", "paths"):
        a, b = (getattr(library, part).sort_index() for library in (one, other))
        assert a.equals(b)
    return True


def test_existing_files_are_added_as_by_genre_library(root):
    songs = {song.track: song for song in add_all(root)}
    assert set(songs) == {"", *TRACKS}
    assert songs[""].file == str(root / "bad.mp3") and songs[""].error
    assert set(songs["A - one"].similar) == TRACKS - {"A - one"}
    library = load_library("music")
    assert main(["library", str(root), "--jobs", "1"]) == 0
    assert same_libraries(library, load_library("music"))


def test_only_new_and_changed_files_are_reported(root):
    assert len(add_all(root)) == 4
    assert [song.file for song in add_all(root)] == [str(root / "bad.mp3")]
    sound(root / "D - four.wav", 3.0, seed=7)
    sound(root / "A - one.wav", 3.0, seed=8)
    before = load_library("music").X.loc["A - one"]
    assert {song.track for song in add_all(root)} == {"", "D - four", "A - one"}
    library = load_library("music")
    assert len(library.X) == 4
    assert not np.allclose(library.X.loc["A - one"], before)


def test_moved_files_are_in_the_library_once_and_deleted_ones_are_not(root):
    add_all(root)
    (root / "A - one.wav").rename(root / "deep/A - one.wav")
    (root / "B - two.wav").unlink()
    shutil.copy(root / "deep/C - three.wav", root / "deep/again.wav")
    songs = {song.track: song for song in add_all(root)}
    assert set(load_library("music").X.index) == {"deep/A - one", "deep/C - three", "deep/again"}
    assert songs["deep/again"].same_song == "deep/C - three"
    shutil.rmtree(root)  # as when a drive is removed
    root.mkdir()
    assert add_all(root) == []
    assert len(load_library("music").X) == 3


def test_new_songs_have_a_preference_score_for_users_with_likes(root):
    add_all(root)
    sound(root / "close.wav", 3.0, seed=9)
    users = {
        "you": Feedback(likes=("A - one",)),
        "new": Feedback(),
        "other": Feedback(skips=("A - one",)),
    }
    (song,) = (song for song in add_all(root, feedback=users) if song.track)
    assert set(song.preference) == {"you"}
    assert 0 <= song.preference["you"] <= 1


def test_feedback_is_read_again_when_its_file_changes(tmp_path, capsys):
    path = tmp_path / "feedback.json"
    users = FeedbackOfUsers({"you": path}, "music")
    assert users["you"] == Feedback()
    add_feedback(path, "music", like=["A - one"])
    assert users["you"] == Feedback(("A - one",))
    path.write_text("damaged")
    assert users["you"] == Feedback(("A - one",))
    assert str(path) in capsys.readouterr().err
    with pytest.raises(FeedbackError):
        FeedbackOfUsers({"you": path}, "music")


@pytest.mark.parametrize("encoder", [True, False])
def test_a_file_is_decoded_and_embedded_once(root, own_cache, monkeypatch, encoder):
    weights = np.random.default_rng(0).normal(0, 0.1, (946, 2)).astype(np.float32)
    about = {"temperatures": {"3": 1.0}, "classes": ["jazz", "rock"]}
    model = LinearModel("tiny", root, about, weights, np.zeros(2, np.float32))
    path = root / "A - one.wav"
    expected, genre = cached_song(path, encoder=encoder), classify_clip(path, model)
    shutil.rmtree(own_cache)
    decode, encode = Mock(wraps=load_audio), Mock(wraps=embed)
    for module in ("genre_utils.tool.watch", "genre_utils.tool.songs"):
        monkeypatch.setattr(f"{module}.load_audio", decode)
        monkeypatch.setattr(f"{module}.embed", encode)
    result, found = analyze_file(path, encoder=encoder, model=model)
    assert decode.call_count == encode.call_count == 1
    # The last bits of an embedding depend on the processor, the batch and the number of threads.
    assert found.probability == pytest.approx(genre.probability, abs=1e-5)
    assert found.genre == genre.genre and result.fault is None
    for one, other in zip(result.song, expected.song, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert cached_song(path, encoder=encoder).song is not None
    assert decode.call_count == 1


def test_a_file_that_changes_while_it_is_analyzed_is_analyzed_again(root, monkeypatch):
    path, analyzed = root / "A - one.wav", []

    def change(file, **settings):
        result = analyze_file(file, **settings)
        if file == path and not analyzed:
            sound(path, 2.0, seed=20)
        analyzed.append(file)
        return result

    monkeypatch.setattr(watch, "analyze_file", change)
    songs = add_all(root)
    assert analyzed.count(path) == 2
    assert sorted(song.track for song in songs if song.track) == sorted(TRACKS)
    expected = cached_song(path).song.features
    assert np.allclose(load_library("music").X.loc["A - one"], expected)


def test_after_a_kill_every_song_is_added_once(root, monkeypatch):
    for n in range(3, 9):
        sound(root / f"song {n}.wav", 0.6, seed=n)
    command = [sys.executable, "-m", "genre_utils.tool", "watch", str(root), "--settle", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as process:
        process.stdout.readline()
        process.kill()

    def interrupted(path, **settings):
        if path.stem == "song 7":
            raise KeyboardInterrupt
        return analyze_file(path, **settings)

    monkeypatch.setattr(watch, "_SAVE_SECONDS", 0.0)
    sound(root / "song 7.wav", 0.7, seed=30)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(watch, "analyze_file", interrupted)
        add_all(root)
    add_all(root)
    library = load_library("music")
    assert sorted(library.X.index) == sorted([*TRACKS, *(f"song {n}" for n in range(3, 9))])
    assert main(["library", str(root), "--jobs", "1"]) == 0
    assert same_libraries(library, load_library("music"))


def test_a_folder_is_watched_once_at_a_time_and_must_exist(root, capsys):
    watching = watch_folder(root, once=True, settle=0.0)
    next(watching)
    with pytest.raises(WatchError, match="Another program"):
        add_all(root)
    watching.close()
    assert len(add_all(root)) >= 1
    assert main(["watch", str(root / "nowhere"), "--once"]) == 1
    assert main(["watch", str(root / "bad.mp3"), "--once"]) == 1
    messages = capsys.readouterr().err
    assert "does not exist" in messages and "is a file" in messages
    (root / "empty").mkdir()
    assert main(["watch", str(root / "empty"), "--once"]) == 0
    assert f"Nothing is new in {root / 'empty'}." in capsys.readouterr().err


def test_the_command_prints_json_or_text(root, tmp_path, capsys):
    add_feedback(tmp_path / "feedback.json", "music", like=["A - one"])
    assert main(["watch", str(root), "--once", "--settle", "0", "--json"]) == 0
    songs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {song["track"] for song in songs} == {"", *TRACKS}
    assert all("you" in song["preference"] for song in songs if song["track"])
    sound(root / "D - four.wav", 3.0, seed=7)
    assert main(["watch", str(root), "--once", "--settle", "0"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("D - four\n  Similar to ")
    assert "bad.mp3: not audio" in err

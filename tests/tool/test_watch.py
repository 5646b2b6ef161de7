"""`genre watch`: what appears is kept once and placed, through slow copies and kills."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from unittest.mock import Mock

import numpy as np
import pytest
from helpers import sound

from genre_utils.audio import embed, load_audio
from genre_utils.data import hear_song
from genre_utils.models import LinearModel, classify_clip
from genre_utils.recommend import Taste
from genre_utils.tool.feedback_file import TasteError, tell_taste
from genre_utils.tool.hearing_of_files import hear_file
from genre_utils.tool.library import load_library
from genre_utils.tool.main import main
from genre_utils.tool.watch import WatchError, watch_folder
from genre_utils.tool.watch_command import Tastes


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GENRE_UTILS_TASTE", str(tmp_path / "taste.json"))
    folder = tmp_path / "music"
    for n, name in enumerate(("A - one", "B - two", "deep/C - three")):
        sound(folder / f"{name}.wav", 6.0, seed=n)
    (folder / "bad.mp3").write_text("no")
    return folder


def placed(folder, **settings):
    return list(watch_folder(folder, once=True, settle=0.0, **settings))


def test_what_is_there_is_kept_as_by_genre_library(root):
    found = {one.track: one for one in placed(root)}
    assert set(found) == {"", "A - one", "B - two", "deep/C - three"}
    assert found[""].file == str(root / "bad.mp3")
    assert found[""].error
    assert set(found["A - one"].like) == {"B - two", "deep/C - three"}
    library = load_library("music")
    assert main(["library", str(root), "--jobs", "1"]) == 0
    other = load_library("music")
    for part in ("X", "heard", "tracks", "paths"):
        one, two = getattr(library, part), getattr(other, part)
        assert one.sort_index().equals(two.sort_index()), part


def test_only_what_is_new_or_changed_is_told_again(root):
    assert len(placed(root)) == 4
    assert [one.file for one in placed(root)] == [str(root / "bad.mp3")]
    sound(root / "D - four.wav", 3.0, seed=7)
    sound(root / "A - one.wav", 3.0, seed=8)
    before = load_library("music").X.loc["A - one"]
    assert {one.track for one in placed(root)} == {"", "D - four", "A - one"}
    library = load_library("music")
    assert len(library.X) == 4
    assert not np.allclose(library.X.loc["A - one"], before)


def test_files_that_moved_or_went_are_in_the_catalogue_once_or_not(root):
    placed(root)
    (root / "A - one.wav").rename(root / "deep/A - one.wav")
    (root / "B - two.wav").unlink()
    shutil.copy(root / "deep/C - three.wav", root / "deep/again.wav")
    told = {one.track: one for one in placed(root)}
    assert set(load_library("music").X.index) == {"deep/A - one", "deep/C - three", "deep/again"}
    assert told["deep/again"].same == "deep/C - three"
    shutil.rmtree(root)
    root.mkdir()
    assert placed(root) == []
    assert len(load_library("music").X) == 3


def test_names_that_differ_in_their_ending_alone_are_two_tracks(root):
    shutil.copy(root / "B - two.wav", root / "A - one.flac")
    placed(root)
    assert {"A - one", "A - one.wav"} <= set(load_library("music").X.index)


def test_whom_a_song_might_please(root):
    placed(root)
    sound(root / "close.wav", 3.0, seed=9)
    liked = {"you": Taste(likes=("A - one",)), "nobody": Taste(), "far": Taste(skips=("A - one",))}
    (told,) = (one for one in placed(root, tastes=liked) if one.track)
    assert set(told.pleases) == {"you"}
    assert 0 <= told.pleases["you"] <= 1


def test_a_taste_that_changes_counts_from_then_on(root, tmp_path, capsys):
    path = tmp_path / "taste.json"
    tastes = Tastes({"you": path}, "music")
    watching = watch_folder(root, settle=0.0, tastes=tastes)
    assert [next(watching).pleases for _ in range(4)] == [{}] * 4
    tell_taste(path, "music", like=["A - one"])
    sound(root / "D - four.wav", 3.0, seed=7)
    assert set(next(watching).pleases) == {"you"}
    path.write_text("damaged")
    sound(root / "E - five.wav", 3.0, seed=8)
    assert set(next(watching).pleases) == {"you"}
    watching.close()
    assert str(path) in capsys.readouterr().err
    with pytest.raises(TasteError):
        Tastes({"you": path}, "music")


@pytest.mark.parametrize("encoder", [True, False])
def test_a_file_is_decoded_and_heard_once(root, own_cache, monkeypatch, encoder):
    weights = np.random.default_rng(0).normal(0, 0.1, (946, 2)).astype(np.float32)
    about = {"temperatures": {"3": 1.0}}
    head = LinearModel(
        "tiny", root, about | {"classes": ["jazz", "rock"]}, weights, np.zeros(2, np.float32)
    )
    path = root / "A - one.wav"
    wanted, genre = hear_song(path, encoder=encoder), classify_clip(path, head)
    shutil.rmtree(own_cache)
    decoding, hears = Mock(wraps=load_audio), Mock(wraps=embed)
    for module in ("genre_utils.tool.hearing_of_files", "genre_utils.audio.describing"):
        monkeypatch.setattr(f"{module}.load_audio", decoding)
        monkeypatch.setattr(f"{module}.embed", hears)
    described, found = hear_file(path, encoder=encoder, model=head)
    assert decoding.call_count == hears.call_count == 1
    assert found == genre and described.fault is None
    for one, other in zip(described.song, wanted.song, strict=True):
        assert np.array_equal(one, other) or (one is None and other is None)
    assert hear_song(path, encoder=encoder).song is not None  # from the cache
    assert decoding.call_count == 1


def test_two_do_not_watch_one_folder_and_no_folder_is_said_so(root, capsys):
    watching = watch_folder(root, once=True, settle=0.0)
    next(watching)
    with pytest.raises(WatchError, match="already"):
        placed(root)
    watching.close()
    assert len(placed(root)) >= 1
    assert main(["watch", str(root / "nowhere"), "--once"]) == 1
    assert main(["watch", str(root / "bad.mp3"), "--once"]) == 1
    told = capsys.readouterr().err
    assert "does not exist" in told
    assert "is a file" in told
    (root / "empty").mkdir()
    assert main(["watch", str(root / "empty"), "--once"]) == 0
    assert f"Nothing is new in {root / 'empty'}." in capsys.readouterr().err


def test_the_command_tells_what_it_found(root, tmp_path, capsys):
    tell_taste(tmp_path / "taste.json", "music", like=["A - one"])
    assert main(["watch", str(root), "--once", "--settle", "0", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["track"] for one in told} == {"", "A - one", "B - two", "deep/C - three"}
    assert all("you" in one["pleases"] for one in told if one["track"])
    sound(root / "D - four.wav", 3.0, seed=7)
    assert main(["watch", str(root), "--once", "--settle", "0"]) == 0
    out = capsys.readouterr()
    assert out.out.startswith("D - four\n  Like ")
    assert "bad.mp3: not audio" in out.err


def _watch(root, *flags):
    command = [sys.executable, "-m", "genre_utils.tool", "watch", str(root), "--json"]
    return subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True, env=os.environ)


def _write_slowly(source, target, seconds):
    content = source.read_bytes()
    with target.open("wb") as file:
        for at in range(20):
            file.write(content[at * len(content) // 20 : (at + 1) * len(content) // 20])
            file.flush()
            time.sleep(seconds / 20)


@pytest.mark.parametrize(
    ("files", "poll"), [(10, ["--poll"]), pytest.param(200, [], marks=pytest.mark.slow)]
)
def test_files_copied_in_at_once_and_slowly_are_there_once_after_two_kills(
    tmp_path, root, files, poll
):
    shutil.rmtree(root)
    root.mkdir()
    (tmp_path / "from").mkdir()
    for n in range(files - 2):
        sound(tmp_path / f"from/song {n:03d}.wav", 0.6, seed=n)
    for n in range(2):
        (tmp_path / f"from/bad {n}.mp3").write_text("no")
    first = _watch(root, "--settle", "0.5", *poll)
    time.sleep(1.0)
    slow = tmp_path / "from/song 000.wav"
    writer = threading.Thread(target=_write_slowly, args=(slow, root / slow.name, 3.0))
    writer.start()
    for path in sorted(tmp_path.glob("from/*")):
        if path != slow:
            shutil.copy(path, root)
    first.stdout.readline()
    first.kill()
    second = _watch(root, "--settle", "0.5", *poll)
    second.stdout.readline()
    second.stdout.readline()
    second.kill()
    last = _watch(root, "--settle", "0.5", "--once", *poll)
    told, _ = last.communicate(timeout=200)
    writer.join()
    for process in (first, second):
        process.communicate()
    assert last.returncode == 0
    named = [json.loads(line)["file"] for line in told.splitlines()]
    assert len(named) == len(set(named))
    library = load_library("music")
    songs = {f"song {n:03d}" for n in range(files - 2)}
    assert sorted(library.X.index) == sorted(songs)
    whole = root.parent / "whole"
    shutil.copytree(tmp_path / "from", whole)
    assert main(["library", str(whole), "--jobs", "1"]) == 0
    wanted = load_library("whole").X
    assert np.array_equal(library.X.loc[wanted.index], wanted)

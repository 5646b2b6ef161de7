"""Playlists as seeds and as what is recommended, and taste from elsewhere."""

import json

import pytest
from helpers import sound

from genre_utils.tool.feedback_file import read_feedback
from genre_utils.tool.main import main
from genre_utils.tool.playlists import read_playlist


@pytest.fixture
def music(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(tmp_path / "feedback.json"))
    root = tmp_path / "music"
    for n, name in enumerate(("A - one", "A - two", "deep/B - three", "C - four")):
        sound(root / f"{name}.wav", 3.0, seed=n)
    assert main(["library", str(root), "--jobs", "1"]) == 0
    return root


def test_a_playlist_is_the_seed_and_the_next_one_comes_of_it(music, tmp_path, capsys):
    mix, target = tmp_path / "mix.m3u8", tmp_path / "lists/next.m3u8"
    sound(tmp_path / "elsewhere.wav", 3.0, seed=9)
    mix.write_text("#EXTM3U\nmusic/A - one.wav\nelsewhere.wav\nmusic/gone.wav\n")
    capsys.readouterr()
    assert main(["recommend", "--playlist", str(mix), "--to", str(target)]) == 0
    told = capsys.readouterr()
    assert "1 of 3 songs" in told.err
    assert "music/gone.wav" in told.err
    assert str(target) in told.out
    found = {entry.path for entry in read_playlist(target)}
    assert found == {music / n for n in ("A - two.wav", "deep/B - three.wav", "C - four.wav")}
    assert "#EXTINF:3,B - three\n../music/deep/B - three.wav" in target.read_text()


def test_playlists_that_cannot_be_used_are_said_so(music, tmp_path, capsys):
    (tmp_path / "gone.m3u").write_text("nowhere.mp3\n")
    for name in ("none.m3u", "gone.m3u"):
        capsys.readouterr()
        assert main(["recommend", "--playlist", str(tmp_path / name)]) == 1
        told = capsys.readouterr().err.splitlines()[-1]
        assert told.startswith("genre: ")
        assert name in told
    assert main(["recommend", "A - one", "--to", str(tmp_path / "x.txt")]) == 1
    assert "ends in" in capsys.readouterr().err


def test_taste_is_imported_from_playlists_and_listenbrainz(music, tmp_path, capsys):
    (tmp_path / "liked.m3u8").write_text(
        "#EXTM3U\nmusic/A - one.wav\n#EXTINF:1,c - FOUR\nmoved.mp3\n#EXTINF:1,X - y\nz.mp3\n"
    )
    assert main(["feedback", "--import", str(tmp_path / "liked.m3u8")]) == 0
    assert "2 of the 3 songs" in capsys.readouterr().out
    assert read_feedback(tmp_path / "feedback.json", "music").likes == ("A - one", "C - four")
    about = {"artist_name": "B", "track_name": "Three"}
    (tmp_path / "feedback.jsonl").write_text(json.dumps({"score": -1, "track_metadata": about}))
    assert main(["feedback", "--import", str(tmp_path / "feedback.jsonl"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["skips"] == ["deep/B - three"]
    assert read_feedback(tmp_path / "feedback.json", "music").skips == ("deep/B - three",)
    (tmp_path / "bad.json").write_text("no")
    assert main(["feedback", "--import", str(tmp_path / "bad.json")]) == 1
    assert "no JSON" in capsys.readouterr().err

"""`genre library`: a folder of one's own music, and recommendations in it."""

import json

import pytest
import soundfile as sf
from helpers import sound

from genre_utils.audio import load_audio
from genre_utils.tool.library import load_library
from genre_utils.tool.main import main


@pytest.fixture
def music(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(tmp_path / "feedback.json"))
    root = tmp_path / "My Music"
    for n, name in enumerate(("A - one", "A - two", "deep/B - three", "deep/take4", "take5")):
        sound(root / f"{name}.wav", 6.0, seed=n)
    return root


def library(root, *flags):
    return main(["library", str(root), "--jobs", "1", *flags])


def test_songs_are_recommended_by_name_by_path_and_to_other_files(music, tmp_path, capsys):
    assert library(music) == 0
    told = capsys.readouterr().out
    assert "5 recordings." in told
    assert "--songs my-music" in told
    assert main(["recommend", "A - one", "--songs", "my-music", "--json"]) == 0
    by_name = json.loads(capsys.readouterr().out)
    assert {song["track"] for song in by_name["songs"]} == {
        "A - two", "deep/B - three", "deep/take4", "take5",
    }  # fmt: skip
    for song in by_name["songs"]:
        assert sum(song["why"].values()) == pytest.approx(song["similarity"], abs=1e-9)
        assert 0 < sum(song["shared_tags"].values()) <= 1
    assert main(["recommend", str(music / "A - one.wav"), "--json"]) == 0
    by_path = json.loads(capsys.readouterr().out)
    for one, other in zip(by_path["songs"], by_name["songs"], strict=True):
        assert one["track"] == other["track"]
        assert one["similarity"] == pytest.approx(other["similarity"], abs=1e-5)
    sf.write(tmp_path / "new.mp3", 0.6 * load_audio(music / "A - two.wav")[4000:], 22050)
    assert main(["recommend", str(tmp_path / "new.mp3"), "--why"]) == 0
    told = capsys.readouterr()
    assert "Excluded as the same song: A - two." in told.out
    assert "embedding" in told.out
    assert "tags in common 0." in told.out
    assert "(None)" not in told.out
    assert told.err == ""


def test_likes_are_kept_by_path_too(music, tmp_path, capsys):
    assert library(music, "--name", "mine") == 0
    assert main(["recommend", "A - one", "--like", str(music / "take5.wav")]) == 0
    assert "take5" not in capsys.readouterr().out.split("Similar to A - one:")[1]
    kept = json.loads((tmp_path / "feedback.json").read_text())
    assert kept["collections"]["mine"]["likes"] == ["take5"]


def test_bad_files_are_lines_at_the_end_and_not_fatal(music, capsys):
    (music / "deep/bad.mp3").write_text("no")
    (music / "x.mid").write_text("no")
    assert library(music) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "bad.mp3: not audio" in told[0]
    assert "1 .mid" in told[1]
    assert len(load_library("my-music").X) == 5


def test_new_files_are_added_and_names_of_others_are_not_taken(music, tmp_path, capsys):
    assert library(music) == 0
    sound(music / "new.wav", 4.0, seed=11)
    assert library(music) == 0
    assert len(load_library("my-music").X) == 6
    other = tmp_path / "other" / "My Music"
    sound(other / "a.wav", 4.0)
    assert library(other) == 1
    assert "choose another --name" in capsys.readouterr().err
    assert library(other, "--name", "other") == 0


def test_without_the_encoder_the_features_are_used_and_that_is_said(
    music, tmp_path, monkeypatch, capsys, tiny_encoder
):
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "none.onnx"))
    assert library(music) == 0
    assert "genre download encoder" in capsys.readouterr().err
    assert main(["recommend", str(music / "take5.wav")]) == 0
    told = capsys.readouterr()
    assert "57 features" in told.err
    assert "tagged" not in told.out
    assert main(["recommend", str(sound(tmp_path / "clip.wav", 3.0))]) == 0
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tiny_encoder))
    assert library(music) == 0
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "none.onnx"))
    capsys.readouterr()
    assert main(["recommend", "take5"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["recommend", str(tmp_path / "clip.wav")]) == 2
    assert "genre download encoder" in capsys.readouterr().err


def test_another_encoder_is_not_compared_with(music, tmp_path, monkeypatch, capsys, tiny_encoder):
    assert library(music) == 0
    other = tmp_path / "other.onnx"
    other.write_bytes(tiny_encoder.read_bytes() + b"\x22\x00")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(other))
    capsys.readouterr()
    assert main(["recommend", str(sound(tmp_path / "clip.wav", 3.0))]) == 2
    assert "make it again" in capsys.readouterr().err

"""`genre convert`: a file is written whole or not at all, and what is wrong is one sentence."""

import numpy as np
import pytest
import soundfile as sf
from helpers import sound, sounds

from genre_utils.models import METHODS
from genre_utils.tool import convert_command
from genre_utils.tool.main import main


@pytest.fixture
def home(tmp_path):
    sounds(tmp_path / "music", count=4, seconds=2.0)
    return tmp_path


def converted(home, *options, song=None, to="jazz", output="out.wav"):
    song = song or sound(home / "my song.wav", 2.0, seed=9)
    songs = ("--songs", str(home / "music"))
    files = ("convert", str(song), "--to", to, "-o", str(home / output))
    return main([*files, "--method", "bands", *songs, *options])


def message(capsys):
    """The one sentence on standard error."""
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


@pytest.mark.parametrize("output", ["out.wav", "out.flac"])
@pytest.mark.parametrize("method", ["bands", "drums"])
def test_a_song_is_written_as_long_as_it_was_and_not_clipped(home, output, method, capsys):
    assert converted(home, "--method", method, output=output) == 0
    y, rate = sf.read(home / output)
    assert (len(y), rate) == (2 * 22050, 22050)
    assert 0.01 < np.abs(y).max() < 1
    assert "in the style of 2 jazz songs" in capsys.readouterr().out
    assert sorted(p.name for p in home.iterdir()) == ["music", "my song.wav", output]


def test_methods_of_the_command_are_those_of_the_package():
    assert tuple(METHODS) == convert_command._METHODS


def test_nothing_is_overwritten_unless_forced(home, capsys):
    (home / "out.wav").write_bytes(b"mine")
    assert converted(home) == 1
    assert "--force" in message(capsys)
    assert (home / "out.wav").read_bytes() == b"mine"
    assert converted(home, "--force") == 0
    assert sf.info(home / "out.wav").frames == 2 * 22050


def test_the_song_itself_is_never_replaced(home, capsys):
    song = sound(home / "my song.wav", 2.0)
    before = song.read_bytes()
    assert converted(home, "--force", song=song, output="my song.wav") == 1
    assert "the song itself" in message(capsys)
    assert song.read_bytes() == before


def test_the_style_of_a_song_is_not_learned_from_itself(home, capsys):
    song = next((home / "music/genres/jazz").iterdir())
    assert converted(home, song=song) == 0
    assert "in the style of 1 jazz songs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"to": "polka"}, "choose one of jazz, rock"),
        ({"output": "nowhere/out.wav"}, "there is no folder"),
        ({"output": "out.mp3"}, "must end in .wav or .flac"),
        ({"output": "music"}, "must end in"),
    ],
)
def test_what_is_wrong_is_one_sentence(home, capsys, options, told):
    assert converted(home, **options) == 1
    assert told in message(capsys)
    assert not list(home.glob("out*"))


@pytest.mark.parametrize("kind", ["missing", "text", "silent"])
def test_a_song_that_cannot_be_used_is_one_sentence(home, capsys, kind):
    song = home / f"{kind}.wav"
    if kind == "text":
        song.write_text("no sound")
    if kind == "silent":
        sf.write(song, np.zeros(22050), 22050)
    assert converted(home, song=song) == 1
    assert str(song) in message(capsys)
    assert not (home / "out.wav").exists()


def test_a_song_that_is_too_long_is_one_sentence(home, capsys, monkeypatch):
    monkeypatch.setattr(convert_command, "_LONGEST", 1)
    assert converted(home) == 1
    assert "too long" in message(capsys)


def test_without_a_collection_it_says_what_is_needed(home, capsys, monkeypatch):
    monkeypatch.chdir(home)
    song = sound(home / "my song.wav", 2.0)
    assert main(["convert", str(song), "--to", "jazz", "-o", str(home / "out.wav")]) == 1
    assert "--songs" in message(capsys)


def test_a_disk_that_is_full_leaves_what_was_there(home, capsys, monkeypatch):
    def full(*args, **kwargs):
        raise sf.LibsndfileError(2, "Error: ")

    (home / "out.wav").write_bytes(b"mine")
    monkeypatch.setattr(sf, "write", full)
    song = home / "music/genres/rock/rock.00001.wav"
    assert converted(home, "--force", song=song) == 1
    assert "cannot be written" in message(capsys)
    assert (home / "out.wav").read_bytes() == b"mine"
    assert not list(home.glob(".out*"))

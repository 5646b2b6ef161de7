"""`genre listen` from the outside."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import encode, sound, tone, write

from genre_utils.audio import AudioError
from genre_utils.models import LinearModel, ModelError
from genre_utils.tool.main import main
from genre_utils.tool.station_titles import Title


@pytest.fixture(autouse=True)
def head(monkeypatch):
    weights = np.random.default_rng(0).normal(0, 0.1, (946, 2)).astype(np.float32)
    about = {"temperatures": {"3": 1.0}}
    made = LinearModel(
        "tiny", Path(), about | {"classes": ["jazz", "rock"]}, weights, np.zeros(2, np.float32)
    )
    monkeypatch.setattr("genre_utils.models.load_model", lambda name: made)
    return made


def piped(monkeypatch, data):
    stdin = SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
    monkeypatch.setattr(sys, "stdin", stdin)


def test_lines_tell_genre_tags_and_silence(tmp_path, capsys):
    y = np.concatenate([tone(12.0), np.zeros(22050 * 4), tone(4.0)])
    assert main(["listen", str(write(tmp_path / "a.wav", y))]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == "" and "\r" not in out and "\x1b" not in out
    assert "0:15  silence" in lines and "0:17  sound again" in lines
    assert any(line.startswith("0:13  ") and "(the last 1" in line for line in lines)
    assert lines[-1].startswith("0:20  ") and "%" in lines[-1]


def test_json_is_a_line_a_second_and_a_line_an_event(tmp_path, capsys):
    path = encode(tmp_path / "a.m4a", tone(6.0, 44100), 44100, "mp4", "aac")
    assert main(["listen", str(path), "--json", "--window", "4"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    nows = [line for line in told if "event" not in line]
    assert [now["seconds"] for now in nows][:3] == [3, 4, 5]
    assert max(now["window"] for now in nows) == 4
    assert set(nows[0]) == {"seconds", "window", "genre", "sure", "probability", "tags"}
    assert sum(nows[0]["probability"].values()) == pytest.approx(1, abs=0.001)
    events = [line for line in told if "event" in line]
    assert all(set(event) == {"event", "seconds", "text"} for event in events)


def test_in_a_terminal_the_line_renews_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["listen", str(sound(tmp_path / "a.wav", 6.0))]) == 0
    out = capsys.readouterr().out
    shown = [part for part in out.split("\r\x1b[K") if "%" in part]
    assert len(shown) == 4 and all(len(part.split("\n")[0]) < 60 for part in shown)
    assert out.endswith("\n")


def test_titles_are_events_and_stay_in_the_line(tmp_path, monkeypatch, capsys):
    def station(_):
        yield 22050, tone(4.0)[:, None].astype("f4")
        yield Title("Nina Simone - Sinnerman")
        yield 22050, tone(2.0)[:, None].astype("f4")

    monkeypatch.setattr("genre_utils.tool.streams.of_radio", station)
    assert main(["listen", "http://a/b", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"event": "title", "seconds": 4, "text": "Nina Simone - Sinnerman"} in told
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["listen", "http://a/b"]) == 0
    out = capsys.readouterr().out
    shown = [part.split("\n")[0] for part in out.split("\r\x1b[K") if "%" in part]
    assert [part.endswith(" | Nina Simone - Sinnerman") for part in shown] == [False] * 2 + [
        True
    ] * 2
    assert "0:04  Nina Simone - Sinnerman\n" in out


def test_what_is_piped_in_may_have_a_header_or_none(tmp_path, monkeypatch, capsys):
    path = sound(tmp_path / "a.wav", 4.0)
    piped(monkeypatch, path.read_bytes())
    assert main(["listen", "-", "--json"]) == 0
    with_header = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    piped(monkeypatch, path.read_bytes()[44:])
    assert main(["listen", "-", "--json", "--rate", "22050"]) == 0
    without = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for one, other in zip(without, with_header, strict=True):
        assert one["seconds"] == other["seconds"]
        assert one["probability"] == pytest.approx(other["probability"], abs=1e-3)


@pytest.mark.parametrize(
    "named, told",
    [
        ("nowhere.mp3", "does not exist"),
        ("text.mp3", "not audio that can be decoded"),
        ("short.wav", "too short"),
        ("http://127.0.0.1:9/a.mp3", "refused"),
    ],
)
def test_what_cannot_be_heard_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, named, told):
    monkeypatch.chdir(tmp_path)
    Path("text.mp3").write_text("no sound at all\n" * 99)
    sound(tmp_path / "short.wav", 0.1)
    assert main(["listen", named]) == 1
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1
    assert err.startswith(f"genre: {named}: ") and told in err


def test_without_a_source_a_microphone_is_asked(monkeypatch, capsys):
    asked = []

    def nobody(name):
        asked.append(name)
        raise AudioError("no microphone was found")
        yield

    monkeypatch.setattr("genre_utils.tool.streams.of_microphone", nobody)
    assert main(["listen"]) == 1 and main(["listen", "--device", "USB"]) == 1
    assert asked == [None, "USB"]
    assert capsys.readouterr().err.count("genre: microphone: no microphone was found\n") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.wav", "--device", "x"],
        ["a.wav", "--rate", "8000"],
        ["-", "--channels", "2"],
        ["a.wav", "--window", "2"],
        ["a.wav", "--window", "nan"],
    ],
)
def test_what_does_not_go_together_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(["listen", *arguments])
    assert "genre listen: error: " in capsys.readouterr().err


def test_a_model_that_does_not_hear_is_refused(tmp_path, monkeypatch, capsys):
    seeing = SimpleNamespace(name="gtzan")
    monkeypatch.setattr("genre_utils.models.load_model", lambda name: seeing)
    assert main(["listen", str(sound(tmp_path / "a.wav"))]) == 2
    assert "gtzan needs pictures" in capsys.readouterr().err

    def none(name):
        raise ModelError("There is no model x.")

    monkeypatch.setattr("genre_utils.models.load_model", none)
    assert main(["listen", "a.wav", "--model", "x"]) == 2
    assert capsys.readouterr().err == "genre: There is no model x.\n"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_told_to(which):
    command = [sys.executable, "-m", "genre_utils.tool", "listen", "-", "--rate", "22050"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes) as process:
        y = (8000 * tone(3.5)).astype("<i2").tobytes()
        process.stdin.write(y)
        process.stdin.flush()
        first = process.stdout.readline()
        process.send_signal(which)
        _, err = process.communicate()
    assert process.returncode == 0 and err == b"" and first

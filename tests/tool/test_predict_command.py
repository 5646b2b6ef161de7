"""`genre predict`: any file, any name, any number, and what it prints."""

import io
import json
import os
import re
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile as sf
from helpers import sound

from genre_utils.models import load_model
from genre_utils.tool import predict_command
from genre_utils.tool.main import main

NOT_UTF8 = os.fsdecode(b"caf\xe9.wav")
posix = pytest.mark.skipif(os.name != "posix", reason="names and pipes of POSIX")


def lines(capsys):
    """What was printed as JSON lines, without the model."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()][1:]


def test_predict_prints_and_leaves_with_0(home, song, capsys):
    assert main(["predict", str(song)]) == 0
    out = capsys.readouterr().out
    assert "my song.wav (0:10)" in out
    assert "3 segments" in out
    assert "synthesized" in out
    assert out.count("%") == 3


def test_bad_files_get_a_sentence_and_the_others_an_answer(home, song, tmp_path, capsys):
    text, empty = tmp_path / "text.wav", tmp_path / "empty.mp3"
    text.write_text("not a sound")
    empty.touch()
    sf.write(tmp_path / "silence.wav", np.zeros(44100), 22050)
    bad = [text, empty, tmp_path / "silence.wav", tmp_path / "missing.wav"]
    assert main(["predict", *map(str, bad), str(song)]) == 1
    out, err = capsys.readouterr()
    assert "my song.wav" in out
    assert len(err.strip().splitlines()) == 4
    assert "not audio" in err
    assert "empty" in err
    assert "silent" in err
    assert "does not exist" in err


def test_json_has_all_files_with_votes_and_errors(home, song, tmp_path, capsys):
    (tmp_path / "text.wav").write_text("no")
    assert main(["predict", "--json", str(tmp_path)]) == 1
    about, *found = map(json.loads, capsys.readouterr().out.splitlines())
    assert about["model"]["name"] == "demo"
    clips = {clip["file"].rsplit("/", 1)[-1]: clip for clip in found}
    assert len(clips["my song.wav"]["votes"]) == 3
    assert "not audio" in clips["text.wav"]["error"]


def test_an_empty_folder_and_no_model_are_sentences(home, tmp_path, capsys, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert main(["predict", str(tmp_path / "empty")]) == 1
    assert "no audio file" in capsys.readouterr().err
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "none"))
    assert main(["predict", "x.wav"]) == 2
    assert "make report" in capsys.readouterr().err
    assert main(["models"]) == 0
    assert "no trained model" in capsys.readouterr().out


def test_prediction_needs_no_tensorflow(home, song):
    code = (
        "import sys; from genre_utils.tool.main import main; "
        f"status = main(['predict', {str(song)!r}]); "
        "assert not {'tensorflow', 'keras', 'sklearn', 'librosa'} & set(sys.modules), "
        "sorted(sys.modules); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- many files -------------------------------------------------------------------------------


def test_many_files_in_processes_are_as_in_one_and_in_order(home, tmp_path, capsys):
    for n in range(5):
        sound(tmp_path / f"{n}.wav", 1.0 + n, seed=n)
    (tmp_path / "2.wav").write_text("no sound")
    assert main(["predict", "--json", "--jobs", "2", str(tmp_path)]) == 1
    together = lines(capsys)
    assert main(["predict", "--json", "--jobs", "1", str(tmp_path)]) == 1
    alone = lines(capsys)
    assert [clip["file"][-5:] for clip in together] == [f"{n}.wav" for n in range(5)]
    for one, other in zip(together, alone, strict=True):
        # The last bits of a network's output depend on the number of threads.
        assert one.pop("probability", {}) == pytest.approx(other.pop("probability", {}), abs=1e-5)
        votes = [
            [vote.pop("probability") for vote in clip.get("votes", [])] for clip in (one, other)
        ]
        assert votes[0] == pytest.approx(votes[1], abs=1e-5)
        assert one == other


def test_processes_are_started_where_there_is_enough_to_do(song, monkeypatch):
    sources = [predict_command._Source("a", song)] * 4 + [
        predict_command._Source("b", song / "gone")
    ]
    assert predict_command._useful_processes(sources) == 1
    monkeypatch.setattr(predict_command, "WORTH_A_PROCESS", 2 * song.stat().st_size)
    assert predict_command._useful_processes(sources) == 3


def test_a_process_reads_a_model_once(home, song):
    model = load_model()
    source = predict_command._Source("a", song)
    fresh = [predict_command.replace(model) for _ in range(2)]
    first, second = (predict_command._predict_in_worker(source, lent) for lent in fresh)
    assert first.genre == second.genre
    assert "session" in fresh[0].__dict__ and "session" not in fresh[1].__dict__


def test_results_are_printed_as_they_are_found(home, song, tmp_path):
    """The second file is a pipe that nobody writes to until the first is told."""
    code = (
        "import sys; from genre_utils.tool import predict_command\n"
        "from genre_utils.tool.main import main\n"
        "predict = predict_command._predict_file\n"
        "def slow(source, model):\n"
        "    if source.name == 'wait': sys.stdin.readline()\n"
        "    return predict(source, model)\n"
        "predict_command._predict_file = slow\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["predict", "--json", "--jobs", "1", str(song), "wait"]
    run = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert "model" in json.loads(run.stdout.readline())
    assert json.loads(run.stdout.readline())["file"] == str(song)
    run.stdin.write(b"\n")
    rest, _ = run.communicate()
    assert "does not exist" in json.loads(rest)["error"]


# --- any name, any kind -----------------------------------------------------------------------


@posix
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_name_that_is_not_utf8_ends_nothing(home, song, tmp_path, capsys, form):
    song.rename(tmp_path / NOT_UTF8)
    sound(tmp_path / "z.wav")
    (tmp_path / os.fsdecode(b"\xff.mp3")).write_text("no sound")
    assert main(["predict", "--jobs", "1", *form, str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "z.wav" in out and "not audio" in err
    if form:
        found = [json.loads(line) for line in out.splitlines()][1:]
        assert {os.path.basename(clip["file"]) for clip in found} >= {NOT_UTF8, "z.wav"}  # noqa: PTH119


def test_files_that_nobody_can_decode_are_counted(home, song, tmp_path, capsys):
    for name in ("a.m4p", "b.M4P", "c.mid", ".hidden.aax", "cover.jpg"):
        (tmp_path / name).write_bytes(b"....ftypM4A ")
    assert main(["predict", "--json", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "2 .m4p, 1 .mid" in err and "encrypted" in err
    assert len(err.splitlines()) == 1
    assert json.loads(out.splitlines()[-1]) == {"not_read": {".m4p": 2, ".mid": 1}}


def test_such_files_alone_are_not_called_missing(home, tmp_path, capsys):
    (tmp_path / "a.m4p").write_bytes(b"....ftypM4A ")
    assert main(["predict", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "1 .m4p" in err and "no audio file" not in err
    assert main(["predict", str(tmp_path / "a.m4p")]) == 1
    assert "not audio that can be decoded" in capsys.readouterr().err


def test_a_short_clip_is_said_to_be_uncertain(home, tmp_path, capsys):
    assert main(["predict", str(sound(tmp_path / "a.wav", 1.0))]) == 0
    assert "only 1 s" in capsys.readouterr().out


# --- what is piped in -------------------------------------------------------------------------


class Piped:
    """Standard input that is not a terminal."""

    def __init__(self, content):
        self.buffer = io.BytesIO(content)

    def isatty(self):
        return False


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_what_is_piped_in_is_heard(home, song, name, monkeypatch, capsys):
    assert main(["predict", "--json", str(song)]) == 0
    (told,) = lines(capsys)
    monkeypatch.setattr("sys.stdin", Piped(song.read_bytes()))
    assert main(["predict", "--json", name]) == 0
    (piped,) = lines(capsys)
    assert piped["file"] == name and piped["votes"][0]["genre"] == told["votes"][0]["genre"]
    assert piped["probability"] == pytest.approx(told["probability"], abs=1e-5)


@posix
def test_a_named_pipe_is_heard(home, song, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(song.read_bytes()))
    writer.start()
    assert main(["predict", "--json", str(tmp_path / "pipe")]) == 0
    writer.join()
    assert lines(capsys)[0]["seconds"] == 10


def test_too_much_nothing_and_a_terminal_are_sentences(home, monkeypatch, capsys):
    monkeypatch.setattr(predict_command, "PIPE_BYTES", 1 << 20)
    terminal = Piped(b"")
    terminal.isatty = lambda: True
    for stdin, reason in [
        (Piped(bytes(3 << 20)), "more than 1 MiB"),
        (Piped(b""), "empty"),
        (terminal, "nothing is piped in"),
    ]:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["predict", "-"]) == 1
        assert reason in capsys.readouterr().err


def damaged_mp3(path):
    """Write an MP3 of which libmpg123 has much to tell."""
    sf.write(path, np.random.default_rng(0).normal(0, 0.1, 5 * 22050), 22050)
    data = bytearray(path.read_bytes())
    places = np.random.default_rng(1).integers(2000, len(data), 60)
    for at in places:
        data[at] ^= 0x55
    path.write_bytes(data)
    return path


@posix
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_a_decoder_mutters_is_not_shown_and_errors_are(home, tmp_path, jobs, capfd):
    path = damaged_mp3(tmp_path / "a.mp3")
    sf.read(path)
    assert "mpg123" in capfd.readouterr().err
    arguments = ["predict", "--jobs", jobs, str(path), str(path), str(tmp_path / "gone.wav")]
    run = subprocess.run(
        [sys.executable, "-m", "genre_utils.tool", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr == f"genre: {tmp_path}/gone.wav: gone.wav does not exist\n"
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


# --- long files -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured the way of Linux")
@pytest.mark.parametrize("command", ["predict", "audit"])
def test_memory_does_not_grow_as_the_sound_does(home, tmp_path, command):
    """Four more minutes of sound at 44.1 kHz are 42 MB, and more at once."""
    piece = np.random.default_rng(0).normal(0, 0.1, 60 * 44100).clip(-1, 1)
    script = (
        "import re, sys; from genre_utils.audio import decoding; decoding.LONG_SECONDS = 20.0; "
        "from genre_utils.tool.main import main; status = main(sys.argv[1:]); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]); "
        "sys.exit(status)"
    )
    peaks = []
    for minutes in (5, 9):  # buffers have their full size after some minutes
        path = tmp_path / f"{minutes}/{command}/jazz/long.wav"
        path.parent.mkdir(parents=True)
        sound(path.parents[1] / "rock/short.wav")
        with sf.SoundFile(path, "w", 44100, 1) as file:
            for _ in range(minutes):
                file.write(piece)
        named = {"predict": [path], "audit": ["--jobs", "1", path.parents[1]]}[command]
        told = subprocess.check_output([sys.executable, "-c", script, command, *named], text=True)
        peaks.append(int(told.split()[-1]) / 1024)
        assert re.search("5:00|9:00|can be used", told)
    assert peaks[1] - peaks[0] < 25

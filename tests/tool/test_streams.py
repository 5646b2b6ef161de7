"""Files, stations, pipes and microphones are one stream, whatever happens to them."""

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import numpy as np
import pytest
from helpers import encode, tone, write

from genre_utils.audio import AudioError, load_audio
from genre_utils.tool.station_titles import Title
from genre_utils.tool.streams import of_file, of_microphone, of_pipe, of_radio, of_samples, stream

BYTES = 16_000  # a second of MP3 at 128 kbit/s
SPEED = 8  # a station that plays so much faster than others, that nobody waits for it
LOOP = 40


def pitch_of(second):
    return 400 + 50 * (int(second) % LOOP)


class Station:
    """Plays an endless MP3 to who calls, each second at a pitch of its own; hangs up at will."""

    def __init__(self, song, hang_up=(), every=0):
        self.song, self.hang_up, self.calls = song, list(hang_up), 0
        self.every = every  # bytes between titles, one for each 10 s of the song
        self.began = time.monotonic()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.play(self)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.http.server_port}/stream.mp3"

    def on_air(self):
        return int((time.monotonic() - self.began) * SPEED * BYTES)

    def play(self, request):
        self.calls += 1
        lasts = self.hang_up.pop(0) if self.hang_up else 1e9
        request.send_response(200)
        request.send_header("Content-Type", "audio/mpeg")
        if self.every:
            assert request.headers["Icy-MetaData"] == "1"
            request.send_header("icy-metaint", str(self.every))
        request.end_headers()
        at = first = self.on_air()
        while at - first < lasts * BYTES:
            here = at % len(self.song)
            chunk = self.song[here : here + max(0, self.on_air() - at)]
            sent = self.with_titles(chunk, at - first, here) if self.every else chunk
            try:
                request.wfile.write(sent)
            except OSError:
                return
            at += len(chunk)
            time.sleep(0.02)
        request.connection.shutdown(2)

    def with_titles(self, chunk, sent, here):
        told, parts = title_at(here).encode(), []
        told = b"StreamTitle='" + told + b"';StreamUrl='http://a';"
        told += b"\0" * (-len(told) % 16)
        while chunk:
            left = self.every - sent % self.every
            parts.append(chunk[:left])
            if len(chunk) >= left:  # said again each time
                parts.append(bytes([len(told) // 16]) + told)
            sent, chunk = sent + left, chunk[left:]
        return b"".join(parts)


def title_at(byte):
    return f"Björk - Don't {byte // (10 * BYTES) % 4}"  # an MP3 is a little longer than its song


@pytest.fixture
def song(tmp_path):
    pitches = np.repeat([pitch_of(second) for second in range(LOOP)], 44100)
    y = 0.5 * np.sin(2 * np.pi * np.cumsum(pitches) / 44100)
    path = encode(tmp_path / "song.mp3", y, 44100, "mp3", "libmp3lame", bit_rate=8 * BYTES)
    return path.read_bytes()


@pytest.fixture
def station(song):
    with_faults = Station(song, hang_up=[8, 8])
    yield with_faults
    with_faults.http.shutdown()
    with_faults.http.server_close()


def seconds_of(y):
    """Which second of the station's song each quarter of a second is of."""
    quarters = y[: len(y) // 5512 * 5512].reshape(-1, 5512)
    spectra = np.abs(np.fft.rfft(quarters * np.hanning(5512), n=1 << 15, axis=1))
    return (spectra.argmax(axis=1) * 22050 / (1 << 15) - 400) / 50


def test_a_station_that_hangs_up_twice_is_called_again_and_little_is_lost(station):
    heard, notes = [], []
    for block in stream(of_radio(station.address)):
        assert block.start == pytest.approx(sum(map(len, heard)) / 22050)
        heard.append(block.samples)
        notes += [(block.start, block.note)] if block.note else []
        if block.start > 30:
            break
    assert station.calls == 3 and len(notes) == 2
    assert all("lost" in note and "called again" in note for _, note in notes)
    found = np.round(seconds_of(np.concatenate(heard))[1:])
    jumps = [(after - before) % LOOP for before, after in pairwise(found)]
    lost = sorted(jump for jump in jumps if jump > 1)
    assert len(lost) <= 2 and all(jump <= 5 for jump in lost)


def test_titles_are_told_when_they_change_and_are_not_heard(song):
    station = Station(song, every=4000)
    heard, titles = [], []
    for block in stream(of_radio(station.address)):
        heard.append(block.samples)
        titles += [block.note] if isinstance(block.note, Title) else []
        if len(titles) == 5:
            break
    station.http.shutdown()
    station.http.server_close()
    first = int(titles[0][-1])
    assert titles == [f"Björk - Don't {(first + n) % 4}" for n in range(5)]
    found = np.round(seconds_of(np.concatenate(heard))[1:])
    assert all((after - before) % LOOP in (0, 1) for before, after in pairwise(found))


def test_a_station_that_does_not_come_back_is_given_up(song):
    station = Station(song, hang_up=[4])
    heard = 0
    with pytest.raises(AudioError, match="did not come back"):
        for block in stream(of_radio(station.address, patience=0.5)):
            heard += len(block.samples)
            if block.note:
                station.http.shutdown()
                station.http.server_close()
    assert heard > 3 * 22050


def test_a_file_at_an_address_ends_and_goes_on_where_it_broke_off(server, song):
    server.files["/song.mp3"] = song
    # Who asks first sees that it is a file, and leaves.
    server.behaviour["/song.mp3"] = {"drop after": [None, len(song) // 2]}
    y = np.concatenate([block.samples for block in stream(of_radio(server.address + "/song.mp3"))])
    assert len(y) == pytest.approx(LOOP * 22050, rel=0.01)
    assert int(server.asked[-1][1][len("bytes=") : -1]) == len(song) // 2


@pytest.mark.parametrize("status", [404, 500])
def test_an_address_with_nothing_to_hear_is_told_in_a_sentence(server, status):
    server.files["/a.mp3"] = b""
    server.behaviour["/a.mp3"] = {"status": status}
    with pytest.raises(AudioError) as caught:
        list(of_radio(server.address + "/a.mp3"))
    assert "\n" not in str(caught.value) and str(caught.value)


def test_a_station_cannot_make_us_read_files(server, tmp_path):
    other = write(tmp_path / "other.wav", tone(1.0))
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{other}\n#EXT-X-ENDLIST\n"
    server.files["/list.m3u8"] = text.encode()
    with pytest.raises(AudioError):
        list(of_radio(server.address + "/list.m3u8"))


def test_a_file_in_blocks_is_the_file(tmp_path):
    y = np.stack([tone(20.0, 44100), tone(20.0, 44100, 300)], axis=1)
    path = write(tmp_path / "a.wav", y, 44100)
    blocks = list(stream(of_file(path)))
    assert len(blocks) > 2 and blocks[0].start == 0
    joined, whole = np.concatenate([block.samples for block in blocks]), load_audio(path)
    assert joined.dtype == np.float32
    assert np.allclose(joined, whole[: len(joined)], atol=1e-5)
    assert len(whole) - len(joined) < 2205


def test_channels_that_cancel_each_other_are_heard(tmp_path):
    y = np.stack([tone(2.0), -tone(2.0)], axis=1)
    blocks = stream(of_file(write(tmp_path / "a.wav", y)))
    assert np.abs(np.concatenate([block.samples for block in blocks])).max() > 0.4


def test_what_is_not_a_number_becomes_silence():
    (block,) = stream([(22050, np.full((100, 1), np.nan, np.float32))])
    assert not block.samples.any()


class Drip(io.RawIOBase):
    """A pipe that gives what it has, seven bytes at a time."""

    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, into):
        part, self.data = self.data[: min(7, len(into))], self.data[7:]
        into[: len(part)] = part
        return len(part)


def test_samples_without_a_header_may_come_in_any_pieces():
    left, right = (np.arange(1000) * 30 % 9999).astype("<i2"), np.zeros(1000, "<i2")
    pipe = Drip(np.stack([left, right], axis=1).tobytes() + b"\x01")
    y = np.concatenate([block.samples for block in stream(of_samples(pipe, 22050, channels=2))])
    assert np.allclose(y, left / 65536)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".wav", ".aac"])
def test_files_of_any_kind_may_be_piped_in(tmp_path, suffix):
    y = tone(3.0, 44100)
    if suffix == ".aac":
        path = encode(tmp_path / "a.aac", y, 44100, "adts", "aac")
    else:
        path = write(tmp_path / f"a{suffix}", y, 44100)
    with path.open("rb", buffering=0) as pipe:
        parts = list(of_pipe(io.BufferedReader(pipe)))
    assert sum(len(block) for _, block in parts) == pytest.approx(3 * 44100, abs=5000)


@pytest.mark.parametrize("share", [0, 0.5])
def test_an_interrupt_while_a_pipe_is_waited_for_ends_it(tmp_path, share):
    data = write(tmp_path / "a.mp3", tone(3.0)).read_bytes()

    class Waiting(io.BytesIO):
        def read1(self, size=-1):
            if part := super().read1(size):
                return part
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(of_pipe(Waiting(data[: int(len(data) * share)])))


def test_a_list_that_is_piped_in_is_not_followed(tmp_path):
    other = write(tmp_path / "other.wav", tone(1.0))
    with pytest.raises(AudioError, match="not audio"):
        list(of_pipe(io.BytesIO(f"ffconcat version 1.0\nfile {other}\n".encode())))


class NoPortAudio:
    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")


@pytest.mark.parametrize("missing", ["sounddevice", "PortAudio"])
def test_microphones_that_cannot_be_heard_are_told_in_a_sentence(monkeypatch, missing):
    if missing == "sounddevice":
        monkeypatch.setitem(sys.modules, "sounddevice", None)
    else:
        monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
        monkeypatch.setattr(sys, "meta_path", [NoPortAudio(), *sys.meta_path])
    with pytest.raises(AudioError, match=r"pip install 'genre_utils\[live\]'.*PortAudio"):
        next(of_microphone())


@pytest.fixture
def sink(tmp_path):
    """A sound server of our own, whose only loudspeaker is a microphone too."""
    if not (shutil.which("pulseaudio") and shutil.which("pactl")):
        pytest.skip("PulseAudio is not there")
    own = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    socket = tmp_path / "socket"
    modules = [
        "module-null-sink sink_name=genre",
        f"module-native-split-unix socket={socket} auth-anonymous=1",
    ]
    command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]
    loaded = [word for module in modules for word in ("-L", module)]
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen([*command, *loaded], env=os.environ | own, stderr=log) as process:
        try:
            environment = os.environ | own | {"PULSE_SERVER": f"unix:{socket}"}
            for _ in range(50):
                asked = ["pactl", "info"]
                if not subprocess.run(
                    asked, env=environment, capture_output=True, check=False
                ).returncode:
                    break
                time.sleep(0.1)
            else:
                pytest.skip(f"PulseAudio does not start: {(tmp_path / 'log').read_text()}")
            yield environment
        finally:
            process.terminate()


def test_what_is_played_is_heard(sink, tmp_path):
    path = write(tmp_path / "a.wav", tone(4.0, 44100, 700), 44100)
    record = ["parec", "--device=genre.monitor", "--format=s16le", "--rate=22050", "--channels=1"]
    record.append("--latency-msec=50")
    with subprocess.Popen(record, env=sink, stdout=subprocess.PIPE) as recorder:
        try:
            blocks, heard = stream(of_samples(recorder.stdout, 22050)), []
            heard.append(next(blocks).samples)
            play = ["paplay", "--device=genre", "--latency-msec=50", str(path)]
            with subprocess.Popen(play, env=sink) as player:
                for block in blocks:
                    heard.append(block.samples)
                    if player.poll() is not None and not block.samples.any():
                        break
        finally:
            recorder.terminate()
    y = np.concatenate(heard)
    sounding = np.abs(y) > 0.1
    assert sounding.sum() / 22050 == pytest.approx(4 * 0.87, abs=0.3)
    middle = y[np.flatnonzero(sounding)[0] :][11025:55125]
    assert np.abs(np.fft.rfft(middle)).argmax() * 22050 / len(middle) == pytest.approx(700, abs=1)

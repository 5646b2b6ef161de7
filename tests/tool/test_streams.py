"""Files, stations, pipes and microphones are one stream, whatever happens to them."""

import io
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import numpy as np
import pytest
from helpers import encode, tone, write

from genre_utils.audio import AudioError, load_audio
from genre_utils.tool.station_titles import Title
from genre_utils.tool.streams import of_file, of_microphone, of_pipe, of_radio, of_samples, stream

BYTES = 16_000  # a second of MP3 at 128 kbit/s
LOOP = 40


def pitch_of(second):
    return 400 + 50 * (int(second) % LOOP)


class Station:
    """Plays an endless MP3, each second at another pitch, as fast as it is read.

    Of each connection in `hang_up` it sends so many seconds; the next one continues there.
    """

    def __init__(self, song, hang_up=(), interval=0):
        self.song, self.hang_up, self.calls, self.at = song, list(hang_up), 0, 0
        self.interval = interval  # bytes between titles
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

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def play(self, request):
        self.calls += 1
        end = self.at + (self.hang_up.pop(0) if self.hang_up else 1000) * BYTES
        request.send_response(200)
        request.send_header("Content-Type", "audio/mpeg")
        if self.interval:
            assert request.headers["Icy-MetaData"] == "1"
            request.send_header("icy-metaint", str(self.interval))
        request.end_headers()
        first = self.at
        while self.at < end:
            here = self.at % len(self.song)
            chunk = self.song[here : here + 2000]
            sent = self.with_titles(chunk, self.at - first, here) if self.interval else chunk
            try:
                request.wfile.write(sent)
            except OSError:
                return
            self.at += len(chunk)
        request.connection.shutdown(2)

    def with_titles(self, chunk, sent, here):
        told, parts = title_at(here).encode(), []
        told = b"StreamTitle='" + told + b"';StreamUrl='http://a';"
        told += b"\0" * (-len(told) % 16)
        while chunk:
            left = self.interval - sent % self.interval
            parts.append(chunk[:left])
            if len(chunk) >= left:  # said again each time
                parts.append(bytes([len(told) // 16]) + told)
            sent, chunk = sent + left, chunk[left:]
        return b"".join(parts)


def title_at(byte):
    return f"Björk - Don't {byte // (10 * BYTES) % 4}"  # an MP3 is a little longer than its song


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    pitches = np.repeat([pitch_of(second) for second in range(LOOP)], 44100)
    y = 0.5 * np.sin(2 * np.pi * np.cumsum(pitches) / 44100)
    path = encode(
        tmp_path_factory.mktemp("radio") / "song.mp3",
        y,
        44100,
        "mp3",
        "libmp3lame",
        bit_rate=8 * BYTES,
    )
    return path.read_bytes()


@pytest.fixture
def station(song):
    station = Station(song, hang_up=[8, 8])
    yield station
    station.close()


def seconds_of(y):
    """Which second of the station's song each quarter of a second is of."""
    quarters = y[: len(y) // 5512 * 5512].reshape(-1, 5512)
    spectra = np.abs(np.fft.rfft(quarters * np.hanning(5512), n=1 << 15, axis=1))
    return (spectra.argmax(axis=1) * 22050 / (1 << 15) - 400) / 50


def patient(address, **settings):
    """A radio whose time does not pass, however slow the machine is."""
    settings = {"timeout": 60, "clock": lambda: 0.0, "sleep": lambda _: None, **settings}
    return stream(of_radio(address, **settings))


def test_a_station_that_hangs_up_twice_is_reconnected(station):
    samples, notes = [], []
    for block in patient(station.address):
        assert block.start == pytest.approx(sum(map(len, samples)) / 22050)
        samples.append(block.samples)
        notes += [block.note] if block.note else []
        if block.start > 24:
            break
    assert station.calls == 3 and len(notes) == 2
    assert all("lost" in note and "reconnecting" in note for note in notes)
    seconds = np.round(seconds_of(np.concatenate(samples))[1:])
    jumps = [(after - before) % LOOP for before, after in pairwise(seconds)]
    assert sum(jump > 1 for jump in jumps) <= 2 and max(jumps) <= 2


def test_titles_are_notes_when_they_change_and_no_sound(song):
    station = Station(song, interval=4000)
    samples, titles = [], []
    for block in patient(station.address):
        samples.append(block.samples)
        titles += [block.note] if isinstance(block.note, Title) else []
        if len(titles) == 5:
            break
    station.close()
    first = int(titles[0][-1])
    assert titles == [f"Björk - Don't {(first + n) % 4}" for n in range(5)]
    seconds = np.round(seconds_of(np.concatenate(samples))[1:])
    assert all((after - before) % LOOP in (0, 1) for before, after in pairwise(seconds))


def test_a_station_that_does_not_come_back_is_given_up(song):
    station, now, samples = Station(song, hang_up=[4]), [0.0], 0

    def sleep(seconds):
        now[0] += seconds

    with pytest.raises(AudioError, match="could not be reconnected"):
        for block in patient(station.address, patience=0.5, clock=lambda: now[0], sleep=sleep):
            samples += len(block.samples)
            if block.note and samples:
                station.close()
    assert samples > 3 * 22050


def test_a_file_at_an_address_ends_and_goes_on_where_it_broke_off(server, song):
    server.files["/song.mp3"] = song
    # Who asks first sees that it is a file, and leaves.
    server.behaviour["/song.mp3"] = {"drop after": [None, len(song) // 2]}
    y = np.concatenate([block.samples for block in patient(server.address + "/song.mp3")])
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

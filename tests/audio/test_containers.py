"""What libsndfile does not know is decoded too, and what is no sound stays none."""

import io
import subprocess
import sys

import numpy as np
import pytest
import soundfile as sf
from helpers import cut, encode, tone, write

from genre_utils.audio import (
    AudioError,
    audio_info,
    duration,
    find_truncation,
    load_audio,
    stream_audio,
)


@pytest.mark.parametrize(
    "name, format_, codec",
    [
        ("a.m4a", "mp4", "aac"),
        ("lossless.m4a", "mp4", "alac"),
        ("a.aac", "adts", "aac"),
        ("a.wma", "asf", "wmav2"),
        ("a.wv", "wv", "wavpack"),
        ("a.mkv", "matroska", "aac"),
        ("a.webm", "webm", "libopus"),
    ],
)
def test_a_tone_stays_that_tone(tmp_path, name, format_, codec):
    path = encode(tmp_path / name, tone(4.0, 48000), 48000, format_, codec)
    y = load_audio(path)
    assert len(y) == pytest.approx(4 * 22050, abs=4000)
    middle = y[22050:66150]
    assert np.abs(np.fft.rfft(middle)).argmax() * 22050 / len(middle) == pytest.approx(440, abs=1)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert np.allclose(np.concatenate(list(stream_audio(path))), y, atol=1e-5)
    if name != "a.aac":  # which says its length nowhere
        assert duration(path) == pytest.approx(4, abs=0.2)
    assert audio_info(path).rate == 48000 and find_truncation(path) is None
    assert np.array_equal(load_audio(io.BytesIO(path.read_bytes())), y)


def test_tags_that_are_not_utf8_and_a_name_with_accents_do_no_harm(tmp_path):
    path = encode(tmp_path / "é\udce9.m4a", tone(1.0, 44100), 44100, "mp4", "aac")
    assert len(load_audio(path)) == pytest.approx(22050, abs=3000)


def test_a_damaged_file_is_read_as_far_as_it_goes(tmp_path):
    path = encode(tmp_path / "a.wma", tone(4.0, 44100), 44100, "asf", "wmav2")
    assert 1.5 < len(load_audio(cut(path, 0.6))) / 22050 < 3


def test_a_film_without_sound_is_said_to_have_none(tmp_path):
    import av

    with av.open(str(tmp_path / "a.mkv"), "w") as film:
        stream = film.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
        film.mux(stream.encode(picture))
        film.mux(stream.encode())
    with pytest.raises(AudioError, match="there is no sound in it"):
        load_audio(tmp_path / "a.mkv")


@pytest.mark.parametrize("name", ["list.m3u8", "list.ffconcat", "a.wav"])
def test_a_list_that_names_other_files_is_not_followed(tmp_path, name):
    other = write(tmp_path / "other.wav", tone(1.0))
    (tmp_path / name).write_text(
        f"#EXTM3U\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n"
        if name != "list.ffconcat"
        else f"ffconcat version 1.0\nfile {other}\n"
    )
    with pytest.raises(AudioError, match="not audio that can be decoded"):
        load_audio(tmp_path / name)


@pytest.mark.parametrize("channels", [8, 16])
def test_many_channels_are_decoded(tmp_path, channels):
    path = tmp_path / "many.wav"
    sf.write(path, np.tile(np.linspace(-0.5, 0.5, 22050)[:, None], channels), 22050)
    program = (
        "import sys, numpy as np\n"
        "from genre_utils.audio.containers import Container\n"
        "with Container(sys.argv[1], formats='wav') as found:\n"
        "    print(np.concatenate(list(found.blocks())).shape)"
    )  # in a process of its own: this once ended it
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"(22050, {channels})"

"""Pictures of spectrograms: any size and colors in, the values they show out."""

import tracemalloc

import matplotlib
import numpy as np
import pytest
from PIL import Image

from genre_utils.audio import load_audio, signal_spectrogram
from genre_utils.data import PictureError, images, picture_frames, read_dataset

VALUES = np.random.default_rng(0).uniform(0.02, 0.98, (50, 80))


def plotted(values, path, cmap="viridis", margin=7, color=255):
    """Draw as a plotting program would: the lowest row at the bottom, in a margin."""
    drawn = matplotlib.colormaps[cmap](values[::-1], bytes=True)[..., :3]
    canvas = np.full((len(drawn) + 2 * margin, drawn.shape[1] + 3 * margin, 3), color, np.uint8)
    canvas[margin : margin + len(drawn), 2 * margin : 2 * margin + drawn.shape[1]] = drawn
    Image.fromarray(canvas).save(path)
    return path


@pytest.mark.parametrize("cmap", ["viridis", "magma", "inferno", "gray", "jet"])
@pytest.mark.parametrize("color", [255, 0])
def test_a_known_color_map_is_undone_and_the_margin_cropped(tmp_path, cmap, color):
    read = images._read(plotted(VALUES, tmp_path / "p.png", cmap, color=color))[0]
    assert read.shape == VALUES.shape
    assert np.abs(read - VALUES).max() < 0.02


def test_an_unknown_color_map_is_read_by_brightness(tmp_path):
    read = images._read(plotted(VALUES, tmp_path / "p.png", "Set3"))[0]
    assert read.shape == VALUES.shape
    assert 0 <= read.min() < read.max() <= 1


def test_a_jpeg_is_near_enough(tmp_path):
    smooth = np.outer(np.linspace(0.2, 1, 60), np.linspace(0.5, 1, 90))
    path = tmp_path / "p.jpg"
    Image.open(plotted(smooth, tmp_path / "p.png", margin=0)).save(path, quality=95)
    assert np.abs(images._read(path)[0] - smooth).mean() < 0.03


def test_what_was_left_empty_is_0(tmp_path):
    path = plotted(VALUES, tmp_path / "p.png")
    canvas = np.asarray(Image.open(path)).copy()
    canvas[20:30, 20:24] = 255
    Image.fromarray(canvas).save(path)
    assert (images._read(path)[0] == 0).sum() == 40


@pytest.mark.parametrize("size", [(432, 288), (515, 389), (100, 60)])
def test_frames_have_one_shape_whatever_the_size(tmp_path, size):
    path = plotted(VALUES, tmp_path / "p.png")
    Image.open(path).resize(size).save(path)
    frames = picture_frames(path)
    assert frames.shape == (496, 64)
    assert frames.mean() == pytest.approx(0, abs=1e-3)
    assert frames.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "not a picture"),
        (b"", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
    ],
)
def test_what_is_no_picture_is_said_so(tmp_path, content, message):
    path = tmp_path / "p.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=message):
        picture_frames(path)


def test_a_picture_that_claims_gigabytes_takes_no_memory(tmp_path):
    path = plotted(VALUES, tmp_path / "p.png")
    data = bytearray(path.read_bytes())
    at = data.index(b"IDAT")
    data[at - 4 : at] = b"\x7f\xff\xff\xff"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        picture_frames(path)
    except PictureError as refused:
        assert "damaged" in str(refused)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 100e6


def test_a_blank_or_missing_picture_is_said_so(tmp_path):
    Image.new("RGB", (60, 60), "white").save(tmp_path / "p.png")
    with pytest.raises(PictureError, match="one color"):
        picture_frames(tmp_path / "p.png")
    with pytest.raises(PictureError, match="does not exist"):
        picture_frames(tmp_path / "none.png")


@pytest.mark.real
def test_a_track_s_sound_gives_nearly_what_its_picture_shows(real_root):
    tracks = read_dataset(real_root).tracks
    both = tracks[tracks["picture"].notna() & tracks["path"].notna()].iloc[::20]
    assert len(both)
    for _, track in both.iterrows():
        shown, heard = (
            picture_frames(track["picture"]),
            signal_spectrogram(load_audio(track["path"])),
        )
        assert np.corrcoef(shown.mean(axis=0), heard.mean(axis=0))[0, 1] > 0.95


def test_a_picture_of_gigantic_size_is_refused_before_it_takes_memory(tmp_path):
    Image.new("1", (6_000, 6_000)).save(tmp_path / "a.png")
    with pytest.raises(PictureError, match="6000 x 6000 pixels are more than"):
        picture_frames(tmp_path / "a.png")

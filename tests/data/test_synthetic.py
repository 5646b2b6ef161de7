"""The demo collection: what it promises to those who read it."""

import collections
import threading

import numpy as np
import pytest
from PIL import Image

from genre_utils.data import synthetic as demo
from genre_utils.data.dataset import read_demo_marker

TRACKS, SECONDS = 4, 1.25


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "gtzan"
    return demo.write_demo(folder, tracks_per_genre=TRACKS, seconds=SECONDS, progress=False)


def write_small(folder, **changes):
    return demo.write_demo(
        folder, **{"tracks_per_genre": 1, "seconds": 1.0, "progress": False} | changes
    )


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def spectra(y):
    frames = np.lib.stride_tricks.sliding_window_view(y, 1024)[::512]
    return np.abs(np.fft.rfft(frames * np.hanning(1024)))


def index_of(folder):
    lines = (folder / "meta/GTZANindex.txt").read_text(encoding="latin-1").splitlines()
    rows = [[part.strip() for part in line.split(":::")] for line in lines]
    return {file: (artist, title) for file, artist, title in rows}


def sides_of(folder):
    return {
        side: (folder / f"splits/{side}_filtered.txt").read_text().split()
        for side in ("train", "valid", "test")
    }


@pytest.mark.parametrize("genre", demo.GENRES)
def test_signal_is_mono_float32_within_bounds_and_audible(genre):
    y, tempo = demo.synthesize(genre, seconds=2.0, seed=3, artist=1)
    assert y.shape == (44100,) and y.dtype == np.float32
    assert np.isfinite(y).all() and np.abs(y).max() <= 1.0
    assert np.sqrt(np.mean(y**2)) > 0.01
    assert 40 < tempo < 240


def test_same_seed_same_bytes_another_seed_or_artist_not():
    once, tempo = demo.synthesize("jazz", seconds=2.0, seed=5)
    again, tempo_again = demo.synthesize("jazz", seconds=2.0, seed=5)
    assert once.tobytes() == again.tobytes() and tempo == tempo_again
    for changed in ({"seed": 6}, {"seed": 5, "artist": 1}):
        assert not np.array_equal(once, demo.synthesize("jazz", seconds=2.0, **changed)[0])


@pytest.mark.parametrize("seconds", [1 / 22050, 0.02, 0.5])
def test_short_excerpts(seconds):
    y, _ = demo.synthesize("classical", seconds=seconds)
    assert len(y) == round(seconds * 22050) and np.isfinite(y).all()


def test_unknown_genre_and_empty_excerpt_are_refused():
    with pytest.raises(ValueError, match="polka"):
        demo.synthesize("polka")
    with pytest.raises(ValueError, match="no samples"):
        demo.synthesize("pop", seconds=0.0)


def test_onsets_repeat_with_the_beat():
    y, tempo = demo.synthesize("disco", seconds=12.0)
    strength = np.diff(np.log1p(spectra(y)), axis=0).clip(0).sum(axis=1)
    strength -= strength.mean()
    similar = np.correlate(strength, strength, "full")[len(strength) - 1 :]
    beat = 60 / tempo * 22050 / 512
    near_beat = similar[int(beat) - 1 : int(beat) + 3].max()
    off_beat = similar[round(beat * 1.37) - 1 : round(beat * 1.37) + 2].max()
    assert near_beat > 0.25 * similar[0]
    assert near_beat > 2 * off_beat


def mean_feature(feature, genre):
    tracks = ((seed, artist) for artist in range(4) for seed in range(2))
    return np.mean(
        [feature(demo.synthesize(genre, seconds=2.0, seed=s, artist=a)) for s, a in tracks]
    )


def centroid(track):
    magnitude = spectra(track[0])
    return np.average(np.fft.rfftfreq(1024, 1 / 22050), weights=magnitude.mean(axis=0))


def loudness(track):
    return np.sqrt(np.mean(track[0] ** 2))


def test_genres_differ_in_brightness_loudness_and_tempo():
    assert mean_feature(centroid, "metal") > 1.5 * mean_feature(centroid, "classical")
    assert mean_feature(loudness, "pop") > 1.5 * mean_feature(loudness, "classical")
    assert mean_feature(lambda t: t[1], "metal") > 1.1 * mean_feature(lambda t: t[1], "reggae")


def test_layout(root):
    assert read_demo_marker(root)
    expected = {"DEMO.json", "meta/GTZANindex.txt"}
    expected |= {f"splits/{side}_filtered.txt" for side in ("train", "valid", "test")}
    for genre in demo.GENRES:
        for n in range(TRACKS):
            expected.add(f"genres_original/{genre}/{genre}.{n:05d}.wav")
            expected.add(f"images_original/{genre}/{genre}{n:05d}.png")
            expected.add(f"tempo/gtzan_{genre}_{n:05d}.bpm")
    assert set(contents(root)) == expected
    assert [p.name for p in root.parent.iterdir()] == [root.name]


def test_pictures_have_a_white_margin_and_low_notes_below(root):
    for path in (root / "images_original").rglob("*.png"):
        pixels = np.asarray(Image.open(path).convert("RGB"), float)
        assert pixels.shape == (195, 260, 3)
        assert (pixels[[0, -1]] == 255).all() and (pixels[:, [0, -1]] == 255).all()
        green = pixels[4:191, 6:254, 1]
        assert green[-40:].mean() > green[:40].mean()


def test_splits_share_no_artist_and_hold_every_genre(root):
    artists, index = collections.defaultdict(set), index_of(root)
    for side, lines in sides_of(root).items():
        assert {line.split("/")[0] for line in lines} == set(demo.GENRES)
        for line in lines:
            assert (root / "genres_original" / line).is_file()
            artists[index[line.split("/")[1]][0]].add(side)
    assert all(len(sides) == 1 for artist, sides in artists.items() if artist)
    listed = [line for lines in sides_of(root).values() for line in lines]
    assert len(listed) == len(set(listed)) == 10 * TRACKS - 1


def test_one_pair_of_duplicates_which_the_partition_leaves_out(root):
    audio = collections.defaultdict(list)
    for name, data in contents(root / "genres_original").items():
        audio[data].append(name)
    (pair,) = [sorted(names) for names in audio.values() if len(names) > 1]
    assert pair == ["rock/rock.00002.wav", "rock/rock.00003.wav"]
    listed = [line for lines in sides_of(root).values() for line in lines]
    assert pair[0] in listed and pair[1] not in listed
    first, second = (index_of(root)[name.split("/")[1]] for name in pair)
    assert first == second


def test_same_parameters_same_bytes_in_another_place(tmp_path):
    first, second, other = (tmp_path / name for name in "abc")
    assert contents(write_small(first)) == contents(write_small(second))
    assert contents(write_small(other, seed=1)) != contents(first)


def test_second_call_writes_nothing(root):
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    demo.write_demo(root, tracks_per_genre=TRACKS, seconds=SECONDS, progress=False)
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before


def test_other_parameters_replace_and_a_lost_file_comes_back(tmp_path):
    folder = write_small(tmp_path / "demo", tracks_per_genre=2)
    write_small(folder)
    assert len(list(folder.rglob("*.wav"))) == 10
    (folder / "genres_original/pop/pop.00000.wav").unlink()
    write_small(folder)
    assert len(list(folder.rglob("*.wav"))) == 10


@pytest.mark.parametrize(
    "name, text", [("song.wav", "mine"), ("DEMO.json", "{}"), ("DEMO.json", "no json")]
)
def test_foreign_folder_is_refused_and_kept(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="another folder"):
        write_small(tmp_path)
    assert contents(tmp_path) == {name: text.encode()}
    assert not read_demo_marker(tmp_path)


def test_a_demo_with_something_of_the_users_in_it_is_not_replaced(tmp_path):
    folder = write_small(tmp_path / "demo")
    (folder / "genres_original/rock/my own.wav").write_text("mine")
    assert write_small(folder) == folder
    with pytest.raises(ValueError, match=r"my own\.wav"):
        write_small(folder, seed=1)
    assert (folder / "genres_original/rock/my own.wav").read_text() == "mine"


@pytest.mark.parametrize("wrong", [{"tracks_per_genre": 0}, {"seconds": 0.5}, {"seed": -1}])
def test_parameters_out_of_range_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError):
        write_small(tmp_path / "demo", **wrong)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("former", [None, 7])
def test_two_at_once_end_with_one_whole_collection(tmp_path, former):
    folder = tmp_path / "demo"
    if former is not None:
        write_small(folder, seed=former)
    faults = []

    def run():
        try:
            write_small(folder)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert contents(folder) == contents(write_small(tmp_path / "alone"))
    assert {p.name for p in tmp_path.iterdir()} == {"demo", "alone"}

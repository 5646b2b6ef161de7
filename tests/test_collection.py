"""Features of a collection: a table is checked, extraction is done once and survives a kill."""

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import soundfile as sf

from genre_utils import collection
from genre_utils.collection import (
    INPUTS,
    as_published_table,
    cache_dir,
    extract_collection,
    load_features,
    read_feature_table,
)
from genre_utils.dataset import DatasetError, read_dataset
from genre_utils.features import FEATURE_COLUMNS

KINDS = list(INPUTS)
COLUMNS = ["filename", "length", *FEATURE_COLUMNS, "label"]
NAMES_30 = ["blues.00000.wav", "jazz.00001.wav", "jazz.00002.wav"]
NAMES_3 = ["blues.00000.0.wav", "blues.00000.1.wav", "jazz.00099.9.wav"]


def sound(path, seconds=1.0, seed=0, lead=0.0):
    """Write a noisy tone of its own, `lead` seconds of silence before it."""
    noise = np.random.default_rng(seed).normal(0, 0.05, round(seconds * 22050))
    y = 0.4 * np.sin(2 * np.pi * (200 + 60 * seed) * np.arange(len(noise)) / 22050) + noise
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, np.concatenate([np.zeros(round(lead * 22050)), y]).clip(-1, 1), 22050)
    return path


def sounds(root, count=3, seconds=1.0):
    for n in range(count):
        genre = ("jazz", "rock")[n % 2]
        sound(root / f"genres/{genre}/{genre}.{n:05d}.wav", seconds, seed=n)
    return read_dataset(root)


def extract(found, kind="features_30_sec"):
    return load_features(found, kind, n_jobs=1, progress=False)


def same(first, second):
    assert first.values.index.equals(second.values.index)
    assert list(first.values) == list(second.values)
    for a, b in zip(first.values.to_numpy().ravel(), second.values.to_numpy().ravel(), strict=True):
        assert np.array_equal(a, b)
    return True


def kept(folder=None):
    """Finished files of a cache, and when each was written."""
    return {p: p.stat().st_mtime_ns for p in (folder or cache_dir()).rglob("*.parquet")}


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "own cache"))
    return tmp_path / "own cache"


@pytest.fixture
def poison(monkeypatch):
    """Make every computation fail."""

    def fail(y):
        raise AssertionError("computed again")

    for kind in KINDS:
        monkeypatch.setitem(INPUTS, kind, fail)


# --- the published table ------------------------------------------------------------------------


def table_of(names):
    values = np.random.default_rng(0).normal(size=(len(names), len(FEATURE_COLUMNS)))
    table = pd.DataFrame(values, columns=list(FEATURE_COLUMNS))
    table.insert(0, "length", 66149)
    table.insert(0, "filename", names)
    return table.assign(label=[name.split(".")[0] for name in names])


def written(table, folder, seconds=30, **options):
    path = folder / f"features_{seconds}_sec.csv"
    table.to_csv(path, **{"index": False} | options)
    return path


def test_a_table_of_tracks(tmp_path):
    table = table_of(NAMES_30)
    read = read_feature_table(written(table, tmp_path))
    assert read.index.name == "track_id"
    assert read.index.tolist() == ["blues.00000", "jazz.00001", "jazz.00002"]
    assert list(read) == ["length", *FEATURE_COLUMNS, "label"]
    assert np.allclose(read[list(FEATURE_COLUMNS)], table[list(FEATURE_COLUMNS)], rtol=1e-12)
    assert read["label"].tolist() == ["blues", "jazz", "jazz"]


def test_a_table_of_segments(tmp_path):
    read = read_feature_table(written(table_of(NAMES_3), tmp_path, 3))
    assert list(read.index.names) == ["track_id", "segment"]
    assert read.index.tolist() == [("blues.00000", 0), ("blues.00000", 1), ("jazz.00099", 9)]
    assert (read["length"] == 66149).all()


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3])
def test_other_columns_and_their_order_do_not_matter(tmp_path, names):
    table = table_of(names)
    plain = read_feature_table(written(table, tmp_path))
    shuffled = table[COLUMNS[::-1]].assign(mood="sad")
    pd.testing.assert_frame_equal(read_feature_table(written(table, tmp_path, index=True)), plain)
    pd.testing.assert_frame_equal(read_feature_table(written(shuffled, tmp_path)), plain)


def without_a_column(table):
    return table.drop(columns="mfcc7_var")


def without_many(table):
    return table[["filename", "label"]]


def with_nan(table):
    return table.assign(tempo=[1.0, np.nan, 2.0])


def with_infinity(table):
    return table.assign(tempo=[1.0, np.inf, 2.0])


def with_text(table):
    return table.assign(rms_mean=["0.1", "loud", "0.2"])


def without_a_label(table):
    return table.assign(label=["blues", None, "jazz"])


def with_a_row_twice(table):
    return pd.concat([table, table.iloc[[1]]])


def with_a_wrong_label(table):
    return table.assign(label=["blues", "rock", "jazz"])


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3], ids=["30 s", "3 s"])
@pytest.mark.parametrize(
    "damage, reason",
    [
        (without_a_column, "lacks 1 of its columns: mfcc7_var$"),
        (without_many, r"lacks 58 of its columns: length, .*\.\.\.$"),
        (with_nan, "missing values, the first is {}"),
        (with_infinity, "missing values, the first is {}"),
        (with_text, "missing values, the first is {}"),
        (without_a_label, "missing values, the first is {}"),
        (with_a_row_twice, "twice, the first is {}"),
        (with_a_wrong_label, "{} is labelled rock"),
    ],
)
def test_a_damaged_table_is_refused_with_the_reason(tmp_path, names, damage, reason):
    path = written(damage(table_of(names)), tmp_path)
    with pytest.raises(DatasetError, match=reason.format(names[1])) as refused:
        read_feature_table(path)
    message = str(refused.value)
    assert message.startswith(str(path)) and "\n" not in message


@pytest.mark.parametrize("content", [b"", bytes(range(128, 256)) * 9, b'a,b\n"1,2\n3'])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "features_30_sec.csv"
    path.write_bytes(content)
    for wrong in (path, tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(DatasetError, match=r"cannot be read|lacks"):
            read_feature_table(wrong)


def test_the_published_table_is_preferred_and_this_is_said(tmp_path, own_cache, poison):
    sounds(tmp_path)
    path = written(table_of(["jazz.00000.wav", "rock.00001.wav", "jazz.00007.wav"]), tmp_path)
    features = extract(read_dataset(tmp_path))
    assert path.name in features.source and "3 rows" in features.source
    assert features.genre.to_dict() == {
        "jazz.00000": "jazz",
        "rock.00001": "rock",
        "jazz.00007": "jazz",
    }
    assert list(features.X) == list(FEATURE_COLUMNS) and "label" not in features.values
    assert features.faults.empty and not own_cache.exists()


def test_the_published_table_can_be_declined(tmp_path, own_cache):
    sounds(tmp_path)
    written(table_of(NAMES_30), tmp_path)
    found = read_dataset(tmp_path)
    features = load_features(found, published=False, n_jobs=1, progress=False)
    assert set(features.values.index) == {"jazz.00000", "rock.00001", "jazz.00002"}
    assert features.source.startswith("Computed from 3 audio files (3 rows)")


def test_a_table_of_tracks_does_not_stand_in_for_segments(tmp_path, own_cache):
    sounds(tmp_path, count=1, seconds=3.1)
    written(table_of(NAMES_30), tmp_path)
    assert extract(read_dataset(tmp_path), "features_3_sec").values.index.tolist() == [
        ("jazz.00000", 0)
    ]


@pytest.mark.real
def test_the_real_table(real_root):
    features = extract(read_dataset(real_root))
    assert features.X.shape == (1000, 57) and features.values.index.is_unique
    assert (features.genre.value_counts() == 100).all()
    assert features.values["length"].between(29 * 22050, 31 * 22050).all()


# --- extraction ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind, shape", [("mfcc", (130, 13)), ("mel", (130, 128))])
def test_frames_of_segments(tmp_path, kind, shape):
    found = sounds(tmp_path, count=2, seconds=6.5)
    for _ in ("computed", "recalled"):
        features = extract(found, kind)
        frames = np.stack(features.values["frames"])
        assert frames.shape == (4, *shape) and frames.dtype == np.float32
        assert features.values.index.tolist() == [
            (track, n) for track in ("jazz.00000", "rock.00001") for n in (0, 1)
        ]
        assert features.genre.tolist() == ["jazz", "jazz", "rock", "rock"]
        y, _ = sf.read(found.audio["rock.00001"], dtype="float32")
        assert np.allclose(frames[3], INPUTS[kind](y[66150:132300]), atol=1e-4)


def test_features_of_tracks_and_segments(tmp_path):
    found = sounds(tmp_path, count=2, seconds=6.5)
    tracks, segments = extract(found), extract(found, "features_3_sec")
    assert tracks.X.shape == (2, 57) and segments.X.shape == (4, 57)
    assert (tracks.values["length"] == 143325).all() and (segments.values["length"] == 66150).all()
    assert tracks.values.index.tolist() == ["jazz.00000", "rock.00001"]
    assert list(segments.values.index.names) == ["track_id", "segment"]
    assert segments.tracks.tolist() == ["jazz.00000"] * 2 + ["rock.00001"] * 2
    for features in (tracks, segments):
        assert (features.X.dtypes == np.float64).all() and features.faults.empty
        assert features.genre.index.equals(features.values.index)
    y, _ = sf.read(found.audio["jazz.00000"], dtype="float32")
    assert np.allclose(tracks.X.loc["jazz.00000"], INPUTS["features_30_sec"](y), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_run_computes_nothing(tmp_path, own_cache, monkeypatch, request, kind):
    found = sounds(tmp_path, count=2, seconds=3.1)
    first, before = extract(found, kind), kept()
    assert len(before) == 2 and own_cache in next(iter(before)).parents
    request.getfixturevalue("poison")
    assert same(extract(found, kind), first) and kept() == before


def test_only_what_is_new_is_computed(tmp_path, own_cache):
    first, before = extract(sounds(tmp_path, count=2)), kept()
    second = extract(sounds(tmp_path, count=3))
    assert second.values.loc[first.values.index].equals(first.values)
    assert len(kept()) == 3 and before.items() <= kept().items()


def test_content_is_the_key(tmp_path, own_cache, request):
    found = sounds(tmp_path, count=2)
    first = extract(found)
    moved = Path(found.audio["jazz.00000"])
    moved.rename(moved.with_stem("jazz.00042"))
    changed = sound(Path(found.audio["rock.00001"]), seed=9)
    changed_back = extract(read_dataset(tmp_path))
    assert len(kept()) == 3
    assert not changed_back.X.loc["rock.00001"].equals(first.X.loc["rock.00001"])
    request.getfixturevalue("poison")
    sound(changed, seed=1)
    again = extract(read_dataset(tmp_path))
    assert again.values.index.tolist() == ["jazz.00042", "rock.00001"]
    assert np.array_equal(again.X, first.X)


def test_kinds_and_versions_do_not_share_results(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=1, seconds=3.1)
    extract(found)
    extract(found, "features_3_sec")
    assert len(kept()) == 2
    monkeypatch.setattr(collection, "EXTRACTION_VERSION", collection.EXTRACTION_VERSION + 1)
    extract(found)
    assert len(kept()) == 3


def test_two_processes_find_the_same(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=4)
    alone = extract(found)
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "other"))
    both = load_features(found, n_jobs=2, progress=False)
    assert same(both, alone) and len(kept()) == 4


def test_progress_is_shown_when_asked_for_and_there_is_something_to_do(tmp_path, own_cache, capsys):
    found = sounds(tmp_path, count=2)
    extract(found)
    assert capsys.readouterr().err == ""
    load_features(found, n_jobs=1, progress=True)
    assert capsys.readouterr().err == ""
    sound(tmp_path / "genres/rock/rock.00077.wav", seed=7)
    load_features(read_dataset(tmp_path), n_jobs=1, progress=True)
    assert "1/1" in capsys.readouterr().err


def cut_in_half(data):
    return data[: len(data) // 2]


def emptied(data):
    return b""


def replaced(data):
    return b"not what was kept " * 50


def without_its_end(data):
    return data[:-1]


def overwritten_within(data):
    return data[:4] + b"\xff" * 60 + data[64:]


def other_values(data):
    at = len(data) // 3
    return data[:at] + b"\x01" * 200 + data[at + 200 :]


@pytest.mark.parametrize("kind", ["features_30_sec", "mfcc"])
@pytest.mark.parametrize(
    "damage",
    [
        cut_in_half,
        emptied,
        replaced,
        without_its_end,
        overwritten_within,
        other_values,
    ],
)
def test_a_damaged_cache_file_is_computed_again(tmp_path, own_cache, kind, damage):
    found = sounds(tmp_path, count=2, seconds=3.1)
    first = extract(found, kind)
    path = next(iter(kept()))
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    second = extract(found, kind)
    assert second.faults.empty and same(second, first)
    assert path.read_bytes() == whole


def test_an_unwritable_cache_is_a_warning_not_a_failure(tmp_path, monkeypatch):
    found = sounds(tmp_path, count=2)
    expected = extract(found)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "file/cache"))
    with pytest.warns(UserWarning, match="2 results were not cached: .*file") as caught:
        features = extract(found)
    assert same(features, expected) and features.faults.empty
    assert len(caught) == 1 and (tmp_path / "file").read_text() == "no folder"


def test_a_good_run_warns_of_nothing(tmp_path, own_cache):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract(sounds(tmp_path))


def with_faults(root):
    """Add files that cannot be used, and one that can in part, to a good one."""
    rock = root / "rock"
    sound(rock / "good.wav", 3.1)
    cut = sound(rock / "cut.wav", 8.0, seed=1)
    cut.write_bytes(cut.read_bytes()[:-150_000])
    (rock / "empty.wav").touch()
    (rock / "text.mp3").write_text("la la la " * 900)
    sf.write(rock / "silent.wav", np.zeros(88200), 22050)
    sound(rock / "short.wav", 0.2)
    return read_dataset(root)


@pytest.mark.parametrize("kind", ["features_30_sec", "mfcc"])
def test_faults_are_listed_by_name_with_the_reason(tmp_path, kind):
    found = with_faults(tmp_path)
    for _ in ("computed", "recalled"):
        features = extract(found, kind)
        faults = features.faults
        assert set(features.tracks) == {"rock/good", "rock/cut"}
        assert faults.index.name == "track_id" and list(faults) == ["file", "reason", "used"]
        assert faults["used"].to_dict() == {
            f"rock/{name}": name == "cut" for name in ("cut", "empty", "silent", "short", "text")
        }
        for track, word in [
            ("cut", "truncated"),
            ("empty", "empty"),
            ("silent", "silent"),
            ("short", "too short"),
            ("text", "not audio"),
        ]:
            assert word in faults.loc[f"rock/{track}", "reason"]
        assert faults.loc["rock/text", "file"] == "text.mp3"
        assert "2 audio files" in features.source


def test_a_track_without_a_whole_segment_is_a_fault_only_for_segments(tmp_path):
    sound(tmp_path / "rock/long.wav", 3.1)
    sound(tmp_path / "rock/brief.wav", 2.9, seed=1)
    found = read_dataset(tmp_path)
    assert extract(found).faults.empty
    faults = extract(found, "mel").faults
    assert "no segment of 3 s" in faults.loc["rock/brief", "reason"]


def test_silent_segments_are_left_out_and_the_others_keep_their_number(tmp_path):
    sound(tmp_path / "rock/a.wav", 3.5, lead=3.0)
    features = extract(read_dataset(tmp_path), "features_3_sec")
    assert features.values.index.tolist() == [("rock/a", 1)]


@pytest.mark.parametrize("kind", ["features_3_sec", "mfcc"])
def test_a_track_with_silent_segments_only_is_a_fault(tmp_path, kind):
    sound(tmp_path / "rock/a.wav", 3.1)
    sound(tmp_path / "rock/late.wav", 1.0, lead=3.0)
    features = extract(read_dataset(tmp_path), kind)
    assert features.faults.index.tolist() == ["rock/late"]


def test_a_file_that_has_gone_is_a_fault(tmp_path):
    found = sounds(tmp_path, count=3)
    Path(found.audio["rock.00001"]).unlink()
    features = extract(found)
    assert len(features.values) == 2
    assert "cannot be read" in features.faults.loc["rock.00001", "reason"]


def test_if_nothing_can_be_used_one_reason_is_given(tmp_path):
    (tmp_path / "rock").mkdir()
    (tmp_path / "rock/a.wav").write_text("la la la " * 900)
    with pytest.raises(DatasetError, match=r"None of the 1 audio files .*a\.wav: not audio"):
        extract(read_dataset(tmp_path))


def test_a_table_without_audio_gives_no_frames(tmp_path):
    written(table_of(NAMES_30), tmp_path)
    with pytest.raises(DatasetError, match="None of the 0 audio files"):
        extract(read_dataset(tmp_path), "mfcc")


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"chroma.*features_30_sec, features_3_sec, mfcc, mel"):
        extract(sounds(tmp_path), "chroma")


def test_the_demo_collection_is_extracted(demo_root):
    paths = read_dataset(demo_root).audio[
        lambda audio: audio.index.str.endswith(("00002", "00003"))
    ]
    values, faults = extract_collection(paths, "features_30_sec", n_jobs=1, progress=False)
    assert values.shape == (20, 58) and faults.empty and np.isfinite(values).all(axis=None)
    assert values.index.equals(paths.index)
    alike = [t for t in paths.index if t != "rock.00003"]
    assert values.loc["rock.00002"].equals(values.loc["rock.00003"])
    assert not values.loc[alike].duplicated().any()


@pytest.mark.parametrize("kind, rows", [("features_30_sec", 2), ("features_3_sec", 4)])
def test_what_is_computed_can_be_published_and_read_again(tmp_path, kind, rows):
    features = extract(sounds(tmp_path, count=2, seconds=6.5), kind)
    table = as_published_table(features)
    assert list(table) == COLUMNS and table.shape == (rows, 60)
    names = {
        "features_30_sec": ["jazz.00000.wav", "rock.00001.wav"],
        "features_3_sec": [f"{t}.{n}.wav" for t in ("jazz.00000", "rock.00001") for n in (0, 1)],
    }
    assert table["filename"].tolist() == names[kind]
    read = read_feature_table(written(table, tmp_path))
    pd.testing.assert_frame_equal(read.drop(columns="label"), features.values)
    assert read["label"].tolist() == features.genre.tolist()


def test_a_table_of_other_music_can_be_read_again(tmp_path):
    for genre in ("rock", "jazz"):
        sound(tmp_path / genre / "track12345.wav", seed=len(genre) + (genre == "jazz"))
    features = extract(read_dataset(tmp_path))
    read = read_feature_table(written(as_published_table(features), tmp_path))
    assert read.index.tolist() == features.values.index.tolist()


# --- a run that is killed -----------------------------------------------------------------------

# Imports once, then forks a run for each flag; a run stops in the middle of its fourth write.
RUNS = """
import os, sys, time
from pathlib import Path
import pyarrow.parquet as pq
from genre_utils.collection import load_features
from genre_utils.dataset import read_dataset

def extract(root, flag):
    os.setsid()
    write, written = pq.write_table, []

    def write_table(table, where, **options):
        write(table, where, **options)
        written.append(where)
        if len(written) > 3:
            os.truncate(where, os.path.getsize(where) // 2)
            Path(flag + "-").write_text(str(os.getpid()))
            os.replace(flag + "-", flag)
            time.sleep(60)

    pq.write_table = write_table
    load_features(read_dataset(Path(root)), n_jobs=1, progress=False)

for flag in sys.argv[2:]:
    run = os.fork()
    if not run:
        extract(sys.argv[1], flag)
        os._exit(0)
    os.waitpid(run, 0)
"""


def killed_runs(root, flags):
    """Extract in other processes, and kill each in the middle of writing a file."""
    command = [sys.executable, "-c", RUNS, str(root), *map(str, flags)]
    with subprocess.Popen(command) as runs:
        try:
            for flag in flags:
                while not flag.exists():
                    assert runs.poll() is None, "the run ended before it could be killed"
                    time.sleep(0.01)
                before = kept()
                os.killpg(int(flag.read_text()), signal.SIGKILL)
                yield before
            assert runs.wait(60) == 0
        finally:
            runs.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs process groups")
def test_a_killed_run_goes_on_where_it_stopped(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=12)
    finished = {}
    for attempt, now in enumerate(killed_runs(tmp_path, [tmp_path / f"flag{n}" for n in range(3)])):
        assert len(now) == 3 * (attempt + 1) and finished.items() <= now.items()
        assert all(pq.read_table(path).num_rows == 1 for path in now)
        finished = now
    resumed = extract(found)
    now = kept(own_cache)
    assert len(now) == 12 and finished.items() <= now.items()
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "undisturbed"))
    undisturbed = extract(found)
    assert same(resumed, undisturbed) and resumed.faults.empty
    for path in kept():
        (twin,) = (p for p in now if p.name == path.name)
        assert pq.read_table(path).equals(pq.read_table(twin))


def test_what_a_killed_run_left_is_removed_an_hour_later(tmp_path, own_cache):
    found = sounds(tmp_path, count=1)
    extract(found)
    (folder,) = {path.parent for path in kept()}
    fresh, old = folder / ".fresh.tmp", folder / ".old.tmp"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    extract(found)
    assert fresh.exists() and not old.exists() and len(kept()) == 1


def test_a_failed_write_leaves_nothing_behind(tmp_path, own_cache, monkeypatch):
    def fail(table, where, **options):
        Path(where).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(collection.pq, "write_table", fail)
    paths = sounds(tmp_path, count=1).audio
    with pytest.warns(UserWarning, match="No space left"):
        values, _ = extract_collection(paths, "features_30_sec", n_jobs=1, progress=False)
    assert len(values) == 1 and not [p for p in own_cache.rglob("*") if p.is_file()]

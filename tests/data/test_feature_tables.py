"""Features of a collection: published tables read, others computed once and cached."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import soundfile as sf
from helpers import (
    COLUMNS,
    KINDS,
    NAMES_3,
    NAMES_30,
    as_published_table,
    extract,
    kept,
    same,
    sound,
    sounds,
    table_of,
    written,
)

from genre_utils import imports
from genre_utils.audio import FEATURE_COLUMNS, EncoderMissing, embed_file, encoder_path
from genre_utils.data import (
    ENCODER_COLUMNS,
    INPUTS,
    DatasetError,
    feature_tables,
    load_features,
    read_dataset,
    read_feature_table,
    track_means,
)

# --- published tables -------------------------------------------------------------------------


def test_tables_of_tracks_and_of_segments(tmp_path):
    table = table_of(NAMES_30)
    read = read_feature_table(written(table, tmp_path))
    assert read.index.name == "track_id"
    assert read.index.tolist() == ["blues.00000", "jazz.00001", "jazz.00002"]
    assert list(read) == ["length", *FEATURE_COLUMNS, "label"]
    assert np.allclose(read[list(FEATURE_COLUMNS)], table[list(FEATURE_COLUMNS)], rtol=1e-12)
    read = read_feature_table(written(table_of(NAMES_3), tmp_path, 3))
    assert list(read.index.names) == ["track_id", "segment"]
    assert read.index.tolist() == [("blues.00000", 0), ("blues.00000", 1), ("jazz.00099", 9)]


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3])
@pytest.mark.parametrize(
    "options",
    [{}, {"sep": ";", "decimal": ","}, {"sep": "\t"}, {"sep": "|"}, {"encoding": "utf-8-sig"}],
)
def test_other_columns_their_order_and_separators_do_not_matter(tmp_path, names, options):
    table = table_of(names)
    plain = read_feature_table(written(table, tmp_path))
    shuffled = table[COLUMNS[::-1]].assign(mood="sad").set_axis([7, 8, 9])
    other = read_feature_table(written(shuffled, tmp_path, index=True, **options))
    pd.testing.assert_frame_equal(other, plain)


DAMAGES = {
    "lacks 1 of its columns: mfcc7_var$": lambda t: t.drop(columns="mfcc7_var"),
    r"lacks 58 of its columns: length, .*\.\.\.$": lambda t: t[["filename", "label"]],
    "have missing values, the first is {}": lambda t: t.assign(tempo=[1.0, np.nan, 2.0]),
    "missing values, the first is {}": lambda t: t.assign(tempo=[1.0, np.inf, 2.0]),
    "values, the first is {}": lambda t: t.assign(rms_mean=["0.1", "loud", "0.2"]),
    "rows have missing values, the first is {}": lambda t: t.assign(label=["blues", None, "jazz"]),
    "twice, the first is {}": lambda t: pd.concat([t, t.iloc[[1]]]),
    "{} is labeled rock": lambda t: t.assign(label=["blues", "rock", "jazz"]),
}


@pytest.mark.parametrize("names", [NAMES_30, NAMES_3], ids=["30 s", "3 s"])
@pytest.mark.parametrize("reason", DAMAGES)
def test_a_damaged_table_is_refused_with_the_reason(tmp_path, names, reason):
    path = written(DAMAGES[reason](table_of(names)), tmp_path)
    with pytest.raises(DatasetError, match=reason.format(names[1])) as refused:
        read_feature_table(path)
    message = str(refused.value)
    assert message.startswith(str(path)) and "\n" not in message


@pytest.mark.parametrize(
    "names", [["jazz.00000.wav", "jazz.00000.au"], ["jazz.00000.1.wav", "jazz.00000.1.au"]]
)
def test_two_files_of_one_track_are_twice_the_same_row(tmp_path, names):
    with pytest.raises(DatasetError, match=f"1 rows are there twice, the first is {names[1]}"):
        read_feature_table(written(table_of(names), tmp_path))


@pytest.mark.parametrize("content", [b"", bytes(range(128, 256)) * 9, b'a,b\n"1,2\n3'])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "features_30_sec.csv"
    path.write_bytes(content)
    for wrong in (path, tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(DatasetError, match=r"that can be read|lacks"):
            read_feature_table(wrong)


def test_the_published_table_is_preferred_and_can_be_declined(tmp_path, own_cache, request):
    sounds(tmp_path, seconds=3.1)
    path = written(table_of(["jazz.00000.wav", "rock.00001.wav", "jazz.00007.wav"]), tmp_path)
    found = read_dataset(tmp_path)
    features = load_features(found, published=False, n_jobs=1, progress=False)
    assert set(features.values.index) == {"jazz.00000", "rock.00001", "jazz.00002"}
    assert features.source.startswith("Computed from 3 audio files (3 rows)")
    assert len(extract(found, "features_3_sec").values) == 3  # a table of tracks is none of these
    request.getfixturevalue("poison")
    features = extract(found)
    assert path.name in features.source and "3 rows" in features.source
    assert features.genre.to_dict() == {
        "jazz.00000": "jazz", "rock.00001": "rock", "jazz.00007": "jazz"
    }  # fmt: skip
    assert list(features.X) == list(FEATURE_COLUMNS) and features.faults.empty


@pytest.mark.parametrize("kind, rows", [("features_30_sec", 2), ("features_3_sec", 4)])
def test_what_is_computed_can_be_published_and_read_again(tmp_path, kind, rows):
    features = extract(sounds(tmp_path, count=2, seconds=6.5), kind)
    table = as_published_table(features)
    assert list(table) == COLUMNS and table.shape == (rows, 60)
    read = read_feature_table(written(table, tmp_path))
    pd.testing.assert_frame_equal(read.drop(columns="label"), features.values)
    assert read["label"].tolist() == features.genre.tolist()


@pytest.mark.real
def test_the_real_table(real_root):
    features = extract(read_dataset(real_root))
    assert features.X.shape == (1000, 57) and features.values.index.is_unique
    assert (features.genre.value_counts() == 100).all()
    assert features.values["length"].between(29 * 22050, 31 * 22050).all()


# --- computed features ------------------------------------------------------------------------


@pytest.mark.parametrize("kind, shape", [("mfcc", (130, 13)), ("mel", (130, 128))])
def test_frames_of_segments(tmp_path, kind, shape):
    found = sounds(tmp_path, count=2, seconds=6.5)
    for _ in ("computed", "recalled"):
        features = extract(found, kind)
        frames = np.stack(features.values["frames"])
        assert frames.shape == (4, *shape)
        assert features.values.index.tolist() == [
            (track, n) for track in ("jazz.00000", "rock.00001") for n in (0, 1)
        ]
        assert features.genre.tolist() == ["jazz", "jazz", "rock", "rock"]
        y, _ = sf.read(found.audio["rock.00001"], dtype="float32")
        assert np.allclose(frames[3], INPUTS[kind](y[66150:132300]), atol=1e-4)


def test_fingerprints_are_as_long_as_the_tracks(tmp_path, own_cache):
    sound(tmp_path / "genres/jazz/jazz.00000.wav", 2.0)
    sound(tmp_path / "genres/rock/rock.00001.wav", 5.0, seed=1)
    found = read_dataset(tmp_path)
    for _ in ("computed", "recalled"):
        frames = extract(found, "fingerprint").values["frames"]
        for track, path in found.audio.items():
            expected = INPUTS["fingerprint"](sf.read(path, dtype="float32")[0])
            assert frames[track].dtype == np.uint32 and len(frames[track]) == len(expected)
            assert (frames[track] == expected).mean() > 0.98
    assert len(frames["jazz.00000"]) < len(frames["rock.00001"])


def test_features_of_tracks_and_segments(tmp_path):
    found = sounds(tmp_path, count=2, seconds=6.5)
    tracks, segments = extract(found), extract(found, "features_3_sec")
    assert tracks.X.shape == (2, 57) and segments.X.shape == (4, 57)
    assert (tracks.values["length"] == 143325).all() and (segments.values["length"] == 66150).all()
    assert tracks.values.index.tolist() == ["jazz.00000", "rock.00001"]
    assert list(segments.values.index.names) == ["track_id", "segment"]
    for features in (tracks, segments):
        assert (features.X.dtypes == np.float64).all() and features.faults.empty
        assert features.genre.index.equals(features.values.index)
    y, _ = sf.read(found.audio["jazz.00000"], dtype="float32")
    assert np.allclose(tracks.X.loc["jazz.00000"], INPUTS["features_30_sec"](y), rtol=1e-6)


def test_the_encoder_gives_a_row_per_segment(demo_root, own_cache):
    dataset = read_dataset(demo_root)
    features = load_features(dataset, "encoder", n_jobs=1, progress=False)
    assert features.values.shape == (len(dataset.audio), len(ENCODER_COLUMNS))
    track = features.tracks[0]
    alone = np.hstack(embed_file(dataset.audio[track]))
    assert np.allclose(features.values.loc[track], alone, atol=1e-6)
    means = track_means(features.values)
    assert list(means.index) == list(features.tracks.unique())
    assert np.allclose(means.loc[track], alone.mean(axis=0), atol=1e-6)


def test_another_encoder_embeds_again(tmp_path, own_cache, tiny_encoder, monkeypatch):
    dataset = sounds(tmp_path, count=1, seconds=3.1)
    extract(dataset, "encoder")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "other.onnx"))
    with pytest.raises(EncoderMissing, match="genre download encoder"):
        extract(dataset, "encoder")
    (tmp_path / "other.onnx").write_bytes(tiny_encoder.read_bytes() + b"\x12\x00")
    extract(dataset, "encoder")
    assert len(list(own_cache.glob("encoder-*"))) == 2


def test_patches_are_the_input_of_the_encoder(tmp_path, own_cache):
    found = sounds(tmp_path, count=2, seconds=6.5)
    patches = extract(found, "patch").values["frames"]
    embedded = extract(found, "encoder").values
    assert patches.index.equals(embedded.index)
    assert all(patch.shape == (187, 96) and patch.dtype == np.float16 for patch in patches)
    session = onnxruntime.InferenceSession(encoder_path(), providers=["CPUExecutionProvider"])
    outputs = np.hstack(session.run(None, {"log_mel": np.stack(patches).astype(np.float32)}))
    assert np.allclose(outputs, embedded.to_numpy(), atol=0.01 * embedded.to_numpy().std())


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"chroma.*features_30_sec, features_3_sec, mfcc, mel"):
        extract(sounds(tmp_path), "chroma")


# --- the cache --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_run_computes_nothing(tmp_path, own_cache, request, kind):
    found = sounds(tmp_path, count=2, seconds=3.1)
    first, before = extract(found, kind), kept()
    assert len(before) == 2 and own_cache in next(iter(before)).parents
    request.getfixturevalue("poison")
    assert same(extract(found, kind), first) and kept() == before


def test_content_is_the_key_and_only_what_is_new_is_computed(tmp_path, own_cache, request):
    found = sounds(tmp_path, count=2)
    first, before = extract(found), kept()
    moved = Path(found.audio["jazz.00000"])
    moved.rename(moved.with_stem("jazz.00042"))
    changed = sound(Path(found.audio["rock.00001"]), seed=9)
    second = extract(read_dataset(tmp_path))
    assert len(kept()) == 3 and before.items() <= kept().items()
    assert not second.X.loc["rock.00001"].equals(first.X.loc["rock.00001"])
    request.getfixturevalue("poison")
    sound(changed, seed=1)
    again = extract(read_dataset(tmp_path))
    assert again.values.index.tolist() == ["jazz.00042", "rock.00001"]
    assert np.array_equal(again.X, first.X)


def test_the_key_depends_on_code_libraries_and_kind_and_not_on_comments(tmp_path, monkeypatch):
    package = tmp_path / "genre_utils"
    ignored = shutil.ignore_patterns("__pycache__", "*.npz", "*.onnx")
    shutil.copytree(feature_tables.PACKAGE, package, ignore=ignored)
    for module in (feature_tables, imports):
        monkeypatch.setattr(module, "PACKAGE", package)

    def keys():
        feature_tables._code_digest.cache_clear()
        return {kind: feature_tables.cache_key(kind) for kind in KINDS}

    before = keys()
    assert len(set(before.values())) == len(KINDS)
    source = (package / "audio/kernels.py").read_text()
    commented = source.replace('"""Machine code', '"""Much machine code') + "\n# A comment.\n"
    (package / "audio/kernels.py").write_text(commented)
    assert keys() == before
    (package / "audio/kernels.py").write_text(source.replace("_TILE = 128", "_TILE = 64"))
    changed = {kind for kind, key in keys().items() if key != before[kind]}
    assert changed == {"features_30_sec", "features_3_sec", "mfcc", "mel", "raw"}
    (package / "audio/kernels.py").write_text(source)
    for library in ("librosa", "soxr"):
        with monkeypatch.context() as patch:
            patch.setattr(feature_tables, "version", lambda name, it=library: str(name == it))
            other = keys()
        assert not set(other.values()) & set(before.values())
    feature_tables._code_digest.cache_clear()


def test_two_processes_find_the_same(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=4)
    alone = extract(found)
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "other"))
    both = load_features(found, n_jobs=2, progress=False)
    assert same(both, alone) and len(kept()) == 4


def test_progress_is_shown_when_there_is_something_to_do(tmp_path, own_cache, capsys):
    found = sounds(tmp_path, count=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract(found)
    load_features(found, n_jobs=1, progress=True)
    assert capsys.readouterr().err == ""
    sound(tmp_path / "genres/rock/rock.00077.wav", seed=7)
    load_features(read_dataset(tmp_path), n_jobs=1, progress=True)
    assert "1/1" in capsys.readouterr().err


DAMAGED_FILES = {
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "other": lambda data: b"not what was cached " * 50,
    "short": lambda data: data[:-1],
    "header": lambda data: data[:4] + b"\xff" * 60 + data[64:],
    "values": lambda data: data[: len(data) // 3] + b"\1" * 200 + data[len(data) // 3 + 200 :],
    "bit": lambda data: (
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :]
    ),
}


@pytest.mark.parametrize("kind", ["features_30_sec", "mfcc"])
def test_a_damaged_cache_file_is_computed_again(tmp_path, own_cache, kind):
    found = sounds(tmp_path, count=2, seconds=3.1)
    first = extract(found, kind)
    path = next(iter(kept()))
    content, frames = path.read_bytes(), feature_tables.read_frames(path, mapped=False)
    for name, damage in DAMAGED_FILES.items():
        path.unlink()  # else what is mapped would change as well
        path.write_bytes(damage(content))
        second = extract(found, kind)
        assert second.faults.empty and same(second, first), name
        pd.testing.assert_frame_equal(feature_tables.read_frames(path), frames, rtol=1e-5)


def test_an_unwritable_cache_is_a_warning_not_a_failure(tmp_path, monkeypatch):
    found = sounds(tmp_path, count=2)
    expected = extract(found)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "file/cache"))
    with pytest.warns(UserWarning, match=r"2 results were not cached: .*file") as caught:
        features = extract(found)
    assert same(features, expected) and features.faults.empty
    assert len(caught) == 1 and (tmp_path / "file").read_text() == "no folder"


# --- files that cannot be used ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["features_30_sec", "mfcc"])
def test_faults_are_listed_by_name_with_the_reason(tmp_path, kind):
    rock = tmp_path / "rock"
    sound(rock / "good.wav", 3.1)
    cut = sound(rock / "cut.wav", 8.0, seed=1)
    cut.write_bytes(cut.read_bytes()[:-150_000])
    (rock / "empty.wav").touch()
    (rock / "text.mp3").write_text("la la la " * 900)
    sf.write(rock / "silent.wav", np.zeros(88200), 22050)
    sound(rock / "short.wav", 0.2)
    sound(rock / "gone.wav", 3.1, seed=2)
    found = read_dataset(tmp_path)
    (rock / "gone.wav").unlink()
    reasons = {
        "cut": "truncated",
        "empty": "empty",
        "silent": "silent",
        "short": "too short",
        "text": "not audio",
        "gone": "cannot be read",
    }
    for _ in ("computed", "recalled"):
        features = extract(found, kind)
        faults = features.faults
        assert set(features.tracks) == {"rock/good", "rock/cut"}
        assert faults.index.name == "track_id" and list(faults) == ["file", "reason", "used"]
        assert faults["used"].to_dict() == {f"rock/{name}": name == "cut" for name in reasons}
        for track, word in reasons.items():
            assert word in faults.loc[f"rock/{track}", "reason"]
        assert faults.loc["rock/text", "file"] == "text.mp3"
        assert "2 audio files" in features.source


def test_silent_and_missing_segments(tmp_path):
    """Silent ones are left out, the others keep their number; a track without any is a fault."""
    sound(tmp_path / "rock/a.wav", 3.5, lead=3.0)
    sound(tmp_path / "rock/brief.wav", 2.9, seed=1)
    sound(tmp_path / "rock/late.wav", 1.0, lead=3.0)
    found = read_dataset(tmp_path)
    assert extract(found).faults.empty
    for kind in ("features_3_sec", "mfcc"):
        features = extract(found, kind)
        assert features.values.index.tolist() == [("rock/a", 1)]
        assert "no segment of 3 s" in features.faults.loc["rock/brief", "reason"]
        assert "silent" in features.faults.loc["rock/late", "reason"]


def test_if_nothing_can_be_used_one_reason_is_given(tmp_path):
    (tmp_path / "rock").mkdir()
    (tmp_path / "rock/a.wav").write_text("la la la " * 900)
    with pytest.raises(DatasetError, match=r"None of the 1 files .*a\.wav: not audio"):
        extract(read_dataset(tmp_path))
    (tmp_path / "table").mkdir()
    written(table_of(NAMES_30), tmp_path / "table")
    with pytest.raises(DatasetError, match="None of the 0 files"):
        extract(read_dataset(tmp_path / "table"), "mfcc")

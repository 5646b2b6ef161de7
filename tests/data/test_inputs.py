"""Features of a collection: computed once, faults listed, damaged caches noticed."""

import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile as sf
from helpers import KINDS, NAMES_30, extract, kept, same, sound, sounds, table_of, written

from genre_utils.audio import EncoderMissing, embed_file, encoder_path
from genre_utils.data import (
    ENCODER_COLUMNS,
    INPUTS,
    DatasetError,
    extract_collection,
    inputs,
    load_features,
    read_dataset,
    track_means,
)


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


def test_fingerprints_are_a_row_a_track_as_long_as_it_is(tmp_path, own_cache):
    sounds(tmp_path, count=1, seconds=2.0)
    sound(tmp_path / "genres/rock/rock.00001.wav", 5.0, seed=1)
    found = read_dataset(tmp_path)
    for _ in ("computed", "recalled"):
        frames = extract(found, "fingerprint").values["frames"]
        assert frames.index.tolist() == ["jazz.00000", "rock.00001"]
        for track, path in found.audio.items():
            expected = INPUTS["fingerprint"](sf.read(path, dtype="float32")[0])
            assert frames[track].dtype == np.uint32 and np.array_equal(frames[track], expected)
    assert len(frames["jazz.00000"]) < len(frames["rock.00001"])
    assert len(kept()) == 2


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
    monkeypatch.setattr(inputs, "EXTRACTION_VERSION", inputs.EXTRACTION_VERSION + 1)
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
    path.unlink()  # else what is mapped would change as well
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
    with pytest.raises(DatasetError, match=r"None of the 1 files .*a\.wav: not audio"):
        extract(read_dataset(tmp_path))


def test_a_table_without_audio_gives_no_frames(tmp_path):
    written(table_of(NAMES_30), tmp_path)
    with pytest.raises(DatasetError, match="None of the 0 files"):
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


def test_what_the_encoder_hears_has_a_row_a_piece(demo_root, own_cache):
    dataset = read_dataset(demo_root)
    heard = load_features(dataset, "encoder", n_jobs=1, progress=False)
    assert heard.values.shape == (len(dataset.audio), len(ENCODER_COLUMNS))
    track = heard.tracks[0]
    alone = np.hstack(embed_file(dataset.audio[track]))
    assert np.allclose(heard.values.loc[track], alone, atol=1e-6)
    means = track_means(heard.values)
    assert list(means.index) == list(heard.tracks.unique())
    assert np.allclose(means.loc[track], alone.mean(axis=0), atol=1e-6)


def test_another_encoder_hears_anew(demo_root, own_cache, tiny_encoder, tmp_path, monkeypatch):
    dataset = read_dataset(demo_root)
    load_features(dataset, "encoder", n_jobs=1, progress=False)
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "other.onnx"))
    with pytest.raises(EncoderMissing, match="genre download encoder"):
        load_features(dataset, "encoder", n_jobs=1, progress=False)
    (tmp_path / "other.onnx").write_bytes(tiny_encoder.read_bytes() + b"\x12\x00")
    load_features(dataset, "encoder", n_jobs=1, progress=False)
    assert len(list(own_cache.glob("encoder-*"))) == 2


def test_patches_are_what_the_encoder_is_given(tmp_path, own_cache):
    found = sounds(tmp_path, count=2, seconds=6.5)
    patches = extract(found, "patch").values["frames"]
    heard = extract(found, "encoder").values
    assert patches.index.equals(heard.index)
    assert all(patch.shape == (187, 96) and patch.dtype == np.float16 for patch in patches)
    session = onnxruntime.InferenceSession(encoder_path(), providers=["CPUExecutionProvider"])
    said = np.hstack(session.run(None, {"log_mel": np.stack(patches).astype(np.float32)}))
    assert np.allclose(said, heard.to_numpy(), atol=0.01 * heard.to_numpy().std())

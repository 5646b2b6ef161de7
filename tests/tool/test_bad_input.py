"""Whole collections as people have them: odd names, loops, lone tracks, full and closed disks."""

import errno
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from helpers import AS_ROOT, extract, kept, sound, sounds

from genre_utils.data import audit, dataset, read_dataset
from genre_utils.data import synthetic as demo
from genre_utils.tool import predict_command, recommend_command
from genre_utils.tool.main import main

NAMES = [
    "plain",
    "two words",
    "a.b.c",
    "Für Elise",
    "日本語",
    "quote'n\"",
    "-dash",
    "#1",
    "%20",
    "x" * 200,
]


@pytest.fixture
def odd(tmp_path):
    """Two genres of one's own, one of them with a single track, and a loop of links."""
    for n, name in enumerate(NAMES):
        sound(tmp_path / f"my music/{name}.wav", 1.0, seed=n)
    sound(tmp_path / "lone.genre/only.wav", 1.0, seed=50)
    (tmp_path / "my music/again").symlink_to(tmp_path / "my music")
    (tmp_path / "my music/gone.wav").symlink_to(tmp_path / "nowhere.wav")
    return tmp_path


def test_odd_names_are_read_and_keep_their_names(odd):
    tracks = read_dataset(odd).tracks
    found = {Path(path).stem for path in tracks["path"]}
    assert set(NAMES) | {"only"} <= found
    assert tracks.index.is_unique
    assert set(tracks["genre"]) == {"my music", "lone.genre"}


def test_odd_collections_are_extracted_and_audited(odd, own_cache):
    features = extract(read_dataset(odd))
    assert len(features.values) == len(NAMES) + 1
    assert list(features.faults["file"]) == ["gone.wav"]
    result = audit(read_dataset(odd), n_jobs=1, progress=False)
    assert result.usable
    assert list(result.of("unreadable")["track"]) == ["my music/gone"]


@pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
def test_faults_of_files_whose_names_are_no_text_are_told(tmp_path, own_cache):
    sounds(tmp_path)
    (tmp_path / "genres/jazz" / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"no sound")
    assert list(extract(read_dataset(tmp_path)).faults["file"]) == ["caf\\udce9.wav"]


def test_a_disk_that_fills_up_while_caching_loses_nothing(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path, count=3)
    written = []

    def full(path, content):
        if len(written) == 1:
            original(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return original(path, content)

    original = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="2 results were not cached: .*No space left"):
        first = extract(found)
    assert len(first.values) == 3
    assert len(kept()) == 1
    assert not [p for p in own_cache.rglob("*") if p.is_file() and p.suffix != ".npy"]
    monkeypatch.undo()
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(own_cache))
    pd.testing.assert_frame_equal(extract(found).values, first.values, rtol=1e-5)


def test_nothing_is_written_into_the_collection(tmp_path, own_cache):
    found = sounds(tmp_path / "root")
    before = sorted(p for p in (tmp_path / "root").rglob("*"))
    extract(found)
    audit(found, n_jobs=1, progress=False)
    assert sorted(p for p in (tmp_path / "root").rglob("*")) == before


def test_the_demo_on_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(demo.wavfile, "write", full)
    with pytest.raises(OSError, match="No space left"):
        demo.write_demo(tmp_path / "demo", tracks_per_genre=1, seconds=1.0, progress=False)
    assert not (tmp_path / "demo").exists()


def test_a_file_that_may_not_be_read_is_one_fault(tmp_path, own_cache, monkeypatch):
    found = sounds(tmp_path / "root")
    paths = found.audio
    shutil.copy(paths.iloc[0], Path(paths.iloc[0]).with_name("jazz.00009.wav"))

    def forbidden(path, algorithm):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(dataset, "file_digest", forbidden)
    read = read_dataset(tmp_path / "root")
    assert len(read.audio) == 4
    assert read.tracks["duplicate_of"].isna().all()


@pytest.mark.skipif(AS_ROOT, reason="nothing is forbidden to root")
def test_a_read_only_collection_is_used(tmp_path, own_cache):
    found = sounds(tmp_path / "root")
    for folder in [tmp_path / "root", *(tmp_path / "root").rglob("*")]:
        folder.chmod(0o555)
    assert len(extract(found).values) == 3


@pytest.mark.parametrize(
    "module, command", [(predict_command, "predict"), (recommend_command, "recommend")]
)
def test_a_command_whose_output_is_cut_off_ends_quietly(module, command, monkeypatch):
    monkeypatch.setattr(module, f"_{command}", _cut_off)
    arguments = [command, "x"]
    error = open(os.devnull, "w")  # noqa: PTH123, SIM115  (main closes it)
    monkeypatch.setattr("sys.stderr", error)
    assert main(arguments) == 1
    assert error.closed


def _cut_off(_):
    raise BrokenPipeError

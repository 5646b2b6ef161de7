"""Whole collections: the mini and the full one, their lists, Kaggle, and what the command says."""

import io
import json
import os
import re
import shutil
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from genre_utils.cli.main import main
from genre_utils.sources.archives import listing_digest
from kagglesdk import kaggle_env
from remotes_of_tests import archive_with, md5, nothing_left, served

from genre_utils.data import (
    COMPANIONS,
    GENRES,
    REMOTES,
    SETS,
    DownloadError,
    fetch,
    get_collection,
    open_dataset,
    opening,
    read_dataset,
    remotes,
    transfers,
)


@pytest.fixture
def world(server, mini, monkeypatch):
    """All remotes point to our server; the lists exist, Kaggle does not."""
    table = {"mini": served(server, mini, "/main.zip")}
    for name in COMPANIONS:
        content = b'{"tracks": {}}' if name == "checksums" else b"jazz/jazz.00000.wav"
        path = f"/{name}"
        if name == "tempo":
            content = archive_with("repo/tempo/gtzan_jazz_00000.bpm", "zip")
        table[name] = served(server, content, path, name=name, listing="")
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
    outcome = get_collection(tmp_path / "a", progress=False)
    assert set(outcome.fetched) == {"mini", *COMPANIONS}
    assert not outcome.failed
    assert (tmp_path / "a/splits/train_filtered.txt").is_file()
    assert not transfers(tmp_path / "a").exists()
    assert get_collection(tmp_path / "a", progress=False).fetched == []


def test_a_list_that_cannot_be_had_does_not_spoil_the_rest(world, tmp_path):
    world.behaviour["/artists"] = {"status": 500}
    outcome = get_collection(tmp_path / "a", progress=False)
    assert "the server answers 500" in outcome.failed["artists"]
    assert len(read_dataset(tmp_path / "a").audio) == 40


def test_the_full_collection_falls_back_to_the_archive(world, tmp_path):
    outcome = get_collection(tmp_path / "a", "full", progress=False)
    assert "archive" in outcome.fetched
    assert "the server answers 404" in outcome.failed["kaggle"]
    assert len(list((tmp_path / "a/genres_original").rglob("*.wav"))) == 3


@pytest.fixture
def kaggle(world, demo_root):
    """What Kaggle's servers answer: a version, then the place of an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted((demo_root / "genres_original").rglob("*.wav")):
            archive.write(path, f"Data/genres_original/{path.parent.name}/{path.name}")
        for path in sorted((demo_root / "images_original").rglob("*.png")):
            archive.write(path, f"Data/images_original/{path.parent.name}/{path.name}")
        for seconds in (30, 3):
            archive.writestr(f"Data/features_{seconds}_sec.csv", "filename,label\n")
    api = "/v1/datasets.DatasetApiService"
    answer = {"ref": "a/b", "currentVersionNumber": 1}
    for start in ("", "/api"):
        world.files[f"{start}{api}/GetDataset"] = json.dumps(answer).encode()
        world.files[f"{start}{api}/DownloadDataset"] = b""
        world.behaviour[f"{start}{api}/DownloadDataset"] = {"redirect": "/kaggle.zip"}
    world.files["/kaggle.zip"] = file.getvalue()
    return world


def test_the_full_collection_comes_from_kaggle(kaggle, tmp_path, monkeypatch):
    complete = {"genres_original/*/*.wav": 40, "features_*_sec.csv": 2}
    monkeypatch.setitem(REMOTES, "kaggle", replace(REMOTES["kaggle"], complete=complete))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "theirs"))
    outcome = get_collection(tmp_path / "a", "full", progress=False)
    assert "kaggle" in outcome.fetched, outcome.failed["kaggle"]
    root = tmp_path / "a"
    assert len(list((root / "genres_original").rglob("*.wav"))) == 40
    assert (root / "features_3_sec.csv").is_file()
    assert os.environ["KAGGLEHUB_CACHE"] == str(tmp_path / "theirs")
    assert not transfers(root).exists()


def test_kaggle_without_the_set_is_one_sentence(world, tmp_path):
    with pytest.raises(DownloadError) as error:
        fetch(REMOTES["kaggle"], tmp_path / "a", progress=False)
    assert "https://www.kaggle.com/datasets/andradaolteanu" in str(error.value)
    assert nothing_left(tmp_path / "a")


def test_offline_means_that_nothing_is_asked(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_OFFLINE", "1")
    with pytest.raises(DownloadError, match="GENRE_UTILS_OFFLINE"):
        get_collection(tmp_path / "a")
    assert world.asked == []


def test_a_notebook_fetches_the_mini_set_where_there_is_nothing(world, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    found = open_dataset()
    assert found.root == tmp_path / "data/gtzan"
    assert len(found.audio) == 40


def test_a_notebook_falls_back_to_the_demo(world, tmp_path, monkeypatch, capsys):
    world.behaviour["/main.zip"] = {"status": 503}
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "made"
    (made / "genres/jazz").mkdir(parents=True)
    (made / "genres/jazz/a.wav").write_bytes(b"x")
    monkeypatch.setattr(opening, "write_demo", lambda folder: shutil.copytree(made, folder))
    with pytest.warns(UserWarning, match="demo collection"):
        assert open_dataset().root == tmp_path / "data/demo"


def test_the_command_says_what_it_fetched(world, tmp_path, capsys):
    assert main(["download", "mini", "--to", str(tmp_path / "a"), "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "40 tracks" in told
    assert str(tmp_path / "a") in told


def test_the_command_says_what_it_could_not_fetch(world, tmp_path, capsys):
    world.behaviour["/main.zip"] = {"status": 403}
    assert main(["download", "--to", str(tmp_path / "a"), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert "the server answers 403" in told
    assert "Traceback" not in told
    assert not (tmp_path / "a").exists()


# --- the table itself -------------------------------------------------------------------------


def test_every_remote_has_what_it_takes():
    for remote in remotes.REMOTES.values():
        assert remote.addresses
        assert remote.licence
        assert remote.size > 0
        checks = [remote.md5, remote.listing, *remote.files.values()]
        assert all(len(check) == 32 for check in checks if check)
        assert any(checks) or remote.addresses[0].startswith(remotes.KAGGLE)
        for address in remote.addresses:
            assert "github" not in address or re.search(r"[/@][0-9a-f]{40}[/.]", address), address
        assert remote.complete.keys()
        assert not remote.is_there(Path("/nonexistent"))
    assert {name for names in SETS.values() for name in names} | set(COMPANIONS) == set(REMOTES)


def test_each_recording_of_the_mini_set_has_its_checksum():
    files = REMOTES["mini"].files
    assert len(set(files.values())) == 100
    for name in files:
        found = re.fullmatch(r"(\w+)/\1\.\d{5}\.wav", name)
        assert found[1] in GENRES
    assert sum(REMOTES["mini"].complete.values()) == len(files)


@pytest.mark.real
def test_the_mini_set_and_the_tempi_are_those_that_were_published(real_root):
    if not all(REMOTES[name].is_there(real_root) for name in ("mini", "tempo")):
        pytest.skip("the mini set or the tempi are not there")
    for name, checksum in REMOTES["mini"].files.items():
        assert md5((real_root / "genres_original" / name).read_bytes()) == checksum
    assert listing_digest(real_root / "tempo") == REMOTES["tempo"].listing
    for index in (real_root / "meta").glob("*gtzan_genre_index*.json"):
        listed = json.loads(index.read_text())["tracks"]
        for name, checksum in REMOTES["mini"].files.items():
            assert listed[Path(name).stem]["audio"][1] == checksum


@pytest.mark.real
def test_the_lists_of_the_real_collection_have_the_published_checksums(real_root):
    for name in ("train", "valid", "test", "artists"):
        (path,) = REMOTES[name].gives.values()
        if not (real_root / path).is_file():
            pytest.skip(f"{path} is not there")
        assert md5((real_root / path).read_bytes()) == REMOTES[name].md5

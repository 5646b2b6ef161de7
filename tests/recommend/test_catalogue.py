"""Kept songs, and `genre recommend` over them."""

import json

import pytest
from helpers import sound

from genre_utils.cli.main import main
from genre_utils.data import load_features, read_dataset
from genre_utils.models import ModelError
from genre_utils.recommend import load_library, save_library


@pytest.fixture(scope="module")
def saved(demo_root, tmp_path_factory):
    home = tmp_path_factory.mktemp("library")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(home))
        dataset = read_dataset(demo_root)
        features = load_features(dataset, "features_30_sec", n_jobs=1, progress=False)
        assert save_library(dataset, features, "quick") == home / "demo.songs.parquet"
    return home, features


@pytest.fixture
def home(saved, monkeypatch, tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "demo.songs.parquet").write_bytes((saved[0] / "demo.songs.parquet").read_bytes())
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(folder))
    monkeypatch.setenv("GENRE_UTILS_TASTE", str(tmp_path / "taste.json"))
    return folder


def test_songs_come_back_as_they_were(home, saved):
    library = load_library()
    assert library.name == "demo"
    assert library.synthetic
    assert library.X.equals(saved[1].X)
    assert library.tracks.loc["rock.00003", "duplicate_of"] == "rock.00002"
    assert library.tracks.loc["rock.00000", "duplicate_of"] is None


def test_damaged_and_missing_songs_are_sentences(home, capsys):
    with pytest.raises(ModelError, match="there are demo"):
        load_library("other")
    path = home / "demo.songs.parquet"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        load_library()
    path.unlink()
    assert main(["recommend", "blues.00000"]) == 2
    assert "make report" in capsys.readouterr().err


def test_a_track_gets_songs_with_reasons(home, capsys):
    assert main(["recommend", "blues.00000", "-k", "5", "--why"]) == 0
    out = capsys.readouterr().out
    assert "Like blues.00000:" in out
    assert out.count(" = ") == 5
    assert "timbre" in out
    assert "synthesized" in out


def test_duplicates_are_named(home, capsys):
    assert main(["recommend", "rock.00003", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["duplicates"] == ["rock.00002"]
    assert "rock.00002" not in {song["track"] for song in found["songs"]}
    for song in found["songs"]:
        assert sum(song["why"].values()) == pytest.approx(song["similarity"], abs=1e-9)


def test_likes_and_skips_are_remembered_shown_and_forgotten(home, capsys):
    assert main(["recommend", "blues.00000", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["songs"][0]["track"]
    assert main(["recommend", "blues.00000", "--skip", first, "--like", "jazz.00000"]) == 0
    capsys.readouterr()
    assert main(["recommend", "blues.00000", "--json"]) == 0
    after = {song["track"] for song in json.loads(capsys.readouterr().out)["songs"]}
    assert first not in after
    assert main(["recommend", "-k", "3"]) == 0
    assert "Like jazz.00000:" in capsys.readouterr().out
    assert main(["taste"]) == 0
    assert f"Skipped: {first}." in capsys.readouterr().out
    assert main(["taste", "--forget"]) == 0
    capsys.readouterr()
    assert main(["taste", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"likes": [], "skips": []}
    assert main(["recommend"]) == 1
    assert "like some tracks first" in capsys.readouterr().err


def test_an_audio_file_can_be_the_seed_and_a_bad_one_is_a_sentence(home, tmp_path, capsys):
    assert main(["recommend", str(sound(tmp_path / "my song.wav", 3.0)), "-k", "2"]) == 0
    assert len([x for x in capsys.readouterr().out.splitlines() if "0." in x]) >= 2
    (tmp_path / "text.mp3").write_text("no")
    assert main(["recommend", str(tmp_path / "text.mp3")]) == 1
    assert "not audio" in capsys.readouterr().err
    assert main(["recommend", str(tmp_path / "none.mp3")]) == 1
    assert "does not exist" in capsys.readouterr().err


def test_unknown_names_suggest_the_nearest(home, capsys):
    assert main(["recommend", "blus.00001"]) == 1
    assert "blues.00001" in capsys.readouterr().err
    assert main(["recommend", "blues.00001", "--like", "nothing"]) == 1
    assert "no track nothing" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["-k", "0"], ["-k", "x"], ["--variety", "2"]])
def test_wrong_options_are_said_so(home, wrong, capsys):
    with pytest.raises(SystemExit):
        main(["recommend", "blues.00000", *wrong])
    assert "is not a number" in capsys.readouterr().err

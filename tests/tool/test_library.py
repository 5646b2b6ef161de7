"""Kept songs, and `genre recommend` over them."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from helpers import sound

from genre_utils.audio import fingerprint, load_audio
from genre_utils.data import EMBEDDING_AND_TAGS, load_features, open_dataset, read_dataset
from genre_utils.models import ModelError
from genre_utils.recommend import Feedback
from genre_utils.tool.feedback_file import read_all_feedback
from genre_utils.tool.library import like_clip, load_library, save_library
from genre_utils.tool.main import main


@pytest.fixture(scope="module")
def saved(demo_root, tmp_path_factory, tiny_encoder):
    home = tmp_path_factory.mktemp("library")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_UTILS_MODELS", str(home))
        patch.setenv("GENRE_UTILS_ENCODER", str(tiny_encoder))
        dataset = read_dataset(demo_root)
        features = load_features(dataset, "features_30_sec", n_jobs=1, progress=False)
        prints = load_features(dataset, "fingerprint", n_jobs=1, progress=False)
        load_features(dataset, "encoder", n_jobs=1, progress=False)  # cached for what follows
        target = save_library(dataset, features, "quick", prints.values["frames"])
        assert target == home / "demo.songs.parquet"
    return home, features


@pytest.fixture
def home(saved, monkeypatch, tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "demo.songs.parquet").write_bytes((saved[0] / "demo.songs.parquet").read_bytes())
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(folder))
    monkeypatch.setenv("GENRE_UTILS_FEEDBACK", str(tmp_path / "feedback.json"))
    return folder


def test_songs_come_back_as_they_were(home, saved):
    library = load_library()
    assert library.name == "demo"
    assert library.synthetic
    assert library.collection == "demo"
    assert library.X.equals(saved[1].X)
    assert library.tracks.loc["rock.00003", "duplicate_of"] == "rock.00002"
    assert library.tracks.loc["rock.00000", "duplicate_of"] is None


def test_fingerprints_and_songs_are_kept(home, demo_root):
    library = load_library()
    audio = read_dataset(demo_root).audio
    assert list(library.fingerprints) == list(audio.index)
    expected = fingerprint(load_audio(audio["jazz.00001"]))
    assert np.array_equal(library.fingerprints["jazz.00001"], expected)
    assert library.tracks.loc["rock.00003", "song"] == library.tracks.loc["rock.00002", "song"]
    assert library.tracks["song"].nunique() == len(library.tracks) - 1


def test_what_the_encoder_hears_is_kept_and_compared(home, capsys):
    library = load_library()
    assert list(library.embeddings) == list(EMBEDDING_AND_TAGS)
    assert library.embeddings.index.equals(library.X.index)
    made, note = library.recommender()
    assert made.uses_encoder
    assert note == ""
    assert main(["recommend", "blues.00000", "-k", "3", "--why"]) == 0
    assert capsys.readouterr().out.count("tags in common 0.") == 3


def keep_again(demo_root, features, heard):
    save_library(read_dataset(demo_root), features, "full", pd.Series(dtype=object), heard)


def test_songs_kept_without_the_encoder_are_compared_by_features_which_is_said(
    home, saved, demo_root, capsys
):
    keep_again(demo_root, saved[1], load_library().embeddings.iloc[:0])
    made, note = load_library().recommender(["blues.00000"])
    assert not made.uses_encoder
    assert main(["recommend", "blues.00000", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err == f"genre: {note}\n"
    assert "57 features" in note
    assert json.loads(told.out)["songs"][0]["shared_tags"] == {}


def test_tracks_that_were_not_heard_are_not_lost(home, saved, demo_root, capsys):
    keep_again(demo_root, saved[1], load_library().embeddings.iloc[3:])
    assert main(["recommend", "blues.00003", "-k", "40", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "blues.00001" not in told.out
    assert main(["recommend", "blues.00001", "-k", "40", "--json"]) == 0
    told = capsys.readouterr()
    assert "no embedding" in told.err
    assert "blues.00002" in told.out


def test_a_clip_of_a_page_that_cannot_be_used_is_a_sentence(home, tmp_path):
    library = load_library()
    made, _ = library.recommender()
    assert like_clip("", library, made)[1] == "No clip was given."
    table, note = like_clip(str(tmp_path / "none.mp3"), library, made)
    assert table.empty
    assert "does not exist" in note
    table, _ = like_clip(str(sound(tmp_path / "a.wav", 3.0)), library, made, 4)
    assert len(table) == 4


def test_tracks_without_audio_have_no_fingerprint(saved, tmp_path, demo_root, monkeypatch):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path))
    dataset = read_dataset(demo_root)
    tracks = dataset.tracks.copy()
    tracks.loc["jazz.00000", "path"] = None
    some = replace(dataset, tracks=tracks)
    cached = load_features(some, "fingerprint", n_jobs=1, progress=False).values["frames"]
    none = pd.DataFrame()
    save_library(some, saved[1], "full", cached, none)
    assert set(load_library().fingerprints) == set(tracks.index) - {"jazz.00000"}
    silent = replace(dataset, tracks=tracks.assign(path=None))
    save_library(silent, saved[1], "full", embeddings=none)
    assert load_library().fingerprints == {}


def test_another_coding_in_the_collection_is_the_same_song(tmp_path, monkeypatch, demo_root):
    monkeypatch.setenv("GENRE_UTILS_MODELS", str(tmp_path / "models"))
    root = tmp_path / "mine"
    for track in ("blues.00000", "jazz.00000", "pop.00000"):
        genre = track.split(".")[0]
        (root / genre).mkdir(parents=True)
        shutil.copy(demo_root / f"genres_original/{genre}/{track}.wav", root / genre)
    y = load_audio(root / "jazz/jazz.00000.wav")
    sf.write(root / "jazz/again.mp3", 0.5 * y[5000:], 22050)
    dataset = open_dataset(root)
    features = load_features(dataset, n_jobs=1, progress=False)
    prints = load_features(dataset, "fingerprint", n_jobs=1, progress=False)
    save_library(dataset, features, "full", prints.values["frames"])
    tracks = load_library().tracks
    assert tracks["duplicate_of"].isna().all()
    alike = tracks.index[tracks["song"] == tracks["song"].mode()[0]]
    assert {name.split("/")[-1] for name in alike} == {"jazz.00000", "again"}


def test_songs_of_an_older_version_are_a_sentence(home):
    path = home / "demo.songs.parquet"
    table = load_library().X
    table.to_parquet(path)
    with pytest.raises(ModelError, match="of another version"):
        load_library()


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
    assert "Similar to blues.00000:" in out
    assert out.count(" = ") == 2 * 5  # of the similarity, and of the tags in common
    assert "timbre" in out
    assert "synthesized" in out


def test_duplicates_are_named(home, capsys):
    assert main(["recommend", "rock.00003", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["duplicates"] == ["rock.00002"]
    assert "rock.00002" not in {song["track"] for song in found["songs"]}
    for song in found["songs"]:
        assert sum(song["why"].values()) == pytest.approx(song["similarity"], abs=1e-9)


@pytest.mark.parametrize("ending", ["mp3", "ogg", "wav"])
def test_the_song_of_a_file_is_named_and_left_out(home, demo_root, tmp_path, capsys, ending):
    y = load_audio(demo_root / "genres_original/rock/rock.00002.wav")
    file = tmp_path / f"mine.{ending}"
    sf.write(file, 0.7 * y[3000:], 22050)
    assert main(["recommend", str(file), "-k", "40", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["duplicates"] == ["rock.00002", "rock.00003"]
    assert not {"rock.00002", "rock.00003"} & {song["track"] for song in found["songs"]}
    assert main(["recommend", str(file)]) == 0
    assert "Excluded as the same song: rock.00002, rock.00003." in capsys.readouterr().out


def test_likes_and_skips_are_remembered_shown_and_forgotten(home, capsys):
    assert main(["recommend", "blues.00000", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["songs"][0]["track"]
    assert main(["recommend", "blues.00000", "--skip", first, "--like", "jazz.00000"]) == 0
    capsys.readouterr()
    assert main(["recommend", "blues.00000", "--json"]) == 0
    after = {song["track"] for song in json.loads(capsys.readouterr().out)["songs"]}
    assert first not in after
    assert main(["recommend", "-k", "3"]) == 0
    assert "Similar to jazz.00000:" in capsys.readouterr().out
    assert main(["feedback"]) == 0
    assert f"Skipped: {first}." in capsys.readouterr().out
    assert main(["feedback", "--delete"]) == 0
    capsys.readouterr()
    assert main(["feedback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"likes": [], "skips": [], "collections": {}}
    assert main(["recommend"]) == 1
    assert "like some tracks first" in capsys.readouterr().err


def test_likes_of_tracks_that_are_not_there_are_said_and_not_used(home, tmp_path, capsys):
    path = tmp_path / "feedback.json"
    likes = ["odd/base", "jazz.00000", *(f"mine/{n}" for n in range(9))]
    path.write_text(json.dumps({"format": 1, "likes": likes, "skips": []}))
    assert main(["recommend", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["seeds"] == ["jazz.00000"]
    assert len(told.err.splitlines()) == 1
    assert re.search(r"not in demo are not used: odd/base, mine/0, mine/1, \.\.\.", told.err)
    assert main(["recommend", "blues.00000", "--like", "pop.00000"]) == 0
    kept = read_all_feedback(path)
    assert kept["demo"] == Feedback(("pop.00000",))
    assert kept[""] == Feedback(tuple(likes))
    capsys.readouterr()
    path.write_text(json.dumps({"format": 1, "likes": ["mine/0"], "skips": []}))
    assert main(["recommend"]) == 1
    assert "like some tracks first" in capsys.readouterr().err


def test_forgetting_prints_json_and_takes_damaged_files(home, tmp_path, capsys):
    path = tmp_path / "feedback.json"
    assert main(["recommend", "blues.00000", "--like", "jazz.00000"]) == 0
    capsys.readouterr()
    assert main(["feedback", "--delete", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["deleted"] == str(path)
    assert found["damaged"] is False
    assert found["collections"] == {"demo": {"likes": ["jazz.00000"], "skips": []}}
    assert not path.exists()
    for flags in (["--json"], []):
        path.write_text("{damaged")
        assert main(["feedback"]) == 1
        assert main(["feedback", "--delete", *flags]) == 0
        assert not path.exists()
    assert "could not be read" in capsys.readouterr().out


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
    assert main(["recommend", "x" * 5000]) == 1
    told = capsys.readouterr().err
    assert re.fullmatch(r"genre: There is no track x{60}\.\.\. in the collection\.\n", told)


def test_files_and_tracks_are_seeds_together(home, tmp_path, capsys):
    path = str(sound(tmp_path / "odd/base.wav", 3.0))
    found = []
    for seeds in (["blues.00001", path], [path, "blues.00001"]):
        assert main(["recommend", *seeds, "--json"]) == 0
        found.append([song["track"] for song in json.loads(capsys.readouterr().out)["songs"]])
    assert found[0] == found[1]
    assert "blues.00001" not in found[0]


@pytest.mark.parametrize("wrong", [["-k", "0"], ["-k", "x"], ["--variety", "2"]])
def test_wrong_options_are_said_so(home, wrong, capsys):
    with pytest.raises(SystemExit):
        main(["recommend", "blues.00000", *wrong])
    assert "is not a" in capsys.readouterr().err

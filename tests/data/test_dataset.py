"""A collection is found, whatever its layout, and what it lacks is said."""

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from helpers import put, put_all, refused

from genre_utils.data import GTZAN_GENRES, TRACK_COLUMNS, read_dataset
from genre_utils.data.naming import parse_track_id


def put_table(root, *lines, seconds=30):
    put(root / f"features_{seconds}_sec.csv", "\n".join(["filename,label", *lines, ""]).encode())
    return root


def gtzan_like(folder, suffix="wav"):
    genres = ("blues", "jazz", "rock")
    put_all(folder, *(f"{g}/{g}.{n:05d}.{suffix}" for g in genres for n in range(2)))


def paths_below(root):
    audio = read_dataset(root).audio
    return {track: Path(path).relative_to(root).as_posix() for track, path in audio.items()}


def copy(root, target):
    return Path(shutil.copytree(root, target, copy_function=shutil.copy))


@pytest.mark.parametrize(
    "folder, suffix",
    [
        ("genres_original", "wav"),  # Kaggle
        ("Data/genres_original", "wav"),  # the same, unpacked
        ("genres", "au"),  # Marsyas
        ("genres", "wav"),
        ("gtzan_mini/genres", "wav"),  # an archive's own folder
        ("Data", "mp3"),
        (".", "FLAC"),
    ],
)
def test_layouts(tmp_path, folder, suffix):
    root = tmp_path if folder != "Data" else tmp_path / "Data"
    gtzan_like(tmp_path / folder, suffix)
    found = read_dataset(root)
    genres = {f"{g}.{n:05d}": g for g in ("blues", "jazz", "rock") for n in range(2)}
    assert found.tracks["genre"].to_dict() == genres
    assert found.tracks.index.name == "track_id" and list(found.tracks) == TRACK_COLUMNS
    assert found.genres == ["blues", "jazz", "rock"] and found.name == root.name
    assert not found.synthetic and found.tables == {}
    for track, path in found.audio.items():
        assert Path(path).name == f"{track}.{suffix}" and Path(path).is_file()


def test_parts_beside_nested_audio_are_found(tmp_path):
    base = tmp_path / "Data"
    gtzan_like(base / "genres_original")
    put(base / "images_original/blues/blues00001.png")
    put_table(base, "blues.00000.wav,blues")
    put_table(base, "blues.00000.0.wav,blues", seconds=3)
    found = read_dataset(tmp_path)
    assert found.tracks["picture"].dropna().index.tolist() == ["blues.00001"]
    assert found.tracks["table"].sum() == 1 and found.tracks["table"].dtype == bool
    assert found.tables == {s: base / f"features_{s}_sec.csv" for s in (30, 3)}


def test_a_folder_of_genre_folders(tmp_path):
    songs = {
        "rock/track12345": "rock/track12345.wav",
        "jazz/track12345": "jazz/track12345.wav",
        "jazz/Évora/Café Atlântico/01. Flor": "jazz/Évora/Café Atlântico/01. Flor.mp3",
        "jazz/Évora/Mar Azul/01. Flor": "jazz/Évora/Mar Azul/01. Flor.mp3",
        "drum & bass/a.b.c vol. 2": "drum & bass/a.b.c vol. 2.ogg",
        "drum & bass/blues.00001": "drum & bass/blues.00001.wav",
    }
    put_all(tmp_path, *songs.values(), "rock/cover.jpg", "rock/notes.txt", "loose.wav")
    assert paths_below(tmp_path) == songs
    found = read_dataset(tmp_path)
    assert found.genres == ["drum & bass", "jazz", "rock"]
    assert (found.tracks["genre"] == [track.split("/")[0] for track in found.tracks.index]).all()


def test_one_name_in_two_formats_or_folders_is_two_tracks(tmp_path):
    names = ["rock/a.mp3", "rock/a.wav", "rock/a.mp3.wav", "pop/pop.00001.au", "pop/pop.00001.wav"]
    names += ["pop/live/pop.00001.wav"]
    put_all(tmp_path, *names)
    found = paths_below(tmp_path)
    assert len(found) == 6 and sorted(found.values()) == sorted(names)


def test_hidden_files_and_folders_are_left_out(tmp_path):
    put_all(tmp_path, "rock/a.wav", "rock/._a.wav", "rock/.hidden/b.wav", ".cache/rock/c.wav")
    assert paths_below(tmp_path) == {"rock/a": "rock/a.wav"}
    before = read_dataset(tmp_path).fingerprint(times=True)
    put_all(tmp_path, "rock/._b.wav", ".DS_Store", "rock/.DS_Store", ".git/config")
    assert read_dataset(tmp_path).fingerprint(times=True) == before


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")


def test_a_loop_of_links_ends(tmp_path):
    put(tmp_path / "rock/a.wav")
    link(tmp_path / "rock/loop", tmp_path)
    link(tmp_path / "rock/itself", tmp_path / "rock")
    assert paths_below(tmp_path) == {"rock/a": "rock/a.wav"}
    assert read_dataset(tmp_path).fingerprint()


def test_linked_files_and_genres_are_read(tmp_path):
    put_all(tmp_path / "store", "rock/a.wav", "b.wav")
    root = tmp_path / "mine"
    put(root / "pop/c.wav")
    link(root / "rock", tmp_path / "store/rock")
    link(root / "pop/b.wav", tmp_path / "store/b.wav")
    link(root / "pop/gone.wav", tmp_path / "gone.wav")
    assert read_dataset(root).fingerprint()
    assert set(paths_below(root)) == {"rock/a", "pop/b", "pop/c", "pop/gone"}


def test_a_table_without_audio(tmp_path):
    put_table(tmp_path, "jazz.00000.wav,jazz", "blues.00007.au,blues")
    found = read_dataset(tmp_path)
    assert found.tracks["genre"].to_dict() == {"blues.00007": "blues", "jazz.00000": "jazz"}
    assert found.audio.empty and found.tracks["table"].all()
    assert found.describe()["tracks_with_features"] == 2
    assert "Audio of 2 of 2 tracks" in found.missing[0]


def test_audio_and_table_that_overlap(tmp_path):
    gtzan_like(tmp_path / "genres")
    put_table(tmp_path, "blues.00000.wav,blues", "pop.00000.wav,pop")
    found = read_dataset(tmp_path)
    assert len(found.tracks) == 7 and found.tracks.index.is_monotonic_increasing
    assert found.tracks.loc["pop.00000", "genre"] == "pop"
    assert found.tracks["path"].isna().sum() == 1
    assert found.tracks.index[found.tracks["table"]].tolist() == ["blues.00000", "pop.00000"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x81" * 50])
def test_a_table_that_is_none_is_refused(tmp_path, content):
    put(tmp_path / "features_30_sec.csv", content)
    message = refused(tmp_path)
    assert str(tmp_path / "features_30_sec.csv") in message and "is not a table" in message


@pytest.mark.parametrize(
    "line", ["blues.00000.wav,blues", ",blues", "blues.00001.wav,"], ids=["twice", "name", "label"]
)
def test_a_wrong_row_of_the_table_does_not_end_the_listing(tmp_path, line):
    put_table(tmp_path, "blues.00000.wav,blues", line)
    assert read_dataset(tmp_path).genres == ["blues"]


def test_a_folder_without_extras_says_what_is_missing(tmp_path):
    put(tmp_path / "rock/a.wav")
    found = read_dataset(tmp_path)
    row = found.tracks.loc["rock/a"]
    assert row.drop(["genre", "path", "song", "table"]).isna().all() and not row["table"]
    assert row["song"] == "rock/a"
    assert len(found.missing) == 6 and all(text.endswith(".") for text in found.missing)
    for word in ("features_30_sec", "features_3_sec", "picture", "artist", "partition", "tempo"):
        assert any(word in text for text in found.missing)


def test_tracks_of_the_demo(demo_root):
    found = read_dataset(demo_root)
    tracks = found.tracks
    assert list(tracks) == TRACK_COLUMNS and len(tracks) == 40 and found.synthetic
    assert found.genres == list(GTZAN_GENRES) and tracks.index.is_unique
    assert tracks["path"].map(lambda p: Path(p).stem).tolist() == tracks.index.tolist()
    assert tracks["artist"].notna().sum() == tracks["title"].notna().sum() == 37
    assert tracks["artist"].nunique() > 30 and "Élodie Callowhey" in set(tracks["artist"])
    assert tracks.loc["blues.00000", "title"] == "Blues Piece No. 1"
    assert tracks["partition"].value_counts().to_dict() == {"train": 19, "valid": 10, "test": 10}
    assert tracks["duplicate_of"].dropna().to_dict() == {"rock.00003": "rock.00002"}
    assert tracks["partition"].isna().sum() == 1 and pd.isna(tracks.loc["rock.00003", "partition"])
    assert tracks["annotated_tempo"].between(40, 240).all()
    for track, picture in tracks["picture"].items():
        assert Path(picture).is_file() and parse_track_id(picture) == track
    assert found.describe() == {
        "name": "demo",
        "tracks": 40,
        "tracks_with_features": 0,
        "tracks_with_audio": 40,
        "tracks_with_pictures": 40,
        "synthetic": True,
        "fingerprint": found.fingerprint(),
    }


def test_artists_tempi_and_partition_of_others_are_ignored(tmp_path):
    gtzan_like(tmp_path / "genres")
    index = "blues.00000.wav ::: Él ::: One\njazz.00000.au ::: Ann\nrock.00000.wav :::  ::: \nbad\n"
    put(tmp_path / "meta/GTZANindex.txt", (index + "pop.00000.wav ::: X ::: Y").encode("latin-1"))
    put(tmp_path / "tempo/gtzan_blues_00000.bpm", b"120.5\n")
    put(tmp_path / "tempo/gtzan_jazz_00000.bpm", b"fast\n")
    put(tmp_path / "tempo/gtzan_pop_00000.bpm", b"99\n")
    put(tmp_path / "splits/valid_filtered.txt", b"blues/blues.00000.wav\r\npop/pop.00000.wav\r\n")
    tracks = read_dataset(tmp_path).tracks
    assert len(tracks) == 6
    assert tracks["artist"].dropna().to_dict() == {"blues.00000": "Él", "jazz.00000": "Ann"}
    assert tracks["title"].dropna().to_dict() == {"blues.00000": "One"}
    assert tracks["annotated_tempo"].dropna().to_dict() == {"blues.00000": 120.5}
    assert tracks["partition"].dropna().to_dict() == {"blues.00000": "valid"}


def test_duplicates_are_equal_bytes_and_empty_files_are_not(tmp_path):
    same = {"pop/b.wav": b"same", "rock/a.wav": b"same", "rock/c.mp3": b"same"}
    other = {"rock/d.wav": b"diff", "rock/e.wav": b"", "rock/f.wav": b""}
    for name, content in (same | other).items():
        put(tmp_path / name, content)
    assert read_dataset(tmp_path).tracks["duplicate_of"].dropna().to_dict() == {
        "rock/a": "pop/b",
        "rock/c": "pop/b",
    }


def test_duplicates_of_tracks_without_audio_come_from_the_published_sums(tmp_path):
    put_table(tmp_path, *(f"rock.0000{n}.wav,rock" for n in range(3)))
    sums = {"rock.00000": "aa", "rock.00001": "bb", "rock.00002": "aa", "rock.00009": "bb"}
    listed = {"tracks": {name: {"audio": [f"{name}.wav", md5]} for name, md5 in sums.items()}}
    put(tmp_path / "meta/mirdata_gtzan_genre_index_1.0.json", json.dumps(listed).encode())
    found = read_dataset(tmp_path).tracks["duplicate_of"].dropna()
    assert found.to_dict() == {"rock.00002": "rock.00000"}


@pytest.fixture
def collection(tmp_path):
    root = tmp_path / "first"
    gtzan_like(root / "genres_original")
    put(root / "images_original/rock/rock00000.png")
    return put_table(root, "blues.00000.wav,blues")


def fingerprint(root, **options):
    return read_dataset(root).fingerprint(**options)


def test_a_copy_has_the_same_fingerprint(collection, tmp_path):
    assert fingerprint(copy(collection, tmp_path / "elsewhere")) == fingerprint(collection)
    assert fingerprint(collection) == fingerprint(collection)


@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize(
    "name, content",
    [
        ("features_30_sec.csv", b"filename,label\nblues.00001.wav,blues\n"),  # as long as before
        ("genres_original/rock/rock.00000.wav", b"of another length"),
        ("genres_original/rock/rock.00009.wav", b"new"),
        ("images_original/rock/rock00000.png", b"of another length"),
        ("splits/train_filtered.txt", b"rock/rock.00000.wav"),
    ],
)
def test_a_change_changes_the_fingerprint(collection, name, content, times):
    before = fingerprint(collection, times=times)
    put(collection / name, content)
    assert fingerprint(collection, times=times) != before


def test_a_touch_counts_only_with_times(collection):
    plain, timed = fingerprint(collection), fingerprint(collection, times=True)
    os.utime(collection / "genres_original/rock/rock.00000.wav", ns=(1, 1))
    assert fingerprint(collection) == plain
    assert fingerprint(collection, times=True) != timed

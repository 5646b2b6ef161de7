"""Names of tracks, tags of files, and words that come with a song."""

import mutagen
import numpy as np
import pandas as pd
import pytest
from helpers import encode, tagged, tone, write
from mutagen.id3 import TCON, TIT2, USLT

from genre_utils.data import GTZAN_GENRES, artist_decades, name_tracks, read_dataset, song_words
from genre_utils.data.naming import parse_artist_and_title, parse_track_id, plain_text, read_tags


@pytest.mark.parametrize(
    "name, track",
    [
        ("blues.00000.wav", "blues.00000"),
        ("blues/blues.00000.wav", "blues.00000"),
        ("blues00012.png", "blues.00012"),
        ("gtzan_hiphop_00099.bpm", "hiphop.00099"),
        ("/far/away/rock.00001.au", "rock.00001"),
        ("My Song v1.2.mp3", "My Song v1.2"),
        ("01. Café.flac", "01. Café"),
        ("blues.000001.wav", "blues.000001"),
        ("caf\udce9.wav", r"caf\udce9"),
    ],
)
def test_parse_track_id(name, track):
    assert parse_track_id(name) == track


def test_files_of_one_track_and_names_that_are_no_text_stay_apart():
    names = [
        "blues/blues.00000.au", "blues/blues.00000.wav", "blues/\udce9.wav", "blues/\udcea.wav"
    ]  # fmt: skip
    found = dict(name_tracks(names))
    assert list(found.values()) == names
    assert list(found) == [
        "blues.00000", "blues/blues.00000.wav", r"blues/\udce9", r"blues/\udcea"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("track", "found"),
    [
        ("Nina Simone - Feeling Good", ("Nina Simone", "Feeling Good")),
        ("mixed/03 - Nina Simone - Feeling Good", ("Nina Simone", "Feeling Good")),
        ("Nina Simone - Pastel Blues - 03 - Sinnerman", ("Nina Simone", "Sinnerman")),
        ("Nina Simone/Pastel Blues/03 Sinnerman", ("Nina Simone", "Sinnerman")),
        ("Nina Simone/Pastel Blues/1-03 Sinnerman", ("Nina Simone", "Sinnerman")),
        ("recordings/take7", (None, None)),
        ("blues/blues.00012", (None, None)),
        ("99 Luftballons", (None, None)),
        ("Prince/1999/1999", (None, None)),
        ("1979", (None, None)),
    ],
)
def test_artist_and_title_of_a_name(track, found):
    assert parse_artist_and_title(track) == found


@pytest.mark.parametrize("ending", ["mp3", "flac", "ogg", "wav"])
def test_tags_are_read_of_every_format(tmp_path, ending):
    assert read_tags(tagged(tmp_path / f"x.{ending}")) == ("Nina Simone", "Sinnerman")


def test_artists_in_tags_count_where_the_index_names_none(tmp_path):
    """So one's own collection has an artist split."""
    for n, artist in enumerate(["Ann", "Ann", "Bob", " "]):
        (tmp_path / "jazz").mkdir(exist_ok=True)
        tagged(tmp_path / f"jazz/jazz.0000{n}.mp3", artist, f"Song {n}")
    tracks = read_dataset(tmp_path).tracks
    assert tracks["artist_group"].tolist()[:3] == ["Ann", "Ann", "Bob"]
    assert pd.isna(tracks["artist"].iloc[3]) and tracks["title"].iloc[3] == "Song 3"
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta/GTZANindex.txt").write_text("jazz.00000.mp3 ::: Cid ::: Other")
    tracks = read_dataset(tmp_path).tracks
    assert tracks["artist"].tolist()[:3] == ["Cid", "Ann", "Bob"]
    assert tracks["title"].tolist()[:2] == ["Other", "Song 1"]


def test_damaged_tags_are_no_tags(tmp_path):
    content = tagged(tmp_path / "x.mp3").read_bytes()
    rng = np.random.default_rng(0)
    for number in range(60):
        hurt = bytearray(content[: rng.integers(4, 400)] if number % 2 else content)
        for at in rng.integers(0, min(len(hurt), 120), 12):
            hurt[at] = rng.integers(256)
        (tmp_path / "hurt.mp3").write_bytes(hurt)
        read_tags(tmp_path / "hurt.mp3")
    (tmp_path / "text.mp3").write_text("no")
    assert read_tags(tmp_path / "text.mp3") == (None, None)
    assert read_tags(tmp_path / "nowhere.mp3") == (None, None)


@pytest.fixture
def song(tmp_path):
    return write(tmp_path / "Somebody - Rain again.wav", tone(1.0))


def test_words_are_the_title_and_the_text_beside_the_file(song, tmp_path):
    assert song_words(song) == "Rain again"
    song.with_suffix(".lrc").write_text(
        "\ufeff[ar:Somebody]\n[00:01.00]It <00:01.20>rained\n\n[00:02.50][00:09.00]all night\n",
        encoding="utf-8",
    )
    assert song_words(song) == "Rain again\nIt rained\nall night"
    assert song_words(tmp_path / "blues.00001.wav") == ""
    assert plain_text("[la: la la]\nLa [la] la") == "La [la] la"


@pytest.mark.parametrize("content", [b"na\xefve", b"\0\1\2", b""])
def test_a_text_that_is_none_is_no_trouble(song, content):
    song.with_suffix(".txt").write_bytes(content)
    assert song_words(song) == "Rain again" + ("\nna\xefve" if content[:2] == b"na" else "")


def test_a_text_within_the_file_is_read_and_its_genre_is_not(tmp_path):
    path = encode(tmp_path / "a.mp3", tone(1.0), 22050, "mp3", "libmp3lame")
    tags = mutagen.id3.ID3()
    for tag in (TIT2(text="Rain"), TCON(text="Blues"), USLT(lang="eng", text="It rained")):
        tags.add(tag)
    tags.save(path)
    assert song_words(path) == "Rain\nIt rained"


def test_decades_are_those_of_the_recordings_that_stand_for_them():
    table = artist_decades()
    assert table.index.is_unique and set(table["decade"]) == set(range(1960, 2010, 10))
    assert (table["year"] // 10 * 10 == table["decade"]).all()
    assert table["see"].str.startswith("https://").all()


@pytest.mark.real
def test_the_real_collection(real_root):
    found = read_dataset(real_root)
    tracks = found.tracks
    if 30 not in found.tables:
        pytest.skip("the published table is not there")
    assert found.name == "GTZAN" and not found.synthetic
    assert found.genres == list(GTZAN_GENRES)
    assert (tracks["genre"].value_counts() == 100).all() and len(tracks) == 1000
    sets = tracks["partition"].value_counts().to_dict()
    assert sets == {"train": 443, "valid": 197, "test": 290}
    assert (tracks["artist"].notna().sum(), tracks["artist"].nunique()) == (919, 244)
    assert tracks["duplicate_of"].notna().sum() == 14
    assert tracks["picture"].notna().sum() == 999 and pd.isna(tracks.loc["jazz.00054", "picture"])
    assert tracks["annotated_tempo"].notna().sum() == 999
    assert tracks["table"].all() and len(found.audio) >= 100
    placed = tracks.dropna(subset=["artist_group", "partition"])
    sets = placed.groupby("artist_group")["partition"].nunique()
    assert set(sets.index[sets > 1]) == {"Bob Marley", "Celine Dion", "Donna Summer"}

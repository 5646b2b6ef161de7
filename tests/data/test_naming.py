"""Names of tracks, and what is listed of the real collection."""

import pandas as pd
import pytest

from genre_utils.data import GTZAN_GENRES, name_tracks, parse_track_id, read_dataset


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
        "blues/blues.00000.au",
        "blues/blues.00000.wav",
        "blues/\udce9.wav",
        "blues/\udcea.wav",
    ]
    found = dict(name_tracks(names))
    assert list(found.values()) == names
    assert list(found) == [
        "blues.00000", "blues/blues.00000.wav", r"blues/\udce9", r"blues/\udcea"
    ]  # fmt: skip


@pytest.mark.real
def test_the_real_collection(real_root):
    found = read_dataset(real_root)
    tracks = found.tracks
    assert found.name == "GTZAN" and not found.synthetic and 30 in found.tables
    assert found.genres == list(GTZAN_GENRES)
    assert (tracks["genre"].value_counts() == 100).all() and len(tracks) == 1000
    sides = tracks["partition"].value_counts().to_dict()
    assert sides == {"train": 443, "valid": 197, "test": 290}
    assert (tracks["artist"].notna().sum(), tracks["artist"].nunique()) == (919, 244)
    assert tracks["duplicate_of"].notna().sum() == 14
    assert tracks["picture"].notna().sum() == 999 and pd.isna(tracks.loc["jazz.00054", "picture"])
    assert tracks["annotated_tempo"].notna().sum() == 999
    assert tracks["table"].all() and len(found.audio) >= 100


@pytest.mark.real
def test_three_real_artists_are_on_two_sides_of_the_published_partition(real_root):
    tracks = read_dataset(real_root).tracks.dropna(subset=["artist_group", "partition"])
    sides = tracks.groupby("artist_group")["partition"].nunique()
    assert set(sides.index[sides > 1]) == {"Bob Marley", "Celine Dion", "Donna Summer"}

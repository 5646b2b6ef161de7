"""One song is one song, one artist is one artist: what is joined, and what stays apart."""

import json
import shutil

import pandas as pd
import pytest
from helpers import sounds
from hypothesis import given
from hypothesis import strategies as st

from genre_utils.data import identify, make_splits, members, normalize_name, read_dataset
from genre_utils.files import file_digest


def tracks_of(*rows):
    """Tracks from rows of artist and title."""
    names = [f"jazz.{n:05d}" for n in range(len(rows))]
    table = pd.DataFrame(rows, columns=["artist", "title"], index=names, dtype=object)
    return table.rename_axis("track_id").assign(genre="jazz", duplicate_of=None, partition=None)


@pytest.mark.parametrize(
    "one, other",
    [
        ("Rage Against The Machine", "Rage Against the Machine"),
        ("Earth, Wind & Fire", "Earth Wind and Fire"),
        ("The Sugarhill Gang", "Sugarhill Gang"),
        ("Motörhead", "MOTORHEAD"),
        ("J.S. Bach", "JS Bach"),
        ("Destiny's Child", "Destiny’s Child"),
        ("RUN-DMC", "Run DMC"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one, other):
    assert normalize_name(one) == normalize_name(other)


def test_names_of_signs_alone_stay_apart():
    assert normalize_name("???") != normalize_name("!!!")


@pytest.mark.parametrize(
    "name, found",
    [
        ("Bob Marley and Lauryn Hill", {"bob marley", "lauryn hill"}),
        ("Michael Jackson & Janet Jackson", {"michael jackson", "janet jackson"}),
        ("Dr. Dre feat. Snoop Dogg", {"dr dre", "snoop dogg"}),
        ("Eminem ft. Dido", {"eminem", "dido"}),
        ("Aretha Franklin, Celine Dion & Cher", {"aretha franklin", "celine dion", "cher"}),
        ("Magic Slim & The Teardrops", {"magic slim"}),
        ("Archie Bell and The Drells", {"archie bell"}),
        ("Ike & Tina Turner", {"tina turner"}),
    ],
)
def test_who_plays_together(name, found):
    assert set(members(name, {"cher", "tina turner"})) - {normalize_name(name)} == found


# The bands of the collection, and some others, whose name has "and", "&" or a comma in it.
BANDS = """Earth Wind and Fire, Ashford & Simpson, KC and The Sunshine Band, Love and Kisses,
Nice & Smooth, Peaches and Herb, Shirley & Company, Wayne Toups & Zydecajun, AC/DC, Kool & the Gang,
Simon & Garfunkel, Hall and Oates, Blood Sweat & Tears, Florence + the Machine"""


@pytest.mark.parametrize(
    "band", ["Lipps, Inc.", "Peter, Paul and Mary", *BANDS.replace("\n", " ").split(", ")]
)
def test_bands_stay_whole(band):
    assert members(band, {"fire", "love", "paul"}) == [normalize_name(band)]


def test_artists_who_ever_play_together_are_one():
    artist = identify(
        tracks_of(
            ("Bob Marley", "Exodus"),
            ("Lauryn Hill and Bob Marley", "Turn Your Lights Down Low"),
            ("Lauryn Hill", "Ex-Factor"),
            ("Peter Tosh", "Legalize It"),
            (None, "Who knows"),
        )
    )["artist_group"]
    assert artist.iloc[:3].nunique() == 1
    assert artist.iloc[3] != artist.iloc[0]
    assert pd.isna(artist.iloc[4])


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("Disco Inferno", "disco inferno!", True),
        ("The Trooper", "The Trooper (Live)", True),
        ("Say It Isn't So", "Say It Isnt So [2002 Remaster]", True),
        ("Shine On, Part 1", "Shine On, Part 2", False),
        ("I'm On My Way", "I'm On My Way (Back Home To You)", False),
    ],
)
def test_titles_are_compared_but_for_the_version(one, other, same):
    song = identify(tracks_of(("A B", one), ("a b", other)))["song"]
    assert (song.nunique() == 1) == same


def test_the_same_title_by_others_is_another_song():
    rows = (("A B", "Angel"), ("C D", "Angel"), (None, "Angel"), ("A B", None), ("A B", "???"))
    assert identify(tracks_of(*rows))["song"].nunique() == 5


def test_recordings_join_songs_and_songs_join_artists():
    tracks = tracks_of(("A B", "x"), (None, None), (None, None))
    tracks.loc["jazz.00002", "duplicate_of"] = "jazz.00001"
    found = identify(tracks, [("jazz.00000", "jazz.00001")])
    assert set(found["song"]) == {"jazz.00000"}
    assert set(found["artist_group"]) == {"A B"}


ROWS = st.tuples(
    st.sampled_from(["A B", "C D", "A B & C D", None]), st.sampled_from(["x", "X", "y", None])
)


@given(st.lists(ROWS, min_size=1, max_size=8))
def test_songs_lie_within_artists_and_stand_for_themselves(rows):
    found = identify(tracks_of(*rows))
    assert (found["song"].map(found["song"]) == found["song"]).all()
    assert (found.groupby("song")["artist_group"].nunique(dropna=False) == 1).all()


def test_a_copy_of_a_listed_recording_is_found(tmp_path):
    found = sounds(tmp_path / "root", count=2)
    original = found.audio.iloc[0]
    copy = tmp_path / "root/genres/rock/mine.wav"
    shutil.copy(original, copy)
    listed = {found.audio.index[0]: {"audio": ["x", file_digest(original, "md5")]}}
    (tmp_path / "root/meta").mkdir()
    index = tmp_path / "root/meta/mirdata_gtzan_genre_index_1.0.json"
    index.write_text(json.dumps({"tracks": listed}))
    tracks = read_dataset(tmp_path / "root").tracks
    assert tracks.loc["rock/mine", "song"] == tracks.loc[found.audio.index[0], "song"]


@pytest.mark.real
def test_songs_and_artists_of_the_real_collection(real_root):
    tracks = read_dataset(real_root).tracks
    several = tracks["song"].value_counts()
    assert (several > 1).sum() >= 55
    pairs = [("pop.00015", "pop.00022"), ("disco.00050", "disco.00070")]
    for one, other in pairs:
        assert tracks.loc[one, "song"] == tracks.loc[other, "song"]
    by_name = tracks.dropna(subset=["artist"]).groupby("artist")["artist_group"].first()
    for one, other in (
        ("Rage Against The Machine", "Rage Against the Machine"),
        ("Bob Marley", "Lauryn Hill and Bob Marley"),
        ("Janet Jackson", "Michael Jackson & Janet Jackson"),
        ("Peter Tosh", "Peter Tosh and Mick Jagger"),
        ("Donna Summer", "Barbra Streisand and Donna Summer"),
    ):
        assert by_name[one] == by_name[other]
    splits, _ = make_splits(tracks, tracks.index)
    y = tracks["genre"].to_numpy(dtype=object)
    for name, column in (("track", "song"), ("artist", "artist_group")):
        own = tracks[column].to_numpy(dtype=object)
        for train, test in splits[name].folds(y):
            assert not set(own[train]) & set(own[test])

"""Splits: training and test sets are disjoint in songs or artists, whatever the collection."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from genre_utils.data import Split, identify, make_splits, read_dataset

pytestmark = pytest.mark.filterwarnings("ignore:The least populated class")


@st.composite
def collections(draw):
    """Tracks of two to four genres, artists and duplicates at random, 1 to 3 segments each."""
    rows = []
    for genre in ["blues", "jazz", "metal", "rock"][: draw(st.integers(2, 4))]:
        for n in range(draw(st.integers(4, 12))):
            artist = draw(st.sampled_from([None, "A", "B", f"{genre} 1", f"{genre} 2"]))
            side = draw(st.sampled_from(["train", "valid", "test", None]))
            rows.append((f"{genre}.{n:05d}", genre, artist, side))
    tracks = pd.DataFrame(rows, columns=["track_id", "genre", "artist", "partition"])
    tracks = tracks.set_index("track_id")
    tracks["duplicate_of"], tracks["title"] = None, None
    for _ in range(draw(st.integers(0, 2))):
        first, other = draw(st.lists(st.sampled_from(list(tracks.index)), min_size=2, max_size=2))
        if first < other and tracks.loc[first, "duplicate_of"] is None:
            tracks.loc[other, "duplicate_of"] = first
    segments = draw(st.integers(1, 3))
    index = pd.MultiIndex.from_product(
        [tracks.index, range(segments)], names=["track_id", "segment"]
    )
    return identify(tracks), index


@given(collections())
@settings(max_examples=25, deadline=None)
def test_no_song_and_no_artist_is_in_both_sets(collection):
    tracks, index = collection
    splits, reasons = make_splits(tracks, index, n_splits=4)
    assert set(splits) | set(reasons) == {"random", "track", "artist", "filtered"}
    song = pd.Series(tracks.index, tracks.index)
    song = tracks["duplicate_of"].where(tracks["duplicate_of"].notna(), song)
    track = index.get_level_values(0)
    y = tracks.loc[track, "genre"].to_numpy(dtype=object)
    for name in {"track", "artist"} & set(splits):
        for train, test in splits[name].folds(y):
            assert not set(train) & set(test)
            assert not set(song[track[train]]) & set(song[track[test]])
            if name == "artist":
                artists = tracks["artist"]
                known = [set(artists[track[side]].dropna()) for side in (train, test)]
                assert not known[0] & known[1]
                nameless = tracks.index[tracks["artist_group"].isna()]
                assert not set(nameless) & {*track[train], *track[test]}


@given(collections())
@settings(max_examples=15, deadline=None)
def test_every_item_is_tested_once_and_choosing_never_sees_it(collection):
    tracks, index = collection
    splits, _ = make_splits(tracks, index, n_splits=3)
    y = tracks.loc[index.get_level_values(0), "genre"].to_numpy(dtype=object)
    # Without a second artist of its genre, nothing of it can be in both sets.
    named = tracks["artist_group"].notna()
    artists = tracks.groupby("genre")["artist_group"].nunique()
    usable = named & (tracks["genre"].map(artists) >= 2)
    everything = pd.Series(True, tracks.index)
    in_play = {"random": everything, "track": everything, "artist": usable}
    for name, split in splits.items():
        folds = split.folds(y)
        tested = np.concatenate([test for _, test in folds])
        assert len(tested) == len(set(tested))
        if name != "filtered":
            items = in_play[name][index.get_level_values(0)].to_numpy()
            assert sorted(tested) == list(np.flatnonzero(items))
        for train, test in folds:
            pool, splits = split.inner_cv(y, train)
            assert not set(pool) & set(test)
            for a, b in splits:
                assert not set(pool[a]) & set(pool[b])


def segments_of(tracks, count=2):
    return pd.MultiIndex.from_product([tracks.index, range(count)], names=["track_id", "segment"])


def test_intervals_resample_songs_and_under_strict_splits_artists():
    """What is resampled must be independent: neither segments, nor songs of one artist."""
    names = [f"{genre}.{n:05d}" for genre in ("blues", "jazz") for n in range(12)]
    tracks = pd.DataFrame({"genre": [n.split(".")[0] for n in names]}, index=names)
    tracks = tracks.rename_axis("track_id").assign(title=None, duplicate_of=None)
    tracks["artist"] = [f"{n[:4]} {int(n[-2:]) // 3}" if n[-1] != "9" else None for n in names]
    tracks["partition"] = [("train", "valid", "test")[int(n[-2:]) % 3] for n in names]
    tracks.loc["jazz.00003", "duplicate_of"] = "jazz.00002"
    tracks = identify(tracks)
    index = segments_of(tracks)
    own = tracks.loc[index.get_level_values(0)]
    splits, reasons = make_splits(tracks, index, n_splits=3)
    assert reasons == {}
    by_artist = own["artist_group"].fillna(own["song"])
    for name, drawn in (
        ("random", own["song"]),
        ("track", own["song"]),
        ("artist", by_artist),
        ("filtered", by_artist),
    ):
        assert list(splits[name].groups) == list(drawn), name


def test_the_filtered_partition_fits_on_train_and_tests_on_test(demo_root):
    tracks = read_dataset(demo_root).tracks
    index = segments_of(tracks)
    own = tracks.loc[index.get_level_values(0)]
    splits, _ = make_splits(tracks, index)
    y, side = own["genre"].to_numpy(dtype=object), own["partition"].to_numpy()
    ((train, test),) = splits["filtered"].folds(y)
    assert set(side[train]) == {"train"}
    assert set(side[test]) == {"test"}
    pool, ((fit, choose),) = splits["filtered"].inner_cv(y, train)
    assert set(side[pool[fit]]) == {"train"}
    assert set(side[pool[choose]]) == {"valid"}


def test_what_a_root_cannot_support_is_absent_with_a_reason(demo_root):
    tracks = identify(read_dataset(demo_root).tracks.assign(artist=None, partition=None))
    splits, reasons = make_splits(tracks, segments_of(tracks))
    assert set(splits) == {"random", "track"}
    assert "artists" in reasons["artist"]
    assert "partition" in reasons["filtered"]
    one = tracks.groupby("genre").head(1)
    _, reasons = make_splits(one, segments_of(one, 8))
    assert "only one song" in reasons["track"]
    splits, reasons = make_splits(one, one.index)
    assert splits == {}
    assert "only 1 row," in reasons["random"]


def test_genres_of_a_single_artist_are_left_out_of_the_artist_split_with_a_note(demo_root):
    tracks = read_dataset(demo_root).tracks
    tracks.loc[tracks["genre"] == "blues", "artist"] = "Only One"
    tracks = identify(tracks)
    index = segments_of(tracks)
    y = tracks.loc[index.get_level_values(0), "genre"].to_numpy(dtype=object)
    split = make_splits(tracks, index)[0]["artist"]
    tested = np.concatenate([test for _, test in split.folds(y)])
    assert set(y[tested]) == set(y) - {"blues"}
    assert "blues" in split.note
    named = tracks["artist_group"].notna().loc[index.get_level_values(0)].to_numpy()
    assert len(tested) == ((y != "blues") & named).sum()


def test_three_copies_of_a_song_stay_together_though_the_first_is_missing():
    names = [f"{g}.{n:05d}" for g in ("blues", "jazz") for n in range(8)]
    tracks = pd.DataFrame({"genre": [n.split(".")[0] for n in names]}, index=names)
    tracks = tracks.rename_axis("track_id").assign(artist=None, partition=None, duplicate_of=None)
    tracks.loc[["blues.00003", "blues.00005"], "duplicate_of"] = "blues.99999"
    tracks = identify(tracks)
    groups = pd.Series(make_splits(tracks, tracks.index)[0]["track"].groups, tracks.index)
    assert groups["blues.00003"] == groups["blues.00005"]
    assert groups.nunique() == 15


def test_folds_are_what_scikit_learn_takes_as_cv():
    """Of two genres that one column tells apart, ten artists of four songs each."""
    rng = np.random.default_rng(0)
    y = np.array(["jazz", "rock"], dtype=object)[np.arange(40) % 2]
    X = pd.DataFrame(rng.normal(size=(40, 3)), columns=list("abc"))
    X["a"] += 4.0 * (y == "rock")
    artist = np.repeat([f"artist {n}" for n in range(10)], 4).astype(object)
    partition = np.resize(["train", "train", "train", "valid", "test"], 40)
    for split in (Split("artist", artist, artist, n_splits=4), Split("x", artist, None, partition)):
        folds = split.folds(y)
        assert cross_val_score(LogisticRegression(), X, y, cv=folds).mean() > 0.8
        search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=folds).fit(X, y)
        assert search.n_splits_ == len(folds)
        with pytest.raises(ValueError, match="of 40 items cannot split 10"):
            split.folds(y[:10])


def test_a_fold_that_would_be_empty_is_left_out():
    groups, y = np.repeat(list("ABCD"), [3, 2, 1, 6]), np.repeat(["pop", "rap", "pop"], [3, 3, 6])
    assert len(Split("artist", groups, groups, n_splits=4).folds(y)) == 3

"""Recommendations: near songs first, reasons that add up, duplicates named, feedback counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import FunctionTransformer

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.models import ExactSearch, NeighbourAverage
from genre_utils.recommend import CosineRecommender, Feedback, UnknownTrack, best_recommender

GENRES = ("jazz", "metal", "pop")


def songs(count=60, seed=0):
    """Three clouds of songs, two an artist; the last is the first under another name."""
    rng = np.random.default_rng(seed)
    genre = [GENRES[n % 3] for n in range(count)]
    centers = rng.normal(0, 1.5, (3, len(FEATURE_COLUMNS)))
    values = centers[np.arange(count) % 3] + rng.normal(0, 1, (count, len(FEATURE_COLUMNS)))
    values[-1] = values[0]
    names = [f"{g}.{n:05d}" for n, g in enumerate(genre)]
    genre[-1] = genre[0]
    index = pd.Index(names, name="track_id")
    X = pd.DataFrame(values, index, list(FEATURE_COLUMNS))
    X["tempo"] = 100 + 20 * rng.random(count)
    X.iloc[-1] = X.iloc[0]
    twin = [None] * (count - 1) + [names[0]]
    artist = [f"artist {n // 6}.{n % 3}" for n in range(count)]
    artist[-1] = artist[0]
    tracks = pd.DataFrame({"genre": genre, "artist": artist, "duplicate_of": twin}, index)
    return X, tracks


X, TRACKS = songs()
SEED = X.index[0]


@pytest.fixture(scope="module")
def recommender():
    return CosineRecommender().fit(X, TRACKS)


@pytest.fixture(params=["plain", "best", "varied", "tamed"])
def any_recommender(request):
    made = {
        "plain": CosineRecommender(),
        "best": best_recommender(TRACKS),
        "varied": CosineRecommender(variety=0.4),
        "tamed": CosineRecommender(tame_hubs=1.0),
    }
    return made[request.param].fit(X, TRACKS)


def test_near_songs_come_first(recommender):
    table = recommender.recommend(SEED, 10)
    assert list(table.columns) == ["track", "similarity", "genre", "artist", "reason"]
    assert list(table.index) == list(range(1, 11))
    assert table["similarity"].is_monotonic_decreasing
    assert (table["genre"] == "jazz").mean() > 0.8
    assert SEED not in set(table["track"])


def test_the_similarity_is_the_cosine(recommender):
    Z = (X - X.mean()) / X.std(ddof=0)
    for row in recommender.recommend(SEED, 5).itertuples():
        a, b = Z.loc[SEED], Z.loc[row.track]
        assert row.similarity == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20), st.sampled_from([0.0, 0.3, 1.0]))
def test_parts_add_up_to_the_similarity(seed, k, variety):
    own, tracks = songs(30, seed)
    made = CosineRecommender(variety=variety).fit(own, tracks)
    name = own.index[seed % 30]
    feedback = Feedback(likes=(own.index[(seed + 1) % 30],), skips=(own.index[(seed + 2) % 30],))
    table = made.recommend(name, k, feedback=feedback)
    parts = made.explain(made.query_of(name, feedback), made.positions(table["track"]))
    assert np.abs(parts.sum(axis=1).to_numpy() - table["similarity"].to_numpy()).max() < 1e-9
    query = made.query_of(name, feedback)
    cosine = made.unit_[made.positions(table["track"])] @ query
    assert np.abs(parts.sum(axis=1).to_numpy() - cosine).max() < 1e-9


def test_parts_of_the_best_add_up_too():
    made = best_recommender(TRACKS).fit(X, TRACKS)
    table = made.recommend(SEED, 20)
    parts = made.explain(made.query_of(SEED), made.positions(table["track"]))
    assert np.abs(parts.sum(axis=1).to_numpy() - table["similarity"].to_numpy()).max() < 1e-9
    assert set(parts) == {"timbre", "brightness", "harmony", "percussion", "loudness", "rhythm"}


def test_a_duplicate_is_named_and_not_recommended(any_recommender):
    for seed, twin in ((SEED, X.index[-1]), (X.index[-1], SEED)):
        table = any_recommender.recommend(seed, len(X))
        assert table.attrs["duplicates"] == [twin]
        assert twin not in set(table["track"])


def test_a_song_and_its_duplicate_are_not_both_recommended(any_recommender):
    table = any_recommender.recommend(X.index[3], len(X))
    assert len({SEED, X.index[-1]} & set(table["track"])) == 1


def test_equal_features_alone_do_not_make_one_song():
    made = CosineRecommender().fit(X, TRACKS.drop(columns="duplicate_of"))
    table = made.recommend(SEED)
    assert table.attrs["duplicates"] == []
    assert X.index[-1] in set(table["track"])


def excerpts(tracks, *groups):
    """Tracks with songs that have several excerpts."""
    song = pd.Series(tracks.index, tracks.index)
    for group in groups:
        song[list(group)] = group[0]
    return tracks.assign(song=song)


def test_all_other_excerpts_of_a_song_are_named_and_none_is_recommended():
    names = [X.index[n] for n in (5, 10, 20)]
    for made in (CosineRecommender(), best_recommender(TRACKS), CosineRecommender(variety=0.4)):
        made.fit(X, excerpts(TRACKS, names))
        for seed in names:
            table = made.recommend(seed, len(X))
            assert set(table.attrs["duplicates"]) == set(names) - {seed}
            assert not set(names) & set(table["track"])
        table = made.recommend(X.index[1], len(X))
        assert len(set(names) & set(table["track"])) == 1


def test_songs_are_known_by_artist_and_title():
    made = CosineRecommender().fit(X, TRACKS.assign(title="the only one"))
    same = TRACKS.index[TRACKS["artist"] == TRACKS.loc[SEED, "artist"]]
    assert len(same) == 3
    assert {SEED, *made.recommend(SEED).attrs["duplicates"]} == set(same)


def test_many_excerpts_of_one_song_do_not_shorten_the_list():
    own, tracks = songs(400)
    near = CosineRecommender().fit(own, tracks).recommend(SEED, 300)["track"]
    made = CosineRecommender().fit(own, excerpts(tracks, list(near)))
    assert len(made.recommend(SEED, 20)) == 20


def test_copies_of_an_unknown_clip_are_named_with_their_whole_song():
    made = CosineRecommender().fit(X, excerpts(TRACKS, [X.index[5], X.index[10]]))
    clip = X.loc[X.index[5]] + 0.01
    table = made.recommend(clip, len(X), copies=[X.index[5]], same_artist=False)
    assert set(table.attrs["duplicates"]) == {X.index[5], X.index[10]}
    assert not {X.index[5], X.index[10]} & set(table["track"])
    assert not set(TRACKS.loc[[X.index[5], X.index[10]], "artist"]) & set(table["artist"])


def test_no_excerpt_of_a_judged_song_comes_back():
    liked, skipped = X.index[[4, 9]], X.index[[7, 13]]
    made = CosineRecommender().fit(X, excerpts(TRACKS, list(liked), list(skipped)))
    table = made.recommend(SEED, len(X), feedback=Feedback((liked[0],), (skipped[0],)))
    assert not {*liked, *skipped} & set(table["track"])


def test_the_query_is_rocchios():
    made = CosineRecommender().fit(X, TRACKS)
    seed, liked, also, skipped = made.unit_[:4]
    query = made.query_of(SEED, Feedback(tuple(X.index[1:3]), (X.index[3],)))
    expected = seed + 0.75 * (liked + also) / 2 - 0.25 * skipped
    assert np.allclose(query, expected / np.linalg.norm(expected))


def test_the_artist_can_be_left_out(any_recommender):
    table = any_recommender.recommend(SEED, len(X), same_artist=False)
    assert TRACKS.loc[SEED, "artist"] not in set(table["artist"])
    assert TRACKS.loc[SEED, "artist"] in set(any_recommender.recommend(SEED, len(X))["artist"])


def test_several_seeds_and_an_unknown_clip(recommender):
    several = recommender.recommend([X.index[0], X.index[3]], 5)
    assert not {X.index[0], X.index[3]} & set(several["track"])
    clip = recommender.recommend(X.loc[SEED] + 0.01, 5)
    assert set(clip["track"]) & set(recommender.recommend(SEED, 5)["track"])
    same = recommender.recommend(X.loc[SEED], 5, copies=[SEED])
    assert set(same.attrs["duplicates"]) == {SEED, X.index[-1]}


def test_skipped_songs_do_not_come_back_and_likes_pull(recommender):
    before = recommender.recommend(SEED, 10)
    skipped, liked = before["track"].iloc[0], X.index[1]
    after = recommender.recommend(SEED, 10, feedback=Feedback((liked,), (skipped,)))
    assert skipped not in set(after["track"])
    assert liked not in set(after["track"])
    pulled = recommender.query_of(SEED, Feedback((liked,)))
    own = recommender.unit_[recommender.positions([liked])[0]]
    assert pulled @ own > recommender.query_of(SEED) @ own


def test_variety_lowers_the_likeness_of_the_list():
    def likeness(variety):
        made = CosineRecommender(variety=variety).fit(X, TRACKS)
        rows = made.positions(made.recommend(SEED, 8)["track"])
        near = made.unit_[rows] @ made.unit_[rows].T
        return near[np.triu_indices(8, 1)].mean()

    assert likeness(0.7) < likeness(0.0)


def test_a_hub_is_tamed():
    # What is not centred has hubs: songs near the common direction are near to all.
    values = np.random.default_rng(0).normal(0.5, 1, size=(80, 57))
    own = pd.DataFrame(values, [f"t{n}" for n in range(80)], list(FEATURE_COLUMNS))

    def skewness(strength):
        made = CosineRecommender(FunctionTransformer(), tame_hubs=strength).fit(own)
        lists = [made.recommend(name, 10)["track"] for name in own.index[::4]]
        return pd.concat(lists).value_counts().reindex(own.index, fill_value=0).skew()

    assert skewness(1.0) < skewness(0.0)


def test_reasons_say_what_is_alike_and_what_differs(recommender):
    own = X.copy()
    own.iloc[3] = own.iloc[0]
    own.loc[own.index[3], ["rms_mean", "perceptr_var"]] += [5.0, -5.0]
    table = CosineRecommender().fit(own, TRACKS).recommend(SEED, 60).set_index("track")
    reason = table.loc[own.index[3], "reason"]
    assert "same tempo" in reason
    assert "less percussive" in reason
    assert "louder" in reason
    assert recommender.recommend(SEED)["reason"].str.len().min() > 5


def test_an_unknown_track_gets_the_nearest_names(recommender):
    with pytest.raises(UnknownTrack, match=r"jazz\.00000"):
        recommender.recommend("jaz.00000")
    with pytest.raises(UnknownTrack, match=r"no track zzzz in the collection\.$"):
        recommender.recommend("zzzz")
    with pytest.raises(UnknownTrack, match=r"^There is no track z{60}\.\.\. in the collection\.$"):
        recommender.recommend("z" * 5000)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_small_collections_give_what_there_is(count):
    made = CosineRecommender(tame_hubs=0.5).fit(X.iloc[:count], TRACKS)
    assert len(made.recommend(SEED, 10)) == count - 1


def test_wrong_use_is_said_so():
    with pytest.raises(ValueError, match="no song"):
        CosineRecommender().fit(X.iloc[:0])
    with pytest.raises(ValueError, match="twice"):
        CosineRecommender().fit(pd.concat([X, X]))
    with pytest.raises(ValueError, match="at least one"):
        CosineRecommender().fit(X).recommend(SEED, 0)


def test_other_columns_work_too():
    own = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 8)), X.index[:20])
    table = CosineRecommender().fit(own, TRACKS).recommend(SEED, 3)
    assert "embedding" in table["reason"].iloc[0]


def test_exact_search_finds_what_sorting_finds(monkeypatch):
    monkeypatch.setattr("genre_utils.models.neighbours._BLOCK", 50)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 5))
    rows, near = ExactSearch().fit(vectors).query(vectors, 7)
    expected = np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")[:, :7]
    assert np.array_equal(rows, expected)
    assert np.allclose(near, np.take_along_axis(vectors @ vectors.T, expected, axis=1))


def test_averaging_moves_songs_to_their_neighbours():
    vectors = np.array([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0]])
    moved = NeighbourAverage(neighbours=1).fit(vectors).transform(vectors)
    assert moved[0] @ moved[1] > vectors[0] @ vectors[1]
    assert np.allclose(moved[2], vectors[2])

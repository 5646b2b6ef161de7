"""Shared tags add up to their overlap, and do not change the similarity."""

import numpy as np
import pandas as pd
import pytest

from genre_utils.audio import EMBEDDING_COLUMNS, FEATURE_COLUMNS, TAGS
from genre_utils.recommend import CosineRecommender, best_recommender

INDEX = pd.Index([f"t{n}" for n in range(30)], name="track_id")


def tagged(seed=0):
    """Songs of two kinds, with features, embedding and tags."""
    rng = np.random.default_rng(seed)
    kind = np.arange(30) % 2
    columns = [*FEATURE_COLUMNS, *EMBEDDING_COLUMNS]
    X = pd.DataFrame(rng.normal(kind[:, None], 1.0, (30, len(columns))), INDEX, columns)
    X["tempo"] = 100 + 20 * rng.random(30)
    tags = pd.DataFrame(rng.uniform(0, 0.05, (30, len(TAGS))), INDEX, list(TAGS))
    tags["rock"] += 0.5 * kind
    tags["jazz"] += 0.4 * (1 - kind)
    genre = np.where(kind, "rock", "jazz")
    return X.join(tags), pd.DataFrame({"genre": genre, "artist": None}, INDEX)


def test_parts_add_up_to_the_overlap():
    X, tracks = tagged()
    made = best_recommender(tracks, encoder=True).fit(X, tracks)
    rows = made.positions(made.recommend("t0", 10)["track"])
    shared = made.shared_tags("t0", rows)
    for track, row in shared.iterrows():
        p, q = X.loc["t0", list(TAGS)], X.loc[track, list(TAGS)]
        overlap = np.minimum(p, q).sum() / np.maximum(p, q).sum()
        assert row.sum() == pytest.approx(overlap)
        assert row["jazz"] == pytest.approx(min(p["jazz"], q["jazz"]) / np.maximum(p, q).sum())
    assert made.shared_tags("t0", [0]).sum(axis=1).iloc[0] == pytest.approx(1)


def test_shares_of_the_cosine_hold_the_encoder_and_no_tag():
    X, tracks = tagged()
    made = best_recommender(tracks, encoder=True).fit(X, tracks)
    table = made.recommend("t0", 10)
    parts = made.explain(made.query_of("t0"), made.positions(table["track"]))
    assert np.abs(parts.sum(axis=1).to_numpy() - table["similarity"].to_numpy()).max() < 1e-9
    assert "embedding" in parts
    assert not set(parts) & set(TAGS)


def test_tags_do_not_move_the_similarity():
    X, tracks = tagged()
    other = X.copy()
    other[list(TAGS)] = other[list(TAGS)].to_numpy()[::-1]
    before, after = (
        best_recommender(tracks, encoder=True).fit(x, tracks).recommend("t0", 10)
        for x in (X, other)
    )
    assert before["track"].equals(after["track"])
    assert np.allclose(before["similarity"], after["similarity"])


def test_a_tag_is_named_if_both_have_it_and_more_than_most():
    X, tracks = tagged()
    made = best_recommender(tracks, encoder=True).fit(X, tracks)
    table = made.recommend("t1", 29).set_index("track")
    for track, row in table.iterrows():
        assert ("both tagged rock" in row["reason"]) == (int(track[1:]) % 2 == 1)


def test_an_unknown_clip_has_tags_too():
    X, tracks = tagged()
    made = CosineRecommender(columns=EMBEDDING_COLUMNS).fit(X, tracks)
    clip = X.loc[["t3"]]
    assert made.shared_tags(clip, [3]).sum(axis=1).iloc[0] == pytest.approx(1)
    assert made.recommend(clip, 1)["track"].iloc[0] == "t3"


def test_very_many_songs_are_not_averaged(monkeypatch):
    _, tracks = tagged()
    monkeypatch.setattr("genre_utils.recommend.recommender._AVERAGED", 29)
    assert len(best_recommender(tracks, encoder=True).scaling) == 1
    assert len(best_recommender(tracks.iloc[1:], encoder=True).scaling) == 2

"""What is behind a score: known answers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from genre_utils.data import make_splits
from genre_utils.evaluation import label_curve, nearest_tracks


@pytest.fixture
def songs():
    """Six artists a genre, two songs each; a column tells the genre, the other the artist."""
    rows = [(g, f"{g}{a}", f"{g}{a}{s}") for g in "xyz" for a in range(6) for s in range(2)]
    tracks = pd.DataFrame(rows, columns=["genre", "artist_group", "song"])
    tracks = tracks.assign(partition=None).set_index(tracks["song"].rename("track_id"))
    noise = np.random.default_rng(0).normal(0, 0.01, len(tracks))
    values = {
        "genre": tracks["genre"].map({"x": 0.0, "y": 1.0, "z": 3.0}) + noise,
        "artist": pd.factorize(tracks["artist_group"])[0] + noise,
    }
    return pd.DataFrame(values, index=tracks.index), tracks


def test_more_labels_are_counted_and_drawn_alike_for_all_models(songs):
    X, tracks = songs
    split = make_splits(tracks, X.index, n_splits=3)[0]["artist"]
    nearest = KNeighborsClassifier(1)
    curve = label_curve(nearest, X[["genre"]], tracks["genre"], split, (1, 2, None), draws=2)
    assert list(curve["labels"]) == [1, 1, 2, 2, 8, 8]
    assert (curve["accuracy"] == 1).all()
    # The second column says nothing about artists that are not known.
    other = label_curve(nearest, X[["artist"]], tracks["genre"], split, (1, None), draws=4)
    few, every = other["accuracy"][other["labels"] == 1], other["accuracy"][other["labels"] > 1]
    assert few.nunique() > 1, "each draw is another one"
    assert every.nunique() == 1, "all labels are the same labels"
    again = label_curve(nearest, X[["artist"]], tracks["genre"], split, (1, None), draws=4)
    pd.testing.assert_frame_equal(other, again)


def test_the_nearest_track_is_told_apart_from_the_nearest_by_somebody_else(songs):
    X, tracks = songs
    by_artist = nearest_tracks(X.assign(other=np.sin(9 * X["artist"])), tracks)
    assert by_artist["same artist"] > 0.9
    assert by_artist["same genre"] > by_artist["same genre, by another artist"]
    twins = pd.DataFrame({"a": [0, 0.01, 1, 1.01], "b": [1, 1.01, 0, 0.01]}, index=list("pqrs"))
    known = pd.DataFrame({"genre": list("xxyy"), "artist_group": list("aabb")}, index=twins.index)
    known["song"] = known.index
    found = nearest_tracks(twins, known)
    assert list(found) == [1.0, 1.0, 0.0]

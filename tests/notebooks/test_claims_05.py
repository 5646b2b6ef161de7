"""What the prose of notebook 5 says about the full run holds in its results."""


def test_pairs_of_tracks(facts):
    cosine = facts["median_cosine"]
    assert cosine["same song"] > 0.9 and abs(cosine["other genre"]) < 0.1
    assert cosine["same artist"] > cosine["same genre"] + 0.2


def test_same_artists_raise_the_precision(facts):
    precision = facts["precision"]
    gap = precision["standardized, all songs"] - precision["standardized, other artists"]
    assert round(100 * gap) == 16
    assert facts["k"] == 10
    assert facts["precision_ci95"]["standardized"][0] > 3 * facts["chance"]


def test_genres(facts):
    features, best = facts["precision_by_genre"].values()
    assert set(sorted(features, key=features.get)[-3:]) == {"classical", "metal", "pop"}
    assert all(features[genre] < facts["chance"] + 0.03 for genre in ("blues", "rock"))
    assert facts["precision_all_songs_by_genre"]["blues"] > 0.5
    gain = {genre: best[genre] - features[genre] for genre in features}
    assert min(gain.values()) > 0
    assert set(sorted(gain, key=gain.get)[-2:]) == {"hiphop", "jazz"}
    assert {genre for genre in best if best[genre] < 0.5} == {"reggae", "rock"}


def test_spaces(facts):
    precision = {name: facts["precision"][f"{name}, other artists"] for name in SPACES}
    assert sorted(precision, key=precision.get) == SPACES
    assert precision["standardized"] - precision["min-max"] < 0.03
    averaged, plain = (facts["precision"][f"{name}, all songs"] for name in SPACES[:-3:-1])
    assert averaged < plain
    assert 0.30 < precision["embedding"] - precision["standardized"] < 0.35
    assert precision["whitened within artists"] - precision["standardized"] < 0.03
    assert precision["features and embedding"] - precision["embedding"] < 0.02


SPACES = [
    "min-max",
    "standardized",
    "whitened within artists",
    "embedding",
    "features and embedding",
    "features and embedding, averaged",
]


def test_explanations(facts):
    assert facts["timbre_share"] > 0.8 and facts["embedding_share"] > 0.9
    assert facts["seed_genre_in_list"] == {"57 features": 1, "features and embedding": 9}


def test_hubs(facts):
    lists = facts["lists_with_the_most_frequent_song"]
    assert lists["local scaling"] < lists["cosine"]
    lost = facts["precision"]["features and embedding, other artists"]
    assert 0.015 < lost - facts["precision_local_scaling"] < 0.03


def test_feedback(facts):
    gain = facts["feedback_gain"]
    assert gain["genres"][1] > 0.08
    assert abs(gain["tempo"][0]) < 0.03
    assert gain["random"][1] < 0 < gain["random"][2]

"""What the prose of notebook 7 says about the full run holds in its results."""

import pytest


@pytest.fixture(scope="module")
def accuracy(found):
    return {(s["model"], s["input"], s["split"]): s["accuracy"] for s in found["scores"]}


def resolved(test):
    return test["p"] < 0.05 and test["low"] * test["high"] > 0


def test_tags_predict_genres_without_training(facts):
    tags = facts["top_tags"]
    assert {"Hip-Hop"} <= set(tags["hiphop"]) and {"jazz"} <= set(tags["jazz"])
    assert tags["country"] == ["country", "oldies"] and tags["disco"] == ["80s", "pop"]
    assert tags["reggae"] == ["soul", "funk"]
    plain, relative, frequent = facts["by_tags"].values()
    assert frequent < plain < relative and 0.83 < relative < 0.86


def test_the_embedding_recovers_most_of_the_loss(accuracy, facts):
    assert accuracy["probe", "encoder", "artist"] > 0.84
    for split in ("artist", "filtered"):
        test = facts["tests"][f"{split}: embedding against 57 features"]
        assert resolved(test) and 0.28 < test["difference"] < 0.34


def test_the_layers_make_no_resolved_difference(facts):
    for split in ("artist", "filtered"):
        assert not resolved(facts["tests"][f"{split}: embedding and layers against embedding"])


def test_the_leak_helps_the_features_most(facts):
    features, embedding = (
        facts["tests"][f"{name}: random against artist"] for name in ("57 features", "embedding")
    )
    assert 2.5 < features["difference"] / embedding["difference"] < 3.5


def test_a_few_labels_are_enough(facts):
    curve = facts["label_curve"]["embedding"]
    assert round(curve["1"], 2) == 0.68 and round(facts["all_labels"]["57 features"], 2) == 0.53
    assert curve["5"] > facts["all_labels"]["embedding"] - 0.04


def test_the_embedding_encodes_the_artist(facts):
    identity = facts["identity"]
    predicted = {row: shares.get("artist predicted") for row, shares in identity.items()}
    assert predicted["embedding"] > 2 * predicted["genre known"] > 2 * predicted["chance"]
    assert round(predicted["embedding"], 2) == 0.77
    assert abs(predicted["embedding"] - predicted["57 features"]) < 0.03
    other = "nearest other artist: same genre"
    assert identity["embedding"][other] > identity["57 features"][other] + 0.25


def test_decades(facts):
    decades = facts["decades"]
    assert (decades["artists"], decades["correct"], decades["within_one"]) == (22, 11, 20)


def test_fine_tuning_is_not_better(facts):
    test = facts["tests"]["fine-tuned against frozen"]
    assert not (resolved(test) and test["difference"] > 0)


def test_overlap_cannot_explain_most_of_the_gain(facts):
    artist, filtered = facts["bound"]["artist"], facts["bound"]["filtered"]
    assert round(100 * artist["total"]) == 29 and round(100 * artist["without overlap"]) == 19
    assert 0.58 < filtered["without overlap"] / filtered["total"] < 0.65


def test_every_genre_gains(facts):
    features, embedding = facts["recall"]["57 features"], facts["recall"]["embedding"]
    gain = {genre: embedding[genre] - features[genre] for genre in features}
    assert min(gain.values()) > 0.05
    assert set(sorted(gain, key=gain.get)[-3:]) == {"blues", "hiphop", "rock"}
    assert set(sorted(embedding, key=embedding.get)[:2]) == {"reggae", "rock"}
    pairs = {(true, predicted) for true, predicted, _ in facts["confused"]}
    assert {("reggae", "disco"), ("country", "rock")} <= pairs


def test_the_test_set_lacks_hard_genres(facts):
    genres = facts["filtered_by_genre"]
    few = {name for name, row in genres.items() if row["ours"] < 0.5 * row["complete"]}
    assert few == {"disco", "reggae"}
    assert sum(row["complete"] for row in genres.values()) == 290
    assert genres["disco"]["ours"] == 3
    assert (round(facts["filtered"], 3), round(facts["reweighted"], 3)) == (0.855, 0.828)


def test_the_released_model(accuracy, facts):
    assert facts["released"] == "embedding and layers"
    means = facts["released_means"]
    assert 0 < means["embedding and layers"] - means["embedding"] < 0.02
    assert 0.85 < accuracy["probe", "encoder: released", "filtered"] < 0.89

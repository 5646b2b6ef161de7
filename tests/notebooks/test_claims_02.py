"""What notebook 2 says about the full run agrees with the results of the full run."""

import numpy as np
import pytest


def test_one_column_dominates_the_distance_until_it_is_scaled(facts):
    assert facts["largest_share_of_distance"] == pytest.approx(0.92, abs=0.005)
    assert facts["robust_share_of_distance"] > 0.5


def test_neighbors_need_scaling_and_trees_do_not(facts):
    tree, knn = (
        facts["accuracy_by_scaling"][name] for name in ("decision tree", "5-nearest neighbors")
    )
    assert len(set(tree.values())) == 1
    assert min(knn["min-max"], knn["standardized"]) > 2 * knn["unscaled"]


def test_scaling_before_the_split_hardly_changes_the_accuracy(facts):
    inside, before = (facts[f"accuracy_scaled_{when}_folds"] for when in ("inside", "before"))
    assert inside == pytest.approx(before, abs=0.01)


def test_explained_variance_is_that_of_the_summary(facts):
    ratios = facts["pca_explained_variance_ratio"]
    assert ratios == pytest.approx([0.2439355, 0.21781804], abs=5e-9)
    assert facts["pca_explained_variance_sum"] == pytest.approx(0.4617535410562956, abs=1e-12)
    assert facts["pca_equals_published"] is True


def test_components_needed(facts):
    needed = facts["components_needed"]
    assert needed["min-max"]["90%"] == 21
    assert needed["min-max"]["90%"] < needed["standardized"]["90%"] <= 26


def test_genres_in_the_plane(facts):
    centers = {genre: np.array(center) for genre, center in facts["genre_centers"].items()}
    x, y = ({genre: center[i] for genre, center in centers.items()} for i in (0, 1))
    assert min(y, key=y.get) == "classical"
    assert (min(x, key=x.get), max(x, key=x.get)) == ("metal", "pop")
    assert sorted(y, key=y.get)[-2:] == ["metal", "pop"]


def test_names_of_the_axes(facts):
    groups, weights = facts["axis_groups"], facts["axis_top_weights"]
    assert max(groups["component 1"], key=groups["component 1"].get) == "timbre"
    assert max(groups["component 2"], key=groups["component 2"].get) == "brightness"
    brightness = ["rolloff_mean", "spectral_bandwidth_mean", "spectral_centroid_mean"]
    assert set(list(weights["component 2"])[:3]) == set(brightness)
    for name, weight in weights["component 1"].items():
        odd = int(name.removeprefix("mfcc").removesuffix("_mean")) % 2 == 1
        assert odd == (weight > 0), name
    assert facts["component_1_highest_band"] > 0.7


def test_nearest_tracks_of_the_same_genre(facts):
    plane, columns = (facts["nearest_same_genre"][space] for space in ("plane", "all columns"))
    assert all(columns[groups] > 1.5 * plane[groups] for groups in plane)
    assert columns["all other tracks"] - columns["other artists"] > 0.20
    assert columns["all other tracks"] - columns["other random groups"] < 0.04
    for share in (plane, columns):
        assert share["all other tracks"] > share["other songs"] > share["other artists"] > 0.1

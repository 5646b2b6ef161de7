"""Figures of classifiers and splits show what they were given, with both of their texts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from genre_utils import plots
from genre_utils.evaluation import Predictions, Score
from genre_utils.plots import classified
from genre_utils.plots.classifiers import _SIDES


@pytest.fixture
def plane():
    genre = pd.Series(["jazz", "rock"] * 6)
    places = (
        np.random.default_rng(0).normal(size=(12, 2)) + 4 * (genre == "rock").to_numpy()[:, None]
    )
    return places, genre


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: text alternative and caption of each figure."""
    texts = []
    monkeypatch.setattr(
        classified, "show", lambda ax, alt, caption="", **_: texts.append((alt, caption))
    )
    return texts


def test_each_model_has_a_panel_that_says_what_it_gets_right(plane):
    models = {"k = 1": KNeighborsClassifier(1).fit(*plane), "SVM": SVC().fit(*plane)}
    axes = plots.decision_regions(models, plane, plane, "Plane")
    titles = [ax.get_title(loc="center") or ax.get_title(loc="left") for ax in axes.flat]
    assert titles[0] == "k = 1\nlearnt 100 %, others 100 %" and axes.shape == (1, 2)
    circled = [c for c in axes[0, 1].collections if c.get_sizes()[0] == 80]
    assert len(circled[0].get_offsets()) == len(models["SVM"].support_)
    assert plots.neighbours_in_plane(3, plane, plane).images


def test_the_diagram_keeps_songs_and_artists_whole_as_the_splits_do():
    from matplotlib.colors import to_rgba

    ax = plots.split_diagram()
    names = {to_rgba(color): side for side, color in _SIDES.items()}
    rows = {}
    for box in ax.patches:
        rows.setdefault(round(box.get_y() + 0.3), []).append(names[box.get_facecolor()])
    random, track, artist, filtered = (rows[n] for n in range(4))
    assert any(len(set(random[n : n + 3])) > 1 for n in range(0, 30, 3))
    assert all(len(set(track[n : n + 3])) == 1 for n in range(0, 30, 3))
    assert all(len(set(artist[n : n + 6])) == 1 for n in range(0, 30, 6))
    assert set(filtered) == {"train", "valid", "test", ""}


def predictions():
    genres = ["jazz", "rock"] * 3
    table = {"y_true": genres, "y_pred": ["jazz"] * 6, "fold": 0, "group": range(6), "votes": 1}
    index = pd.Index([f"{g}.{n:05d}" for n, g in enumerate(genres)], name="track_id")
    return Predictions(pd.DataFrame(table, index), None, "artist", "track", 1.0, 1.0)


def test_figures_come_with_both_texts(shown, plane):
    plots.show_regions({"k": KNeighborsClassifier(1).fit(*plane)}, plane, plane)
    plots.show_splits()
    plots.show_confusion_panels({"knn": predictions()})
    plots.show_confusion_panels({})
    plots.show_neighbours(pd.DataFrame({"random": [0.9, 0.8]}, [1, 3]), 0.87)
    curve = {"share": [0.5, 1], "artists": [5, 10], "accuracy": [0.4, 0.6], "sd": [0.01, 0]}
    plots.show_curve(pd.DataFrame(curve), "The SVM")
    lost, groups = pd.DataFrame({"drop": [0.1], "sd": [0.01]}, ["timbre"]), {"timbre": ["a", "b"]}
    plots.show_drops(lost, "Groups", groups, "The SVM")
    plots.show_shap(pd.Series({"tempo": 0.5}), ["tempo"], "XGBoost")
    plots.show_confusion(predictions(), "Mixed up")
    score = Score("knn", "features_30_sec", "artist", "track", 0.5, (0.4, 0.6), 0.5, 90, 10)
    plots.show_scores([score], {})
    assert len(shown) == 9 and all(alt and caption for alt, caption in shown)
    assert all(caption.startswith("The SVM. ") for _, caption in shown[4:6])
    assert "worst rock 0 %" in shown[2][0] and "rock hardest" in shown[2][1]


def test_a_caption_stands_apart_from_what_a_figure_shows(monkeypatch):
    made = []
    monkeypatch.setattr(
        "genre_utils.plots.style.display", lambda data, **about: made.append(about["metadata"])
    )
    plots.show_splits()
    (about,) = made
    assert all("random" in one["caption"] != one["alt"] for one in about.values())

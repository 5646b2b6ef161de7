"""Fits are remembered by what they depend on, and by nothing else."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from genre_utils.data import cache_dir, make_splits
from genre_utils.evaluation import cache, evaluate
from genre_utils.models import ArtistWhitening, LabelEncoded

FITS = []


class Counting(ClassifierMixin, BaseEstimator):
    """Says the first class, and tells each time it is fitted."""

    def __init__(self, strength=1):
        self.strength = strength

    def fit(self, X, y):
        FITS.append(self.strength)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0], dtype=object)


def tables(seed=0, frames=False):
    index = pd.Index([f"{g}.{n:05d}" for g in ("jazz", "rock") for n in range(6)], name="track_id")
    values = np.random.default_rng(seed).normal(size=(12, 3)).astype(np.float32)
    genre = pd.Series(["jazz"] * 6 + ["rock"] * 6, index)
    X = pd.DataFrame({"frames": list(values)} if frames else dict(enumerate(values.T)), index)
    tracks = pd.DataFrame({"genre": genre, "song": index, "artist_group": None, "partition": None})
    return X, genre, make_splits(tracks, index, n_splits=2)[0]["random"]


@pytest.fixture(autouse=True)
def nothing_kept(own_cache):
    FITS.clear()


@pytest.mark.parametrize("frames", [False, True])
def test_what_was_fitted_is_not_fitted_again(frames):
    X, y, split = tables(frames=frames)
    first = evaluate(Counting(), X, y, split, n_jobs=1)
    again = evaluate(Counting(), X.copy(), y.copy(), split, n_jobs=1)
    assert len(FITS) == 2
    pd.testing.assert_frame_equal(again.table, first.table)


@pytest.mark.parametrize("frames", [False, True])
def test_other_data_labels_settings_folds_and_code_are_fitted(frames, monkeypatch):
    X, y, split = tables(frames=frames)
    evaluate(Counting(), X, y, split, n_jobs=1)
    changed = X.copy()
    changed.iloc[0] = tables(seed=1, frames=frames)[0].iloc[0]
    evaluate(Counting(), changed, y, split, n_jobs=1)
    evaluate(Counting(2), X, y, split, n_jobs=1)
    evaluate(Counting(), X, y[::-1].set_axis(y.index), split, n_jobs=1)
    evaluate(Counting(), X.set_axis(X.index[::-1]), y, split, n_jobs=1)
    assert len(FITS) == 10
    monkeypatch.setattr(cache, "_code", lambda *modules: "other code")
    evaluate(Counting(), X, y, split, n_jobs=1)
    assert len(FITS) == 12


def test_a_fit_depends_on_the_modules_that_its_estimator_needs_and_on_no_other():
    learner = make_pipeline(ArtistWhitening(), LabelEncoded(KNeighborsClassifier(3)))
    needed = cache._modules_in(pickle.dumps(learner))
    assert needed == ["genre_utils.models.classical", "genre_utils.models.transformers"]
    assert not cache._modules_in(pickle.dumps(make_pipeline(KNeighborsClassifier(3))))


def test_the_code_of_the_split_and_of_the_estimator_is_part_of_the_key(monkeypatch):
    X, y, split = tables()
    asked = []
    monkeypatch.setattr(cache, "_code", lambda *modules: asked.append(modules))
    evaluate(Counting(ArtistWhitening), X, y, split, n_jobs=1)
    assert len(asked) == 2
    assert {"genre_utils.evaluation.cross_validation", "genre_utils.models.transformers"} <= set(
        asked[0]
    )


def test_a_fold_that_was_finished_survives_one_that_was_not(monkeypatch):
    X, y, split = tables()

    class InterruptedFitError(RuntimeError):
        pass

    fit = Counting.fit

    def stopped(self, X, y):
        if len(FITS) == 1:
            raise InterruptedFitError
        return fit(self, X, y)

    monkeypatch.setattr(Counting, "fit", stopped)
    with pytest.raises(InterruptedFitError):
        evaluate(Counting(), X, y, split, n_jobs=1)
    monkeypatch.setattr(Counting, "fit", fit)
    evaluate(Counting(), X, y, split, n_jobs=1)
    assert len(FITS) == 2


def test_damaged_memories_are_made_anew():
    X, y, split = tables()
    evaluate(Counting(), X, y, split, n_jobs=1)
    kept = list(cache_dir().glob("fits/**/output.pkl"))
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(b"damaged")
    evaluate(Counting(), X, y, split, n_jobs=1)
    assert len(FITS) == 4


def test_nothing_is_read_where_others_can_write():
    X, y, split = tables()
    folder = cache_dir() / "fits"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    for _ in range(2):
        evaluate(Counting(), X, y, split, n_jobs=1)
    assert len(FITS) == 4 and not list(folder.iterdir())


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENRE_UTILS_CACHE", str(tmp_path / "file/cache"))
    X, y, split = tables()
    assert len(evaluate(Counting(), X, y, split, n_jobs=1).table) == 12


def test_what_cannot_be_known_by_content_is_fitted_each_time():
    X, y, split = tables()
    model = FunctionTransformer(lambda values: values)
    model.strength = 1
    for _ in range(2):
        evaluate(make_pipeline(model, Counting()), X, y, split, n_jobs=1)
    assert len(FITS) == 4


def test_what_a_notebook_defines_is_fitted_each_time():
    program = (
        "import test_cache as t\n"
        "class Own(t.Counting): pass\n"
        "X, y, split = t.tables()\n"
        "for _ in range(2): t.evaluate(Own(), X, y, split, n_jobs=1)\n"
        "print(len(t.FITS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    assert done.stdout == "4\n"


def test_another_process_remembers():
    X, _, split = tables()
    key = cache.joblib.hash((KNeighborsClassifier(3), cache.content_of(X), split))
    program = (
        "import test_cache as t\n"
        "X, y, p = t.tables()\n"
        "r = t.cache\n"
        "print(r.joblib.hash((t.KNeighborsClassifier(3), r.content_of(X), p)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    assert done.stdout.strip() == key

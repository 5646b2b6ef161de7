"""What is said after so many seconds, and how sure: what a listener would say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import sound
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genre_utils.audio import EMBEDDING_COLUMNS, LAYER_COLUMNS, load_audio
from genre_utils.evaluation import Predictions
from genre_utils.models import LinearModel
from genre_utils.tool.change_detector import ChangeDetector
from genre_utils.tool.experiments.measuring import (
    calibration_table,
    head_of,
    hear_every_second,
    said_after,
)
from genre_utils.tool.listener import Listener, Now, listen
from genre_utils.tool.streams import Block

COLUMNS = [*EMBEDDING_COLUMNS, *LAYER_COLUMNS]


@pytest.fixture
def head():
    weights = np.random.default_rng(0).normal(0, 0.05, (946, 3)).astype(np.float32)
    about = {"temperatures": {"3": 1.5, "30": 1.0}}
    return LinearModel(
        "tiny",
        Path(),
        about | {"classes": ["blues", "jazz", "rock"]},
        weights,
        np.zeros(3, np.float32),
    )


@pytest.fixture
def paths(tmp_path):
    files = {f"jazz.{n}": sound(tmp_path / f"{n}.wav", 6.0 - n, seed=n) for n in range(2)}
    return pd.Series({track: str(path) for track, path in files.items()})


def tracks_of(names, **columns):
    own = {"genre": "jazz", "song": list(names), "artist_group": None}
    return pd.DataFrame(own | columns, index=list(names))


@pytest.mark.parametrize("genres", [("a", "b"), ("a", "b", "c")])
def test_a_head_says_what_its_pipeline_says(genres):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(3, 2, (30, len(COLUMNS))), columns=COLUMNS)
    y = np.resize(genres, 30)
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(X, y)
    made = head_of(probe, COLUMNS, {3: 1.2})
    rows = np.zeros((30, 946))
    rows[:, :256], rows[:, 306:] = X[list(EMBEDDING_COLUMNS)], X[list(LAYER_COLUMNS)]
    assert made.classes == genres
    assert made.predict_segments(rows)[0] == pytest.approx(probe.predict_proba(X), abs=1e-4)


def test_after_each_second_it_says_what_a_listener_says(head, paths):
    heard = hear_every_second(paths, n_jobs=1)
    assert {track: len(rows) for track, rows in heard.items()} == {"jazz.0": 6, "jazz.1": 5}
    y = load_audio(paths["jazz.0"])
    for seconds in (1, 2, 3, 4, 6):
        part = y[: seconds * 22050]
        listener = Listener(head, detector=ChangeDetector(threshold=3.0))
        now = [told for told in listen([Block(0.0, part)], listener) if isinstance(told, Now)][-1]
        said = said_after(head, heard, tracks_of(heard), seconds, "artist")
        assert said.y_proba.loc["jazz.0"].to_dict() == pytest.approx(now.probability, abs=1e-4)
        assert said.table.loc["jazz.0", "y_pred"] == now.genre


def test_recordings_that_are_shorter_do_not_count(head, paths):
    heard = hear_every_second(paths, n_jobs=1)
    tracks = tracks_of(heard, artist_group=["A", None])
    assert list(said_after(head, heard, tracks, 6, "artist").table.index) == ["jazz.0"]
    both = said_after(head, heard, tracks, 5, "artist")
    assert both.table["group"].tolist() == ["A", "jazz.1"] and both.split == "artist"


def predictions(sure, right):
    names = [f"t{n}" for n in range(len(sure))]
    probability = pd.DataFrame({"a": sure, "b": 1 - np.array(sure)}, names)
    true = np.where(right, "a", "b")
    table = pd.DataFrame({"y_true": true, "y_pred": "a", "group": names}, names)
    return Predictions(table, probability, "artist", "track", 0.0, 0.0)


def test_who_is_too_sure_is_said_to_be():
    right = np.arange(200) % 2 == 0
    table = calibration_table(
        {3: predictions(np.full(200, 0.9), right), 30: predictions(np.full(200, 0.5), right)}
    )
    assert table["accuracy"].tolist() == [0.5, 0.5]
    assert table["too_sure"].tolist() == pytest.approx([0.4, 0.0])
    assert (
        table["too_sure_low"][3] > 0.3
        and table["too_sure_low"][30] < 0 < table["too_sure_high"][30]
    )
    assert table["ece"][3] == pytest.approx(0.4) and table["ece"][30] == pytest.approx(0)
    assert 0 < table["ece_by_chance"][3] < 0.05

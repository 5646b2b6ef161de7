"""Fit and predict: every classical model and network once, a row each."""

from __future__ import annotations

import argparse
import os
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from common import Report, collection
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from xgboost import XGBClassifier

from genre_utils import models
from genre_utils.data import load_features, make_splits
from genre_utils.evaluation import model_name
from genre_utils.models import NetworkClassifier

EPOCHS = 3


def fit_and_predict(model, X, y, fold) -> tuple[float, float]:
    """Seconds to fit on one side, milliseconds an item to predict the other."""
    train, test = fold
    start = time.perf_counter()
    fitted = clone(model).fit(X.iloc[train], y.to_numpy(dtype=object)[train])
    fit = time.perf_counter() - start
    start = time.perf_counter()
    fitted.predict(X.iloc[test])
    return fit, 1000 * (time.perf_counter() - start) / len(test)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a collection")
    options = parser.parse_args()
    dataset = collection(options.data)
    models.load_keras()  # its import is nobody's fit
    report = Report("2_models", "Fitting and predicting", dataset.name)
    table = load_features(dataset)
    fold = _first_fold(dataset, table)
    boosting = models.LabelEncoded(XGBClassifier(n_estimators=1000, learning_rate=0.05))
    candidates = {
        "knn": make_pipeline(MinMaxScaler(), KNeighborsClassifier(19)),
        "random_forest": RandomForestClassifier(1000, max_depth=10, random_state=0),
        "svm": make_pipeline(MinMaxScaler(), SVC(decision_function_shape="ovo")),
        "xgboost": boosting,
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    }
    rows = [
        [model_name(name), *fit_and_predict(model, table.X, table.genre, fold)]
        for name, model in candidates.items()
    ]
    report.table(
        f"Classical models on 57 features, {len(fold[0])} tracks to fit, {len(fold[1])} to predict",
        ["model", "fit, s", "predict, ms a track"],
        sorted(rows, key=lambda row: row[1]),
    )
    learners = {
        ("feed_forward", "mfcc"): models.dense_network,
        ("published_cnn", "mfcc"): models.published_cnn,
        ("waveform", "raw"): models.waveform_network,
        ("cnn", "mel"): partial(models.spectrogram_network, widths=(16, 32, 48, 64)),
    }
    rows = []
    for (name, kind), build in learners.items():
        pieces = load_features(dataset, kind)
        fold = _first_fold(dataset, pieces)
        learner = NetworkClassifier(build, epochs=EPOCHS, patience=EPOCHS)
        fit, predict = fit_and_predict(learner, pieces.values, pieces.genre, fold)
        rows.append([f"{model_name(name)}, {kind}", fit / EPOCHS, predict, len(fold[0])])
    report.table(
        "Networks on pieces of 3 s",
        ["network", "fit, s an epoch", "predict, ms a piece", "pieces to fit"],
        rows,
        f"{EPOCHS} epochs, compilation included.",
    )


def _first_fold(dataset, features) -> tuple[np.ndarray, np.ndarray]:
    splits, _ = make_splits(dataset.tracks, features.values.index, seed=0)
    split = splits.get("track") or splits["random"]
    return split.folds(features.genre.to_numpy(object))[0]


if __name__ == "__main__":
    main()

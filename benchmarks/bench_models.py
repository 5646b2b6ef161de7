"""Fit and predict: every classical model once, one row each."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

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

from genre_utils.data import load_features, make_splits
from genre_utils.models import LabelEncoded


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
    report = Report("2_models", "Fitting and predicting", dataset.name)
    table = load_features(dataset)
    fold = _first_fold(dataset, table)
    boosting = LabelEncoded(XGBClassifier(n_estimators=1000, learning_rate=0.05))
    candidates = {
        "knn": make_pipeline(MinMaxScaler(), KNeighborsClassifier(19)),
        "random_forest": RandomForestClassifier(1000, max_depth=10, random_state=0),
        "svm": make_pipeline(MinMaxScaler(), SVC(decision_function_shape="ovo")),
        "xgboost": boosting,
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    }
    rows = [
        [name, *fit_and_predict(model, table.X, table.genre, fold)]
        for name, model in candidates.items()
    ]
    report.table(
        f"Classical models on 57 features, {len(fold[0])} tracks to fit, {len(fold[1])} to predict",
        ["model", "fit, s", "predict, ms a track"],
        sorted(rows, key=lambda row: row[1]),
    )


def _first_fold(dataset, features) -> tuple[np.ndarray, np.ndarray]:
    splits, _ = make_splits(dataset.tracks, features.values.index, seed=0)
    split = splits.get("track") or splits["random"]
    return split.folds(features.genre.to_numpy(object))[0]


if __name__ == "__main__":
    main()

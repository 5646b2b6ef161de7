"""What several models said, as tables: metrics, costs, votes of pieces, scores side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd
from sklearn.base import BaseEstimator, clone

from genre_utils.data import SPLITS, Split
from genre_utils.evaluation.cross_validation import score
from genre_utils.evaluation.predictions import Predictions, metrics, to_tracks
from genre_utils.evaluation.results import MODEL_NAMES, Score

Found = Mapping[tuple[str, str, str], Predictions]  # by model, input and split


def tell_splits(
    made: Mapping[str, tuple[Mapping[str, Split], Mapping[str, str]]],
) -> str:
    """What each split allows on both sides, and what is not possible, as a list in Markdown.

    Parameters
    ----------
    made
        By table, as from `make_splits`.
    """
    lines = [f"- `{name}`: {text}" for name, text in SPLITS.items()]
    for table, (splits, reasons) in made.items():
        lines += [
            f"- Not possible on the {table} table: `{n}`, because {w}." for n, w in reasons.items()
        ]
        lines += [
            f"- On the {table} table, `{n}` is {p.note}." for n, p in splits.items() if p.note
        ]
    return "\n".join(lines)


def fewest_to_fit(splits: Iterable[Split], y: pd.Series) -> int:
    """How many items the smallest training side of several splits has."""
    labels = y.to_numpy(dtype=object)
    return min((len(train) for p in splits for train, _ in p.folds(labels)), default=0)


def metric_table(found: Found, data: str, split: str) -> pd.DataFrame:
    """Accuracy, and macro precision, recall and F1, a row a model, on one input and split."""
    rows = {
        MODEL_NAMES[name]: metrics(prediction)
        for (name, given, by), prediction in found.items()
        if (given, by) == (data, split)
    }
    return pd.DataFrame(rows).T.rename_axis("model")


def accuracy_table(found: Found, data: str) -> pd.DataFrame:
    """Accuracy on one input: a row a model, a column a split."""
    cells = {
        (MODEL_NAMES[name], split): metrics(prediction)["accuracy"]
        for (name, given, split), prediction in found.items()
        if given == data
    }
    if not cells:
        return pd.DataFrame()
    table = pd.Series(cells).unstack(sort=False).rename_axis("model")
    return table[[name for name in SPLITS if name in table]]


def reproduction_table(
    held_out: Mapping[str, Predictions], published: Mapping[str, float], copied: Mapping[str, float]
) -> pd.DataFrame:
    """Our accuracy beside what was published for the same settings, a row a model.

    Parameters
    ----------
    held_out
        By model.
    published, copied
        What the summary reports, and the notebook that it seems to be from.
    """
    rows = {}
    for name, prediction in held_out.items():
        own = metrics(prediction)
        rows[MODEL_NAMES[name]] = {
            "ours": own["accuracy"],
            "summary": published[name],
            "difference (points)": 100 * (own["accuracy"] - published[name]),
            "copied notebook": copied[name],
            "ours, macro recall": own["recall"],
        }
    return pd.DataFrame(rows).T.rename_axis("model").round(3)


def join_pieces(found: Found) -> tuple[dict[tuple[str, str, str], Predictions], pd.DataFrame]:
    """Put the pieces of each track together, by vote and, where there are probabilities, by mean.

    Returns
    -------
    joined, table
        What tracks are taken for by the better-informed way, under the same keys; and accuracies
        of a piece and of both ways, a row a model and split.
    """
    joined, rows = {}, {}
    for key, prediction in found.items():
        ways = ["vote"] if prediction.y_proba is None else ["vote", "mean"]
        by_way = {how: to_tracks(prediction, how) for how in ways}
        rows[f"{MODEL_NAMES[key[0]]}, {key[2]}"] = {
            "one piece": metrics(prediction)["accuracy"],
            **{f"all pieces, {how}": metrics(p)["accuracy"] for how, p in by_way.items()},
        }
        joined[key] = by_way[ways[-1]]
    return joined, pd.DataFrame(rows).T.rename_axis("model, split")


def cost_table(found: Found, data: str, split: str) -> pd.DataFrame:
    """Seconds to fit a fold and milliseconds to predict an item, the cheapest first."""
    rows = {
        MODEL_NAMES[name]: {
            "fit (s a fold)": p.fit_seconds / p.table["fold"].nunique(),
            "predict (ms an item)": 1000 * p.predict_seconds / len(p.table),
        }
        for (name, given, by), p in found.items()
        if (given, by) == (data, split)
    }
    return pd.DataFrame(rows).T.rename_axis("model").sort_values("fit (s a fold)")


def refitted_on_valid(
    estimator: BaseEstimator,
    X: pd.DataFrame,
    y: pd.Series,
    split: Split,
    before: Predictions,
) -> tuple[Predictions, int]:
    """What a model says of the published test side once the validation side is fitted on too.

    Parameters
    ----------
    estimator, X, y
        As in `evaluate`.
    split
        "filtered".
    before
        What it said when it was fitted on the training side alone.

    Returns
    -------
    predictions, fitted
        And how many items were fitted on.
    """
    labels = y.to_numpy(dtype=object)
    ((train, test),) = split.folds(labels)
    pool, _ = split.inner_cv(labels, train)
    model = clone(estimator).fit(X.iloc[pool], labels[pool])
    said = pd.Series(model.predict(X.iloc[test]), X.index[test])
    return replace(before, table=before.table.assign(y_pred=said), y_proba=None), len(pool)


def scores_of(found: Found, published: Mapping[str, float], *, seed: int = 0) -> list[Score]:
    """Scores with intervals; what was published stands beside pieces at random.

    Parameters
    ----------
    found
        Predictions.
    published
        Accuracy by model.
    seed
        Of the bootstrap.
    """
    return [
        score(
            prediction,
            name,
            data,
            published=published.get(name)
            if prediction.level == "segment" and split == "random"
            else None,
            seed=seed,
        )
        for (name, data, split), prediction in found.items()
    ]


def score_rows(scores: Iterable[Score], published: Mapping[str, float]) -> pd.DataFrame:
    """Scores as rows for `plots.score_overview`: of pieces of 3 s, and of tracks by 30 s.

    Parameters
    ----------
    scores
        On "features_3_sec" and "features_30_sec"; tuned models are left out.
    published
        Accuracy by model, drawn where pieces are classified.
    """
    scores = list(scores)
    length = {"features_3_sec": "3 s", "features_30_sec": "30 s"}
    most = max(s.genres for s in scores)
    rows = [
        {
            "label": f"{MODEL_NAMES[s.model]}, {length[s.input]}",
            "split": s.split,
            "accuracy": s.accuracy,
            "low": s.ci95[0],
            "high": s.ci95[1],
            "published": published.get(s.model) if s.level == "segment" else None,
            "fewer": s.genres < most,
        }
        for s in scores
        if (s.level == "segment") == (s.input == "features_3_sec")
        and not s.model.endswith("_tuned")
    ]
    table = pd.DataFrame(rows).astype({"published": float})
    pieces = table["label"].str.endswith(length["features_3_sec"])
    return pd.concat([table[pieces], table[~pieces]])

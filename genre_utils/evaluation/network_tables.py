"""What networks said of pieces and of tracks: names, tables, scores and facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from genre_utils.data import SPLITS
from genre_utils.evaluation.cross_validation import score
from genre_utils.evaluation.predictions import Predictions, metrics, to_tracks
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.wording import interval, percent

Runs = Mapping[tuple[str, str, str], Sequence[Predictions]]  # by model, input and split

# One name a network on all pages, so that no two of them are called "our CNN".
_NAMES = {
    ("waveform", "raw"): "waveform network",
    ("cnn", "mel"): "small CNN on mel",
    ("published_cnn", "mfcc"): "the summary's CNN",
    ("feed_forward", "mfcc"): "feed-forward network on MFCCs",
    ("cnn", "picture"): "our CNN on pictures",
    ("cnn_average", "picture"): "our CNNs on pictures, averaged",
    ("cnn", "mel, whole"): "our CNN on recordings",
    ("cnn_average", "mel, whole"): "our CNNs on recordings, averaged",
    ("fusion", "picture and features_30_sec"): "our CNNs on pictures, with 57 features",
}
_SHORT = {"published_cnn": "the summary's CNN", "waveform": "waveform network"}
_GIVEN = {"features_3_sec": "57 features", "features_30_sec": "57 features"}
_ENOUGH = 20  # below so many, a percentage says more than is known


def network_name(model: str, data: str) -> str:
    """What a network, or a model beside it, is called on the page."""
    given = _GIVEN.get(data, data)
    return _NAMES.get((model, data)) or f"{model_name(model)}, {given}"


def model_name(model: str) -> str:
    """What a model is called where its input stands beside it."""
    return (MODEL_NAMES | _SHORT).get(model, model)


def out_of(hits: int, n: int) -> str:
    """So many of so many: "3 of 4"; with a percentage where there are enough to speak of one."""
    told = f"{hits:,} of {n:,}"
    return told if n < _ENOUGH else f"{told} ({percent(hits / n)})"


def tell_accuracy(found: Score) -> str:
    """Accuracy, its 95 % interval, and of how many."""
    return f"{percent(found.accuracy)} {interval(*found.ci95)}, n = {found.n}"


def seed_table(runs: Runs) -> pd.DataFrame:
    """Accuracy of an item, with its deviation over seeds: a row a network, a column a split."""
    cells = {}
    for (model, data, split), each in runs.items():
        found = score(list(each), model, data)
        spread = "" if found.sd is None else f" ± {100 * found.sd:.1f}"
        cells[network_name(model, data), split] = percent(found.accuracy) + spread
    return _by_split(cells).rename_axis("network")


def vote_table(runs: Runs, split: str) -> pd.DataFrame:
    """What a piece alone, and the pieces of a song together, are worth under one split."""
    rows = {}
    for (model, data, name), (first, *_) in runs.items():
        if name == split and first.level == "segment":
            joined = {how: to_tracks(first, how) for how in ("vote", "mean")}
            rows[network_name(model, data)] = {
                "one piece": percent(metrics(first)["accuracy"]),
                "song, by vote": percent(metrics(joined["vote"])["accuracy"]),
                "song, by mean": percent(metrics(joined["mean"])["accuracy"]),
                "seconds a fold": f"{_seconds(first):.1f}",
            }
    return pd.DataFrame(rows).T.rename_axis(f"network, {split}")


def accuracy_matrix(scores: Iterable[Score], level: str) -> pd.DataFrame:
    """Accuracy with its interval: a row a model and input, a column a split, the best last.

    Parameters
    ----------
    scores
        Of any models.
    level
        "segment" or "track".

    Returns
    -------
    pandas.DataFrame
        Texts; a star marks what goes over fewer genres than others.
    """
    rows = [s for s in scores if s.level == level]
    most = max((s.genres for s in rows), default=0)
    cells = {
        (network_name(s.model, s.input), s.split): f"{percent(s.accuracy, 0)}"
        f"{'*' if s.genres < most else ''} {interval(*s.ci95, digits=0)}"
        for s in sorted(rows, key=lambda s: s.accuracy)
    }
    return _by_split(cells).rename_axis("model, input")


def all_scores(runs: Runs, *, seed: int = 0) -> list[Score]:
    """Scores of all runs, those of pieces put together by song as well."""
    scores = []
    for (model, data, _), each in runs.items():
        scores.append(score(list(each), model, data, seed=seed))
        if each[0].level == "segment":
            joined = [to_tracks(one) for one in each]
            scores.append(score(joined, model, data, seed=seed))
    return scores


def facts_of(runs: Runs) -> dict[str, object]:
    """What to note of networks on pieces: accuracies, and those of the summary's network apart."""
    accuracy = {key: score(list(each), *key[:2]).accuracy for key, each in runs.items()}
    own = {p: accuracy.get(("published_cnn", "mfcc", p)) for p in ("random", "track")}
    apart: dict[str, object] = {f"published_cnn_{p}": a for p, a in own.items()}
    by_name = {f"{MODEL_NAMES[n]}, {k}, {p}": value for (n, k, p), value in accuracy.items()}
    return {"accuracy_by_input": by_name} | ({} if None in own.values() else apart)


def training_costs(runs: Runs) -> pd.DataFrame:
    """Seconds to train a fold and milliseconds to predict an item: a row a network and split."""
    rows = {
        f"{network_name(model, data)}, {split}": {
            "training (s a fold)": f"{_seconds(first):.1f}",
            "prediction (ms an item)": f"{1000 * first.predict_seconds / len(first.table):.1f}",
        }
        for (model, data, split), (first, *_) in runs.items()
    }
    return pd.DataFrame(rows).T.rename_axis("network, split")


def seconds_of(runs: Runs) -> dict[str, float]:
    """Seconds to train a fold, by the names that results have."""
    return {f"{MODEL_NAMES[n]}, {k}, {p}": _seconds(each[0]) for (n, k, p), each in runs.items()}


def _seconds(predictions: Predictions) -> float:
    return predictions.fit_seconds / predictions.table["fold"].nunique()


def chosen_by(key: tuple[str, str, str]) -> dict[str, dict[str, str]]:
    """What to note of the last word, if it was chosen on a validation side."""
    model, data, split = key
    if split != "filtered":
        return {}
    return {"chosen": {"model": model, "input": data, "split": split}}


def last_word(runs: Runs) -> tuple[str, str, str]:
    """The run that says most of fresh songs: fusion, else the average, else artists apart."""
    order = [
        ("fusion", "picture and features_30_sec", "filtered"),
        ("cnn_average", "picture", "filtered"),
        ("cnn", "picture", "artist"),
        ("cnn", "picture", "random"),
    ]
    return next(key for key in order if key in runs)


def learning_curves(
    runs: Runs, keys: Iterable[tuple[str, str]], splits: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """Learning curves of the first seed and fold, by network and split, of those that ran."""
    wanted = [(*key, split) for key in keys for split in splits]
    return {
        f"{network_name(*key[:2])}, {key[2]}": runs[key][0].curves[0]
        for key in wanted
        if key in runs
    }


def _by_split(cells: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    if not cells:
        return pd.DataFrame()
    table = pd.Series(cells).unstack(sort=False)
    return table[[name for name in SPLITS if name in table]].fillna("")

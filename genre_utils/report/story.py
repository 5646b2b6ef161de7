"""What the index tells first: five rows, three conclusions, and a matrix, from the scores alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from genre_utils.data import SPLITS
from genre_utils.evaluation import model_name
from genre_utils.wording import interval, percent, points

# The summary's four classical models, on the table of 3 s pieces; what they are called in a figure.
SUMMARY_MODELS = {"knn": "kNN", "random_forest": "forest", "svm": "SVM", "xgboost": "XGBoost"}
PIECES = "features_3_sec"
# Inputs of pieces: tracks are those put together, and stand in the full table alone.
_OF_ALL_SOURCES = ("early_fusion", "late_fusion", "stacking", "gated_fusion")
_OF_PIECES = frozenset({PIECES, "mfcc", "mel", "raw", "encoder and features_3_sec"})
# Lines to compare with: label, accuracy, source.
REFERENCES = (
    (
        "people, 3 s of other music",
        0.70,
        "Gjerdingen and Perrot, Journal of New Music Research 37(2), 2008: students agreed so "
        "often with the record companies, which named one of ten genres",
    ),
    (
        "an ideal classifier",
        0.945,
        "Sturm 2013, arXiv:1306.1461: all that GTZAN's own labels allow",
    ),
)
_SECONDS_HEARD = re.compile(r"\d s$")
_ASKED = {
    "random": "pieces dealt out at random",
    "track": "no song on both sides",
    "artist": "no artist on both sides",
}


class Row(NamedTuple):
    """A row of the index's figure.

    Attributes
    ----------
    label, detail
        What was asked, and of how many.
    marks
        Scores, as in the results files; ``left`` is where a mark and all around it begin.
    told
        The accuracies in words.
    """

    label: str
    detail: str
    marks: list[dict]
    told: str


def five_rows(scores: Sequence[dict], chosen: dict | None) -> list[Row]:
    """The summary's models asked more and more strictly, our CNN, and the pretrained encoder.

    Parameters
    ----------
    scores
        As in the results files.
    chosen
        Model, input and split of what was chosen in the end; None if nothing was.
    """
    rows = []
    for split, asked in _ASKED.items():
        marks = _complete(
            s
            for s in scores
            if s["model"] in SUMMARY_MODELS
            and (s["input"], s["level"], s["split"]) == (PIECES, "segment", split)
        )
        marks = [m | {"left": min(m["ci95"][0], m["published"] or 1)} for m in marks]
        rows.append(("The summary's models", asked, marks))
    rows.append(("Our CNN, from scratch", "", _own_network(scores)))
    if chosen:
        found = [s for s in scores if s["level"] == "track" and _is(s, chosen)]
        rows.append(("Ears that heard other music", "", found[:1]))
    return [
        Row(label, "; ".join(filter(None, [asked, _of(marks)])), marks, _range(marks))
        for label, asked, marks in rows
        if marks
    ]


def what_it_costs(scores: Sequence[dict]) -> str:
    """What keeping songs, and artists, apart costs the summary's models, as a sentence.

    Parameters
    ----------
    scores
        As in `five_rows`. Models that have no score under one of two splits do not count.
    """
    by: dict[str, dict[str, float]] = {}
    for row in five_rows(scores, None):
        if row.label == "The summary's models":
            for mark in row.marks:
                by.setdefault(mark["split"], {})[mark["model"]] = mark["accuracy"]
    costs = {}
    for kept, looser, stricter in (("songs", "random", "track"), ("artists", "track", "artist")):
        both = [model for model in by.get(looser, {}) if model in by.get(stricter, {})]
        falls = [100 * (by[looser][model] - by[stricter][model]) for model in both]
        if falls:
            low, high = f"{min(falls):.1f}", f"{max(falls):.1f}"
            costs[kept] = low if low == high else f"{low} to {high}"
    if "songs" not in costs:
        return ""
    more = f", keeping artists apart {costs['artists']} more" if "artists" in costs else ""
    return f"Keeping songs apart costs the summary's models {costs['songs']} points{more}."


def conclusions(scores: Sequence[dict], chosen: dict | None) -> list[str]:
    """What the scores amount to, a sentence or two each; those that the scores allow.

    Parameters
    ----------
    scores, chosen
        As in `five_rows`.
    """
    rows = {(row.label, row.marks[0]["split"]): row for row in five_rows(scores, chosen)}
    asked = [rows[key] for key in rows if key[0] == "The summary's models"]
    told = []
    if len(asked) > 1 and asked[0].marks[0]["split"] == "random":
        published = [m["published"] for m in asked[0].marks if m["published"]]
        beside = f" (the summary has {_span(published)})" if published else ""
        stricter = (f"With {_ASKED[row.marks[0]['split']]}: {row.told}." for row in asked[1:])
        told.append(
            "Of pieces of 3 s dealt out at random the summary's models name "
            f"{asked[0].told}{beside}. {' '.join(stricter)}"
        )
    own = next((row for row in rows.values() if row.label.startswith("Our CNN")), None)
    if own:
        mark = own.marks[0]
        former = [
            s
            for s in scores
            if (s["level"], s["split"], s["genres"]) == ("track", mark["split"], mark["genres"])
            and s["input"] in (PIECES, "features_30_sec")
            and s["model"] != "probe"
        ]
        best = max(former, key=lambda s: s["accuracy"], default=None)
        told.append(
            f"A CNN that learns from the spectrograms of these songs alone names {_points(mark)}"
            + (
                f"; the best model on 57 features, {model_name(best['model'])}, {_points(best)}."
                if best
                else "."
            )
        )
    ears = rows.get(("Ears that heard other music", (chosen or {}).get("split", "")))
    if ears and chosen:
        costs = {
            name: _fall(scores, model, data)
            for name, model, data in (
                ("the encoder", "probe", "encoder"),
                ("the same model on 57 features", "probe", "features_30_sec"),
            )
        }
        fall = ", ".join(f"{name} {cost}" for name, cost in costs.items() if cost)
        told.append(
            f"A linear model on an encoder that heard other music before names "
            f"{_points(ears.marks[0])}."
            + (f" From random folds to artists apart: {fall}." if fall else "")
        )
    return told


def told_input(score: dict) -> str:
    """What a model was given, in words; of simulated listeners it is said that they are."""
    fused = score["model"] in _OF_ALL_SOURCES and score["input"].startswith("all")
    return "sound, picture, words, simulated history" if fused else score["input"]


def told_model(score: dict) -> str:
    """What a model is called in the lessons, where its input stands beside it."""
    pieces = (score["model"], score["input"]) == ("cnn", "mel")
    return "small CNN" if pieces else model_name(score["model"])


def matrix(scores: Iterable[dict]) -> list[dict]:
    """Models by splits: the score of each model and input under each split.

    Parameters
    ----------
    scores
        As in the results files.

    Returns
    -------
    list of dict
        ``model``, ``name``, ``input``, ``level`` and ``by``: split to score. The best under the
        strictest split first. Variants (shuffled frames, tuned models, less of a song), what
        learns from simulated listeners, and pieces put together are in the full table alone.
    """
    rows: dict[tuple, dict] = {}
    for s in scores:
        joined = s["level"] == "track" and s["input"] in _OF_PIECES
        aside = any(word in s["input"] for word in ("shuffled", "simulated"))
        if s["model"].endswith("_tuned") or aside or joined or _SECONDS_HEARD.search(s["input"]):
            continue
        key = {name: s[name] for name in ("model", "input", "level")}
        row = rows.setdefault(tuple(key.values()), key | {"name": told_model(s), "by": {}})
        row["by"].setdefault(s["split"], s)
    strictest = list(reversed(SPLITS))
    return sorted(
        rows.values(),
        key=lambda row: [-row["by"].get(p, {"accuracy": 0})["accuracy"] for p in strictest],
    )


def _own_network(scores: Sequence[dict]) -> list[dict]:
    """The CNN from scratch under the strictest split; where it heard whole recordings, that."""
    for split in reversed(SPLITS):
        for data in ("mel, whole", "picture", "mel"):
            found = [
                s
                for s in scores
                if (s["model"], s["input"], s["split"]) == ("cnn", data, split)
                and s["level"] == "track"
            ]
            if found:
                return found[:1]
    return []


def _is(score: dict, chosen: dict) -> bool:
    return all(score[key] == chosen[key] for key in ("model", "input", "split"))


def _complete(scores: Iterable[dict]) -> list[dict]:
    """Those over most genres: scores over fewer compare with none of them."""
    found = list(scores)
    most = max((s["genres"] for s in found), default=0)
    return [s for s in found if s["genres"] == most]


def _of(marks: Sequence[dict]) -> str:
    if not marks:
        return ""
    unit = {"segment": "pieces", "track": "tracks"}[marks[0]["level"]]
    strict = {"filtered": ", published partition", "artist": ", artists apart"}
    apart = strict.get(marks[0]["split"], "") if unit == "tracks" else ""
    return f"n = {marks[0]['n']:,} {unit}, {marks[0]['genres']} genres{apart}"


def _range(marks: Sequence[dict]) -> str:
    return _span([mark["accuracy"] for mark in marks]) if marks else ""


def _span(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def _points(score: dict) -> str:
    unit = {"segment": "pieces", "track": "tracks"}[score["level"]]
    return (
        f"{percent(score['accuracy'])} {interval(*score['ci95'])} of {score['n']:,} {unit} "
        f"under {score['split']}"
    )


def _fall(scores: Sequence[dict], model: str, data: str) -> str:
    by = {
        s["split"]: s["accuracy"]
        for s in scores
        if (s["model"], s["input"], s["level"]) == (model, data, "track")
    }
    if not {"random", "artist"} <= set(by):
        return ""
    return points(by["artist"] - by["random"])

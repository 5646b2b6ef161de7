"""Figures of classical models, shown with both texts: what is to be seen, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from sklearn.base import ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier

from genre_utils import evaluation
from genre_utils.evaluation import MODEL_NAMES, Predictions, Score
from genre_utils.plots.classifiers import Side, decision_regions, split_diagram
from genre_utils.plots.pieces import accuracy_by_neighbours, confusion_panels
from genre_utils.plots.scores import confusion, drops, learning_curve, score_overview
from genre_utils.plots.style import show
from genre_utils.wording import shares


def show_regions(fitted: Mapping[str, ClassifierMixin], learnt: Side, others: Side) -> None:
    """How models divide a plane, and what they know of tracks that they were not fitted on.

    Parameters
    ----------
    fitted, learnt, others
        As in `decision_regions`.
    """
    sides = {"learnt": learnt, "others": others}
    right = pd.DataFrame(
        {name: {s: m.score(*side) for s, side in sides.items()} for name, m in fitted.items()}
    ).T
    show(
        decision_regions(fitted, learnt, others, "How models divide a plane"),
        f"Regions of {len(set(learnt[1]))} genres, a panel a model. Share of the tracks that "
        "were learnt, "
        f"and of others, that is named rightly: {evaluation.tell_shares(right)}",
        evaluation.tell_learnt(right),
    )


def neighbours_in_plane(k: int, learnt: Side, others: Side) -> Axes:
    """How k-nearest neighbours divides a plane: what a slider draws.

    Parameters
    ----------
    k
        How many vote.
    learnt, others
        As in `decision_regions`.
    """
    one = KNeighborsClassifier(k).fit(*learnt)
    return decision_regions({f"k = {k}": one}, learnt, others, "Neighbours that vote")[0, 0]


def show_splits() -> None:
    """Which songs and artists stand on which side, a row a split."""
    show(
        split_diagram(),
        "Squares, each a piece, of ten songs by five artists, in a row a split. random: pieces "
        "of "
        "one song on both sides. track: songs are whole. artist: artists are whole. filtered: "
        "three "
        "sides, artists whole, one faulty song left out.",
        "Under `random` other pieces of the same song were learnt, under `track` other songs of "
        "the same artist. Only under `artist` was nobody heard before who plays on the test side; "
        "`filtered` keeps artists apart as their names are written.",
    )


def show_confusion_panels(said: Mapping[str, Predictions]) -> None:
    """Confusion matrices of several models beside each other; nothing where there are none.

    Parameters
    ----------
    said
        By short name of the model.
    """
    if not said:
        return
    counts = {MODEL_NAMES[name]: evaluation.confusions(one) for name, one in said.items()}
    show(
        confusion_panels(counts, "Pieces at random: the share of each row, in per cent"),
        f"Confusion matrices of {len(said)} models. {evaluation.tell_recalls(said)}",
        evaluation.tell_worst(said),
    )


def show_neighbours(by_k: pd.DataFrame, aim: float) -> None:
    """Accuracy against the number of neighbours, and which gives what was published.

    Parameters
    ----------
    by_k
        As from `evaluation.by_neighbours`.
    aim
        What was published.
    """
    show(
        accuracy_by_neighbours(by_k, aim, "Accuracy of pieces by the number of neighbours"),
        f"Accuracy against k. {evaluation.tell_shares(by_k.T)}",
        evaluation.tell_neighbours(by_k, aim),
    )


def show_curve(curve: pd.DataFrame, model: str) -> None:
    """Accuracy against the number of artists, and whether more of them would help.

    Parameters
    ----------
    curve
        As from `evaluation.artist_curve`.
    model
        Of which model, under which split.
    """
    told = curve.set_index(curve["artists"].map("{:.0f} artists".format))["accuracy"]
    show(
        learning_curve(curve),
        f"Accuracy by training artists: {shares(told.to_dict())}.",
        f"{model}. {evaluation.tell_curve(curve)}",
    )


def show_drops(
    lost: pd.DataFrame, what: str, groups: Mapping[str, Sequence[str]], model: str
) -> None:
    """Accuracy that is lost when columns are shuffled.

    Parameters
    ----------
    lost
        As from `evaluation.permutation_drops`.
    what
        Which columns.
    groups
        The columns of each row; where there are several, their number is shown.
    model
        Of which model, under which split.
    """
    told = ", ".join(f"{name} {100 * drop:.1f}" for name, drop in lost["drop"].items())
    sizes = {name: len(groups[name]) for name in lost.index}
    names = {name: f"{name} ({n})" for name, n in sizes.items() if max(sizes.values()) > 1}
    show(
        drops(lost.rename(index=names), f"{what}: accuracy lost when shuffled"),
        f"{what}, accuracy lost in points: {told}.",
        f"{model}. {evaluation.tell_drops(lost, groups)}",
    )


def show_shap(shap: pd.Series, others: Sequence[str], model: str) -> None:
    """Mean sizes of SHAP values, and how many of the columns another way names too.

    Parameters
    ----------
    shap
        By column, the largest first.
    others
        Columns that matter by permutation.
    model
        Of which model, under which split.
    """
    ax = drops(pd.DataFrame({"drop": shap, "sd": 0.0}), "What XGBoost leans on")
    ax.set_xlabel("mean absolute SHAP value (log odds, mean over genres)")
    told = ", ".join(f"{column} {value:.2f}" for column, value in shap.items())
    common = evaluation.tell_columns(list(shap.index), others)
    show(ax, f"Mean SHAP values: {told}.", f"{model}. {common}")


def show_confusion(said: Predictions, title: str) -> None:
    """One confusion matrix, and what is confused most.

    Parameters
    ----------
    said
        Of tracks.
    title
        Of which model, under which split.
    """
    recall = evaluation.recall_by_genre(said).sort_values()
    show(
        confusion(evaluation.confusions(said), title),
        f"Confusion matrix. Recall: {shares(recall.to_dict())}.",
        evaluation.tell_confusions(recall, evaluation.frequent_confusions(said)),
    )


def show_scores(scores: Sequence[Score], published: Mapping[str, float]) -> None:
    """All accuracies with their intervals, and whether the intervals of the splits meet.

    Parameters
    ----------
    scores, published
        As in `evaluation.score_rows`.
    """
    rows = evaluation.score_rows(scores, published)
    by_row = (f"{r.label} {r.split} {r.accuracy:.2f}" for r in rows.itertuples())
    show(
        score_overview(rows, evaluation.PEOPLE),
        f"Accuracy by model and split with 95 % intervals: {'; '.join(by_row)}.",
        evaluation.tell_overview(rows),
    )

"""Scores and comparisons in words, in one style on all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from genre_utils.data import SPLITS
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.wording import interval, percent

LEVELS = {"segment": "3 s pieces", "track": "tracks"}


def tell_shares(table: pd.DataFrame) -> str:
    """All shares of a table, row by row: what a figure of it shows."""
    rows = (
        f"{name}: "
        + ", ".join(f"{column} {percent(share, 0)}" for column, share in row.dropna().items())
        for name, row in table.iterrows()
    )
    return "; ".join(rows) + "."


def score_matrix(scores: Iterable[Score], names: Mapping[str, str]) -> pd.DataFrame:
    """Scores as a matrix: a row an input, and for each split accuracy, recall and n.

    Parameters
    ----------
    scores
        Of several inputs under several splits, of one level.
    names
        What to call the inputs; others are called by model and input.

    Returns
    -------
    pandas.DataFrame
        Texts, in per cent: accuracy with its 95 % interval, macro recall, and n; a star marks
        what goes over fewer genres than others.
    """
    scores = list(scores)
    most = max(score.genres for score in scores)
    rows: dict[str, dict[tuple[str, str], str]] = {}
    for score in scores:
        name = names.get(score.input) or f"{MODEL_NAMES[score.model]}, {score.input}"
        recall = "" if score.macro_recall is None else f"{100 * score.macro_recall:.1f}"
        told = f"{100 * score.accuracy:.1f} {interval(*score.ci95)}"
        parts = (told, recall, f"{score.n}{'*' if score.genres < most else ''}")
        for what, text in zip(("accuracy (%)", "recall (%)", "n"), parts, strict=True):
            rows.setdefault(name, {})[score.split, what] = text
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    table.columns = pd.MultiIndex.from_tuples(table.columns)
    return table[[name for name in SPLITS if name in table]]


def accuracy_panels(
    scores: Iterable[Score], names: Mapping[str, str], splits: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Accuracies of pieces and of tracks under splits that get stricter.

    Parameters
    ----------
    scores
        Of several inputs. Those over fewer genres than others compare with none, and are left out.
    names
        What to call the inputs.
    splits
        In this order.

    Returns
    -------
    dict
        By what is classified, a row an input and a column a split.
    """
    scores = list(scores)
    most = max(score.genres for score in scores)
    panels = {}
    for level, what in LEVELS.items():
        cells = {
            (names[score.input], score.split): score.accuracy
            for score in scores
            if score.level == level and score.genres == most and score.split in splits
        }
        if cells:
            table = pd.Series(cells).unstack(sort=False)
            panels[what] = table[[name for name in splits if name in table]]
    return panels

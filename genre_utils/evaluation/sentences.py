"""Sentences and tables that notebooks 6 to 10 still take from the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genre_utils.data import SPLITS
from genre_utils.evaluation.predictions import Predictions, frequent_confusions, recall_by_genre
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.wording import count, interval, listed, percent, points, points_interval


@dataclass(frozen=True, repr=False)
class Finding:
    """A table and what it says.

    Attributes
    ----------
    text
        In Markdown.
    table
        Cells as they are to be read; None or without rows where there is none.
    """

    text: str
    table: pd.DataFrame | None = None

    def __repr__(self) -> str:
        return "\n\n".join([*self._tables(pd.DataFrame.to_string), self.text])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([*self._tables(pd.DataFrame.to_html), self.text])

    def _tables(self, write) -> list[str]:
        return [] if self.table is None or self.table.empty else [write(self.table)]


def tell_p(p: float) -> str:
    """The probability that a test gives, with no more digits than it has."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def tell_test(test: Mapping[str, float]) -> str:
    """What `paired_test` found: the difference, its interval and p."""
    gap, span = points(test["difference"]), points_interval(test["low"], test["high"])
    return f"{gap} {span}, {tell_p(test['p'])}"


def with_intervals(
    table: pd.DataFrame, columns: Mapping[str, str], digits: int = 2, *, of: str = "{}_"
) -> pd.DataFrame:
    """Return a table whose cells say a value and its interval: "4.09 [3.82, 4.27]".

    Parameters
    ----------
    table
        Besides the columns wanted, their ends.
    columns
        What to call each column; one that has no ends in the table is written without.
    digits
        Behind the point.
    of
        Before "low" and "high" in the names of the ends; ``{}`` is the column's name.
    """
    told = {}
    for name, label in columns.items():
        ends = [f"{of.format(name)}{end}" for end in ("low", "high")]
        spans = table[[name, *(end for end in ends if end in table)]]
        told[label] = [_cell(*row, digits=digits) for row in spans.itertuples(index=False)]
    return pd.DataFrame(told, table.index)


def _cell(value: float, *ends: float, digits: int) -> str:
    between = ", ".join(f"{end:.{digits}f}" for end in ends)
    return f"{value:.{digits}f}" + (f" [{between}]" if ends else "")


_SHORT = {"published_cnn": "the summary's CNN", "waveform": "waveform network"}


_ENOUGH = 20  # below so many, a percentage says more than is known


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


def tell_weakest(predictions: Predictions) -> str:
    """Which genre is recognised best and worst, with ties, and what the worst is taken for."""
    recall = recall_by_genre(predictions)
    best, worst = (list(recall.index[np.isclose(recall, r)]) for r in (recall.max(), recall.min()))
    table = predictions.table[predictions.table["y_true"].isin(worst)]
    wrong = frequent_confusions(Predictions(table, None, predictions.split, "track", 0, 0), 3)
    taken = listed(f"{pair} ({n})" for pair, n in wrong.items())
    return (
        f"Best recognised: {listed(best)} ({percent(recall.max(), 0)}). Worst: {listed(worst)} "
        f"({percent(recall.min(), 0)})"
        + (f", most often mistaken like this: {taken}." if taken else ".")
    )


def split_artists(tracks: pd.DataFrame) -> list[str]:
    """Artists who are on more than one side of the published partition."""
    known = tracks.dropna(subset=["artist_group", "partition"])
    sides = known.groupby("artist_group")["partition"].nunique()
    return list(sides[sides > 1].index)


def tell_artists(tracks: pd.DataFrame) -> str:
    """How few artists there are, and whom the published partition splits.

    Parameters
    ----------
    tracks
        As in `Dataset`; some with an ``artist_group``.
    """
    known = tracks.dropna(subset=["artist_group"])
    per_genre = known.groupby("genre")["artist_group"]
    artists, largest = per_genre.nunique(), per_genre.value_counts()
    few = artists[artists == artists.min()].index
    fewest = listed(few) if len(few) < len(artists) else "all genres"
    genre, most = largest.idxmax()
    told = (
        f"{count(known['artist_group'].nunique(), 'named artist')} made {len(known):,} of the "
        f"{count(len(tracks), 'track')}; fewest, {artists.min()}, in {fewest}. {most} alone has "
        f"{count(int(largest.max()), 'track')} of {genre}."
    )
    split = split_artists(tracks)
    if split:
        told += (
            " The published partition keeps names apart as they are written; by way of duets, "
            f"{listed(split)} {'is' if len(split) == 1 else 'are'} on two of its sides."
        )
    return told


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

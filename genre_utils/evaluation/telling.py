"""Scores and comparisons in words, in one style on all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from genre_utils.data import PROTOCOLS
from genre_utils.evaluation.intervals import paired_test
from genre_utils.evaluation.predictions import Predictions
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.wording import interval, percent, points, points_interval

LEVELS = {"segment": "3 s pieces", "track": "tracks"}


def tell_score(score: Score) -> str:
    """Accuracy, its 95 % interval, and of how many."""
    return f"{percent(score.accuracy)} {interval(*score.ci95)}, n = {score.n}"


def tell_difference(test: Mapping[str, float]) -> str:
    """What `paired_test` found, in points."""
    return (
        f"{points(test['difference'])} {points_interval(test['low'], test['high'])}, "
        f"p = {test['p']:.2g}; "
        f"{test['only_one']} right only with the first, {test['only_other']} only with the second"
    )


def tell_rivals(
    runs: Mapping[tuple, Sequence[Predictions]],
    one: tuple[str, str],
    other: tuple[str, str],
    *,
    seed: int = 0,
) -> str:
    """Whether one network beats another, under each protocol that both were tested by.

    Parameters
    ----------
    runs
        Predictions by model, input and protocol, a list over seeds; the first are compared.
    one, other
        Model and input.
    seed
        Of the test.
    """
    rows, signs = [], set()
    for protocol in PROTOCOLS:
        if {(*one, protocol), (*other, protocol)} <= set(runs):
            test = paired_test(runs[*one, protocol][0], runs[*other, protocol][0], seed=seed)
            signs.add((test["low"] > 0) - (test["high"] < 0))
            rows.append(
                f"under `{protocol}` {points(test['difference'])} "
                f"{points_interval(test['low'], test['high'])}"
            )
    first, second = (f"{MODEL_NAMES[model]} on {kind}" for model, kind in (one, other))
    if not rows:
        return f"{first} and {second} were not tested by one protocol."
    verdict = {frozenset({1}): f"{first} is better", frozenset({-1}): f"{second} is better"}.get(
        frozenset(signs), "Which is better depends on the protocol, or is within chance"
    )
    told = f"{first} against {second}: {'; '.join(rows)}."
    return f"{_capital(told)} {_capital(verdict)}."


def tell_best(former: Iterable[Score], networks: Iterable[Score]) -> str:
    """Which is best on pieces under each protocol, a classical model or a network.

    Parameters
    ----------
    former
        Scores of classical models on pieces.
    networks
        Scores of networks on pieces.
    """
    rows = []
    for protocol in PROTOCOLS:
        sides = [[s for s in side if s.protocol == protocol] for side in (former, networks)]
        if all(sides):
            classical, network = (max(side, key=lambda s: s.accuracy) for side in sides)
            order = sorted((classical, network), key=lambda s: -s.accuracy)
            told = " before ".join(
                f"{MODEL_NAMES[s.model]} on {s.input} ({percent(s.accuracy)})" for s in order
            )
            rows.append(f"under `{protocol}` {told}")
    if not rows:
        return "The classical models of notebook 3 were not run beside this one."
    return f"Best on pieces of 3 s, classical models and networks: {'; '.join(rows)}."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def tell_shares(table: pd.DataFrame) -> str:
    """All shares of a table, row by row: what a figure of it shows."""
    rows = (
        f"{name}: "
        + ", ".join(f"{column} {percent(share, 0)}" for column, share in row.dropna().items())
        for name, row in table.iterrows()
    )
    return "; ".join(rows) + "."


def score_matrix(scores: Iterable[Score], names: Mapping[str, str]) -> pd.DataFrame:
    """Scores as a matrix: a row an input, and for each protocol accuracy, recall and n.

    Parameters
    ----------
    scores
        Of several inputs under several protocols, of one level.
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
            rows.setdefault(name, {})[score.protocol, what] = text
    table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
    table.columns = pd.MultiIndex.from_tuples(table.columns)
    return table[[name for name in PROTOCOLS if name in table]]


def accuracy_panels(
    scores: Iterable[Score], names: Mapping[str, str], protocols: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Accuracies of pieces and of tracks under protocols that get stricter.

    Parameters
    ----------
    scores
        Of several inputs. Those over fewer genres than others compare with none, and are left out.
    names
        What to call the inputs.
    protocols
        In this order.

    Returns
    -------
    dict
        By what is classified, a row an input and a column a protocol.
    """
    scores = list(scores)
    most = max(score.genres for score in scores)
    panels = {}
    for level, what in LEVELS.items():
        cells = {
            (names[score.input], score.protocol): score.accuracy
            for score in scores
            if score.level == level and score.genres == most and score.protocol in protocols
        }
        if cells:
            table = pd.Series(cells).unstack(sort=False)
            panels[what] = table[[name for name in protocols if name in table]]
    return panels

"""Networks and what stands beside them, in words: which hears more, and what chance explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from genre_utils.data import SPLITS
from genre_utils.evaluation.cross_validation import score
from genre_utils.evaluation.network_tables import Runs, network_name
from genre_utils.evaluation.observing import tell_test
from genre_utils.evaluation.predictions import (
    Predictions,
    frequent_confusions,
    log_loss,
    recall_by_genre,
)
from genre_utils.evaluation.results import Score
from genre_utils.evaluation.statistics import bootstrap_interval, compare
from genre_utils.wording import count, interval, listed, percent, points, points_interval

_CHANCE = 0.05  # what is less probable than that is not put down to chance
_WORDS = {1: "yes", -1: "no", 0: "open"}
_APART = {"random": "at random", "track": "with songs apart", "artist": "with artists apart"}


class Lead(NamedTuple):
    """The best network under one split beside a classical model, on the same items.

    Attributes
    ----------
    network, other
        What the two are called.
    accuracies
        Of the network and of the other.
    n
        How many items both were asked about.
    test
        As from `compare`, the network first.
    """

    network: str
    other: str
    accuracies: tuple[float, float]
    n: int
    test: dict[str, float]

    @property
    def sign(self) -> int:
        """1 where the network is ahead, -1 where it is behind, 0 where chance may explain it."""
        return _sign(self.test) if self.test["p"] < _CHANCE else 0


def leads_of(
    beside: Mapping[tuple[str, str, str], Predictions], runs: Runs, *, seed: int = 0
) -> dict[str, Lead]:
    """The best network against the best classical model, under each split that both have.

    Parameters
    ----------
    beside
        What classical models say of pieces, by model, input and split.
    runs
        Of the networks on pieces; first seeds are compared.
    seed
        Of the tests.
    """
    leads = {}
    for split in SPLITS:
        mine = {key: each[0] for key, each in runs.items() if key[2] == split}
        theirs = {key: said for key, said in beside.items() if key[2] == split}
        if mine and theirs:
            one, other = (
                max(side, key=lambda k: side[k].correct.mean()) for side in (mine, theirs)
            )
            same = mine[one].table.index.intersection(theirs[other].table.index)
            if len(same):
                both = [_only(said, same) for said in (mine[one], theirs[other])]
                accuracies = (float(both[0].correct.mean()), float(both[1].correct.mean()))
                names = network_name(*one[:2]), network_name(*other[:2])
                leads[split] = Lead(*names, accuracies, len(same), compare(*both, seed=seed))
    return leads


def tell_finding(
    leads: Mapping[str, Lead],
    runs: Runs,
    key: tuple[str, str, str],
    best: Sequence[Predictions],
    *,
    seed: int = 0,
) -> str:
    """The answer, what is left of the summary's network without a leak, and what the best reaches.

    Parameters
    ----------
    leads
        As from `leads_of`.
    runs
        Of the networks on pieces.
    key, best
        The last word: model, input and split, and what it said.
    seed
        Of the intervals.
    """
    told = []
    if leads:
        rows = listed(
            f"under `{p}` {_WORDS[lead.sign]} ({tell_test(lead.test)})" for p, lead in leads.items()
        )
        others = listed(dict.fromkeys(lead.other for lead in leads.values()))
        told.append(f"**Does a network hear more?** Against {others}: {rows}.")
    summary = ("published_cnn", "mfcc")
    own = {p: score(list(runs[*summary, p]), *summary) for p in _APART if (*summary, p) in runs}
    if len(own) > 1:
        falls = listed(f"{percent(s.accuracy)} {_APART[p]}" for p, s in own.items())
        told.append(f"Of pieces, the summary's CNN names {falls}.")
    last = score(list(best), *key[:2], seed=seed)
    told.append(
        f"Of {count(last.n, 'track')} under `{last.split}`, {percent(last.accuracy)} "
        f"{interval(*last.ci95)} are named rightly by {network_name(*key[:2])}."
    )
    return " ".join(told)


def tell_songs_apart(runs: Runs, key: tuple[str, str], *, seed: int = 0) -> str:
    """What is left of a network's accuracy on pieces when songs, then artists, stay together."""
    said = {p: runs[*key, p] for p in SPLITS if (*key, p) in runs}
    if "random" not in said or len(said) < 2:
        return "Too few songs here to compare splits."
    found = {p: score(list(each), *key) for p, each in said.items()}
    first, rows = found["random"], []
    for split, its in list(found.items())[1:]:
        gain = _gain(said[split], said["random"], seed=seed)
        of = "" if gain["n"] == first.n else f", of the {gain['n']:,} pieces that both ask"
        rows.append(f"{percent(its.accuracy)} under `{split}` ({_tell_gain(gain)}{of})")
    return (
        f"{_capital(network_name(*key))} names {percent(first.accuracy)} of the pieces rightly "
        f"when pieces are split at random, and {listed(rows)}: the same network, "
        f"{count(first.runs, 'seed')}."
    )


def tell_answer(leads: Mapping[str, Lead]) -> str:
    """Whether a network hears more than a classical model does: what paired tests say.

    Parameters
    ----------
    leads
        As from `leads_of`.
    """
    if not leads:
        return (
            "Whether a network hears more than the classical models of notebook 3 cannot be said "
            "here: there are none beside it, on the same pieces."
        )
    signs = {lead.sign for lead in leads.values()}
    verdict = listed(f"under `{p}` {_WORDS[lead.sign]}" for p, lead in leads.items())
    if len(signs) == 1:
        verdict = {1: "Yes", -1: "No", 0: "That is open"}[signs.pop()]
    rows = "; ".join(
        f"under `{p}` {lead.network} names {percent(lead.accuracies[0])}, {lead.other} "
        f"{percent(lead.accuracies[1])}: {tell_test(lead.test)}"
        for p, lead in leads.items()
    )
    return (
        f"**Does a network hear more? {_capital(verdict)}.** Of the same pieces, {rows}. *Open* "
        "means that chance may explain the difference."
    )


def tell_claims(
    leads: Mapping[str, Lead], classical: Iterable[Score], runs: Runs, *, seed: int = 0
) -> str:
    """The question of notebook 4 and both claims of the summary, judged on the same pieces.

    Parameters
    ----------
    leads
        As from `leads_of`.
    classical
        Scores of classical models on pieces.
    runs
        Of the networks on pieces.
    seed
        Of tests and intervals.
    """
    networks = [score(list(each), *key[:2], seed=seed) for key, each in runs.items()]
    summary = ("published_cnn", "mfcc")
    return "\n\n".join(
        (
            tell_answer(leads),
            f'"The CNN performed the best": {tell_rank([*classical, *networks], summary)} '
            + _against(runs, summary, ("feed_forward", "mfcc"), seed=seed),
            '"Spectrograms beat raw amplitude": '
            + _against(runs, ("cnn", "mel"), ("waveform", "raw"), seed=seed),
        )
    )


def tell_rank(scores: Iterable[Score], key: tuple[str, str]) -> str:
    """How many models are ahead of one on pieces, under each split that does not leak.

    Parameters
    ----------
    scores
        Of classical models and networks.
    key
        Model and input.
    """
    scores, rows = list(scores), []
    for split in ("track", "artist"):
        alike = [s for s in scores if (s.split, s.level) == (split, "segment")]
        own = next((s for s in alike if (s.model, s.input) == key), None)
        alike = [s for s in alike if own and s.n == own.n]
        if own and len(alike) > 1:
            ahead = sum(s.accuracy > own.accuracy for s in alike)
            rows.append(f"{ahead + 1} of {len(alike)} under `{split}`")
    name = _capital(network_name(*key))
    if not rows:
        return f"{name} stands alone here."
    return f"Among the networks here and the models of notebook 3 it is number {listed(rows)}."


def _against(runs: Runs, one: tuple[str, str], other: tuple[str, str], *, seed: int = 0) -> str:
    """Whether one network beats another, under each split that both were tested by.

    Parameters
    ----------
    runs
        Seeds are averaged.
    one, other
        Model and input.
    seed
        Of the bootstrap.
    """
    rows, signs = [], set()
    for split in SPLITS:
        if {(*one, split), (*other, split)} <= set(runs):
            gain = _gain(runs[*one, split], runs[*other, split], seed=seed)
            signs.add(_sign(gain))
            rows.append(f"{_tell_gain(gain)} under `{split}`")
    first, second = (network_name(*key) for key in (one, other))
    if not rows:
        return f"{_capital(first)} and {second} were not tested by one split."
    verdict = {
        frozenset({1}): "more than chance explains",
        frozenset({-1}): "so it is behind, by more than chance explains",
        frozenset({0}): "which chance may explain",
    }.get(frozenset(signs), "so it depends on the split")
    return f"{_capital(first)} against {second}: {listed(rows)}, {verdict}."


def _gain(
    one: Sequence[Predictions], other: Sequence[Predictions], *, seed: int = 0
) -> dict[str, Any]:
    """How much more one names than another of the items that both have, each a mean of seeds."""
    sides = [
        pd.concat([pd.Series(p.correct, p.table.index) for p in said], axis=1).mean(axis=1)
        for said in (one, other)
    ]
    gain = (sides[0] - sides[1]).dropna()  # items that only one of them has are NaN
    groups = one[0].table["group"].loc[gain.index].to_numpy()
    low, high = bootstrap_interval(gain.to_numpy(), groups, seed=seed)
    return {"difference": float(gain.mean()), "low": low, "high": high, "n": len(gain)}


def _tell_gain(gain: Mapping[str, Any]) -> str:
    return f"{points(gain['difference'])} {points_interval(gain['low'], gain['high'])}"


def _sign(test: Mapping[str, float]) -> int:
    return (test["low"] > 0) - (test["high"] < 0)


def _only(said: Predictions, items: pd.Index) -> Predictions:
    return replace(said, table=said.table.loc[items], y_proba=None)


def tell_added(test: Mapping[str, float]) -> str:
    """What a `compare` of a network with features against the network amounts to, if any."""
    if not test:
        return ""
    verdict = {1: "help", -1: "do harm", 0: "add nothing that can be shown"}[_sign(test)]
    return f"So on this test side the features {verdict}."


def compare_variants(valid: Mapping[str, Predictions], *, seed: int = 0) -> pd.DataFrame:
    """Variants of one network on the validation side, the smallest log loss first.

    Parameters
    ----------
    valid
        What each variant said of the same items.
    seed
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        ``loss``, ``accuracy`` with ``low`` and ``high``; and by how much the loss is above the
        best one (``above``), with the 95 % interval ``above_low`` and ``above_high`` when artists
        are drawn again.
    """
    best = min(valid, key=lambda name: log_loss(valid[name]))
    rows = {}
    for name, said in valid.items():
        above = _losses(said) - _losses(valid[best])
        groups = said.table["group"].to_numpy()
        low, high = bootstrap_interval(said.correct, groups, seed=seed)
        far = bootstrap_interval(above, groups, seed=seed)
        rows[name] = [log_loss(said), said.correct.mean(), low, high, above.mean(), *far]
    columns = ["loss", "accuracy", "low", "high", "above", "above_low", "above_high"]
    return pd.DataFrame(rows, columns).T.sort_values("loss", kind="stable")


def tell_variants(table: pd.DataFrame) -> str:
    """Which of `compare_variants` is taken, and which cannot be told apart from it."""
    best, others = table.index[0], table.iloc[1:]
    taken = f"The smallest log loss on valid is that of {best} ({table['loss'].iloc[0]:.2f})"
    if others.empty:
        return f"{taken}, the only one that was tried."
    above = {
        name: f"{name} ({row['above']:+.2f} [{row['above_low']:+.2f}, {row['above_high']:+.2f}])"
        for name, row in others.iterrows()
    }
    alike = others.index[others["above_low"] <= 0]
    if alike.empty:
        return (
            f"{taken}, by more than chance: next is {above[others.index[0]]}. From here on it is "
            "used."
        )
    told = listed(above[name] for name in alike)
    return (
        f"{taken}. With one seed each it is indistinguishable from {told}. One of them has to be "
        "taken, so this one is used from here on; that it is the best has not been shown."
    )


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


def _losses(predictions: Predictions) -> np.ndarray:
    """Minus the logarithm of what each item's true genre was given, shape (items,)."""
    probability, true = predictions.y_proba, predictions.table["y_true"]
    if probability is None:
        raise ValueError("one of the variants gives no probabilities: it has no logarithmic loss")
    columns = probability.columns.get_indexer(true)
    given = probability.to_numpy()[np.arange(len(true)), columns]
    return -np.log(np.maximum(np.where(columns < 0, 0, given), 1e-12))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

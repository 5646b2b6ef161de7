"""Networks and what stands beside them, in words: which hears more, and what chance explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from genre_utils.data import PROTOCOLS
from genre_utils.evaluation.intervals import bootstrap_interval, paired_test
from genre_utils.evaluation.network_tables import Runs, network_name
from genre_utils.evaluation.predictions import (
    Predictions,
    frequent_confusions,
    log_loss,
    recall_by_genre,
)
from genre_utils.evaluation.results import Score
from genre_utils.evaluation.scoring import score
from genre_utils.wording import count, interval, listed, percent, points, points_interval


def tell_finding(
    classical: Iterable[Score],
    runs: Runs,
    key: tuple[str, str, str],
    best: Sequence[Predictions],
    *,
    seed: int = 0,
) -> str:
    """The answer, what is left of the summary's network without a leak, and what the best reaches.

    Parameters
    ----------
    classical, runs
        As in `tell_claims`.
    key, best
        The last word: model, input and protocol, and what it said.
    seed
        Of the intervals.
    """
    networks = [score(list(each), *name[:2], seed=seed) for name, each in runs.items()]
    own = {s.protocol: s.accuracy for s in networks if s.model == "published_cnn"}
    last = score(list(best), *key[:2], seed=seed)
    told = [tell_answer(classical, networks)] if networks else []
    if {"random", "track"} <= set(own):
        told.append(
            f"The summary's CNN goes from {percent(own['random'])} of the pieces to "
            f"{percent(own['track'])} when songs stay together."
        )
    told.append(
        f"Of tracks under {last.protocol}, {network_name(*key[:2])} reaches "
        f"{percent(last.accuracy)} {interval(*last.ci95)}, n = {last.n}."
    )
    return " ".join(told)


def tell_songs_apart(runs: Runs, key: tuple[str, str]) -> str:
    """What is left of a network's accuracy on pieces when songs, then artists, stay together."""
    found = {p: score(list(runs[*key, p]), *key) for p in PROTOCOLS if (*key, p) in runs}
    if "random" not in found or len(found) < 2:
        return "Too few songs here to compare splits."
    first, *others = found.values()
    told = listed(
        f"{percent(s.accuracy)} under `{s.protocol}` ({points(s.accuracy - first.accuracy)})"
        for s in others
    )
    return (
        f"{_capital(network_name(*key))} names {percent(first.accuracy)} of the pieces rightly "
        f"when pieces are split at random, and {told}: the same network, the same pieces, "
        f"{count(first.runs, 'seed')}."
    )


def tell_answer(classical: Iterable[Score], networks: Iterable[Score]) -> str:
    """Whether networks hear more than classical models do, under each protocol that does not leak.

    Parameters
    ----------
    classical, networks
        Scores on pieces. Those of other numbers of pieces are not compared.
    """
    classical, networks = list(classical), list(networks)
    rows, leads = [], []
    for protocol in ("track", "artist"):
        mine = [s for s in networks if (s.protocol, s.level) == (protocol, "segment")]
        theirs = [s for s in classical if (s.protocol, s.level) == (protocol, "segment")]
        theirs = [s for s in theirs if any((s.n, s.genres) == (m.n, m.genres) for m in mine)]
        if mine and theirs:
            network, other = (max(side, key=lambda s: s.accuracy) for side in (mine, theirs))
            leads.append(network.accuracy - other.accuracy)
            rows.append(
                f"under `{protocol}` the best network "
                f"({network_name(network.model, network.input)}) reaches "
                f"{percent(network.accuracy)} {interval(*network.ci95)}, the best classical model "
                f"({network_name(other.model, other.input)}) {percent(other.accuracy)} "
                f"{interval(*other.ci95)}: {points(leads[-1])}"
            )
    if not rows:
        return (
            "Whether a network hears more than the classical models of notebook 3 cannot be said "
            "here: they were not run beside this one, on the same pieces."
        )
    ahead = {lead > 0 for lead in leads}
    verdict = {frozenset({True}): "Yes", frozenset({False}): "No"}.get(
        frozenset(ahead), "That depends on the split"
    )
    return f"**Does a network hear more? {verdict}.** On the same pieces, {'; '.join(rows)}."


def tell_claims(classical: Iterable[Score], runs: Runs, *, seed: int = 0) -> str:
    """The question of notebook 4 and both claims of the summary, judged on the same pieces.

    Parameters
    ----------
    classical
        Scores of classical models on pieces.
    runs
        Of the networks on pieces.
    seed
        Of tests and intervals.
    """
    classical = list(classical)
    networks = [score(list(each), *key[:2], seed=seed) for key, each in runs.items()]
    summary = ("published_cnn", "mfcc")
    return "\n\n".join(
        (
            tell_answer(classical, networks),
            f'"The CNN performed the best": {tell_rank([*classical, *networks], summary)} '
            + _against(runs, summary, ("feed_forward", "mfcc"), seed=seed),
            '"Spectrograms beat raw amplitude": '
            + _against(runs, ("cnn", "mel"), ("waveform", "raw"), seed=seed),
        )
    )


def tell_rank(scores: Iterable[Score], key: tuple[str, str]) -> str:
    """How many models are ahead of one on pieces, under each protocol that does not leak.

    Parameters
    ----------
    scores
        Of classical models and networks.
    key
        Model and input.
    """
    scores, rows = list(scores), []
    for protocol in ("track", "artist"):
        alike = [s for s in scores if (s.protocol, s.level) == (protocol, "segment")]
        own = next((s for s in alike if (s.model, s.input) == key), None)
        if own and len(alike) > 1:
            ahead = sum(s.accuracy > own.accuracy for s in alike if s.n == own.n)
            rows.append(f"{ahead + 1} of {len(alike)} under `{protocol}`")
    name = _capital(network_name(*key))
    return f"{name} is number {listed(rows)}." if rows else f"{name} stands alone here."


def _against(runs: Runs, one: tuple[str, str], other: tuple[str, str], *, seed: int = 0) -> str:
    """Whether one network beats another, under each protocol that both were tested by.

    Parameters
    ----------
    runs
        The first seeds are compared.
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
                f"{points(test['difference'])} {points_interval(test['low'], test['high'])} under "
                f"`{protocol}`"
            )
    first, second = (network_name(*key) for key in (one, other))
    if not rows:
        return f"{_capital(first)} and {second} were not tested by one protocol."
    verdict = {
        frozenset({1}): "more than chance explains",
        frozenset({-1}): "so it is behind, by more than chance explains",
        frozenset({0}): "which chance may explain",
    }.get(frozenset(signs), "so it depends on the split")
    return f"{_capital(first)} against {second}: {listed(rows)}, {verdict}."


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
    taken = f"The smallest log loss on `valid` is that of {best} ({table['loss'].iloc[0]:.2f})"
    if others.empty:
        return f"{taken}, the only one that was tried."
    alike = others.index[others["above_low"] <= 0]
    if alike.empty:
        return f"{taken}, by more than chance. From here on it is used."
    told = listed(
        f"{name} ({others.loc[name, 'above']:+.2f} "
        f"[{others.loc[name, 'above_low']:+.2f}, {others.loc[name, 'above_high']:+.2f}])"
        for name in alike
    )
    return (
        f"{taken}. With one seed each it is indistinguishable from {told}. One of them has to be "
        "taken, so this one is used from here on; that it is the best has not been shown."
    )


def tell_weakest(predictions: Predictions) -> str:
    """Which genre is recognised best and worst, with ties, and what the worst is taken for."""
    recall = recall_by_genre(predictions)
    best, worst = (list(recall.index[np.isclose(recall, r)]) for r in (recall.max(), recall.min()))
    table = predictions.table[predictions.table["true"].isin(worst)]
    wrong = frequent_confusions(Predictions(table, None, predictions.protocol, "track", 0, 0), 3)
    taken = listed(f"{pair} ({n})" for pair, n in wrong.items())
    return (
        f"Best recognised: {listed(best)} ({percent(recall.max(), 0)}). Worst: {listed(worst)} "
        f"({percent(recall.min(), 0)})"
        + (f", most often mistaken like this: {taken}." if taken else ".")
    )


def _losses(predictions: Predictions) -> np.ndarray:
    """Minus the logarithm of what each item's true genre was given, shape (items,)."""
    probability, true = predictions.probability, predictions.table["true"]
    if probability is None:
        raise ValueError("one of the variants gives no probabilities: it has no logarithmic loss")
    columns = probability.columns.get_indexer(true)
    given = probability.to_numpy()[np.arange(len(true)), columns]
    return -np.log(np.maximum(np.where(columns < 0, 0, given), 1e-12))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What models on whole tracks amount to, in words that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy.stats import spearmanr

from genre_utils.data import SPLITS
from genre_utils.evaluation.cross_validation import score
from genre_utils.evaluation.findings import Finding, as_percents
from genre_utils.evaluation.observing import UNITS, tell_p, tell_test
from genre_utils.evaluation.predictions import Predictions
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.evaluation.statistics import bootstrap_interval, compare, nested_choice
from genre_utils.evaluation.tables import Found, accuracy_table, cost_table
from genre_utils.wording import (
    count,
    interval,
    listed,
    percent,
    points,
    points_interval,
    shares,
)

PEOPLE = 0.7  # what people reached on other music (Gjerdingen and Perrot 2008)


def best_of(found: Found, data: str, split: str, *, seed: int = 0) -> tuple[Score, list[str]]:
    """Score of the best of all models, chosen for each fold by the other folds.

    Parameters
    ----------
    found
        Predictions by model, input and split.
    data, split
        Which of them compete.
    seed
        Of the bootstrap.

    Returns
    -------
    score, chosen
        And the model of each fold.
    """
    alike = {name: p for (name, *of), p in found.items() if of == [data, split]}
    best, chosen = nested_choice(alike)
    return score(best, "best", data, seed=seed), list(chosen.values())


def show_gains(found: Found, data: str, strict: str, *, seed: int = 0) -> Finding:
    """All models on one input, in the order of their accuracy under one split; and costs.

    Parameters
    ----------
    found
        Predictions by model, input and split.
    data
        Which input.
    strict
        Split whose order the rows have, with its intervals and costs.
    seed
        Of the bootstrap.
    """
    accuracy = accuracy_table(found, data).sort_values(strict, ascending=False)
    spans = {
        MODEL_NAMES[key[0]]: interval(
            *bootstrap_interval(p.correct, p.table["group"].to_numpy(), seed=seed)
        )
        for key, p in found.items()
        if key[1:] == (data, strict)
    }
    costs = cost_table(found, data, strict)
    fit = costs["fit (s a fold)"]
    most = accuracy[strict].max()
    best = accuracy.index[accuracy[strict] == most]
    text = (
        f"Rows in the order of accuracy under `{strict}`, with its 95 % interval; times are those "
        f"under `{strict}`, the choice of settings included. An empty cell: not asked. Best under "
        f"`{strict}`: {listed(best)}, {percent(most)}. {fit.index[0]} fits fastest, "
        f"{fit.index[-1]} slowest, in {fit.iloc[-1]:.1f} s a fold."
    )
    told = costs.map(lambda value: f"{value:.2f}").reindex(accuracy.index)
    table = as_percents(accuracy)
    table.insert(list(table).index(strict) + 1, "95 % interval", pd.Series(spans))
    return Finding(text, table.join(told))


def compare_blend(
    blended: Predictions, plain: Mapping[str, Predictions], *, seed: int = 0
) -> pd.DataFrame:
    """An average of models against each plain model on the same items.

    Parameters
    ----------
    blended
        What the average said.
    plain
        What each plain model said of the same items, by short name.
    seed
        Of the tests.

    Returns
    -------
    pandas.DataFrame
        A row a model, the most accurate first: its ``accuracy``, and what `compare` found.
        The last row, "chosen", is the best of them, chosen for each fold by the other folds.
    """
    said = dict(plain) | {"chosen": nested_choice(plain)[0]}
    rows = {
        name: {"accuracy": p.correct.mean(), **compare(blended, p, seed=seed)}
        for name, p in said.items()
    }
    table = pd.DataFrame(rows).T
    return pd.concat(
        [
            table.drop("chosen").sort_values("accuracy", ascending=False, kind="stable"),
            table.loc[["chosen"]],
        ]
    )


def show_blend(compared: pd.DataFrame, blended: Predictions) -> Finding:
    """What the average of five models gains over each plain one.

    Parameters
    ----------
    compared
        As from `compare_blend`.
    blended
        What the average said.
    """
    chosen, plain = compared.loc["chosen"], compared.drop("chosen")
    best = plain.iloc[0]
    verdict = "which is better cannot be told from that"
    if best["low"] > 0 or best["high"] < 0:
        verdict = f"so the average is {'better' if best['low'] > 0 else 'worse'}"
    behind = int((plain["accuracy"] > chosen["accuracy"]).sum())
    text = (
        f"Under `{blended.split}` the average of five models reaches "
        f"{percent(blended.correct.mean())} of {count(len(blended.table), 'track')}. Of the plain "
        f"models {MODEL_NAMES[plain.index[0]]} is best here, {percent(best['accuracy'])}; against "
        f"it the gain is {tell_test(best)}: {verdict}. That it is best was known only afterwards. "
        "If the best plain model is chosen for each fold by the other folds, as one would have to, "
        f"it reaches {percent(chosen['accuracy'])}"
    )
    if behind:
        text += (
            f", less than {behind} of the {len(plain)} themselves: models so close change places "
            "from fold to fold"
        )
    names = [MODEL_NAMES[name] for name in plain.index] + ["chosen for each fold"]
    table = pd.DataFrame(
        {
            "accuracy": [percent(a) for a in compared["accuracy"]],
            "gain of the average": [
                f"{points(r.difference)} {points_interval(r.low, r.high)}"
                for r in compared.itertuples()
            ],
            "p": [tell_p(p).removeprefix("p ").removeprefix("= ") for p in compared["p"]],
        }
    )
    return Finding(f"{text}.", table.set_axis(pd.Index(names, name="plain model")))


def show_identities(accuracies: pd.DataFrame, several: int) -> Finding:
    """What it changes to keep all excerpts of a song, and all who play together, on one side.

    Parameters
    ----------
    accuracies
        As from `identity_effect`.
    several
        How many songs have several excerpts.
    """
    told = f"{count(several, 'song has', 'songs have')} several excerpts here."
    if accuracies.empty:
        return Finding(told)
    change = accuracies["one song is one song"] - accuracies["as written"]
    return Finding(
        f"{told} Keeping them, and all who play together, on one side changes the accuracies by "
        f"{points(change.min())} to {points(change.max())}.",
        as_percents(accuracies),
    )


def tell_curve(curve: pd.DataFrame) -> str:
    """Whether more artists would help, judged against what the draw of artists changes.

    Parameters
    ----------
    curve
        As from `artist_curve`.
    """
    last, before, fewer = curve.iloc[-1], curve.iloc[-2], curve["sd"].iloc[:-2]
    slope = last["accuracy"] - before["accuracy"]
    verdict = (
        "So the curve has not flattened: more artists would still help."
        if slope > 2 * before["sd"]
        else "So it cannot be told from this whether still more artists would help."
    )
    whole = last["accuracy"] - curve.iloc[0]["accuracy"]
    spread = f"With {before['artists']:.0f} artists, which of them are drawn makes "
    spread += f"{100 * before['sd']:.1f} points of difference (standard deviation)"
    if len(fewer):
        low, high = (f"{100 * sd:.1f}" for sd in (fewer.min(), fewer.max()))
        spread += f", with fewer {low if low == high else f'{low} to {high}'}"
    return (
        f"From {curve.iloc[0]['artists']:.0f} to {last['artists']:.0f} artists the accuracy "
        f"changes by {points(whole)}; the last step, from {before['artists']:.0f}, is "
        f"{points(slope)}. {spread}. {verdict}"
    )


def tell_drops(drops: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> str:
    """Which columns matter, of those whose shuffling loses more than the folds differ.

    Parameters
    ----------
    drops
        As from `permutation_drops`.
    groups
        The columns of each row.
    """
    sure = drops[drops["drop"] > drops["sd"].fillna(0)]
    told = f"Shuffling {drops.index[0]} loses most, {100 * drops['drop'].iloc[0]:.1f} points."
    sizes = pd.Series({name: len(groups[name]) for name in drops.index})
    if sizes.nunique() > 1:
        few = sizes.index[sizes == sizes.min()]
        told += (
            f" But {drops.index[0]} has {sizes.iloc[0]} of the {sizes.sum()} columns and "
            f"{listed(few)} only {sizes.min()}: groups of unequal size lose unequally for that "
            "reason alone."
        )
    return (
        f"{told} For {len(sure)} of these {len(drops)} the loss is larger than its deviation over "
        "the folds."
    )


def tell_artists_and_recall(recall: pd.Series, artists: pd.Series) -> tuple[float | None, str]:
    """Whether genres with few artists are recognised badly; all that have fewest are named.

    Parameters
    ----------
    recall
        By genre.
    artists
        How many named artists each genre has; genres without recall are left out.

    Returns
    -------
    relation, told
        Spearman's rank correlation; None where it cannot be had.
    """
    artists = artists[artists.index.isin(recall.index)]
    if artists.nunique() < 2 or len(artists) < 3:
        return None, "The genres do not differ in their number of artists."
    found = spearmanr(artists, recall.reindex(artists.index))
    relation, chance = float(found.statistic), float(found.pvalue)
    verdict = (
        f"So genres with few artists are recognised {'badly' if relation > 0 else 'well'}."
        if chance < 0.05
        else f"That can be chance: with {len(artists)} genres it cannot be told whether those with "
        "few artists are recognised badly."
    )
    fewest = artists.index[artists == artists.min()]
    verb = "has" if len(fewest) == 1 else "have"
    return relation, (
        f"Rank correlation of a genre's recall with its number of named artists: {relation:+.2f} "
        f"over {len(artists)} genres ({tell_p(chance)}). {verdict} {_capital(listed(fewest))} "
        f"{verb} fewest, {artists.min()}; recall: {shares(recall[fewest].to_dict())}."
    )


def show_matrix(scores: list[Score], strict: str) -> Finding:
    """All accuracies as one matrix: a row a model, a column a unit and split.

    Pieces are scored on the table of 3 s, tracks on that of 30 s; pieces that are put together
    have a table of their own.

    Parameters
    ----------
    scores
        On "features_3_sec" and "features_30_sec".
    strict
        Split whose order the rows have.
    """
    own = {"features_3_sec": "segment", "features_30_sec": "track"}
    kept = [s for s in scores if own[s.input] == s.level]
    most = max(s.genres for s in kept)
    accuracy = pd.Series(
        {(MODEL_NAMES[s.model], UNITS[s.level], s.split): s.accuracy for s in kept}
    )
    table = accuracy.unstack([1, 2], sort=False)
    columns = [(u, p) for u in UNITS.values() for p in SPLITS if (u, p) in table]
    table = table[columns].sort_values((UNITS["track"], strict), ascending=False)
    fewer = {(UNITS[s.level], s.split) for s in kept if s.genres < most}
    text = f"Accuracies; rows in the order of `{strict}` on tracks; an empty cell: not asked."
    if fewer:
        text += f" A star: over fewer than {most} genres, not to be compared with the others."
    named = [(u, p + "*" * ((u, p) in fewer)) for u, p in columns]
    return Finding(text, as_percents(table.set_axis(pd.MultiIndex.from_tuples(named), axis=1)))


def tell_classical(
    found: Found, top: Score, published: Mapping[str, float], *, seed: int = 0
) -> str:
    """What is left of the best published accuracy, and the best on whole tracks.

    Parameters
    ----------
    found
        Predictions by model, input and split.
    top
        As from `best_of`.
    published
        Accuracy of pieces at random by model.
    seed
        Of the bootstrap.
    """
    name = max(published, key=lambda model: published[model])
    pieces = {key[2]: p for key, p in found.items() if key[:2] == (name, "features_3_sec")}
    told = ""
    if {"random", "track"} <= set(pieces):
        by = {by: score(p, name, "features_3_sec", seed=seed) for by, p in pieces.items()}
        tracks = pieces["random"].table.index.get_level_values("track_id").nunique()
        told = (
            f"{MODEL_NAMES[name]}, with {percent(published[name], 0)} the summary's best, goes on "
            f"3 s pieces of {count(tracks, 'track')} from {percent(by['random'].accuracy)} when "
            f"pieces are split at random to {percent(by['track'].accuracy)} when songs stay "
            "together"
        )
        strict = by.get("artist")
        if strict is not None and strict.genres == by["random"].genres:
            told += (
                f" and to {percent(strict.accuracy)} {interval(*strict.ci95)} when artists do, "
                "that is, on artists it has not learnt from"
            )
        told += ". "
    candidates = sum(key[1:] == (top.input, top.split) for key in found)
    return told + (
        f"The best of {candidates} models on whole tracks under {top.split}, chosen for each "
        f"fold by the other folds, reaches {percent(top.accuracy)} {interval(*top.ci95)} "
        f"(n = {top.n})."
    )


def tell_people(top: Score) -> str:
    """How the best model stands to what people reached on other music.

    Parameters
    ----------
    top
        Of tracks, under a split that does not leak.
    """
    low, high = top.ci95
    where = "lies above it" if low > PEOPLE else "lies below it" if high < PEOPLE else "contains it"
    return (
        f"**Do machines hear better than people?** People reached about {percent(PEOPLE, 0)}, on "
        f"other music and from 3 s, so the two cannot be compared strictly. The 95 % interval of "
        f"the best model under `{top.split}`, {interval(*top.ci95)}, {where}."
    )


def tell_refit(before: Predictions, refit: Predictions, fitted: int, *, seed: int = 0) -> str:
    """What it changes to fit on the validation side too.

    Parameters
    ----------
    before
        Fitted on the training side alone.
    refit, fitted
        As from `refitted_on_valid`.
    seed
        Of the test.
    """
    test, n = compare(refit, before, seed=seed), len(before.table)
    alone, both = (
        f"{p.correct.sum()} of {n} test tracks ({percent(p.correct.mean())})"
        for p in (before, refit)
    )
    verdict = (
        "which chance may explain"
        if test["low"] <= 0 <= test["high"]
        else "more than chance explains"
    )
    return (
        f"Under `filtered`, the average of five models names {alone} rightly when it learns from "
        f"the training side alone, and {both} when it learns from the training and validation "
        f"side, {count(fitted, 'track')}: {tell_test(test)}, {verdict}."
    )


def tell_columns(first: Sequence[str], others: Sequence[str]) -> str:
    """How many columns two ways of asking have in common.

    Parameters
    ----------
    first, others
        Columns that matter by the one way and the other, the most important first.
    """
    both = [column for column in first if column in set(others)]
    return (
        f"{first[0]} comes first. {len(both)} of these {len(first)} columns are among the first "
        f"{len(others)} by shuffling too" + (f": {listed(both)}." if both else ".")
    )


def tell_confusions(recall: pd.Series, often: pd.Series) -> str:
    """Best and worst recognised genre, and which pairs are confused most.

    Parameters
    ----------
    recall
        By genre, the worst first.
    often
        As from `frequent_confusions`.
    """
    read = "Numbers count tracks; the colour is their share of the row."
    ends = shares(recall.iloc[[-1, 0]].to_dict())
    if often.empty:
        return f"{read} Best and worst recognised: {ends}. Nothing is confused."
    pairs = listed(f"{pair} ({n})" for pair, n in often.items())
    return f"{read} Best and worst recognised: {ends}. Confused most, in tracks: {pairs}."


def tell_overview(rows: pd.DataFrame) -> str:
    """For how many models the strictest of the common splits is surely below the mildest.

    Parameters
    ----------
    rows
        As from `score_rows`.
    """
    same = rows[~rows["fewer"]]
    below, compared = [], 0
    for label, group in same.groupby("label", sort=False):
        ends = group.set_index("split")
        if {"random", "artist"} <= set(ends.index):
            compared += 1
            if ends.loc["artist", "high"] < ends.loc["random", "low"]:
                below.append(str(label))
    share = "all" if len(below) == compared else f"{len(below)} of"
    told = (
        f"For {share} {count(compared, 'combination')} of model and table that were asked under "
        "both, the interval under `artist` lies wholly below that under `random`."
    )
    return told + (" Hollow marks go over fewer genres." if rows["fewer"].any() else "")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

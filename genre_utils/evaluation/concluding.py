"""What models on whole tracks amount to, in words that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy.stats import spearmanr

from genre_utils.data import PROTOCOLS
from genre_utils.evaluation.findings import Finding, as_percents
from genre_utils.evaluation.intervals import nested_choice
from genre_utils.evaluation.observing import UNITS, tell_test
from genre_utils.evaluation.predictions import Predictions, metrics
from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.evaluation.scoring import score
from genre_utils.evaluation.tables import Found, accuracy_table, cost_table
from genre_utils.wording import count, interval, listed, percent, points, shares


def best_of(found: Found, data: str, protocol: str, *, seed: int = 0) -> tuple[Score, list[str]]:
    """Score of the best of all models, chosen for each fold by the other folds.

    Parameters
    ----------
    found
        Predictions by model, input and protocol.
    data, protocol
        Which of them compete.
    seed
        Of the bootstrap.

    Returns
    -------
    score, chosen
        And the model of each fold.
    """
    alike = {name: p for (name, *of), p in found.items() if of == [data, protocol]}
    best, chosen = nested_choice(alike)
    return score(best, "best", data, seed=seed), list(chosen.values())


def show_gains(found: Found, data: str, strict: str) -> Finding:
    """All models on one input, in the order of their accuracy under one protocol; and costs."""
    accuracy = accuracy_table(found, data).sort_values(strict, ascending=False)
    costs = cost_table(found, data, strict)
    fit = costs["fit (s a fold)"]
    most = accuracy[strict].max()
    best = accuracy.index[accuracy[strict] == most]
    text = (
        f"Best under `{strict}`: {listed(best)}, {percent(most)}. "
        f"{fit.index[0]} fits fastest, {fit.index[-1]} "
        f"slowest, in {fit.iloc[-1]:.1f} s a fold (search included)."
    )
    told = costs.map(lambda value: f"{value:.2f}").reindex(accuracy.index)
    return Finding(text, as_percents(accuracy).join(told))


def tell_blend(test: Mapping[str, float], blended: Predictions) -> str:
    """What the average of five models gains over the best of the plain ones.

    Parameters
    ----------
    test
        As from `paired_test`.
    blended
        What the average said.
    """
    verdict = "Which is better cannot be told from that."
    if test["low"] > 0 or test["high"] < 0:
        verdict = f"So the average is {'better' if test['low'] > 0 else 'worse'}."
    return (
        f"Under `{blended.protocol}` the average of five models reaches "
        f"{percent(metrics(blended)['accuracy'])} of {len(blended.table)} tracks: "
        f"{tell_test(test)} against the best plain model, which is chosen for each fold by the "
        f"other folds. {verdict}"
    )


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
    last, before = curve.iloc[-1], curve.iloc[-2]
    slope = last["accuracy"] - before["accuracy"]
    verdict = (
        "So the curve has not flattened: more artists would still help."
        if slope > 2 * before["sd"]
        else "So it cannot be told from this whether still more artists would help."
    )
    whole = last["accuracy"] - curve.iloc[0]["accuracy"]
    return (
        f"From {curve.iloc[0]['artists']:.0f} to {last['artists']:.0f} artists the accuracy "
        "changes by "
        f"{points(whole)}; the last step, from {before['artists']:.0f}, is {points(slope)}. Which "
        f"artists are drawn makes {100 * before['sd']:.1f} points of difference (standard "
        "deviation). "
        f"{verdict}"
    )


def tell_drops(drops: pd.DataFrame) -> str:
    """Which columns matter, of those whose shuffling loses more than the folds differ.

    Parameters
    ----------
    drops
        As from `permutation_drops`.
    """
    sure = drops[drops["drop"] > drops["sd"].fillna(0)]
    first = f"Shuffling {drops.index[0]} loses most, {100 * drops['drop'].iloc[0]:.1f} points"
    return (
        f"{first}. For {len(sure)} of these {len(drops)} the loss is larger than its deviation "
        "over "
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
    relation = float(spearmanr(artists, recall.reindex(artists.index)).statistic)
    fewest = artists.index[artists == artists.min()]
    verb = "has" if len(fewest) == 1 else "have"
    return relation, (
        f"Rank correlation of a genre's recall with its number of named artists: {relation:+.2f} "
        "over "
        f"{len(artists)} genres. {listed(fewest)} {verb} fewest, {artists.min()}; recall: "
        f"{shares(recall[fewest].to_dict())}."
    )


def show_matrix(scores: list[Score], strict: str) -> Finding:
    """All accuracies as one matrix: a row a model, a column a unit and protocol.

    Pieces are scored on the table of 3 s, tracks on that of 30 s; pieces that are put together
    have a table of their own.

    Parameters
    ----------
    scores
        On "features_3_sec" and "features_30_sec".
    strict
        Protocol whose order the rows have.
    """
    own = {"features_3_sec": "segment", "features_30_sec": "track"}
    kept = [s for s in scores if own[s.input] == s.level]
    most = max(s.genres for s in kept)
    accuracy = pd.Series(
        {(MODEL_NAMES[s.model], UNITS[s.level], s.protocol): s.accuracy for s in kept}
    )
    table = accuracy.unstack([1, 2], sort=False)
    columns = [(u, p) for u in UNITS.values() for p in PROTOCOLS if (u, p) in table]
    table = table[columns].sort_values((UNITS["track"], strict), ascending=False)
    fewer = {(UNITS[s.level], s.protocol) for s in kept if s.genres < most}
    text = f"Accuracies; rows in the order of `{strict}` on tracks."
    if fewer:
        text += f" A star: over fewer than {most} genres, not to be compared with the others."
    named = [(u, p + "*" * ((u, p) in fewer)) for u, p in columns]
    return Finding(text, as_percents(table.set_axis(pd.MultiIndex.from_tuples(named), axis=1)))


def tell_classical(found: Found, top: Score) -> str:
    """What the notebook found: what k-nearest neighbours loses, and the best on whole tracks.

    Parameters
    ----------
    found
        Predictions by model, input and protocol.
    top
        As from `best_of`.
    """
    pieces = {key[2]: p for key, p in found.items() if key[:2] == ("knn", "features_3_sec")}
    told = ""
    if {"random", "track"} <= set(pieces):
        by = {name: percent(metrics(p)["accuracy"]) for name, p in pieces.items()}
        genres = {name: p.table["true"].nunique() for name, p in pieces.items()}
        songs = pieces["random"].table.index.get_level_values("track_id").nunique()
        told = (
            f"On 3 s pieces of {songs} recordings, k-nearest neighbours goes from {by['random']} "
            "to "
            f"{by['track']} when the pieces of a song stay together"
        )
        whole = genres.get("artist") == genres["random"]
        told += f" and to {by['artist']} when artists do. " if whole else ". "
    candidates = sum(key[1:] == (top.input, top.protocol) for key in found)
    return told + (
        f"The best of {candidates} models on whole tracks under {top.protocol}, chosen for each "
        "fold by the "
        f"other folds, reaches {percent(top.accuracy)} {interval(*top.ci95)} (n = {top.n})."
    )


def tell_refit(before: Predictions, refit: float, fitted: int) -> str:
    """What it changes to fit on the validation side too.

    Parameters
    ----------
    before
        Fitted on the training side alone.
    refit, fitted
        As from `refitted_on_valid`.
    """
    accuracy = metrics(before)["accuracy"]
    return (
        f"Fitted on the training side alone {percent(accuracy)}, on {fitted} tracks of both "
        f"{percent(refit)} ({points(refit - accuracy)}), of the same {len(before.table)} test "
        "tracks."
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
    ends = shares(recall.iloc[[-1, 0]].to_dict())
    if often.empty:
        return f"Best and worst recognised: {ends}. Nothing is confused."
    pairs = listed(f"{pair} ({n})" for pair, n in often.items())
    return f"Best and worst recognised: {ends}. Confused most: {pairs}."


def tell_overview(rows: pd.DataFrame) -> str:
    """For how many models the strictest of the common protocols is surely below the mildest.

    Parameters
    ----------
    rows
        As from `score_rows`.
    """
    same = rows[~rows["fewer"]]
    below, compared = [], 0
    for label, group in same.groupby("label", sort=False):
        ends = group.set_index("protocol")
        if {"random", "artist"} <= set(ends.index):
            compared += 1
            if ends.loc["artist", "high"] < ends.loc["random", "low"]:
                below.append(str(label))
    told = (
        f"For {len(below)} of {compared} models the interval under `artist` lies wholly below that "
        "under `random`."
    )
    return told + (" Hollow marks go over fewer genres." if rows["fewer"].any() else "")

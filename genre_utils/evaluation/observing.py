"""What models on pieces of songs amount to, in words that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from genre_utils.data import SPLITS
from genre_utils.evaluation.findings import Finding, as_percents
from genre_utils.evaluation.predictions import Predictions, recall_by_genre
from genre_utils.evaluation.results import MODEL_NAMES
from genre_utils.evaluation.runs import Table
from genre_utils.evaluation.tables import Found, accuracy_table, metric_table, tell_splits
from genre_utils.wording import count, listed, percent, points, points_interval

NEAR = 0.02  # what is reproduced: within two points
UNITS = {"segment": "3 s pieces", "track": "tracks"}


def tell_p(p: float) -> str:
    """The probability that a test gives, with no more digits than it has."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def tell_test(test: Mapping[str, float]) -> str:
    """What `paired_test` found: the difference, its interval and p."""
    gap, span = points(test["difference"]), points_interval(test["low"], test["high"])
    return f"{gap} {span}, {tell_p(test['p'])}"


def show_tables(tables: Mapping[str, Table]) -> Finding:
    """Where tables are from, what each split allows on both sides, and how many it asks.

    Parameters
    ----------
    tables
        As from `open_table`, by "features_3_sec" and the like.
    """
    names = {kind: f"{kind.split('_')[1]} s" for kind in tables}
    sources = [f"- Table of {names[kind]}: {table.source}" for kind, table in tables.items()]
    made = {names[kind]: (table.splits, table.reasons) for kind, table in tables.items()}
    asked = {f"table of {names[kind]}": _asked(table) for kind, table in tables.items()}
    shown = pd.DataFrame(asked, list(SPLITS), dtype=object).dropna(how="all").fillna("")
    return Finding("\n".join([*sources, tell_splits(made)]), shown.rename_axis("split"))


def _asked(table: Table) -> dict[str, str]:
    """How many folds each split has, and how many of the rows are on a test side."""
    if table.features is None:
        return {}
    labels, told = table.features.genre.to_numpy(dtype=object), {}
    for name, split in table.splits.items():
        folds = split.folds(labels)
        asked = sum(len(test) for _, test in folds)
        told[name] = f"{count(len(folds), 'fold')}, asks {asked:,} of {len(labels):,}"
    return told


def show_reproduction(table: pd.DataFrame, genre: pd.Series) -> Finding:
    """Which published figures came out again, judged by the numbers.

    Parameters
    ----------
    table
        As from `reproduction_table`.
    genre
        Genre of each piece, index (``track_id``, ``segment``).
    """
    if table.empty:
        return Finding("There are no pieces here, so nothing of that can be reproduced.")
    off = table["difference (points)"] / 100
    near = off.abs() <= NEAR
    told = {name: points(off[name]) for name in off.index}
    again = listed(f"{name} ({told[name]})" for name in off.index[near])
    apart = listed(f"{name} ({told[name]})" for name in off.index[~near])
    parts = [f"Within two points of the summary: {again or 'none'}."]
    if apart:
        parts.append(f"Not: {apart}.")
    tracks = genre.groupby(level="track_id").first().value_counts()
    sizes = f"the smallest genre has {tracks.min()} tracks, the largest {tracks.max()}"
    if tracks.nunique() == 1:
        sizes = f"all {len(tracks)} genres have {tracks.iloc[0]}"
    parts.append(
        f"The music is other: {len(genre):,} pieces of {tracks.sum()} tracks here, some 9,990 "
        f"of 1000 there; {sizes}. "
        "Macro recall counts all genres alike."
    )
    shown = as_percents(table.drop(columns="difference (points)"))
    shown.insert(2, "difference", pd.Series(told))
    return Finding(" ".join(parts), shown)


def tell_recalls(said: Mapping[str, Predictions]) -> str:
    """Best and worst genre of each model: what panels of confusions show.

    Parameters
    ----------
    said
        By short name of the model.
    """
    told = []
    for name, predictions in said.items():
        recall = recall_by_genre(predictions).sort_values()
        told.append(
            f"{MODEL_NAMES[name]}: best {recall.index[-1]} {percent(recall.iloc[-1], 0)}, "
            f"worst {recall.index[0]} {percent(recall.iloc[0], 0)}."
        )
    return " ".join(told)


def tell_worst(said: Mapping[str, Predictions]) -> str:
    """Whether all models find the same genre hardest.

    Parameters
    ----------
    said
        By short name of the model.
    """
    worst: dict[str, list[str]] = {}
    for name, predictions in said.items():
        worst.setdefault(str(recall_by_genre(predictions).idxmin()), []).append(MODEL_NAMES[name])
    if len(worst) == 1:
        return f"All {len(said)} models find {next(iter(worst))} hardest."
    return "Hardest is " + listed(f"{genre} for {listed(n)}" for genre, n in worst.items()) + "."


def tell_neighbours(by_k: pd.DataFrame, aim: float) -> str:
    """Which number of neighbours gives a published figure, and which is best where.

    Parameters
    ----------
    by_k
        As from `by_neighbours`.
    aim
        The accuracy that was published, of pieces at random.
    """
    nearest = (by_k["random"] - aim).abs().idxmin()
    fewer = by_k.attrs.get("fewer", [])
    best = listed(
        f"k = {values.idxmax()} under `{name}` ({percent(values.max())}"
        f"{', of fewer genres' if name in fewer else ''})"
        for name, values in by_k.items()
    )
    told = (
        f"Nearest to {percent(aim, 0)} comes k = {nearest}, with "
        f"{percent(by_k['random'][nearest])}. "
        f"Best is {best}."
    )
    apart = by_k.drop(columns="random")
    if apart.empty or by_k["random"].idxmax() >= apart.idxmax().min():
        return told
    spread = {name: by_k[name].max() - by_k[name].min() for name in by_k}
    others = max(spread[name] for name in apart)
    return told + (
        " A small k wins only under `random`, where the nearest pieces are of the same song. "
        f"There k changes the accuracy by up to {100 * spread['random']:.1f} points, under the "
        f"other splits by up to {100 * others:.1f}."
    )


def tell_leak(near: pd.Series, by_chance: float) -> str:
    """What the nearest piece of a piece is.

    Parameters
    ----------
    near
        As from `same_song_neighbours`.
    by_chance
        Share of pairs of pieces that are of one track.
    """
    return (
        f"For {percent(near['song'])} of the pieces, the nearest other piece is of the same song "
        f"(of any two pieces, {percent(by_chance)} are). For {percent(near['artist'])} it is of "
        f"another song of the same artist. For only {percent(near['genre'])} is the nearest piece "
        f"of the same genre by another artist, and for {percent(near['other'])} it is of another "
        "genre."
    )


def split_table(found: Found, data: str) -> pd.DataFrame:
    """Accuracies with macro recall in brackets; a star marks what goes over fewer genres.

    Parameters
    ----------
    found
        Predictions by model, input and split.
    data
        Which input.
    """
    accuracy = accuracy_table(found, data)
    genres = {key[2]: p.table["y_true"].nunique() for key, p in found.items() if key[1] == data}
    columns = {}
    for split in accuracy:
        recall = metric_table(found, data, split)["recall"]
        star = "*" if genres[split] < max(genres.values()) else ""
        columns[split + star] = [
            "" if pd.isna(a) else f"{percent(a)} ({percent(recall[name])})"
            for name, a in accuracy[split].items()
        ]
    return pd.DataFrame(columns, index=accuracy.index)


def macro_recalls(found: Found, data: str) -> dict[str, dict[str, float]]:
    """Macro recall on one input, by split and model."""
    splits = list(accuracy_table(found, data))
    return {p: metric_table(found, data, p)["recall"].to_dict() for p in splits}


def show_fall(found: Found, data: str) -> Finding:
    """How accuracies on pieces fall when songs, then artists are kept apart."""
    accuracy = accuracy_table(found, data)
    table = split_table(found, data)
    if not {"random", "track"} <= set(accuracy):
        return Finding("There are no pieces of enough songs here to compare with.", table)
    fall = (accuracy["track"] - accuracy["random"]).sort_values()
    text = (
        f"From `random` to `track` the accuracy changes by {points(fall.iloc[0])} "
        f"({fall.index[0]}) to {points(fall.iloc[-1])} ({fall.index[-1]})."
    )
    starred = [name for name in table if name.endswith("*")]
    if starred:
        text += (
            f" {listed(f'`{name}`' for name in starred)}: over fewer genres than the others, which "
            "is easier, and not to be compared with them."
        )
    return Finding(text, table)


def tell_fall(one: Mapping[str, float], mixed: Predictions, apart: Predictions) -> str:
    """What a model loses when no song is on both sides, and what follows from that.

    Parameters
    ----------
    one
        As from `paired_test`, of `mixed` and `apart`.
    mixed, apart
        Of tracks, pieces put together: at random, and with songs kept apart.
    """
    table = apart.table
    before, after = (percent(p.correct.mean()) for p in (mixed, apart))
    tracks, folds = len(table), table["fold"].nunique()
    learnt = tracks * (1 - 1 / folds) / table["y_true"].nunique()
    sure = one["low"] > 0
    verdict = (
        "So part of the accuracy under `random` is due to pieces of the same song on the training "
        "side."
        if sure
        else "That is within chance: it cannot be told whether the leak helps here."
    )
    few = (
        " With so few tracks to learn from, songs apart are hard: with more of them the fall may "
        "be smaller."
        if learnt < 30
        else ""
    )
    return (
        f"k-nearest neighbours on {count(tracks, 'track')}, the pieces of each put together (table "
        f"above): {before} at random against {after} with songs apart, {tell_test(one)}. "
        f"{count(int(one['only_first']), 'track is', 'tracks are')} right only with the leak, "
        f"{int(one['only_other'])} only without it. {verdict} On average {learnt:.0f} tracks a "
        f"genre are on a training side.{few}"
    )


def show_votes(votes: pd.DataFrame) -> Finding:
    """What it is worth to ask all pieces of a track.

    Parameters
    ----------
    votes
        As from `join_pieces`.
    """
    if votes.empty:
        return Finding("There are no pieces here that could vote.")
    best = votes.get("all pieces, mean", votes["all pieces, vote"])
    best = best.fillna(votes["all pieces, vote"])
    gain = best - votes["one piece"]
    cells = {
        tuple(key.split(", ")): f"{percent(votes['one piece'][key])} → {percent(best[key])}"
        for key in votes.index
    }
    text = (
        "Of one piece, and of all pieces of a track together (by the mean of probabilities where "
        f"there are some, else by vote). That is worth {points(gain.min())} ({gain.idxmin()}) to "
        f"{points(gain.max())} ({gain.idxmax()}); differences are taken before rounding."
    )
    table = pd.Series(cells).unstack(sort=False).rename_axis("model")
    return Finding(text, table[[name for name in SPLITS if name in table]])


def tell_learnt(right: pd.DataFrame) -> str:
    """Which model remembers best what it learnt, and which is best with other tracks.

    Parameters
    ----------
    right
        Shares, a row a model, columns ``learnt`` and ``others``.
    """
    gap = (right["learnt"] - right["others"]).sort_values()
    best = right.index[right["others"] == right["others"].max()]
    widest = str(gap.index[-1])
    known, unknown = (percent(right.loc[widest, side], 0) for side in ("learnt", "others"))
    return (
        f"Of other tracks most are right with {listed(best)}, {percent(right['others'].max(), 0)}. "
        f"{_capital(widest)} has {known} of what it learnt right and {unknown} of the others, the "
        "widest gap: what is right on the training side says little."
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

"""Lists of songs, and how good they are, in words that follow the numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from genre_utils.evaluation import Finding, as_percents
from genre_utils.recommend.feedback import ROCCHIO
from genre_utils.recommend.lists import Gain
from genre_utils.wording import (
    count,
    interval,
    listed,
    percent,
    points,
    points_interval,
)

Measured = Mapping[tuple[str, str], Mapping[str, Any]]  # by space and "with" or "without"
LABELLED = ("learned from genres", "by genre label")
_EXACT = 1e-9
# How a space that the recommender uses is told in a sentence.
_USED = {
    "both, averaged": "With what a pretrained encoder hears beside the features, and each song "
    "averaged with its neighbours",
    "whitened within artists, averaged": "With features whitened within artists, and each song "
    "averaged with its neighbours",
}


def song_names(tracks: pd.DataFrame) -> pd.Series:
    """Artist and title of each track; where one is not known, what the collection calls it."""
    track = tracks.index.to_series()
    named = tracks["artist"].fillna("unknown") + ": " + tracks["title"].fillna(track)
    return named.where(tracks[["artist", "title"]].notna().any(axis=1), track)


def show_list(table: pd.DataFrame, tracks: pd.DataFrame, seed: str) -> Finding:
    """What came back for a seed: names, reasons, and how many songs are of other genres.

    Parameters
    ----------
    table
        As from `CosineRecommender.recommend`; a column ``tags in common`` is told too.
    tracks
        As in `Dataset.tracks`.
    seed
        The track that was asked with.
    """
    own, by = tracks.loc[seed, "genre"], tracks.loc[seed, "artist"]
    other = table["genre"][table["genre"] != own].value_counts()
    told = f"{len(table) - other.sum()} of {len(table)} are {own} too"
    if len(other):
        told += "; " + listed(f"{n} {genre}" for genre, n in other.items())
    same = int((table["artist"] == by).sum()) if pd.notna(by) else 0
    told += f". {count(same, 'song is', 'songs are')} by the artist of the seed"
    told += "; the measures on this page leave such songs out. " if same else ". "
    nearest = table.iloc[0]
    told += (
        f"The nearest is {nearest['genre']} at {nearest['similarity']:.2f}, the last of them at "
        f"{table['similarity'].iloc[-1]:.2f}."
    )
    names = song_names(tracks.loc[table["track"]])
    shared = table.get("tags in common", pd.Series("", table.index))
    lines = [
        f"{rank}. **{_plain(name)}** ({row['track']}, {row['genre']}, {row['similarity']:.2f}): "
        f"{row['reason']}" + (f"; tags in common {tags}" if tags else "")
        for (rank, row), name, tags in zip(table.iterrows(), names, shared, strict=True)
    ]
    return Finding("\n".join([*lines, "", told]))


def _plain(name: str) -> str:
    """A name in Markdown, whatever is in it."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", name)


def tell_parts(parts: pd.DataFrame, cosines: np.ndarray) -> str:
    """Which group of features makes most of the similarity, and that the parts add up.

    Parameters
    ----------
    parts
        As from `CosineRecommender.explain`.
    cosines
        Of the same songs.
    """
    means = parts.mean().sort_values(ascending=False)
    exact = np.abs(parts.sum(axis=1).to_numpy() - cosines).max() < _EXACT
    verdict = "The parts add up to the cosine." if exact else "The parts do not add up."
    return (
        f"Most of the similarity is {means.index[0]}, {percent(means.iloc[0] / means.sum(), 0)} on "
        f"average, then {means.index[1]}. {verdict}"
    )


def show_spaces(found: Measured) -> Finding:
    """How good each space is: precision at 10 with and without the seed's artist, and variety.

    Parameters
    ----------
    found
        Measures as from `measure`, by space and "with" or "without" the same artist.
    """
    rows = {}
    for name in dict.fromkeys(name for name, _ in found):
        apart, along = found[name, "without"], found[name, "with"]
        rows[name] = {
            "of ten, others' songs": percent(apart["precision_at_10"]),
            "95 % interval": interval(*apart["precision_at_10_ci95"]),
            "same artist allowed": percent(along["precision_at_10"]),
            "first song": percent(apart["precision_at_1"]),
            "reciprocal rank": f"{apart['mrr']:.2f}",
            "coverage": percent(apart["coverage"], 0),
            "hubness": f"{apart['hubness']:.2f}",
        }
    apart = {n: found[n, "without"]["precision_at_10"] for n in rows}
    order = sorted(rows, key=lambda name: -apart[name])
    free = [name for name in order if name not in LABELLED]
    plain = found["standardised", "without"]
    gap = found["standardised", "with"]["precision_at_10"] - plain["precision_at_10"]
    text = (
        "Of ten songs by others that standardised features recommend, "
        f"{percent(apart['standardised'])} "
        f"are of the seed's genre, of ten at random {percent(plain['chance'])}. With songs by the "
        f"seed's artist allowed it would be {points(gap)}. Best of the spaces that know no genre "
        f"label of this collection is *{free[0]}* with {percent(apart[free[0]])}, before "
        f"*{free[1]}* with {percent(apart[free[1]])}."
    )
    ceiling = apart.get("by genre label", 1.0)
    if ceiling < 1:
        text += (
            f" More than {percent(ceiling)} cannot be reached: many seeds have fewer than ten "
            "songs of "
            "their genre by others."
        )
    table = pd.DataFrame([rows[n] for n in order], pd.Index(order, name="space"))
    return Finding(text, table)


def tell_map(together: pd.Series) -> str:
    """Which genre keeps most to itself on a map, and which least.

    Parameters
    ----------
    together
        By genre, the mean share of a song's neighbours on the map that are of its genre.
    """
    order = together.sort_values()
    return (
        f"{order.index[-1]} keeps most to itself ({percent(order.iloc[-1], 0)} of a song's "
        f"neighbours on the map), {order.index[0]} least ({percent(order.iloc[0], 0)})."
    )


def show_trials(table: pd.DataFrame, asked: int, songs: int) -> Finding:
    """What it costs in precision to tame hubs, or to ask for variety.

    Parameters
    ----------
    table
        As from `compare_lists`, "as it is" first.
    asked, songs
        With how many songs lists were asked for, and of how many.
    """
    plain, others = table.iloc[0], table.iloc[1:]
    told = listed(
        f"{name} {_change(row)}{'' if _sure(row) else ', within chance'} (no song is in more "
        f"than {row['most often recommended']:.0f} lists)"
        for name, row in others.iterrows()
    )
    shown = pd.DataFrame(index=table.index)
    shown["precision at 10"] = as_percents(table[["precision at 10"]])["precision at 10"]
    shown["change (points)"] = ["", *(_change(row) for _, row in others.iterrows())]
    for column in ("likeness inside a list", "hubness"):
        shown[column] = table[column].map("{:.2f}".format)
    shown["most often recommended"] = table["most often recommended"].map("{:.0f}".format)
    text = (
        f"Asked with {asked} of the {songs} songs, for songs by other artists: so precision "
        "differs a little from that of all songs above. As it is, no song is in more than "
        f"{plain['most often recommended']:.0f} of these lists. Change of precision at 10, in "
        f"points: {told}."
    )
    return Finding(text, shown)


def _change(row: pd.Series) -> str:
    change = points(row["change"]).removesuffix(" points")
    return f"{change} {points_interval(row['low'], row['high'])}"


def _sure(row: pd.Series) -> bool:
    return not row["low"] <= 0 <= row["high"]


def tell_weights(lists: Mapping[str, Sequence[str]], liked: str) -> str:
    """How many of ten songs are of the liked genre as likes weigh more, and where that turns.

    Parameters
    ----------
    lists
        Genres of the songs that come back, by weight; the weights grow.
    liked
        Genre of what was liked.
    """
    found = {weight: list(genres).count(liked) for weight, genres in lists.items()}
    steps = listed(f"{n} at {weight}" for weight, n in found.items())
    told = f"How many of the ten are {liked}, by the weight of the likes: {steps}."
    most = {weight: 2 * n > len(lists[weight]) for weight, n in found.items()}
    usual = f"{ROCCHIO[1]:g}"
    if usual in most:
        verb = "outweigh" if most[usual] else "do not outweigh"
        told += f" At the package's {usual} the likes {verb} the seed."
    for low, high in pairwise(most):
        if not most[low] and most[high]:
            told += f" It turns between {low} and {high}."
    return told


def tell_feedback(gain: Gain, apart: Gain, listened: Mapping[str, np.ndarray]) -> str:
    """What feedback is worth to simulated listeners, and without songs by artists heard before.

    Parameters
    ----------
    gain, apart
        As from `feedback_gain`: with artists that come again, and without.
    listened
        As from `listening`, with artists that come again.
    """
    ends = [np.nanmean(values, axis=0)[[0, -1]] for values in listened.values()]
    fall = ""
    if all(last < first for first, last in ends):
        fall = "Both curves fall, because the songs nearest to the first one are used up. "
    return fall + (
        f"In simulation, feedback {_changes(gain)}. That is the mean over all rounds but the "
        f"first, of {gain.listeners} simulated listeners; the interval is over them. Songs by "
        "artists heard before may come again here, so part of it may be a voice that is "
        f"recognised: with every artist only once, feedback {_changes(apart)}."
    )


def tell_recommender(used: Mapping[str, Any], plain: Mapping[str, Any], name: str, n: int) -> str:
    """How good the plain cosine and the recommender that is used are.

    Parameters
    ----------
    used, plain
        Measures of both, without the seed's artist.
    name
        Of the space that is used.
    n
        How many songs.
    """
    return (
        "Of ten songs that the cosine of standardised features recommends for a song (the seed), "
        f"by other artists, {percent(plain['precision_at_10'])} "
        f"{interval(*plain['precision_at_10_ci95'])} are of its genre (chance "
        f"{percent(plain['chance'])}, n = {n}). {_USED.get(name, f'In the space {name}')}, "
        f"{percent(used['precision_at_10'])} {interval(*used['precision_at_10_ci95'])}."
    )


def tell_short_feedback(gain: Gain, apart: Gain) -> str:
    """What feedback is worth to simulated listeners, in one sentence.

    Parameters
    ----------
    gain, apart
        As in `tell_feedback`.
    """
    again, once = _changes(gain), _changes(apart)
    return f"In simulation, feedback {again}; with every artist only once it {once}."


def _changes(gain: Gain) -> str:
    span = points_interval(gain.low, gain.high)
    if gain.low <= 0 <= gain.high:
        return f"changes the share of liked songs by {points(gain.mean)} {span}, within chance"
    verb = "raises" if gain.mean > 0 else "lowers"
    return f"{verb} the share of liked songs by {points(abs(gain.mean)).lstrip('+')} {span}"


def tell_bars(parts: pd.DataFrame, most: int = 3) -> str:
    """The shares of the first songs, one by one: what a figure of them shows.

    Parameters
    ----------
    parts
        As from `CosineRecommender.explain`.
    most
        Of how many songs.
    """
    rows = (
        f"{track} " + ", ".join(f"{group} {share:+.2f}" for group, share in row.items())
        for track, row in parts.head(most).iterrows()
    )
    return f"Shares of the similarity: {'; '.join(rows)}."


def measured_facts(found: Measured) -> dict[str, Any]:
    """Facts of all spaces, by name, for the results of a notebook.

    Parameters
    ----------
    found
        As in `show_spaces`.
    """
    by = {f"{name}, {mode} the same artist": one for (name, mode), one in found.items()}
    apart = {name: one for (name, mode), one in found.items() if mode == "without"}
    free = [name for name in apart if name not in LABELLED]
    several = ("precision_at_10", "precision_at_10_ci95", "mrr")
    return {
        **{what: {name: one[what] for name, one in by.items()} for what in several},
        **{what: {n: one[what] for n, one in apart.items()} for what in ("hubness", "coverage")},
        "chance_level": apart["standardised"]["chance"],
        "best_without_genres": max(free, key=lambda name: apart[name]["precision_at_10"]),
    }


def tell_precisions(found: Measured) -> str:
    """Precision at 10 of each space with and without the same artist: what a figure shows."""
    names = [n for n in dict.fromkeys(name for name, _ in found) if n != "by genre label"]
    told = (
        f"{name} {found[name, 'with']['precision_at_10']:.2f} and "
        f"{found[name, 'without']['precision_at_10']:.2f}"
        for name in names
    )
    return f"Precision at 10 with and without the same artist: {'; '.join(told)}."


def tell_ears(found: Measured) -> str:
    """What it is worth to allow the same artist, and what the encoder adds to 57 features.

    Parameters
    ----------
    found
        As in `show_spaces`.
    """
    apart = {
        name: one["precision_at_10"]
        for (name, mode), one in found.items()
        if mode == "without" and name not in LABELLED
    }
    gaps = [found[name, "with"]["precision_at_10"] - own for name, own in apart.items()]
    told = f"Allowing the seed's artist adds {points(min(gaps))} to {points(max(gaps))}."
    ears = {n: own for n, own in apart.items() if n.startswith(("encoder", "tags", "both"))}
    if not ears:
        return told
    best, deaf = (max(own for n, own in apart.items() if (n in ears) == k) for k in (True, False))
    return (
        f"{told} The best space with the encoder has {percent(best)}, the best of the features "
        f"alone, without genre labels, {percent(deaf)}."
    )


def tell_rounds(listened: Mapping[str, np.ndarray]) -> str:
    """Share of liked songs by round, with feedback and without: what a figure shows.

    Parameters
    ----------
    listened
        As from `listening`.
    """
    told = (
        f"{name} " + ", ".join(f"{share:.2f}" for share in np.nanmean(values, axis=0))
        for name, values in listened.items()
    )
    return f"Share of liked songs by round: {'; '.join(told)}."

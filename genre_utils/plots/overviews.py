"""Figures of a collection with their two texts, for ``show(*...)``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from genre_utils import evaluation
from genre_utils.audio import FEATURE_GROUPS
from genre_utils.plots.collection import distributions, genre_looks
from genre_utils.plots.lessons import Told
from genre_utils.plots.tracks import (
    artists_per_genre,
    correlations,
    genre_counts,
    tempo_agreement,
    tempo_boxplot,
)
from genre_utils.wording import listed, percent, shares


def sizes(tracks: pd.DataFrame) -> Told:
    """How many tracks the genres have; `tracks` as in `Dataset`."""
    counts = tracks["genre"].value_counts().sort_index()
    heard = int(tracks["path"].notna().sum())
    told = listed(f"{name} {n}" for name, n in counts.items())
    return Told(
        genre_counts(tracks),
        f"Horizontal bars, tracks by genre: {told}; {heard} of {len(tracks)} have audio.",
        evaluation.tell_sizes(counts),
    )


def looks(sounds: Mapping[str, np.ndarray], centroid: pd.Series) -> Told:
    """Mel spectrograms of one track a genre.

    Parameters
    ----------
    sounds
        By track.
    centroid
        Mean spectral centroid by track, of these and maybe others.
    """
    known = centroid[centroid.index.isin(sounds)].sort_values()
    caption = f"{len(sounds)} tracks. None of them is in the table of features."
    if len(known):
        caption = (
            f"By its centroid, {known.index[-1]} is the brightest of these ({known.iloc[-1]:,.0f} "
            f"Hz) and {known.index[0]} the darkest ({known.iloc[0]:,.0f} Hz). Vertical lines are "
            "beats, horizontal ones held tones. One track is not yet its genre."
        )
    return Told(
        genre_looks(sounds, "Five seconds of one track a genre, as mel bands"),
        f"Mel spectrograms of {listed(sounds)}, on the same axes and in the same colours.",
        caption,
    )


def telling_features(table: pd.DataFrame, genre: pd.Series) -> Told:
    """Of each group of features the most telling one, as boxes by genre."""
    between = evaluation.between_genres(table, genre)
    best = [str(between[list(columns)].idxmax()) for columns in FEATURE_GROUPS.values()]
    told = listed(f"{column} ({percent(between[column], 0)})" for column in best)
    return Told(
        distributions(table, genre, between, best, "The most telling feature of each group"),
        f"Box plots by genre, with the share of variance between genres: {told}.",
        f"Of all {len(between)}, {between.index[0]} is the most telling: "
        f"{percent(between.iloc[0], 0)} of its variance lies between genres. {between.index[-1]} "
        f"is the least ({percent(between.iloc[-1], 0)}). Boxes overlap: none decides alone.",
    )


def tempi(tempo: pd.Series, genre: pd.Series) -> Told:
    """Tempo by genre."""
    medians = tempo.groupby(genre).median()
    told = listed(f"{name} {bpm:.0f}" for name, bpm in medians.items())
    return Told(
        tempo_boxplot(tempo, genre),
        f"Box plot of tempo by genre. Medians in BPM: {told}.",
        evaluation.tell_tempi(tempo, genre),
    )


def agreement(both: pd.DataFrame, verdict: pd.Series) -> Told:
    """Estimated tempo beside the annotated one.

    Parameters
    ----------
    both
        Columns estimated and annotated, in beats per minute.
    verdict
        As from `tempo_verdicts`.
    """
    of_all = verdict.value_counts(normalize=True, sort=False)
    return Told(
        tempo_agreement(both["estimated"], both["annotated"], verdict),
        f"Scatter plot of estimated against annotated tempo: {shares(of_all)}.",
        evaluation.tell_verdicts(of_all, len(both)),
    )


def same_thing(table: pd.DataFrame) -> Told:
    """Correlations of all pairs of columns."""
    pairs = evaluation.strongest_correlations(table)
    told = "; ".join(f"{a} and {b}, {value:.2f}" for (a, b), value in pairs.head(3).items())
    return Told(
        correlations(table),
        f"Correlation matrix of {table.shape[1]} features. The strongest by size: {told}.",
        f"{int((pairs > 0.9).sum())} of {len(pairs):,} pairs correlate above 0.9 in absolute "
        f"value, first of all {told}. Each name stands for two columns, a mean and then a variance "
        "(tempo for one).",
    )


def artists(tracks: pd.DataFrame) -> Told:
    """Artists of each genre; `tracks` as in `Dataset`, some with an ``artist_group``."""
    known = tracks.dropna(subset=["artist_group"])
    told = known.groupby("genre")["artist_group"].nunique()
    return Told(
        artists_per_genre(tracks),
        f"Stacked bars, a block an artist: {listed(f'{g} {n}' for g, n in told.items())}.",
        evaluation.tell_artists(tracks),
    )

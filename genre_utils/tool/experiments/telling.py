"""What was measured of sound that arrives, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from genre_utils.evaluation import with_intervals
from genre_utils.wording import count, listed, percent


def tell_lengths(table: pd.DataFrame) -> str:
    """How accuracy rises with the seconds heard, and where probabilities are off for sure.

    Parameters
    ----------
    table
        As from `calibration_table`.
    """
    first, last = table["accuracy"].iloc[[0, -1]]
    off = table.index[(table["too_sure_low"] > 0) | (table["too_sure_high"] < 0)]
    wrong = listed(f"{seconds} s" for seconds in off)
    sure = (
        f"What is said after {wrong} is not as sure as it is right."
        if wrong
        else "At no length are probabilities off by more than chance."
    )
    return (
        f"From {table.index[0]} s to {table.index[-1]} s the accuracy goes from {percent(first)} "
        f"to {percent(last)}. {sure}"
    )


def lengths_table(table: pd.DataFrame) -> pd.DataFrame:
    """What `calibration_table` returned, with intervals, as a page shows it."""
    columns = {"accuracy": "accuracy", "too_sure": "too sure", "ece": "ECE"}
    columns |= {"ece_by_chance": "ECE by chance"}
    ends = {"low": "accuracy_low", "high": "accuracy_high"}
    return with_intervals(table.rename(columns=ends), columns, 3)


def windows_table(changes: pd.DataFrame) -> pd.DataFrame:
    """What `compare_windows` returned, with intervals, as a page shows it."""
    columns = {"threshold": "threshold", "median_delay": "median delay (s)", "found": "found"}
    columns |= {"false_alarms": "false alarms in ten minutes"}
    return with_intervals(changes, columns)


def tell_windows(changes: pd.DataFrame, asked: Mapping[str, float]) -> str:
    """What a longer window is worth, and which windows keep what was asked.

    Parameters
    ----------
    changes
        As from `compare_windows`.
    asked
        What is asked at most of some columns.
    """
    shortest, longest = changes.iloc[0], changes.iloc[-1]
    kept = changes.index[(changes[list(asked)] <= pd.Series(asked)).all(axis=1)]
    windows = listed(f"{window} s" for window in kept)
    return (
        f"From {changes.index[0]} s to {changes.index[-1]} s of window the share of changes found "
        f"goes from {percent(shortest['found'], 0)} to {percent(longest['found'], 0)}, and the "
        f"median delay from {shortest['median_delay']:.1f} s to {longest['median_delay']:.1f} s. "
        + f"What was asked (dashed) is kept by {windows or 'none'}."
    )


def tell_flow(playlist: pd.DataFrame, usual: float) -> str:
    """How many steps of a playlist are short, and which is the longest.

    Parameters
    ----------
    playlist
        A row a song, in order: ``name`` and ``step`` (missing for the first).
    usual
        Mean step in a random order.
    """
    steps = playlist["step"].dropna()
    if steps.empty:
        return "One song is no playlist yet."
    longest = playlist.loc[steps.idxmax(), "name"]
    return (
        f"{int((steps < usual).sum())} of {count(len(steps), 'step')} are shorter than the mean in "
        f"random order. The longest, {steps.max():.2f}, leads to {longest}."
    )

"""Sentences about sound that arrives say what the tables say."""

import pandas as pd

from genre_utils.tool import experiments


def lengths(low=(0.02, -0.1), high=(0.2, 0.1)):
    return pd.DataFrame(
        {"accuracy": [0.5, 0.8], "too_sure_low": low, "too_sure_high": high}, [1, 30]
    )


def test_only_intervals_without_zero_are_called_off():
    assert "What is said after 1 s is not as sure" in experiments.tell_lengths(lengths())
    assert "after 1 s and 30 s is" in experiments.tell_lengths(lengths(high=(0.2, -0.05)))
    assert "At no length" in experiments.tell_lengths(lengths(low=(-0.2, -0.1)))
    assert (
        "from 1 s to 30 s the accuracy goes from 50.0 % to 80.0 %."
        in experiments.tell_lengths(lengths()).lower()
    )


def test_a_window_keeps_what_was_asked_if_it_keeps_all_of_it():
    changes = pd.DataFrame(
        {"found": [0.7, 0.8], "median_delay": [2.0, 6.0], "false_alarms": [0.5, 0.5]}, [1, 6]
    )
    asked = {"median_delay": 5.0, "false_alarms": 1.0}
    assert "is kept by 1 s." in experiments.tell_windows(changes, asked)
    assert "is kept by none." in experiments.tell_windows(changes, asked | {"false_alarms": 0.1})


def test_the_longest_step_is_named():
    songs = pd.DataFrame({"name": ["a", "b", "c"], "step": [float("nan"), 0.3, 0.1]})
    assert experiments.tell_flow(songs, 0.2) == (
        "1 of 2 steps are shorter than the mean in random order. The longest, 0.30, leads to b."
    )
    assert "no playlist" in experiments.tell_flow(songs.iloc[:1], 0.2)

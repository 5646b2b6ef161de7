"""A mix is judged moment by moment, and change by change."""

from genre_utils.tool.experiments.mixing import judge_mix
from genre_utils.tool.listener import Event, Now


def test_moments_and_changes_are_compared_with_what_was_played():
    told = [
        Now(3.0, 3.0, {"jazz": 0.8, "rock": 0.2}),
        Now(10.0, 3.0, {"rock": 0.6, "jazz": 0.4}),
        Event(12.0, "song"),
        Event(12.0, "genre", "rock"),
        Now(12.0, 3.0, {"rock": 0.7, "jazz": 0.3}),
        Now(15.0),
        Event(25.0, "song"),
    ]
    mix = judge_mix([10.0, 10.0, 10.0], ["jazz", "rock", "jazz"], told)
    assert mix.truth["start"].tolist() == [0, 10, 20] and mix.truth["end"].tolist() == [10, 20, 30]
    assert mix.heard["right"].tolist() == [True, False, True, False]
    assert mix.heard["probability"].tolist() == [0.8, 0.6, 0.7, 0.0]
    assert mix.alarms == (12.0, 25.0) and mix.right == 0.5
    assert (mix.found, mix.false_alarms) == (2, 0)


def test_an_alarm_in_the_middle_of_a_song_is_false():
    mix = judge_mix([30.0, 30.0], ["jazz", "jazz"], [Event(20.0, "song"), Event(45.0, "song")])
    assert (mix.found, mix.false_alarms) == (0, 2)

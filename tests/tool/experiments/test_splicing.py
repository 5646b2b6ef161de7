"""Splices: heard as the spliced sound is, and judged by when alarms come."""

import numpy as np
import pandas as pd
import pytest
from helpers import sound

from genre_utils.audio import load_audio
from genre_utils.tool.experiments.measuring import hear, hear_every_second
from genre_utils.tool.experiments.splicing import (
    Splice,
    choose_threshold,
    compare_windows,
    draw_splices,
    hear_splices,
    judge_splices,
    summarise_splices,
    tell_splices,
)


def tracks_of(artists):
    names = [f"t{n}" for n in range(len(artists))]
    return pd.DataFrame({"artist_group": artists, "song": names}, index=names)


def heard_of(names, seconds=20):
    return {name: np.zeros((seconds, 946), np.float32) for name in names}


def rows(seed, count=28):
    """What is heard of a song: much the same all the time, and unlike other songs."""
    rng = np.random.default_rng(seed)
    song = np.concatenate([rng.normal(size=256), rng.uniform(0.1, 0.9, 50), rng.normal(size=640)])
    return song + rng.normal(0, 0.001, (count, 946))


def changing(first, second, at=20):
    return np.concatenate([rows(first, at), rows(second)])


def test_no_recording_is_in_two_splices_while_there_are_others():
    tracks = tracks_of(list("ABCDEFGH"))
    drawn = draw_splices(tracks, heard_of(tracks.index), 4, seed=1)
    assert len({name for one in drawn for name in one[:2]}) == 8
    assert all(10 <= one.at <= 20 for one in drawn)
    assert drawn == draw_splices(tracks, heard_of(tracks.index), 4, seed=1)
    assert len(draw_splices(tracks, heard_of(tracks.index), 9)) == 9


def test_artists_are_apart_and_short_recordings_left_out():
    tracks = tracks_of(["A", "A", "A", "B", None])
    heard = heard_of(tracks.index) | heard_of(["t4"], 15)
    artist = tracks["artist_group"]
    assert all(artist[a] != artist[b] for a, b, _ in draw_splices(tracks, heard, 10))
    assert draw_splices(tracks.iloc[:3], heard_of(tracks.index[:3]), 10) == []
    assert draw_splices(tracks, heard_of(tracks.index, 12), 10) == []


def test_a_splice_is_heard_as_its_sound_is(tmp_path):
    files = {f"t{n}": str(sound(tmp_path / f"{n}.wav", 8.0, seed=n)) for n in range(2)}
    paths = pd.Series(files)
    splice = Splice("t0", "t1", round(5.4 * 22050) / 22050)
    (pieces,) = hear_splices([splice], paths, hear_every_second(paths, n_jobs=1), n_jobs=1)
    cut = round(splice.at * 22050)
    y = np.concatenate([load_audio(files["t0"])[:cut], load_audio(files["t1"])[cut - 5 * 22050 :]])
    wanted = [hear(y[k * 22050 : (k + 3) * 22050]) for k in range(len(y) // 22050 - 2)]
    assert len(pieces) == len(wanted) == 11
    assert np.allclose(pieces, wanted, atol=1e-5)


def test_a_change_is_found_with_its_delay_and_other_alarms_are_false():
    splices = [Splice("a", "b", 19.5), Splice("a", "c", 60.0)]
    judged = judge_splices(splices, [changing(0, 1), changing(0, 2)], {"threshold": 0.1})
    assert 1 < judged["delay"][0] <= 6 and judged["false_alarms"].tolist() == [0, 1]
    assert judged["delay"][1] == np.inf
    # Of 48 pieces, 8 pass before it knows the first song, and 7 before it knows the second.
    assert judged["seconds"].tolist() == [33, 33]
    deaf = judge_splices(splices, [changing(0, 1), changing(0, 2)], {"threshold": 2.0})
    assert not np.isfinite(deaf["delay"]).any() and deaf["false_alarms"].sum() == 0


def test_a_longer_window_is_later():
    splices, pieces = [Splice("a", "b", 19.5)], [changing(0, 1)]
    delays = [
        judge_splices(splices, pieces, {"threshold": 0.2, "after": n})["delay"][0] for n in (1, 6)
    ]
    assert delays[0] < delays[1]


def test_the_threshold_is_the_lowest_that_keeps_the_false_alarms():
    splices = [Splice("a", "b", 60.0)]  # so that each alarm is false
    pieces = [0.8 * rows(0, 48) + 0.2 * changing(1, 2)]
    chosen = choose_threshold(splices, pieces, 3, allowed=0.5)
    below = judge_splices(splices, pieces, {"threshold": chosen - 0.005})
    assert judge_splices(splices, pieces, {"threshold": chosen})["false_alarms"].sum() == 0
    assert 0.03 < chosen < 0.29 and below["false_alarms"].sum() == 1
    assert choose_threshold(splices, pieces, 3, allowed=30) == 0.03
    assert choose_threshold(splices, [changing(1, 2)], 3, allowed=0) == 0.295


def test_what_is_not_noticed_counts_as_never():
    judged = pd.DataFrame(
        {"delay": [3.0, 4.0, np.inf], "false_alarms": [1, 0, 0], "seconds": [200, 200, 200]}
    )
    told = summarise_splices(judged)
    assert told["median_delay"] == 4 and told["median_delay_high"] == np.inf
    assert told["found"] == pytest.approx(2 / 3) and told["false_alarms"] == 1
    assert told["false_alarms_low"] == 0 < told["false_alarms_high"]
    assert tell_splices(told, 3).startswith("Yes: over 3 pairs")
    assert tell_splices(told | {"false_alarms": 1.1}, 3).startswith("No")
    assert tell_splices(told | {"median_delay": 5.1}, 3).startswith("No")


def test_windows_have_a_row_each():
    half = [Splice("a", "b", 19.5)], [changing(0, 1)]
    table = compare_windows(half, half, (1, 3))
    assert list(table.index) == [1, 3] and (table["found"] == 1).all()

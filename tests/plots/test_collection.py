"""Figures of a collection say what is in it, and would say otherwise of another."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf

from genre_utils import plots
from genre_utils.audio import FEATURE_COLUMNS, SAMPLE_RATE


@pytest.fixture
def table():
    """Ten tracks of two genres, told apart by their centroid alone."""
    rng = np.random.default_rng(0)
    genre = pd.Series(["jazz"] * 5 + ["rock"] * 5, [f"t{i}" for i in range(10)])
    values = pd.DataFrame(rng.normal(size=(10, 57)), genre.index, list(FEATURE_COLUMNS))
    values["spectral_centroid_mean"] = 1000.0 * (genre == "rock") + values["rms_mean"]
    return values, genre


def test_the_most_telling_feature_is_named_first(table):
    told = plots.telling_features(*table)
    assert "spectral_centroid_mean is the most telling: 100 %" in told.caption
    titles = [ax.get_title() for ax in told.axes.flat]
    assert "spectral_centroid_mean: 100 % between genres" in titles and "tempo: " in titles[-1]


def test_the_pair_that_says_the_same_is_named(table):
    values, _ = table
    values["tempo"] = -2 * values["mfcc1_mean"]
    caption = plots.same_thing(values).caption
    assert len(plots.same_thing(values).axes.get_yticks()) == 29
    assert "1 of 1,596 pairs" in caption and "tempo and mfcc1_mean, 1.00" in caption


def test_first_sounds_leave_out_what_cannot_be_decoded(tmp_path):
    broken, good = tmp_path / "a.wav", tmp_path / "b.wav"
    broken.write_bytes(b"no sound")
    sf.write(good, 0.1 * np.sin(np.arange(3 * SAMPLE_RATE) / 20), SAMPLE_RATE)
    tracks = pd.DataFrame(
        {"genre": ["jazz", "jazz", "rock"], "path": [str(broken), str(good), None]},
        ["jazz.0", "jazz.1", "rock.0"],
    )
    sounds = plots.first_sounds(tracks, seconds=2)
    assert list(sounds) == ["jazz.1"] and len(sounds["jazz.1"]) == 2 * SAMPLE_RATE
    told = plots.looks(sounds, pd.Series({"jazz.1": 500.0, "rock.0": 9.0}))
    assert "jazz.1 is the brightest of these (500 Hz)" in told.caption
    assert "in the table" in plots.looks(sounds, pd.Series(dtype=float)).caption
    assert plots.first_sounds(tracks.assign(path=None)) == {}


def test_tempi_and_sizes_have_their_own_sentences():
    tempo, genre = pd.Series([60.0, 62, 120, 122]), pd.Series(["jazz", "jazz", "rock", "rock"])
    assert "61 BPM (jazz) to 121 BPM (rock): a span of 60" in plots.tempi(tempo, genre).caption
    tracks = pd.DataFrame({"genre": genre, "path": "x", "table": True})
    assert plots.sizes(tracks).caption.startswith("All 2 genres have 2 tracks.")
    both = pd.DataFrame({"estimated": [60.0, 120], "annotated": [60.0, 60]})
    verdict = pd.Series(pd.Categorical(["same", "double"],
                                       "same double half triple third other".split()))  # fmt: skip
    caption = plots.agreement(both, verdict).caption
    assert "50.0 % have the tempo" in caption and "50.0 % are estimated twice as fast" in caption

"""Figures of transfer show what they were given."""

import pandas as pd

from genre_utils import plots


def test_falls_are_labelled_at_their_ends_without_covering_each_other():
    table = pd.DataFrame(
        {"random": [0.9, 0.8, 0.7], "artist": [0.5, 0.51, 0.2]}, ["both", "encoder", "features"]
    )
    axes = plots.falls({"tracks": table}, "Falls")
    labels = {text.get_text(): text.get_position()[1] for text in axes[0, 0].texts}
    assert set(labels) == {"both -40", "encoder -29", "features -50"}
    assert labels["encoder -29"] - labels["both -40"] >= 0.0599
    assert labels["features -50"] == 0.2
    assert axes[0, 0].get_legend() is None

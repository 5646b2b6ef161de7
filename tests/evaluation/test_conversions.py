"""Sentences about conversions name what gains, what keeps, and by how much."""

import numpy as np
import pandas as pd

from genre_utils.evaluation import tell_changes, tell_trade


def test_the_nearest_spectrogram_is_named_though_lengths_differ():
    zero = np.zeros((4, 3))
    told = tell_changes({"before": zero, "style": zero[:3] + 0.5, "drums": zero - 0.25})
    assert told.startswith("How far a point lies from *before*")
    assert "style 0.50 and drums 0.25. Nearest to it is *drums*." in told


def test_what_keeps_and_what_gains_may_be_two_ways():
    values = {("style", "left"): 0.9, ("style", "CNN"): 0.01, ("bands", "left"): 0.5}
    values |= {("bands", "CNN"): 0.2, ("another song", "left"): 0.02, ("another song", "CNN"): 0.6}
    told = tell_trade(pd.DataFrame({"mean": pd.Series(values)}), ["style", "bands"], ["CNN"])
    assert told == (
        "Most is left by style (0.90); most is gained by bands (CNN, +20.0 points). "
        "Another song gains +60.0 points, and leaves 0.02."
    )

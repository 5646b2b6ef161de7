"""What is behind a score: known answers."""

import pandas as pd
import pytest

from genre_utils.evaluation import tempo_verdicts


@pytest.mark.parametrize(
    ("estimated", "verdict"),
    [
        (100, "same"),
        (103.9, "same"),
        (104.1, "other"),
        (200, "double"),
        (50, "half"),
        (300, "triple"),
        (100 / 3, "third"),
        (150, "other"),
    ],
)
def test_tempo_is_right_within_4_percent_and_octaves_are_apart(estimated, verdict):
    found = tempo_verdicts(pd.Series([estimated], index=["x"]), pd.Series([100.0], index=["x"]))
    assert found["x"] == verdict

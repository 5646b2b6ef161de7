"""Values and intervals in one cell."""

import pandas as pd

from genre_utils.evaluation import with_intervals


def test_a_value_has_its_interval_where_there_is_one():
    table = pd.DataFrame({"a": [0.5], "a_low": [0.25], "a_high": [0.756], "b": [3.0], "low": [2.0],
                          "high": [4.0]}, index=["x"])  # fmt: skip
    told = with_intervals(table, {"a": "first", "b": "second"})
    assert told.loc["x"].to_dict() == {"first": "0.50 [0.25, 0.76]", "second": "3.00"}
    assert with_intervals(table, {"b": "b"}, 1, of="").loc["x", "b"] == "3.0 [2.0, 4.0]"

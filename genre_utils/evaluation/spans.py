"""Values and their intervals in one cell of a table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def with_intervals(
    table: pd.DataFrame, columns: Mapping[str, str], digits: int = 2, *, of: str = "{}_"
) -> pd.DataFrame:
    """Return a table whose cells say a value and its interval: "4.09 [3.82, 4.27]".

    Parameters
    ----------
    table
        Besides the columns wanted, their ends.
    columns
        What to call each column; one that has no ends in the table is written without.
    digits
        Behind the point.
    of
        Before "low" and "high" in the names of the ends; ``{}`` is the column's name.
    """
    told = {}
    for name, label in columns.items():
        ends = [f"{of.format(name)}{end}" for end in ("low", "high")]
        spans = table[[name, *(end for end in ends if end in table)]]
        told[label] = [_cell(*row, digits=digits) for row in spans.itertuples(index=False)]
    return pd.DataFrame(told, table.index)


def _cell(value: float, *ends: float, digits: int) -> str:
    between = ", ".join(f"{end:.{digits}f}" for end in ends)
    return f"{value:.{digits}f}" + (f" [{between}]" if ends else "")

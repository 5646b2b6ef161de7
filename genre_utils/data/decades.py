"""When some artists of GTZAN made what they are best known for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def artist_decades() -> pd.DataFrame:
    """Artists of GTZAN, and the decade of their best known recordings.

    What is common knowledge, from the 1960s to the 2000s: artists whose fame lies in one decade. A
    track of theirs in GTZAN may still be from another.

    Returns
    -------
    pandas.DataFrame
        Index ``artist``, as GTZAN's index spells it. Columns ``decade`` (1960 to 2000), and what
        stands for it: ``recording``, its ``year``, and ``see``, a page where both can be looked up.
    """
    return pd.read_csv(Path(__file__).with_name("decades.csv"), index_col="artist")

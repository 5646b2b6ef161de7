"""What models on whole tracks amount to, in words that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from genre_utils.wording import (
    listed,
)


def tell_drops(drops: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> str:
    """Which columns matter, of those whose shuffling loses more than the folds differ.

    Parameters
    ----------
    drops
        As from `permutation_drops`.
    groups
        The columns of each row.
    """
    sure = drops[drops["drop"] > drops["sd"].fillna(0)]
    told = f"Shuffling {drops.index[0]} loses most, {100 * drops['drop'].iloc[0]:.1f} points."
    sizes = pd.Series({name: len(groups[name]) for name in drops.index})
    if sizes.nunique() > 1:
        few = sizes.index[sizes == sizes.min()]
        told += (
            f" But {drops.index[0]} has {sizes.iloc[0]} of the {sizes.sum()} columns and "
            f"{listed(few)} only {sizes.min()}: groups of unequal size lose unequally for that "
            "reason alone."
        )
    return (
        f"{told} For {len(sure)} of these {len(drops)} the loss is larger than its deviation over "
        "the folds."
    )

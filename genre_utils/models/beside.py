"""A classical model beside networks on pieces: the average of notebook 3, asked again."""

from __future__ import annotations

from genre_utils.data import Dataset
from genre_utils.evaluation import Predictions, ask_all, open_table
from genre_utils.models.classical import best_model

_TABLE = "features_3_sec"


def ask_average(
    dataset: Dataset, *, trees: int, n_splits: int, seed: int
) -> dict[tuple[str, str, str], Predictions]:
    """What the average of five models says of pieces, songs apart and artists apart.

    With the settings of notebook 3 it is not fitted again: it is remembered.

    Parameters
    ----------
    dataset
        The collection.
    trees
        Of the forests in it.
    n_splits, seed
        Of the folds.

    Returns
    -------
    dict
        By model, table and split; empty where there are no pieces.
    """
    table = open_table(dataset, _TABLE, n_splits=n_splits, seed=seed)
    apart = [table.splits[name] for name in ("track", "artist") if name in table.splits]
    average = {"blend": best_model(dataset.tracks, seed, trees=trees)}
    return ask_all(average, table.features, apart, _TABLE)

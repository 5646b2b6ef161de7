"""What each of several sources adds, when all orders of adding them count alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd


def subsets(names: Iterable[str]) -> list[frozenset[str]]:
    """All subsets, the empty one first and the whole last."""
    names = list(names)
    return [frozenset(c) for size in range(len(names) + 1) for c in combinations(names, size)]


def shapley_values(
    names: Iterable[str], worth: Callable[[frozenset[str]], np.ndarray]
) -> pd.DataFrame:
    """Share out what all sources are worth together (Shapley 1953), exactly.

    What a source adds depends on which others are there already. Its value is what it adds, in the
    mean over all orders in which the sources can come:
    sum over S of |S|! (n - |S| - 1)! / n! (worth(S with it) - worth(S)).

    Parameters
    ----------
    names
        Of the sources; the number of subsets doubles with each.
    worth
        What a set of sources is worth for each item, shape (items,); asked once a subset.

    Returns
    -------
    pandas.DataFrame
        A row an item, a column a source; a row adds up to what all are worth for the item, less
        what none is.
    """
    names = list(names)
    worths: dict[Hashable, np.ndarray] = {
        s: np.asarray(worth(s), dtype=float) for s in subsets(names)
    }
    count = len(names)
    values = {}
    for name in names:
        total = np.zeros_like(worths[frozenset()])
        for others in subsets(n for n in names if n != name):
            orders = factorial(len(others)) * factorial(count - len(others) - 1)
            total += orders / factorial(count) * (worths[others | {name}] - worths[others])
        values[name] = total
    return pd.DataFrame(values)

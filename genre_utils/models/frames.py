"""What networks are trained on: arrays in the cells of a table, read a batch at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import check_array

_AT_ONCE = 256


class Frames:
    """Arrays of one shape that are put together when they are asked for.

    Those that are mapped from files are so never held all at once. It is indexed as an array is,
    by slices, positions or booleans of the items, and gives arrays.

    Parameters
    ----------
    table
        A column ``frames`` with arrays of one shape.

    Attributes
    ----------
    shape
        (items, ...), as of an array.

    Raises
    ------
    ValueError
        If the arrays differ in shape, or hold what is no number.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._cells = table["frames"].tolist()
        for start in range(0, len(table), _AT_ONCE):
            part = np.stack(self._cells[start : start + _AT_ONCE])
            found = check_array(part, allow_nd=True, input_name="frames").shape[1:]
            if start == 0:
                self.shape = (len(table), *found)
            elif found != self.shape[1:]:
                raise ValueError(f"frames differ in shape: {found}, {self.shape[1:]}")

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, items: slice | np.ndarray) -> np.ndarray:
        chosen = np.arange(len(self))[items]
        return np.stack([self._cells[i] for i in chosen])

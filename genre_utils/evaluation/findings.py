"""A sentence with the table that it is about: it shows itself as the last line of a cell."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, repr=False)
class Finding:
    """A table and what it says.

    Attributes
    ----------
    text
        In Markdown.
    table
        Cells as they are to be read; None or without rows where there is none.
    """

    text: str
    table: pd.DataFrame | None = None

    def __repr__(self) -> str:
        return "\n\n".join([*self._tables(pd.DataFrame.to_string), self.text])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([*self._tables(pd.DataFrame.to_html), self.text])

    def _tables(self, write) -> list[str]:
        return [] if self.table is None or self.table.empty else [write(self.table)]

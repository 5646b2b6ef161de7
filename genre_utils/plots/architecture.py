"""Figures of networks themselves: layers with shapes, what layers do, filters of the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

_LONGEST, _MOMENT = 4.5, 0.1  # lengths of boxes, in the units of the figure; without time left

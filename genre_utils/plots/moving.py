"""Figures that are drawn anew when a slider is moved: in Jupyter, while a kernel runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

FOR_A_PAGE = "GENRE_UTILS_PAGE"  # set in the environment of a notebook that becomes a page


def first(given: Any) -> Any:
    """The first value that a slider takes."""
    return given[0] if isinstance(given, tuple | list) else given


def sliders(draw: Callable[..., Axes], **ranges: Any) -> None:
    """Show a slider for each argument of a function that draws; a page has none.

    Parameters
    ----------
    draw
        Draws a figure from the values of the sliders.
    **ranges
        By argument, what `ipywidgets.interact` takes: ``(first, last, step)``, or a list of
        choices.
    """
    if os.environ.get(FOR_A_PAGE):
        # Nobody is there to move anything: that it can be drawn is all that is to be seen.
        draw(**{name: first(given) for name, given in ranges.items()})
        plt.close("all")
        return

    from ipywidgets import interact  # noqa: PLC0415

    def drawn(**chosen: Any) -> None:
        draw(**chosen)
        plt.show()

    interact(drawn, **ranges)

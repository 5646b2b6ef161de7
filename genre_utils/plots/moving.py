"""Figures that are drawn anew when a slider is moved: in Jupyter, while a kernel runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes


def sliders(draw: Callable[..., Axes], **ranges: Any) -> None:
    """Show a slider for each argument of a function that draws; pages leave them out.

    Parameters
    ----------
    draw
        Draws a figure from the values of the sliders.
    **ranges
        By argument, what `ipywidgets.interact` takes: ``(first, last, step)``, or a list of
        choices.
    """
    from ipywidgets import interact  # noqa: PLC0415

    def drawn(**chosen: Any) -> None:
        draw(**chosen)
        plt.show()

    interact(drawn, **ranges)

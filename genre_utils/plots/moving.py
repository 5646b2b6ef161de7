"""Figures that are drawn anew when a slider is moved: in Jupyter, while a kernel runs."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes

FOR_A_PAGE = "GENRE_UTILS_PAGE"  # set in the environment of a notebook that becomes a page


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
    from ipywidgets import Image, VBox, interactive  # noqa: PLC0415

    moved = {name: interactive.widget_from_abbrev(given) for name, given in ranges.items()}
    # A picture that changes, and no captured output: whoever runs the notebook without a screen
    # could wait for that forever.
    picture = Image(format="png")

    def drawn(*_: Any) -> None:
        axes = draw(**{name: slider.value for name, slider in moved.items()})
        figure = np.ravel(np.asarray(axes))[0].figure
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
        plt.close(figure)
        picture.value = buffer.getvalue()

    drawn()
    for name, slider in moved.items():
        slider.description = name
        slider.observe(drawn, "value")
    if not os.environ.get(FOR_A_PAGE):
        display(VBox([*moved.values(), picture]))

"""Figures are drawn without a screen, and closed after each test."""

import matplotlib.pyplot as plt
import pytest

plt.switch_backend("Agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(autouse=True)
def plain_style():
    """Titles stand where Matplotlib puts them, whatever style another test has set."""
    with plt.rc_context({"axes.titlelocation": "center"}):
        yield

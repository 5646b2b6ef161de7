"""What models on pieces of songs amount to, in words that follow the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from genre_utils.wording import points, points_interval


def tell_p(p: float) -> str:
    """The probability that a test gives, with no more digits than it has."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def tell_test(test: Mapping[str, float]) -> str:
    """What `paired_test` found: the difference, its interval and p."""
    gap, span = points(test["difference"]), points_interval(test["low"], test["high"])
    return f"{gap} {span}, {tell_p(test['p'])}"

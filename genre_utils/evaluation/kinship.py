"""Which genres people confuse too, and why."""

from __future__ import annotations

from collections.abc import Iterable

_KINSHIP: dict[tuple[str, ...], str] = {
    ("blues", "country"): "both are songs over guitar and plain chords, from the same places",
    ("blues", "jazz"): "jazz grew out of the blues and keeps its scale and its swing",
    ("blues", "metal"): "both lean on the electric guitar and the pentatonic scale",
    ("blues", "rock"): "rock took its form and its guitar from the blues",
    ("classical", "jazz"): "both are often instrumental, with wide dynamics and acoustic sound",
    ("country", "rock"): "the same band: guitars, bass, drums and a singer",
    ("disco", "pop"): "both are produced for dancing, with the voice in front",
    ("disco", "rock"): "both have a straight beat and a full band",
    ("hiphop", "reggae"): "both live by bass and drums, with a speaking voice above",
    ("hiphop", "pop"): "both are made in the studio from programmed beats",
    ("metal", "rock"): "metal is rock, louder and more distorted",
}


def tell_kinship(pairs: Iterable[str]) -> str:
    """Say of each confusion what the two genres have in common, as a list in Markdown.

    Parameters
    ----------
    pairs
        "blues as country" and the like, as from `frequent_confusions`.
    """
    known = {pair: _KINSHIP.get(tuple(sorted(pair.split(" as ")))) for pair in pairs}
    lines = [f"- {pair}: {text}." for pair, text in known.items() if text]
    return "\n".join(lines) or "None of the most frequent pairs is one that we would have expected."

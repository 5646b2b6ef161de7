"""Which tracks are one song, and which names are one artist: for splits, bootstraps and ranks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_AND = re.compile(r"\s*(?:,|\+|\band\b|\bwith\b|\bvs\b)\s*")
_FEATURING = re.compile(r"\s*\b(?:feat|ft|featuring)\b\s*")
# Bands whose names could be taken for lists of artists.
_BANDS = frozenset(
    (
        "ashford and simpson, blood sweat and tears, crosby stills and nash, "
        "crosby stills nash and young, earth wind and fire, emerson lake and palmer, "
        "hall and oates, love and kisses, nice and smooth, peaches and herb, "
        "peter paul and mary, simon and garfunkel"
    ).split(", ")
)
# A version of a song is that song; a part of a longer piece ("part 2") is another.
_VERSION = re.compile(
    r"[\(\[][^)\]]*\b(?:live|remix|mix|edit|version|demo|acoustic|unplugged|instrumental|remaster\w*)"
    r"\b[^)\]]*[\)\]]",
    re.IGNORECASE,
)


def normalize_name(name: str) -> str:
    """A name without case, accents, punctuation and leading article; "&" is "and".

    Examples
    --------
    >>> normalize_name("The Sugarhill Gang"), normalize_name("J.S. Bach")
    ('sugarhill gang', 'js bach')
    """
    return re.sub(r"^the (?=.)", "", _words(name, keep="")) or name


def _words(name: str, keep: str) -> str:
    """Lower case words, accents and punctuation gone but for the characters to `keep`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in ".'’`")
    return " ".join(re.sub(rf"[^\w{re.escape(keep)}]+", " ", plain).split())


def members(name: str, known: Iterable[str] = ()) -> list[str]:
    """Artists behind a name, normalized: the name itself first, then those it joins.

    Guests ("feat.") are members. So are names joined by "and", "&", "with", "+" or commas, if each
    has two words or more or is in `known`, the normalized names of artists on their own; otherwise
    it is a band ("Shirley & Company"), and only members of two words that are known count. Of a
    leader with a band ("Magic Slim & The Teardrops") the leader is a member.
    """
    whole = normalize_name(name)
    if whole in _BANDS:
        return [whole]
    known = known if isinstance(known, set | dict) else set(known)
    found, words = [whole], _words(name, keep=",+")
    for credit in _FEATURING.split(words):
        parts = [part for part in _AND.split(credit) if part.strip(" ,+")]
        leader, *rest = [re.sub(r"^the (?=.)", "", part) for part in parts] or [""]
        full = [part for part in (leader, *rest) if part in known or " " in part]
        if any(part.startswith("the ") for part in parts[1:]):
            full = [leader] if leader in full else []
        elif len(full) < len(parts):
            full = [part for part in full if part in known and " " in part]
        found += full
        if credit != words:  # one of several that "feat." joins
            found.append(normalize_name(credit))
    return list(dict.fromkeys(found))


def identify(tracks: pd.DataFrame, recordings: Iterable[tuple[str, str]] = ()) -> pd.DataFrame:
    """Add the columns ``song`` and ``artist_group``.

    One song: the same bytes, the same recording (pairs of tracks, as from `audio.near_duplicates`),
    or the same artist and title. Titles are compared without case, punctuation and notes of the
    version ("(live)"); parts of a longer piece ("part 1", "part 2") are songs of their own. One
    artist: names that mean the same, and all who ever play together. Tracks that are one song are
    by one artist.

    Returns
    -------
    pandas.DataFrame
        ``song`` is the first track of each song, and ``artist_group`` the most frequent of an
        artist's names; missing where no one is named.
    """
    names = tracks["artist"].dropna()
    artist_of = _artists(names)
    ties: list[tuple[str, Hashable]] = []
    for track, first in tracks["duplicate_of"].dropna().items():
        ties += [(track, ("copy", first)), (first, ("copy", first))]
    for pair in recordings:
        ties += [(track, ("recording", *pair)) for track in pair]
    if "title" in tracks:
        titled = tracks[["artist", "title"]].dropna()
        artist_of_titled = _artists(titled["artist"])
        for track, name, title in titled.itertuples():
            if plain := normalize_name(_VERSION.sub(" ", title)):
                ties.append((track, ("title", artist_of_titled[name], plain)))
    components = _components(tracks.index, ties)
    song = pd.Series(tracks.index, tracks.index, dtype=object).groupby(components).transform("min")
    ties = [(track, ("song", first)) for track, first in song.items()]
    ties += [(track, ("artist", artist_of[name])) for track, name in names.items()]
    components = _components(tracks.index, ties)
    usual = names.groupby(components[names.index]).agg(lambda own: own.mode()[0])
    return tracks.assign(song=song, artist_group=components.map(usual).astype(object))


def _artists(names: pd.Series) -> dict[str, int]:
    """Number of the artist behind each name; those who play together have one number."""
    names = names.unique()
    alone = {normalize_name(name) for name in names}
    ties = [(name, member) for name in names for member in members(name, alone)]
    return _components(pd.Index(names), ties).to_dict()


def _components(items: pd.Index, ties: Sequence[tuple[str, Hashable]]) -> pd.Series:
    """Number of the connected component of each item; a tie joins an item to what it names."""
    known = [(item, tie) for item, tie in ties if item in items]
    rows = items.get_indexer([item for item, _ in known])
    columns = len(items) + pd.factorize(pd.Series([tie for _, tie in known], dtype=object))[0]
    size = len(items) + len(known)
    graph = coo_array((np.ones(len(known)), (rows, columns)), shape=(size, size))
    return pd.Series(connected_components(graph, directed=False)[1][: len(items)], items)

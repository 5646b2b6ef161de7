"""What words say of a genre."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer


def telling_words(
    words: pd.Series, genre: pd.Series, artist: pd.Series, *, artists: int = 3, most: int = 5
) -> pd.DataFrame:
    """Words that are more usual in a genre than in the others, whoever sings.

    Artists are counted, not songs, so that a word which one artist loves counts once. What is
    compared is the logarithm of the odds of a word in a genre and elsewhere, each with half an
    artist added (Haldane 1956), in units of its standard error.

    Parameters
    ----------
    words
        Text of each track.
    genre, artist
        Of the same tracks; a missing artist is one of its own.
    artists
        How many must use a word at least.
    most
        How many words to name a genre.

    Returns
    -------
    pandas.DataFrame
        A row a word that stands out: ``genre``, ``word``, ``artists`` of the genre who use it,
        ``of`` how many, ``elsewhere``, how many others use it, ``z``; the most telling first.
    """
    artist = artist.reindex(words.index)
    artist = artist.where(artist.notna(), words.index.to_series().astype(str)).astype(str)
    reader = CountVectorizer(
        binary=True, stop_words=sorted(ENGLISH_STOP_WORDS), token_pattern=r"(?u)\b[^\W\d_]{2,}\b"
    )
    try:
        counted = reader.fit_transform(words)
    except ValueError:  # no word is left, of no text
        return pd.DataFrame(columns=["genre", "word", "artists", "of", "elsewhere", "z"])
    used = pd.DataFrame(counted.toarray(), columns=reader.get_feature_names_out())
    who = pd.MultiIndex.from_arrays([genre.reindex(words.index), artist], names=["genre", "artist"])
    by_artist = used.set_axis(who).groupby(level=["genre", "artist"]).max()
    by_artist = by_artist.loc[:, by_artist.sum() >= artists]
    having = by_artist.groupby(level="genre").sum()
    size = by_artist.groupby(level="genre").size()
    parts = []
    for name in having.index:
        own, of = having.loc[name], size[name]
        other, rest = having.drop(name).sum(), size.drop(name).sum()
        cells = [own + 0.5, of - own + 0.5, other + 0.5, rest - other + 0.5]
        odds = np.log(cells[0] / cells[1]) - np.log(cells[2] / cells[3])
        z = odds / np.sqrt(sum(1 / cell for cell in cells))
        told = pd.DataFrame({"artists": own, "of": of, "elsewhere": other, "z": z})
        told = told[(told["artists"] > 1) & (told["z"] > 0)].nlargest(most, "z")
        parts.append(told.rename_axis("word").reset_index().assign(genre=name))
    return pd.concat(parts, ignore_index=True)[["genre", "word", "artists", "of", "elsewhere", "z"]]

"""Tags that two songs have in common: told beside the cosine, which is not made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

_LIKELY = 0.1  # probability from which a tag is worth a word


def shared_tags(tags: pd.DataFrame, reference: pd.Series) -> pd.DataFrame:
    """Which tags some songs share with another, and how much of all their tags that is.

    Parameters
    ----------
    tags
        Probability of each tag, a row a song.
    reference
        Probability of each tag of the other song.

    Returns
    -------
    pandas.DataFrame
        Same shape: the smaller of the two probabilities, over the sum of the larger ones of all
        tags. A row sums up to the overlap of the tags, from 0 to 1 (the weighted Jaccard index).
    """
    larger = tags.clip(lower=reference, axis=1).sum(axis=1)
    return tags.clip(upper=reference, axis=1).div(larger, axis=0)


def common_tags(own: pd.Series, reference: pd.Series, usual: pd.Series) -> list[str]:
    """Phrase with the tags that two songs have most of, of those that both have more than most.

    Parameters
    ----------
    own, reference
        Probability of each tag of the two songs.
    usual
        Median over all songs.

    Returns
    -------
    list of str
        One phrase, or none.
    """
    both = np.minimum(own, reference).astype(float)
    both = both[(both >= _LIKELY) & (both > usual)]
    names = both.sort_values(ascending=False, kind="stable").index[:3]
    return [f"both tagged {', '.join(names)}"] if len(names) else []


def tell_tags(shared: pd.Series, most: int = 5) -> str:
    """Say how much of their tags two songs share; the parts add up to the whole.

    Parameters
    ----------
    shared
        A row of `shared_tags`.
    most
        How many tags to name, the others in one.
    """
    named = shared.sort_values(ascending=False)[:most]
    told = ", ".join(f"{tag} {share:.2f}" for tag, share in named.items())
    rest = shared.sum() - named.sum()
    return f"{shared.sum():.2f} = {told}, all others {rest:.2f}" if told else ""

"""How near songs are to what somebody likes."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from genre_utils.recommend import CosineRecommender, Taste


def nearness(recommender: CosineRecommender, taste: Taste) -> np.ndarray | None:
    """How near each song is to a taste, among all songs.

    Parameters
    ----------
    recommender
        Fitted on the songs.
    taste
        Likes and skips; of other songs they do not count.

    Returns
    -------
    numpy.ndarray, shape (songs,)
        From 0 to 1: the share of all other songs that are less near to the query of Rocchio; None
        if none of the songs is liked.
    """
    known, _ = taste.among(recommender.features_.index)
    if not known.likes:
        return None
    near = recommender.unit_ @ recommender.query_of(known.likes, known)
    return (rankdata(near, "min") - 1) / max(len(near) - 1, 1)

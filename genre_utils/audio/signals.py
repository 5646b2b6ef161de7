"""What a recommender asks of a recording that somebody has decoded and heard already."""

from __future__ import annotations

import numpy as np

from genre_utils.audio.describing import Song, _features
from genre_utils.audio.embedding import Heard
from genre_utils.audio.fingerprints import fingerprint


def describe_signal(y: np.ndarray, heard: Heard | None) -> Song:
    """Describe a recording as `describe_song` does.

    Parameters
    ----------
    y
        As from `load_audio`, shape (samples,); at most `HELD_SECONDS` of it.
    heard
        As from `embed`; None if the encoder was not asked.
    """
    if heard is None:
        return Song(_features(y), None, None, fingerprint(y))
    embedding, tags = heard.embedding.mean(axis=0), heard.tags.mean(axis=0)
    return Song(_features(y), embedding, tags, fingerprint(y))

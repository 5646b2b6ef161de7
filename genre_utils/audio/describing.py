"""Everything that a recommender asks of a recording, from decoding it once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from genre_utils.audio.decoding import LONG_SECONDS, SAMPLE_RATE, duration, load_audio
from genre_utils.audio.embedding import embed, embed_file
from genre_utils.audio.features import extract_features
from genre_utils.audio.fingerprints import fingerprint, fingerprint_of_file
from genre_utils.audio.streaming import extract_in_blocks, features_of_file

# So long a signal is held (some 400 MB while it is decoded); a longer file is read several times.
HELD_SECONDS = 1200.0
_BLOCK = 1 << 18


class Song(NamedTuple):
    """What there is to know of a recording.

    Attributes
    ----------
    features
        The 57 features, index `FEATURE_COLUMNS`.
    embedding
        What the encoder hears, the mean over the pieces of 3 s, shape (256,); None if not asked.
    tags
        Probability of each of `TAGS`, the mean over the pieces, shape (50,); None if not asked.
    fingerprint
        Fingerprint, shape (frames,), uint32.
    """

    features: pd.Series
    embedding: np.ndarray | None
    tags: np.ndarray | None
    fingerprint: np.ndarray


def describe_song(path: str | Path, *, encoder: bool = True) -> Song:
    """Describe the recording in a file.

    Parameters
    ----------
    path
        As in `load_audio`; decoded once unless it is longer than 20 minutes.
    encoder
        Whether to ask the encoder too.

    Raises
    ------
    AudioError
        As `load_audio`.
    EncoderMissing
        If the encoder is asked and is not there.
    """
    heard = None
    if duration(path) > HELD_SECONDS:
        features, _ = features_of_file(path)
        words = fingerprint_of_file(path)
        heard = embed_file(path) if encoder else None
    else:
        y = load_audio(path)
        features, words = _features(y), fingerprint(y)
        heard = embed(y) if encoder else None
    if heard is None:
        return Song(features, None, None, words)
    return Song(features, heard.embedding.mean(axis=0), heard.tags.mean(axis=0), words)


def _features(y: np.ndarray) -> pd.Series:
    if len(y) <= LONG_SECONDS * SAMPLE_RATE:
        return extract_features(y)
    return extract_in_blocks(lambda: (y[at : at + _BLOCK] for at in range(0, len(y), _BLOCK)))[0]

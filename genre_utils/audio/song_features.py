"""All that a recommender needs of a recording, from decoding it once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from genre_utils.audio.decoding import LONG_SECONDS, SAMPLE_RATE, duration, load_audio
from genre_utils.audio.embedding import Embedding, embed, embed_file
from genre_utils.audio.features import extract_features
from genre_utils.audio.fingerprints import fingerprint, fingerprint_of_file
from genre_utils.audio.streaming import extract_in_blocks, features_of_file

# So long a signal fits the memory (some 400 MB while decoded); longer files are read several times.
MEMORY_SECONDS = 1200.0
_BLOCK = 1 << 18


class SongFeatures(NamedTuple):
    """Features of a recording.

    Attributes
    ----------
    features
        The 57 features, index `FEATURE_COLUMNS`.
    embedding, tags
        Means over the segments of 3 s, shapes (256,) and (50,); None without the encoder.
    fingerprint
        Shape (frames,), uint32.
    """

    features: pd.Series
    embedding: np.ndarray | None
    tags: np.ndarray | None
    fingerprint: np.ndarray


def extract_song(path: str | Path, *, encoder: bool = True) -> SongFeatures:
    """Features of the recording in a file; with the embedding if `encoder`.

    Raises
    ------
    AudioError
        As `load_audio`.
    EncoderMissing
        If the encoder is needed and is not there.
    """
    if duration(path) <= MEMORY_SECONDS:
        y = load_audio(path)
        return song_of_signal(y, embed(y) if encoder else None)
    features, _ = features_of_file(path)
    return _song(features, embed_file(path) if encoder else None, fingerprint_of_file(path))


def song_of_signal(y: np.ndarray, embedding: Embedding | None) -> SongFeatures:
    """As `extract_song`, of a signal of at most `MEMORY_SECONDS` and its embedding, if any."""
    if len(y) <= LONG_SECONDS * SAMPLE_RATE:
        features = extract_features(y)
    else:
        blocks = range(0, len(y), _BLOCK)
        features, _ = extract_in_blocks(lambda: (y[at : at + _BLOCK] for at in blocks))
    return _song(features, embedding, fingerprint(y))


def _song(features: pd.Series, embedding: Embedding | None, words: np.ndarray) -> SongFeatures:
    if embedding is None:
        return SongFeatures(features, None, None, words)
    mean, tags = embedding.embedding.mean(axis=0), embedding.tags.mean(axis=0)
    return SongFeatures(features, mean, tags, words)

"""The genre of a clip of which somebody has heard all pieces already."""

from __future__ import annotations

from genre_utils.audio import Heard
from genre_utils.models.clip import ClipGenre, _hear, _judge
from genre_utils.models.head import Head
from genre_utils.models.song_network import SongNetwork


def classify_heard(
    heard: Heard, seconds: float, model: Head | SongNetwork, *, file: str = ""
) -> ClipGenre:
    """Genre of a clip, as `classify_signal` has it.

    Parameters
    ----------
    heard
        As from `audio.embed`.
    seconds
        Length of the clip.
    model
        As from `load_model`.
    file
        What to call it.
    """
    return _judge(_hear(heard, model), seconds, model, file, "")

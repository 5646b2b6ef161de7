"""A file that appeared: all that is asked of it, from decoding and hearing it once."""

from __future__ import annotations

from pathlib import Path

from threadpoolctl import threadpool_limits

from genre_utils.audio import (
    MEMORY_SECONDS,
    SAMPLE_RATE,
    AudioError,
    duration,
    embed,
    load_audio,
    song_of_signal,
)
from genre_utils.data import SongResult, cached_song
from genre_utils.models import (
    ClipGenre,
    Model,
    SpectrogramModel,
    classify_clip,
    classify_embedded,
    classify_signal,
)


def hear_file(
    path: Path, *, encoder: bool, model: Model | None
) -> tuple[SongResult, ClipGenre | None]:
    """Describe a song as `cached_song` does, and tell its genre as `classify_clip` does.

    Parameters
    ----------
    path
        The file; decoded once unless it is longer than 20 minutes.
    encoder
        Whether to ask the encoder too.
    model
        What tells the genre; None for none.

    Returns
    -------
    described, genre
        No genre without a model, nor of a file that cannot be used.

    Raises
    ------
    EncoderMissing
        If the encoder is needed and is not there.
    """
    if model is None:
        return cached_song(path, encoder=encoder), None
    try:
        if duration(path) > MEMORY_SECONDS:
            described = cached_song(path, encoder=encoder)
            return described, classify_clip(path, model) if described.song else None
        y = load_audio(path)
    except AudioError as error:
        return SongResult(fault=str(error)), None
    # One thread: the last digits of a matrix product depend on how many share it.
    with threadpool_limits(1):
        heard = embed(y) if encoder or not isinstance(model, SpectrogramModel) else None
        described = cached_song(
            path,
            encoder=encoder,
            extract=lambda: song_of_signal(y, heard if encoder else None),
        )
    if described.song is None:
        return described, None
    if isinstance(model, SpectrogramModel) or heard is None:
        genre = classify_signal(y, model, file=str(path))
    else:
        genre = classify_embedded(heard, len(y) / SAMPLE_RATE, model, file=str(path))
    return described, genre

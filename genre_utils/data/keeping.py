"""Songs that are heard elsewhere than here, kept where `hear_song` finds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from genre_utils.audio import Song
from genre_utils.data.songs import Described, _cache, _recalled
from genre_utils.files import file_digest, replacing


def kept_song(path: str | Path, describe: Callable[[], Song], *, encoder: bool) -> Described:
    """What `hear_song` would find, or else what is described now; it is kept.

    Parameters
    ----------
    path
        The file.
    describe
        Describes it.
    encoder
        Whether the encoder is asked too.
    """
    cache = _cache(encoder)
    try:
        target = cache / f"{file_digest(path, 'md5')}.npz"
    except OSError as error:
        return Described(fault=f"the file cannot be read ({error.strerror})")
    if song := _recalled(target):
        return Described(song)
    song = describe()
    parts = {name: part for name, part in song._asdict().items() if part is not None}
    try:
        with replacing(target) as temporary, temporary.open("wb") as file:
            np.savez(file, **parts)
    except OSError as error:
        return Described(song, note=f"{cache}: {error.strerror or error}")
    return Described(song)

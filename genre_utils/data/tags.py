"""What is written in an audio file about its song."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mutagen

from genre_utils.data.naming import printable

# Keys of ID3 read plainly (WAV, AIFF), of the others as mutagen's easy tags or Vorbis comments
# name them, and of ASF.
_ARTIST = ("artist", "TPE1", "Author", "albumartist", "TPE2")
_TITLE = ("title", "TIT2", "Title")


def written_artist_and_title(path: str | Path) -> tuple[str | None, str | None]:
    """Artist and title in the tags of a file; None for what is not there, or cannot be read.

    Parameters
    ----------
    path
        An audio file of any format that mutagen knows.
    """
    try:
        file = mutagen.File(path, easy=True)
        tags = file.tags if file is not None else None
        return _first(tags, _ARTIST), _first(tags, _TITLE)
    # A damaged tag says nothing; whether its sound can be used is the decoder's to say.
    except (mutagen.MutagenError, OSError, EOFError, struct.error, LookupError, ValueError):
        return None, None
    except (TypeError, AttributeError, OverflowError):
        return None, None


def _first(tags: Mapping[str, Any] | None, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        found = tags.get(key) if tags else None
        text = str(found[0]) if found else ""
        if plain := printable(" ".join(text.replace("\0", " ").split())):
            return plain
    return None

"""Words that come with a song: its title, and the text that lies in or beside its file."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import mutagen

from genre_utils.data.naming import printable
from genre_utils.data.songs import told_artist_and_title

MOST_BYTES = 1 << 20  # no song has more to say
_TIMES = re.compile(r"[\[<]\d+:\d+(?:[.:]\d+)?[\]>]")  # of LRC files, of lines and of words
_HEAD = re.compile(  # of LRC files
    r"\s*\[(?:ar|al|ti|au|by|re|ve|length|offset|la|tool|#)\s*:[^\]]*\]\s*", re.IGNORECASE
)
_KEYS = ("lyrics", "unsyncedlyrics", "USLT", "\xa9lyr", "WM/Lyrics")


def song_words(path: str | Path) -> str:
    """All words that come with a file: title, and its text if there is any.

    The genre in a file's tags is left out, since it is what is asked for, and so is the artist.

    Parameters
    ----------
    path
        An audio file. Its text is looked for in ``.lrc`` and ``.txt`` beside it, under the same
        name, and then in its tags.

    Returns
    -------
    str
        "" if nothing is known.
    """
    path = Path(path)
    _, title = told_artist_and_title(path, path.stem)
    text = next((t for end in (".lrc", ".txt") if (t := _beside(path.with_suffix(end)))), None)
    return "\n".join(part for part in (title, text or _inside(path)) if part)


def plain_text(text: str) -> str:
    """Song text without the times and the head of an LRC file."""
    sung = (line for line in text.splitlines() if not _HEAD.fullmatch(line))
    lines = (_TIMES.sub("", line).strip() for line in sung)
    return "\n".join(printable(line) for line in lines if line)


def _beside(path: Path) -> str:
    """What a text file says; "" if there is none, or it holds something else."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError:
        return ""
    if b"\0" in content:
        return ""
    try:
        return plain_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return plain_text(content.decode("cp1252", errors="replace"))


def _inside(path: Path) -> str:
    """Song text in the tags of a file; "" if there is none, or they cannot be read."""
    try:
        tags = getattr(mutagen.File(path), "tags", None) or {}
        found = [tags[key] for key in tags.keys() if str(key).split(":")[0] in _KEYS]  # noqa: SIM118
    # A damaged tag says nothing; whether its sound can be used is the decoder's to say.
    except (mutagen.MutagenError, OSError, EOFError, struct.error, LookupError, ValueError):
        return ""
    except (TypeError, AttributeError, OverflowError):
        return ""
    texts = (value[0] if isinstance(value, list) and value else value for value in found)
    return plain_text("\n".join(str(text) for text in texts))

"""Files of a collection: which are music, which track each stands for, and what their tags say."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from genre_utils.audio import AUDIO_SUFFIXES

GTZAN_GENRES = "blues classical country disco hiphop jazz metal pop reggae rock".split()
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
AUDIO_FOLDERS = ("genres_original", "genres")

_ENDINGS = "|".join(e[1:] for e in sorted(AUDIO_SUFFIXES | PICTURE_SUFFIXES)) + "|bpm"
_ENDING = re.compile(rf"\.({_ENDINGS})$", re.IGNORECASE)
_GTZAN_NAME = re.compile(rf"(?:gtzan_)?({'|'.join(GTZAN_GENRES)})[._]?(\d{{5}})")
_NUMBER = re.compile(r"^(?:\d{1,2}-)?\d{1,3}(?:[.)_]\s*|\s+-\s+|\s+)(?=\S)")
# Keys of plain ID3 (WAV, AIFF), of mutagen's easy tags and Vorbis comments, and of ASF.
_ARTIST = ("artist", "TPE1", "Author", "albumartist", "TPE2")
_TITLE = ("title", "TIT2", "Title")
_LYRICS = ("lyrics", "unsyncedlyrics", "USLT", "\xa9lyr", "WM/Lyrics")
_MAX_LYRICS_BYTES = 1 << 20
_LRC_TIMES = re.compile(r"[\[<]\d+:\d+(?:[.:]\d+)?[\]>]")  # of lines and of words
_LRC_HEAD = re.compile(
    r"\s*\[(?:ar|al|ti|au|by|re|ve|length|offset|la|tool|#)\s*:[^\]]*\]\s*", re.IGNORECASE
)


def parse_track_id(filename: str) -> str:
    """Track of a file name, for other names than GTZAN's the name without its ending.

    "blues.00000" of "blues/blues.00000.wav", of "blues00000.png" and of "gtzan_blues_00000.bpm".
    """
    path = printable(_ENDING.sub("", filename))
    found = _GTZAN_NAME.fullmatch(path.rsplit("/", 1)[-1])
    return f"{found[1]}.{found[2]}" if found else path


def printable(name: str) -> str:
    r"""A file name as text: bytes that are not UTF-8 become ``\udce9`` or so."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def walk_files(folder: Path) -> Iterator[Path]:
    """Files below a folder and the folders it links to, each folder once, without hidden ones."""
    seen = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (Path(here) / name for name in sorted(names) if not name.startswith("."))


def name_tracks(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield track and name of each audio file, named "genre/name.wav" or "genre/folder/name.wav".

    If files would share a name, the first has it; the others keep their path and ending.
    """
    seen: set[str] = set()
    for name in names:
        genre, _, inside = name.partition("/")
        stem, ending = posixpath.splitext(name)
        if ending.lower() not in AUDIO_SUFFIXES:
            continue
        track = parse_track_id(posixpath.basename(inside))
        if not track.startswith(f"{printable(genre)}."):
            track = printable(stem)
        if track in seen:
            track = printable(name)
        seen.add(track)
        yield track, name


def find_parts(folders: Iterable[str], is_there: Callable[[str], bool]) -> str:
    """Folder with the parts of a collection: "" for the root, or "Data/", or another one in it.

    `folders` are those in the root; `is_there` says whether it has a folder, or a table (.csv).
    """
    parts = (*AUDIO_FOLDERS, "features_30_sec.csv")
    candidates = ("", "Data/", *sorted(f"{folder}/" for folder in folders))
    return next((c for c in candidates if any(is_there(c + part) for part in parts)), "")


def find_audio(parts: str, is_there: Callable[[str], bool]) -> str:
    """Folder with the genre folders, ending in "/", in the folder that `find_parts` returned."""
    return next((f"{parts}{f}/" for f in AUDIO_FOLDERS if is_there(parts + f)), parts)


def read_tags(path: str | Path) -> tuple[str | None, str | None]:
    """Artist and title in the tags of an audio file; None if there is none, or it is damaged."""
    import mutagen  # noqa: PLC0415

    try:
        tags = getattr(mutagen.File(path, easy=True), "tags", None) or {}
        return _first(tags, _ARTIST), _first(tags, _TITLE)
    except Exception:  # of a damaged tag; the decoder decides whether the sound can be used
        return None, None


def _first(tags, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        text = str(found[0]) if (found := tags.get(key)) else ""
        if plain := printable(" ".join(text.replace("\0", " ").split())):
            return plain
    return None


def read_artist_and_title(path: Path, track: str) -> tuple[str | None, str | None]:
    """Artist and title of a song: of its tags, else of `track`, its path without the ending."""
    artist, title = read_tags(path)
    named_artist, named_title = parse_artist_and_title(track)
    return artist or named_artist, title or named_title


def parse_artist_and_title(track: str) -> tuple[str | None, str | None]:
    """Artist and title in the path of a song, without its ending.

    Examples
    --------
    >>> parse_artist_and_title("mixed/Nina Simone - Feeling Good")
    ('Nina Simone', 'Feeling Good')
    >>> parse_artist_and_title("Nina Simone/Pastel Blues/03 Sinnerman")
    ('Nina Simone', 'Sinnerman')
    """
    path = PurePosixPath(track)
    plain = _NUMBER.sub("", path.name)
    parts = [part.strip() for part in plain.split(" - ") if part.strip()]
    parts = [part for part in parts if not part.isdecimal()] or parts
    if len(parts) > 1:
        return parts[0], parts[-1]
    # A number before the name is that on a record, which lies in the folder of its artist.
    if plain != path.name and len(path.parts) > 2:
        return path.parts[-3], plain.strip()
    return None, None


def song_words(path: str | Path) -> str:
    """Title and lyrics that come with an audio file, one per line; "" if there are none.

    Lyrics are looked for in ``.lrc`` and ``.txt`` files of the same name, then in the tags. The
    genre and the artist in the tags are left out, so that nothing gives the label away.
    """
    path = Path(path)
    _, title = read_artist_and_title(path, path.stem)
    texts = (_text_of(path.with_suffix(ending)) for ending in (".lrc", ".txt"))
    return "\n".join(filter(None, (title, next(filter(None, texts), None) or _lyrics(path))))


def plain_text(text: str) -> str:
    """Lyrics without the times and the head of an LRC file."""
    sung = (line for line in text.splitlines() if not _LRC_HEAD.fullmatch(line))
    lines = (_LRC_TIMES.sub("", line).strip() for line in sung)
    return "\n".join(printable(line) for line in lines if line)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_LYRICS_BYTES)
    except OSError:
        return ""
    if b"\0" in content:
        return ""
    try:
        return plain_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return plain_text(content.decode("cp1252", errors="replace"))


def _lyrics(path: Path) -> str:
    import mutagen  # noqa: PLC0415

    try:
        tags = getattr(mutagen.File(path), "tags", None) or {}
        found = [tags[key] for key in tags.keys() if str(key).split(":")[0] in _LYRICS]  # noqa: SIM118
    except Exception:  # of a damaged tag
        return ""
    texts = (value[0] if isinstance(value, list) and value else value for value in found)
    return plain_text("\n".join(str(text) for text in texts))

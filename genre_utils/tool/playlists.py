"""Playlists as players write and open them: extended M3U."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from genre_utils.files import write_text

PLAYLIST_SUFFIXES = frozenset({".m3u", ".m3u8"})
_HEAD, _ABOUT = "#EXTM3U", "#EXTINF:"


class PlaylistError(ValueError):
    """A playlist cannot be read or written; the message says why."""


class Entry(NamedTuple):
    """One song of a playlist.

    Attributes
    ----------
    path
        The file, absolute; None if the line is the address of something on the net.
    artist, title
        As the playlist names them; None where it does not.
    seconds
        Duration in whole seconds; -1 if it is not known.
    line
        As it stands in the playlist.
    """

    path: Path | None
    artist: str | None = None
    title: str | None = None
    seconds: int = -1
    line: str = ""


def read_playlist(path: Path) -> list[Entry]:
    """Read the songs of a playlist, whether their files are there or not.

    Parameters
    ----------
    path
        An M3U file, extended or not: UTF-8, or as older players write it, Latin-1. Relative paths
        start in its folder.

    Raises
    ------
    PlaylistError
        If it cannot be read, or names no song.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlaylistError(f"{path} cannot be read ({error.strerror}).") from error
    if b"\0" in raw:
        raise PlaylistError(f"{path} is not a playlist.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    folder = path.resolve().parent
    found, about = [], ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith(_ABOUT):
            about = line.removeprefix(_ABOUT)
        elif line and not line.startswith("#"):
            found.append(_entry(line, about, folder))
            about = ""
    if not found:
        raise PlaylistError(f"{path} names no song.")
    return found


def _entry(line: str, about: str, folder: Path) -> Entry:
    length, _, name = about.partition(",")
    artist, dash, title = (part.strip() for part in name.partition(" - "))
    if not dash:
        artist, title = "", name.strip()
    try:
        seconds = round(float(length.split()[0]))
    except (ValueError, OverflowError, IndexError):
        seconds = -1
    return Entry(_path(line, folder), artist or None, title or None, max(seconds, -1), line)


def _path(line: str, folder: Path) -> Path | None:
    if "://" in line:
        try:
            address = urlsplit(line)
        except ValueError:
            return None
        named = unquote(address.path)
        return Path(named) if address.scheme == "file" and "\0" not in named else None
    path = folder / line
    if "\\" in line and not os.path.lexists(path):  # written on Windows
        path = folder / line.replace("\\", "/")
    return Path(os.path.normpath(path))


def write_playlist(path: Path, entries: Iterable[Entry]) -> None:
    """Write a playlist in UTF-8, with paths relative to its folder; whole or not at all.

    Parameters
    ----------
    path
        Ends in ".m3u8", or in ".m3u".
    entries
        Songs that have a file.

    Raises
    ------
    PlaylistError
        If it has another ending, a file's name cannot stand on a line, or it cannot be written.
    """
    if path.suffix.lower() not in PLAYLIST_SUFFIXES:
        raise PlaylistError(f"{path}: a playlist's name ends in .m3u8 or .m3u.")
    lines = [_HEAD]
    for entry in entries:
        if entry.path is None:
            raise PlaylistError(f"{path}: {entry.line} has no file.")
        name = " - ".join(part for part in (entry.artist, entry.title) if part) or entry.path.stem
        lines += [f"{_ABOUT}{entry.seconds},{' '.join(name.split())}", _line(entry.path, path)]
    try:
        write_text(path, "\n".join(lines) + "\n")
    except UnicodeEncodeError as error:
        raise PlaylistError(f"{path}: the name of a file is not UTF-8.") from error
    except OSError as error:
        raise PlaylistError(f"{path} cannot be written ({error.strerror}).") from error


def _line(file: Path, playlist: Path) -> str:
    try:
        line = os.path.relpath(file, playlist.parent.resolve()).replace(os.sep, "/")
    except ValueError:  # on another drive
        line = str(file)
    if line.splitlines() != [line] or line != line.strip():
        raise PlaylistError(f"{playlist}: {file!r} cannot stand in a playlist.")
    return f"./{line}" if line.startswith("#") or "://" in line else line

"""Archives that others made: unpacked within bounds, and only what was published is kept."""

from __future__ import annotations

import errno
import hashlib
import lzma
import math
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from genre_utils.files import file_digest


class DownloadError(OSError):
    """Something cannot be had; the message says in one sentence why, and what to do."""


def unpack(archive: Path, folder: Path, *, at_most: float = math.inf) -> None:
    """Unpack a zip or tar archive, if all of it stays inside the folder and within a size.

    Parameters
    ----------
    archive
        The file; what it is, is told by its content.
    folder
        Where to.
    at_most
        Bytes that its files may have together.

    Raises
    ------
    DownloadError
        If it is no such archive, is damaged, too large, or has names that lead out of the folder.
    """
    left = at_most

    def take(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            raise DownloadError(f"The archive holds more than {at_most / 1e6:.0f} MB.")

    def inside(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        take(member.size)
        return tarfile.data_filter(member, path)

    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                names = [PurePosixPath(name.replace("\\", "/")) for name in file.namelist()]
                if any(name.is_absolute() or ".." in name.parts for name in names):
                    raise DownloadError("The archive has names that lead out of its folder.")
                for info in file.infolist():  # no more than it announces is unpacked of a file
                    take(info.file_size)
                file.extractall(folder)
        elif not tarfile.is_tarfile(archive):
            raise DownloadError("The archive cannot be unpacked (it is damaged, or no archive).")
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter=inside)
    except tarfile.FilterError as error:
        raise DownloadError("The archive has names that lead out of its folder.") from error
    except DownloadError:
        raise
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        IndexError,
        struct.error,
        RuntimeError,  # a password is asked for, or an unknown compression
        ValueError,  # names that are no text
    ) as error:
        raise DownloadError(f"The archive cannot be unpacked ({error}).") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # places in the archive that cannot be
            raise
        raise DownloadError("The archive cannot be unpacked (it is damaged).") from error


def keep_published(folder: Path, files: Mapping[str, str]) -> None:
    """Check the files that were published one by one, and remove all others.

    Parameters
    ----------
    folder
        What was unpacked.
    files
        The md5 of each file, by its path in the folder.

    Raises
    ------
    DownloadError
        If one is missing or has other bytes; the message names the first.
    """
    for name, md5 in files.items():
        if not (folder / name).is_file():
            raise DownloadError(f"{name} is missing.")
        if file_digest(folder / name, "md5") != md5:
            raise DownloadError(f"{name} is not the file that was published (checksum).")
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()


def listing_digest(folder: Path) -> str:
    """The md5 of what ``md5sum *`` prints in a folder: one checksum for many small files."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    text = "".join(f"{file_digest(path, 'md5')}  {path.name}\n" for path in files)
    return hashlib.md5(os.fsencode(text), usedforsecurity=False).hexdigest()

"""Unpack archives that others made, without letting them out of their folder."""

from __future__ import annotations

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath


class DownloadError(OSError):
    """Something cannot be had; the message says in one sentence why, and what to do."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip or tar archive, if all of it stays inside the folder.

    Parameters
    ----------
    archive
        The file; what it is, is told by its content.
    folder
        Where to.

    Raises
    ------
    DownloadError
        If it is no such archive, is damaged, or has names that lead out of the folder.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                names = [PurePosixPath(name.replace("\\", "/")) for name in file.namelist()]
                if any(name.is_absolute() or ".." in name.parts for name in names):
                    raise DownloadError("The archive has names that lead out of its folder.")
                file.extractall(folder)
        else:
            with tarfile.open(archive) as file:
                file.extractall(folder, filter="data")
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

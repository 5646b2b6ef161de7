"""Fetch what is not on disk: the mini or the full collection, and the lists that go with it."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from genre_utils.sources.archives import DownloadError, keep_published, listing_digest, unpack
from genre_utils.sources.locking import BusyError, alone
from genre_utils.sources.remotes import COMPANIONS, KAGGLE, REMOTES, SETS, Remote

OFFLINE_VARIABLE = "GENRE_UTILS_OFFLINE"
ATTEMPTS = 4
CONNECT_SECONDS, READ_SECONDS = 10, 30
BLOAT = 2  # an archive unpacks to so many times what was announced, at most


@dataclass
class Outcome:
    """What `get_collection` did: remotes that were fetched, and sentences on those that failed."""

    fetched: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def get_collection(root: Path, which: str = "mini", *, progress: bool = True) -> Outcome:
    """Fetch a collection and the lists that go with it; what is there is not fetched again.

    Parameters
    ----------
    root
        The collection's folder; made if need be. Files that are in it stay.
    which
        "mini" (100 tracks) or "full" (1000; from Kaggle with tables and pictures, and where that
        fails the original archive, audio alone).
    progress
        Show progress bars.

    Raises
    ------
    DownloadError
        If the audio cannot be had from anywhere. Lists that cannot be had are in the outcome.
    """
    if os.environ.get(OFFLINE_VARIABLE):
        raise DownloadError(f"Nothing is downloaded, because {OFFLINE_VARIABLE} is set.")
    root, outcome = _settled(root), Outcome()
    for name in SETS[which]:
        try:
            if fetch(REMOTES[name], root, progress=progress):
                outcome.fetched.append(name)
            break
        except BusyError:
            raise
        except DownloadError as error:
            outcome.failed[name] = str(error)
    else:
        raise DownloadError(" ".join(outcome.failed.values()))
    for name in COMPANIONS:
        try:
            if fetch(REMOTES[name], root, progress=progress):
                outcome.fetched.append(name)
        except BusyError:
            raise
        except DownloadError as error:
            outcome.failed[name] = str(error)
    return outcome


def fetch(
    remote: Remote,
    root: Path,
    *,
    progress: bool = True,
    timeout: float | tuple[float, float] | None = None,
) -> bool:
    """Fetch one remote into a folder, unless it is there.

    A transfer that broke off goes on where it stopped, also from another address. What arrives
    is checked, as a whole or file by file, and unpacked beside its place before it is moved there.

    Parameters
    ----------
    remote
        One of `REMOTES`.
    root
        The collection's folder.
    progress
        Show a progress bar.
    timeout
        Seconds to wait for a connection, and for the next bytes.

    Returns
    -------
    bool
        False if everything was there already.

    Raises
    ------
    DownloadError
        If it cannot be had, or there is no room for it. Nothing half-done is left in its place.
    BusyError
        If another program downloads into the same folder, and is not done in half an hour.
    """
    root = _settled(root)
    if remote.is_there(root):
        return False
    own = transfers(root)
    reasons: list[str] = []
    try:
        with alone(root):
            if remote.is_there(root):  # another program was quicker
                return False
            try:
                own.mkdir(parents=True, exist_ok=True)
                for left in own.glob("tmp*"):  # of a program that was killed while unpacking
                    shutil.rmtree(left)
                _check_room(remote, own)
                for address in remote.addresses:
                    try:
                        _get(remote, address, root, own, progress, timeout)
                        shutil.rmtree(own / "kaggle", ignore_errors=True)
                        return True
                    except _UnavailableError as error:
                        reasons.append(f"{address}: {error}")
            finally:
                _tidy(own)
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(_disk_trouble(remote, root, error)) from error
    what = _capital(remote.what)
    raise DownloadError(
        f"{what} cannot be downloaded ({'; '.join(reasons)}). {by_hand(remote, root)}"
    )


def _get(remote: Remote, address: str, root: Path, own: Path, progress: bool, timeout) -> None:  # noqa: PLR0917
    if address.startswith(KAGGLE):
        _from_kaggle(remote, address.removeprefix(KAGGLE), root, own)
        return
    archive, resumed = _transfer(remote, address, own, progress, timeout)
    try:
        _install(remote, archive, root)
    except _UnavailableError:
        if not resumed:
            raise
        # Its two ends may be of two archives: once more, from the start.
        _install(remote, _transfer(remote, address, own, progress, timeout)[0], root)


def _settled(root: Path) -> Path:
    """Return the folder itself, whatever it was called."""
    root = Path(root).expanduser().resolve()
    if not root.name:
        raise DownloadError(f"{root} cannot hold a collection: name a folder of its own.")
    return root


def transfers(root: Path) -> Path:
    """Folder for what is on its way: beside the collection's, which has only what is complete."""
    return root.with_name(f"{root.name}.part")


def by_hand(remote: Remote, root: Path) -> str:
    """Say where to get something with a browser, and where to put it."""
    addresses = " or ".join(
        f"https://www.kaggle.com/datasets/{a.removeprefix(KAGGLE)}" if a.startswith(KAGGLE) else a
        for a in remote.addresses
    )
    if "" in remote.gives:
        return f"By hand: save {addresses} as {root / remote.gives['']}."
    parts = ", ".join(f"{name} to {root / place}" for name, place in remote.gives.items())
    return f"By hand: fetch {addresses}, unpack it, and move {parts}."


class _UnavailableError(Exception):
    """One address does not give it; the next may."""


def _check_room(remote: Remote, own: Path) -> None:
    needed = remote.size + remote.unpacked
    free = shutil.disk_usage(own).free
    if free < needed:
        raise DownloadError(
            f"{_capital(remote.what)} needs {needed / 1e9:.1f} GB in {own.parent}, where "
            f"{free / 1e9:.1f} GB are free: make room, or name another folder with --to."
        )


def _disk_trouble(remote: Remote, root: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return (
            f"The disk of {root} is full: make room and start again; it goes on where it stopped."
        )
    return f"{_capital(remote.what)} cannot be written to {root} ({error.strerror or error})."


def _transfer(
    remote: Remote, address: str, own: Path, progress: bool, timeout
) -> tuple[Path, bool]:
    """Fetch a file and check it; returns also whether a part of it was there before."""
    import pooch  # noqa: PLC0415
    import requests  # noqa: PLC0415

    pooch.get_logger().setLevel(logging.WARNING)
    part, complete = own / f"{remote.name}.part", own / f"{remote.name}.complete"
    resuming = _Resuming(part, progress, timeout or (CONNECT_SECONDS, READ_SECONDS))
    kept = complete.exists()
    for attempt in range(ATTEMPTS):
        resumed = part.exists()
        before = part.stat().st_size if resumed else 0
        try:
            pooch.retrieve(
                address,
                known_hash=f"md5:{remote.md5}" if remote.md5 else None,
                fname=complete.name,
                path=own,
                downloader=resuming,
            )
            return complete, resumed or kept
        except ValueError as error:  # the checksum; pooch has removed the file
            if not resumed:
                raise _UnavailableError(
                    "what comes is not what was published (checksum)"
                ) from error
        except requests.HTTPError as error:
            status = "nothing" if error.response is None else error.response.status_code
            raise _UnavailableError(f"the server answers {status}") from error
        except requests.RequestException as error:
            arrived = (part.stat().st_size if part.exists() else 0) - before
            if attempt + 1 == ATTEMPTS or arrived <= 0:
                raise _UnavailableError(_reason(error)) from error
    raise _UnavailableError("the transfer broke off again and again")


def _reason(error: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "the answer makes no sense"


class _Resuming:
    """A downloader for pooch that keeps what has arrived, and asks only for the rest."""

    def __init__(self, part: Path, progress: bool, timeout) -> None:
        self.part, self.progress, self.timeout = part, progress, timeout

    def __call__(self, url: str, output_file: str, pooch_: object) -> None:
        import pooch  # noqa: PLC0415

        with self.part.open("ab") as file:
            have = file.tell()

            def answered(response, **_) -> None:
                whole = response.status_code == 200
                if have and whole:  # a server that cannot resume sends all of it
                    file.truncate(0)

            get = pooch.HTTPDownloader(
                progressbar=self.progress,
                chunk_size=1 << 16,
                timeout=self.timeout,
                headers={"Accept-Encoding": "identity"}
                | ({"Range": f"bytes={have}-"} if have else {}),
                hooks={"response": answered},
            )
            try:
                get(url, file, pooch_)
            except Exception as error:
                status = getattr(getattr(error, "response", None), "status_code", None)
                if status != 416:  # all of it has arrived before
                    raise
        self.part.replace(output_file)


def _from_kaggle(remote: Remote, handle: str, root: Path, own: Path) -> None:
    import kagglehub  # noqa: PLC0415
    import requests  # noqa: PLC0415

    kept = os.environ.get("KAGGLEHUB_CACHE")
    os.environ["KAGGLEHUB_CACHE"] = str(own / "kaggle")  # beside its place, so that moves are cheap
    try:
        folder = Path(kagglehub.dataset_download(handle))
        _move_parts(remote, folder, root)
    except requests.HTTPError as error:
        code = error.response.status_code if error.response is not None else "with an error"
        raise _UnavailableError(f"the server answers {code}") from error
    except requests.RequestException as error:
        raise _UnavailableError(_reason(error)) from error
    except OSError:
        raise
    except Exception as error:  # kagglehub's own errors have no common kind; we say and go on
        shutil.rmtree(own / "kaggle", ignore_errors=True)
        told = str(error).splitlines() or [type(error).__name__]
        raise _UnavailableError(told[0]) from error
    finally:
        os.environ.pop("KAGGLEHUB_CACHE")
        if kept is not None:
            os.environ["KAGGLEHUB_CACHE"] = kept
    shutil.rmtree(own / "kaggle")


def _install(remote: Remote, archive: Path, root: Path) -> None:
    if "" in remote.gives:
        place = root / remote.gives[""]
        place.parent.mkdir(parents=True, exist_ok=True)
        _move(archive, place)
        return
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        try:
            unpack(archive, Path(folder), at_most=BLOAT * remote.unpacked)
            _move_parts(remote, Path(folder), root)
        except DownloadError as error:
            archive.unlink()
            told = str(error).removesuffix(".")
            raise _UnavailableError(told[0].lower() + told[1:]) from error
        except _UnavailableError:
            archive.unlink()
            raise
    archive.unlink()


def _move_parts(remote: Remote, folder: Path, root: Path) -> None:
    """Move what an archive gives into its place; files that are there stay."""
    for name, place in remote.gives.items():
        found = min(folder.rglob(name), key=lambda p: len(p.parts), default=None)
        if found is None:
            raise _UnavailableError(f"there is no {name} in what comes")
        if remote.files:
            keep_published(found, remote.files)
        if remote.listing and listing_digest(found) != remote.listing:
            raise _UnavailableError(f"{name} does not hold what was published (checksum)")
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


def _move(path: Path, target: Path) -> None:
    """Move a file or folder so that it is whole or not there, also onto another disk."""
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        hidden = target.with_name(f".{target.name}.part")
        shutil.rmtree(hidden, ignore_errors=True)
        shutil.move(path, hidden)
        hidden.replace(target)


def _tidy(own: Path) -> None:
    """Remove the folder of transfers, unless something in it can be resumed."""
    if not any(p.is_file() and p.stat().st_size for p in own.rglob("*")):
        shutil.rmtree(own, ignore_errors=True)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]

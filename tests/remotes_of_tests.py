"""Remotes that point to a server of our own, and archives to put there."""

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace

from genre_utils.data.download import REMOTES, fetch, transfers


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def listing(content):
    """What `listing_digest` is of the recordings in a zip in the shape of the mini set."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return md5(b"")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sums = {
            name.split("genres/")[1]: md5(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".wav") and "genres/" in name
        }
    return md5("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())


def changed(content, name, data=None):
    """The same zip with other bytes for a file, or without it."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        files = {entry: old.read(entry) for entry in old.namelist()}
    (whole,) = (entry for entry in files if entry.endswith(name))
    files |= {whole: data}
    return zipped({entry: data for entry, data in files.items() if data is not None})


def served(server, content, *paths, name="mini", **changes):
    """Put content at some paths of the server; a remote that points there."""
    server.files |= dict.fromkeys(paths, content)
    settings = {
        "addresses": tuple(server.address + path for path in paths),
        "size": len(content),
        "unpacked": len(content),
    }
    if name == "mini":
        settings["complete"] = {"genres_original/*/*.wav": 40}
        settings["listing"] = ("*/*.wav", listing(content))
    else:
        settings["md5"] = md5(content)
    return replace(REMOTES[name], **settings | changes)


def got(remote, root, **options):
    return fetch(remote, root, progress=False, **options)


def nothing_left(root):
    assert not root.exists()
    assert not transfers(root).exists()
    return True


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def archive_with(name, kind, size=4):
    files = {"genres/jazz/jazz.00000.wav": b"fine", name: bytes(size)}
    if kind == "zip":
        return zipped(files)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()

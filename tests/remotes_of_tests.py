"""Remotes that point to a server of our own, and archives to put there."""

import hashlib
import io
import tarfile
import zipfile
from dataclasses import replace

from genre_utils.sources import REMOTES, fetch, transfers


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def served(server, content, *paths, name="mini", **changes):
    """Put content at some paths of the server; a remote that points there."""
    server.files |= dict.fromkeys(paths, content)
    settings = {
        "addresses": tuple(server.address + path for path in paths),
        "md5": md5(content),
        "size": len(content),
        "unpacked": len(content),
    }
    if name == "mini":
        settings["complete"] = {"genres_original/*/*.wav": 40}
    return replace(REMOTES[name], **settings | changes)


def got(remote, root, **options):
    return fetch(remote, root, progress=False, **options)


def nothing_left(root):
    assert not root.exists()
    assert not transfers(root).exists()
    return True


def archive_with(name, kind):
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("genres/jazz/jazz.00000.wav", "fine")
            archive.writestr(name, "outside")
    else:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for path in ("genres/jazz/jazz.00000.wav", name):
                entry = tarfile.TarInfo(path)
                entry.size = 4
                archive.addfile(entry, io.BytesIO(b"fine"))
    return file.getvalue()

"""Files, written completely or not at all; digests; values that JSON knows."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNFINISHED = ".tmp"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty hidden file, ending in `UNFINISHED`, that replaces `path` after the block.

    If the block fails or the program is killed, `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file completely or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def file_digest(path: str | Path, algorithm: str = "sha256") -> str:
    """Digest of a file's bytes in hexadecimal; "md5" for what is published with the collection."""
    with Path(path).open("rb") as file:
        made = hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return made.hexdigest()


def to_json(value: Any) -> str:
    """JSON of any nested value, indented; numbers that are not finite become null."""
    return json.dumps(to_plain(value), indent=2, allow_nan=False)


def to_plain(value: Any) -> Any:
    """Turn arrays and their numbers into values that JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy's, which need not be imported for that
        return to_plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

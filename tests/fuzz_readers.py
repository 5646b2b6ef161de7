"""Feed damaged files to the readers of audio, pictures, tables and lists: no crash, no hang.

Every reader must return, or raise its own error, within seconds and within a memory limit.
Run it for as long as you like: python tests/fuzz_readers.py --minutes 10
"""

import argparse
import faulthandler
import io
import json
import math
import os
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile as sf
from PIL import Image

from genre_utils.audio import FEATURE_COLUMNS, AudioError, find_truncation, load_audio
from genre_utils.data import (
    DatasetError,
    DownloadError,
    PictureError,
    audit,
    picture_frames,
    read_dataset,
    read_feature_table,
)
from genre_utils.data.download import unpack
from genre_utils.files import to_json

SECONDS, MEMORY = 60, 2 << 30
INTERESTING = [b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x80\x00\x00\x00"]
INTERESTING += [b"RIFF", b"data", b"fmt ", b"nan", b"inf", b"1e999", b'"', b"\n", b",", b";", b"\r"]


def sounds():
    t = np.arange(22050) / 22050
    y = np.stack([np.sin(2 * np.pi * 440 * t), np.sin(2 * np.pi * 220 * t)], axis=1) * 0.5
    for format_, subtype in [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "MS_ADPCM"),
                             ("AU", "PCM_16"), ("AIFF", "PCM_16"), ("FLAC", "PCM_16"),
                             ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]:  # fmt: skip
        file = io.BytesIO()
        sf.write(file, y, 22050, format=format_, subtype=subtype)
        yield file.getvalue()


def pictures():
    image = Image.fromarray(np.arange(64 * 96, dtype=np.uint8).reshape(64, 96))
    for format_ in ("PNG", "JPEG"):
        file = io.BytesIO()
        image.save(file, format=format_)
        yield file.getvalue()


def tables():
    row = ",".join(["661500", *("0.5" for _ in FEATURE_COLUMNS)])
    head = ",".join(["filename", "length", *FEATURE_COLUMNS, "label"])
    lines = [head, *(f"jazz.0000{n}.wav,{row},jazz" for n in range(4))]
    yield "\n".join(lines).encode()
    yield "\n".join(lines).replace(",", ";").replace("0.5", "0,5").encode()


def lists():
    yield b"jazz.00000.wav ::: Ann ::: Title\njazz.00001.wav ::: Bob :::\n"
    yield json.dumps({"tracks": {"jazz.00000": {"audio": ["a.wav", "0" * 32]}}}).encode()


def names():
    yield b"jazz/jazz.00000.wav"
    yield "Für Elise/日本語 (1).mp3".encode()


def archives():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("genres/jazz/jazz.00000.wav", b"RIFF" * 100)
    yield file.getvalue()


def damaged(seed: bytes, rng: random.Random) -> bytes:
    """Flip, cut, insert, repeat."""
    data = bytearray(seed)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = rng.randrange(len(data) + 1)
        if rng.random() < 0.5:
            at = min(at, rng.randrange(200))  # headers are where the harm is
        match rng.randrange(5):
            case 0 if data:
                data[min(at, len(data) - 1)] = rng.randrange(256)
            case 1:
                del data[at : at + rng.choice([1, 4, 100, 10_000])]
            case 2:
                data[at:at] = rng.choice(INTERESTING)
            case 3:
                piece = rng.choice(INTERESTING)
                data[at : at + len(piece)] = piece
            case _:
                data[at:at] = data[at : at + rng.choice([1, 8, 500])]
    return bytes(data)


def read_audio(path):
    load_audio(path)
    find_truncation(path)


def read_collection(path):
    """The same bytes as a table, as the lists beside it, and as the name of a track."""
    root = path.parent / "root"
    for name in ("features_30_sec.csv", "splits/train_filtered.txt", "meta/GTZANindex.txt",
                 "tempo/gtzan_jazz_00000.bpm", "meta/gtzan_genre_index_1.0.json"):  # fmt: skip
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
        try:
            read_dataset(root)
        except DatasetError:
            pass
        finally:
            place.unlink()


def read_names(path):
    """The bytes as names of a genre's folder, of a song and of a picture in it."""
    genre, _, name = path.read_bytes().replace(b"\0", b"").rpartition(b"/")
    genre, name = (re.sub(rb"[/.]", b"", part)[:80] or b"x" for part in (genre, name))
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        for place in (b"genres/" + genre, b"images_original/" + genre):
            for ending in (b".wav", b".mp3", b".png"):
                file = Path(folder) / os.fsdecode(place) / os.fsdecode(name + ending)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(SOUND)
        found = read_dataset(Path(folder))
        found.fingerprint()
        to_json(found.describe())
        to_json(audit(found, n_jobs=1, progress=False).findings.to_dict("records"))


def unpack_archive(path):
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        unpack(path, Path(folder))


SOUND = next(sounds())
READERS = {
    "audio": (list(sounds()), read_audio, AudioError),
    "picture": (list(pictures()), picture_frames, PictureError),
    "table": (list(tables()), read_feature_table, DatasetError),
    "collection": ([*tables(), *lists()], read_collection, DatasetError),
    "names": (list(names()), read_names, DatasetError),
    "archive": (list(archives()), unpack_archive, DownloadError),
}


def fuzz(
    minutes: float, seed: int, keep: Path, *, most: float = math.inf, quiet: bool = False
) -> tuple[Counter, list[str]]:
    """Try inputs for some minutes, or `most`; returns how many of each kind, and what failed."""
    rng = random.Random(seed)
    resource.setrlimit(resource.RLIMIT_AS, (_used() + MEMORY, resource.RLIM_INFINITY))
    tried, failures = Counter(), []
    end = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end and sum(tried.values()) < most:
            kind = rng.choice(list(READERS))
            seeds, read, refusal = READERS[kind]
            path = Path(folder) / "input"
            path.write_bytes(damaged(rng.choice(seeds), rng))
            keep.write_bytes(path.read_bytes())  # should the process die
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            try:
                read(path)
            except refusal:
                pass
            except Exception as error:  # whatever it is, it is what we look for
                failures.append(f"{kind}: {type(error).__name__}: {error}")
                path.rename(keep.with_name(f"{kind}-{len(failures)}"))
            faulthandler.cancel_dump_traceback_later()
            tried[kind] += 1
            if not quiet and sum(tried.values()) % 1000 == 0:
                print(f"{sum(tried.values())} inputs, {len(failures)} failures", file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return tried, failures


def _used() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--inputs", type=int, help="end after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-input",
                        help="where the last input and those that failed are kept")  # fmt: skip
    options = parser.parse_args()
    most = options.inputs or math.inf
    tried, failures = fuzz(options.minutes, options.seed, options.keep, most=most)
    print(f"{sum(tried.values())} inputs ({', '.join(f'{n} {k}' for k, n in tried.items())}), "
          f"{len(failures)} failures")  # fmt: skip
    print("\n".join(sorted(set(failures))))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

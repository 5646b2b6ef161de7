"""What can be downloaded: addresses, sizes, checksums, terms. A table of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KAGGLE = "kaggle:"

_GITHUB = "https://raw.githubusercontent.com"
_MIRROR = "https://cdn.jsdelivr.net/gh"
_LISTS = "coreyker/dnn-mgr"
_LISTS_AT = "bdad579ea6cb37b665ea6019fe1026a6ce20cbc7"
_ARTISTS = "mtp0326/SynthToSoul"
_ARTISTS_AT = "e983d93fb7c8a7b345327fa41320326ff1a4df6c"
_TEMPO_BEAT = "https://github.com/TempoBeatDownbeat"
_MINI_AT = "a61439e86c13037011fde8e0f0743ec55c50bce3"
_TEMPO_AT = "fd9cafdebb6426fee41c3718791be61306323dd7"
_KAGGLE_SET = "andradaolteanu/gtzan-dataset-music-genre-classification"


@dataclass(frozen=True)
class Remote:
    """Something that can be fetched.

    Attributes
    ----------
    name
        One word.
    what
        What it is, for messages.
    addresses
        Where it can be had, in the order of trying; ``kaggle:owner/name`` is a set on Kaggle.
    size, unpacked
        Bytes to fetch, and bytes on disk afterwards; about.
    gives
        Files or folders anywhere in the archive, and where in the collection's folder they go.
        For a single file: ``{"": "meta/GTZANindex.txt"}``.
    complete
        Patterns in the collection's folder, and how many files each finds when all is there.
    licence
        What is known of the terms.
    md5
        Checksum of what is fetched, as its publishers list it; none for Kaggle, whose transfers
        are checked against the checksum that Kaggle sends, and their audio by the audit; none for
        GitHub's archives, which are packed anew and may differ in bytes where no file does.
    files
        The md5 of each file in what it gives, where the archive has no checksum of its own.
    listing
        One md5 for all of them instead, as from `archives.listing_digest`.
    """

    name: str
    what: str
    addresses: tuple[str, ...]
    size: int
    unpacked: int
    gives: dict[str, str]
    complete: dict[str, int]
    licence: str
    md5: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    listing: str = ""

    def is_there(self, root: Path) -> bool:
        """Whether all of it is in a folder."""
        return all(
            sum(1 for _ in root.glob(pattern)) >= count for pattern, count in self.complete.items()
        )


_NO_LICENCE = (
    "No licence: gathered by George Tzanetakis from CDs, radio and recordings; the rights are "
    "their owners'. For research and teaching."
)
_SPLIT_LICENCE = "Published with Kereliuk, Sturm and Larsen 2015 (IEEE TMM 17), without a licence."


def _md5_list(name: str) -> dict[str, str]:
    """Read a list beside this module, in the format of ``md5sum``."""
    lines = Path(__file__).with_name(name).read_text(encoding="ascii").splitlines()
    return {path: md5 for md5, path in (line.split("  ", 1) for line in lines)}


def _split(side: str, size: int, md5: str) -> Remote:
    path = f"gtzan/{side}_filtered.txt"
    return Remote(
        name=side,
        what=f"the {side} side of the fault-filtered partition",
        addresses=(
            f"{_GITHUB}/{_LISTS}/{_LISTS_AT}/{path}",
            f"{_MIRROR}/{_LISTS}@{_LISTS_AT}/{path}",
        ),
        size=size,
        unpacked=size,
        gives={"": f"splits/{side}_filtered.txt"},
        complete={f"splits/{side}_filtered.txt": 1},
        licence=_SPLIT_LICENCE,
        md5=md5,
    )


REMOTES = {
    remote.name: remote
    for remote in (
        Remote(
            name="mini",
            what="GTZAN mini, 10 tracks of each genre",
            addresses=(f"{_TEMPO_BEAT}/gtzan_mini/archive/{_MINI_AT}.zip",),
            size=123_500_000,
            unpacked=133_000_000,
            gives={"genres": "genres_original"},
            complete={"genres_original/*/*.wav": 100},
            licence=_NO_LICENCE,
            files=_md5_list("mini.md5"),
        ),
        Remote(
            name="kaggle",
            what="GTZAN with tables and pictures, from Kaggle",
            addresses=(f"{KAGGLE}{_KAGGLE_SET}",),
            size=1_410_000_000,
            unpacked=1_600_000_000,
            gives={
                name: name
                for name in (
                    "genres_original",
                    "images_original",
                    "features_30_sec.csv",
                    "features_3_sec.csv",
                )
            },
            complete={
                "genres_original/*/*.wav": 1000,
                "images_original/*/*.png": 999,
                "features_*_sec.csv": 2,
            },
            licence=f"{_NO_LICENCE} Kaggle's terms of use hold.",
        ),
        Remote(
            name="archive",
            what="GTZAN's original archive, audio alone",
            addresses=(
                "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz",
                "https://archive.org/download/gtzan_genre/genres.tar.gz",
                "http://opihi.cs.uvic.ca/sound/genres.tar.gz",
            ),
            size=1_226_192_050,
            unpacked=1_325_000_000,
            gives={"genres": "genres_original"},
            complete={"genres_original/*/*.*": 1000},
            licence=_NO_LICENCE,
            md5="5b3d6dddb579ab49814ab86dba69e7c7",
        ),
        _split("train", 10_152, "d55795dd4bc006e94d1c1b092bfe9da3"),
        _split("valid", 4_522, "bf8b8540ab13630c984d6331b3102191"),
        _split("test", 6_616, "6dbab6aabd0c49a20bc3b6df10986454"),
        Remote(
            name="tempo",
            what="tempi that people annotated",
            addresses=(f"{_TEMPO_BEAT}/gtzan_tempo_beat/archive/{_TEMPO_AT}.zip",),
            size=800_000,
            unpacked=8_000_000,
            gives={"tempo": "tempo"},
            complete={"tempo/*.bpm": 999},
            licence="See the repository TempoBeatDownbeat/gtzan_tempo_beat.",
            listing="efc7cdcded84029f37a5021f5b2d2fd6",
        ),
        Remote(
            name="artists",
            what="artist and title of each track",
            addresses=(
                f"{_GITHUB}/{_ARTISTS}/{_ARTISTS_AT}/backend/csv/GTZANindex.txt",
                f"{_MIRROR}/{_ARTISTS}@{_ARTISTS_AT}/backend/csv/GTZANindex.txt",
            ),
            size=55_423,
            unpacked=55_423,
            gives={"": "meta/GTZANindex.txt"},
            complete={"meta/GTZANindex.txt": 1},
            licence="Published with Sturm 2013 (arXiv:1306.1461), without a licence.",
            md5="793a3942ccd8c986f3083235816949f0",
        ),
        Remote(
            name="checksums",
            what="the checksum of each recording",
            addresses=(
                "https://zenodo.org/records/13993311/files/gtzan_genre_index_1.0.json?download=1",
            ),
            size=400_000,
            unpacked=400_000,
            gives={"": "meta/gtzan_genre_index_1.0.json"},
            complete={"meta/*gtzan_genre_index*.json": 1},
            licence="mirdata's index, BSD 3-Clause.",
            md5="533ca050855f22acf2feb283d9957fe3",
        ),
    )
}
SETS = {"mini": ("mini",), "full": ("kaggle", "archive")}
COMPANIONS = ("train", "valid", "test", "tempo", "artists", "checksums")

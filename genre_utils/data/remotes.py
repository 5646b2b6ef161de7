"""What can be downloaded: a table of addresses, sizes, checksums and terms."""

from __future__ import annotations

from dataclasses import dataclass
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
_NO_LICENSE = (
    "No license: gathered by George Tzanetakis from CDs, radio and recordings; the rights are "
    "their owners'. For research and teaching."
)


@dataclass(frozen=True)
class Remote:
    """Something that can be downloaded.

    Attributes
    ----------
    name, what
        One word, and a phrase for messages.
    addresses
        Tried in this order; ``kaggle:owner/name`` is a data set on Kaggle.
    size, unpacked
        Bytes to download, and bytes on disk afterwards; approximate.
    gives
        Files or folders anywhere in the archive, and where they go in the collection's folder; for
        a single file ``{"": "meta/GTZANindex.txt"}``.
    complete
        Patterns in the collection's folder, and how many files each finds when nothing is missing.
    license
        What is known of the terms.
    md5
        Published checksum of the download. Kaggle's tools check their own transfers; GitHub packs
        archives again, so that their bytes may differ where no file does.
    listing
        For those: a pattern, and the MD5 of what ``md5sum`` prints of the files it finds in the
        folder that the archive gives, in the order of their names. Other files are left out.
    """

    name: str
    what: str
    addresses: tuple[str, ...]
    size: int
    unpacked: int
    gives: dict[str, str]
    complete: dict[str, int]
    license: str
    md5: str = ""
    listing: tuple[str, str] = ("", "")

    def is_there(self, root: Path) -> bool:
        """Whether all of it is in a folder."""
        return all(
            sum(1 for _ in root.glob(pattern)) >= count for pattern, count in self.complete.items()
        )


def _list(
    name: str, what: str, addresses: tuple[str, ...], size: int, place: str, **more
) -> Remote:
    """A single file, which goes to `place`."""
    return Remote(name, what, addresses, size, size, {"": place}, {place: 1}, **more)


def _partition(subset: str, size: int, md5: str) -> Remote:
    path = f"gtzan/{subset}_filtered.txt"
    return _list(
        subset,
        f"the {subset} set of the fault-filtered partition",
        (f"{_GITHUB}/{_LISTS}/{_LISTS_AT}/{path}", f"{_MIRROR}/{_LISTS}@{_LISTS_AT}/{path}"),
        size,
        f"splits/{subset}_filtered.txt",
        license="Published with Kereliuk, Sturm and Larsen 2015 (IEEE TMM 17), without a license.",
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
            license=_NO_LICENSE,
            listing=("*/*.wav", "01442ec640e5b7cd26efa5029b34c8b3"),
        ),
        Remote(
            name="kaggle",
            what="GTZAN with tables and pictures, from Kaggle",
            addresses=(f"{KAGGLE}andradaolteanu/gtzan-dataset-music-genre-classification",),
            size=1_410_000_000,
            unpacked=1_600_000_000,
            gives={
                "genres_original": "genres_original",
                "images_original": "images_original",
                "features_30_sec.csv": "features_30_sec.csv",
                "features_3_sec.csv": "features_3_sec.csv",
            },
            complete={
                "genres_original/*/*.wav": 1000,
                "images_original/*/*.png": 999,
                "features_*_sec.csv": 2,
            },
            license=f"{_NO_LICENSE} Kaggle's terms of use apply.",
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
            license=_NO_LICENSE,
            md5="5b3d6dddb579ab49814ab86dba69e7c7",
        ),
        _partition("train", 10_152, "d55795dd4bc006e94d1c1b092bfe9da3"),
        _partition("valid", 4_522, "bf8b8540ab13630c984d6331b3102191"),
        _partition("test", 6_616, "6dbab6aabd0c49a20bc3b6df10986454"),
        Remote(
            name="tempo",
            what="tempi that people annotated",
            addresses=(f"{_TEMPO_BEAT}/gtzan_tempo_beat/archive/{_TEMPO_AT}.zip",),
            size=800_000,
            unpacked=8_000_000,
            gives={"tempo": "tempo"},
            complete={"tempo/*.bpm": 999},
            license="See the repository TempoBeatDownbeat/gtzan_tempo_beat.",
            listing=("*", "efc7cdcded84029f37a5021f5b2d2fd6"),
        ),
        _list(
            "artists",
            "artist and title of each track",
            (
                f"{_GITHUB}/{_ARTISTS}/{_ARTISTS_AT}/backend/csv/GTZANindex.txt",
                f"{_MIRROR}/{_ARTISTS}@{_ARTISTS_AT}/backend/csv/GTZANindex.txt",
            ),
            55_423,
            "meta/GTZANindex.txt",
            license="Published with Sturm 2013 (arXiv:1306.1461), without a license.",
            md5="793a3942ccd8c986f3083235816949f0",
        ),
        _list(
            "checksums",
            "the checksum of each recording",
            ("https://zenodo.org/records/13993311/files/gtzan_genre_index_1.0.json?download=1",),
            400_000,
            "meta/gtzan_genre_index_1.0.json",
            license="mirdata's index, BSD 3-Clause.",
            md5="533ca050855f22acf2feb283d9957fe3",
        ),
    )
}
SETS = {"mini": ("mini",), "full": ("kaggle", "archive")}
COMPANIONS = ("train", "valid", "test", "tempo", "artists", "checksums")

"""What is wrong with a collection: files, doubles, gaps and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import delayed

from genre_utils.audio import (
    FINGERPRINT_SECONDS,
    SAMPLE_RATE,
    AudioError,
    count_unreadable,
    fingerprint,
    near_duplicates,
    shortened,
    stream_audio,
    survey,
)
from genre_utils.data.dataset import Dataset, DatasetError, published_checksums, root_of_parts
from genre_utils.data.fidelity import compare_with_table
from genre_utils.data.naming import find_audio, walk_files
from genre_utils.data.tables import NoUsableAudio
from genre_utils.files import file_digest
from genre_utils.parallel import run_parallel

QUIET_SHARE = 0.1
CLIPPED_SHARE = 1e-4
LENGTH_TOLERANCE = 0.1

# In the order of the report: what is checked, and what it means.
CHECKS = {
    "unreadable": "Cannot be used as audio; left out",
    "truncated": "End before their header says so; used as far as they go",
    "length": "Much longer or shorter than the others",
    "format": "Another sampling rate or number of channels than most",
    "clipping": f"More than {CLIPPED_SHARE:.2%} of the samples at full scale, so distorted",
    "cancelling": "The channels cancel each other in their mean; the loudest alone is used",
    "silence": f"Quieter than -60 dB for more than {QUIET_SHARE:.0%} of the time",
    "checksum": "Not the published recording (MD5)",
    "duplicate": "Byte for byte the same as another",
    "near duplicate": "The same recording as another, in another cut, level or coding",
    "excerpt": "Another excerpt of a song, by artist and title; never on two sides of our splits",
    "two sides": "By artists who are on more than one side of the published partition",
    "table": "A published table that cannot be used",
    "features": "Features that are not those of the published table",
    "no audio": "No audio, though a table or list names them",
    "not in table": "Audio, but no row in the published table",
    "no picture": "No picture, though others have one",
    "no artist": "No named artist, though others have one",
    "no partition": "On no side of the partition, whose authors left out faulty and doubled ones",
}


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes
    ----------
    findings
        Columns check (a key of `CHECKS`), track and detail, a row a fault.
    counts
        By genre: tracks, with audio that can be used, named artists, and the share of the most
        frequent artist.
    usable
        Whether anything can be learnt from the collection: two genres or more, each with audio
        that can be used or rows in the published table.
    not_read
        How many files of each ending are sound that cannot be decoded, and so are no tracks.
    fidelity
        By length in seconds, as from `compare_with_table`: for each published table that is there.
    """

    findings: pd.DataFrame
    counts: pd.DataFrame
    usable: bool
    not_read: dict[str, int] = field(default_factory=dict)
    fidelity: dict[int, pd.DataFrame] = field(default_factory=dict)

    def of(self, check: str) -> pd.DataFrame:
        """Findings of one check."""
        return self.findings[self.findings["check"] == check].drop(columns="check")


def audit(dataset: Dataset, *, n_jobs: int = -1, progress: bool = True) -> Audit:
    """Decode every file of a collection, and compare what is there with what should be.

    Parameters
    ----------
    dataset
        What was found on disk.
    n_jobs
        Processes, as in joblib.
    progress
        Show a progress bar.
    """
    base = root_of_parts(dataset.root)
    checksums = published_checksums(base)
    audio = dataset.audio
    jobs = (
        delayed(_listen)(path, digest=track in checksums.index) for track, path in audio.items()
    )
    bar = "audit" if progress else ""
    found = run_parallel(jobs, len(audio), n_jobs=n_jobs, progress=bar, unit="file")
    heard = dict(zip(audio.index, found, strict=True))
    fidelity, damaged = _fidelity(dataset, n_jobs, progress=progress)
    rows = [
        *_file_faults(heard),
        *_outliers(heard),
        *_wrong_checksums(heard, checksums),
        *_doubles(dataset, heard),
        *_identities(dataset.tracks),
        *damaged,
        *_other_features(fidelity),
        *_gaps(dataset),
    ]
    order = list(CHECKS)
    findings = pd.DataFrame(rows, columns=["check", "track", "detail"])
    findings = findings.sort_values(
        ["check", "track"], key=lambda c: c.map(order.index) if c.name == "check" else c
    ).reset_index(drop=True)
    counts = _counts(dataset, {track for track, sound in heard.items() if "error" not in sound})
    has_either = (counts["usable_audio"] > 0) | (counts["in_table"] > 0)
    folder = base / find_audio("", lambda name: (base / name).is_dir())
    not_read = count_unreadable(walk_files(folder))
    return Audit(findings, counts, bool(has_either.sum() >= 2), not_read, fidelity)


def _listen(path: str, *, digest: bool) -> dict:
    """Measure one file."""
    found = {}
    try:
        if digest and Path(path).is_file():
            found["digest"] = file_digest(path, "md5")
        seen = survey(path)
        return found | {
            "seconds": seen.seconds,
            "rate": seen.rate,
            "channels": seen.channels,
            "clipped": seen.clipped,
            "quiet": seen.quiet,
            "cancelling": seen.instead_of_mean is not None,
            "truncated": shortened(path),
            "print": fingerprint(_beginning(path, seen.instead_of_mean)),
        }
    except AudioError as error:
        return found | {"error": str(error)}
    except OSError as error:
        return found | {"error": f"the file cannot be read ({error.strerror or error})"}


def _beginning(path: str, channel: int | None) -> np.ndarray:
    """As much of a file as its fingerprint looks at."""
    pieces, samples = [], 0
    for piece in stream_audio(path, channel=channel):
        pieces.append(piece)
        samples += len(piece)
        if samples >= FINGERPRINT_SECONDS * SAMPLE_RATE:
            break
    return np.concatenate(pieces)


def _file_faults(heard: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    for track, sound in heard.items():
        if "error" in sound:
            yield "unreadable", track, sound["error"]
            continue
        if sound["truncated"]:
            yield "truncated", track, sound["truncated"]
        if sound["clipped"] > CLIPPED_SHARE:
            yield "clipping", track, f"{sound['clipped']:.2%} of the samples"
        if sound["cancelling"]:
            yield "cancelling", track, f"{sound['channels']} channels"
        if sound["quiet"] > QUIET_SHARE:
            yield "silence", track, f"{sound['quiet']:.0%} of the time"


def _outliers(heard: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    table = pd.DataFrame.from_dict(
        {track: sound for track, sound in heard.items() if "error" not in sound}, orient="index"
    )
    if len(table) < 3:
        return
    seconds = table["seconds"]
    low, median, high = seconds.quantile([0.25, 0.5, 0.75])
    # Tukey's outer fences, because a collection may be of any lengths.
    odd = (seconds < low - 3 * (high - low)) | (seconds > high + 3 * (high - low))
    odd &= (seconds - median).abs() > LENGTH_TOLERANCE * median
    for track, value in seconds[odd].items():
        yield "length", track, f"{value:.1f} s; the median is {median:.1f} s"
    kinds = list(zip(table["rate"], table["channels"], strict=True))
    usual = pd.Series(kinds).mode()[0]
    for track, kind in zip(table.index, kinds, strict=True):
        if kind != usual:
            yield "format", track, "{} Hz, {} channels; most have {} Hz, {}".format(*kind, *usual)


def _wrong_checksums(heard: dict[str, dict], published: pd.Series):
    for track, sound in heard.items():
        if "digest" in sound and sound["digest"] != published[track]:
            yield "checksum", track, f"{sound['digest']}, published {published[track]}"


def _doubles(dataset: Dataset, heard: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    genre = dataset.tracks["genre"]
    first_of = dataset.tracks["duplicate_of"].dropna()
    for track, first in first_of.items():
        also = "" if genre[track] == genre[first] else f", under another genre ({genre[first]})"
        yield "duplicate", track, f"{first}{also}"
    # One of each set of equal files is enough to compare with the others.
    prints = {t: s["print"] for t, s in heard.items() if "print" in s and t not in first_of.index}
    for row in near_duplicates(prints).itertuples():
        also = "" if genre[row.track] == genre[row.other] else ", under another genre"
        yield (
            "near duplicate",
            row.other,
            f"{row.track} from second {row.seconds:.1f} on, {row.error:.0%} of bits differ{also}",
        )


def _identities(tracks: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Songs with several excerpts, and artists on several sides."""
    others = tracks[(tracks["song"] != tracks.index) & tracks["duplicate_of"].isna()]
    for row in others.itertuples():
        yield "excerpt", row.Index, f"{row.song}: {row.artist}, {row.title}"
    placed = tracks.dropna(subset=["artist_group", "partition"])
    sides = placed.groupby("artist_group")["partition"].nunique()
    for row in placed[placed["artist_group"].isin(sides.index[sides > 1])].itertuples():
        yield "two sides", row.Index, f"{row.partition}: {row.artist}"


def _fidelity(
    dataset: Dataset, n_jobs: int, *, progress: bool
) -> tuple[dict[int, pd.DataFrame], list[tuple[str, str, str]]]:
    """Compare with each published table; and say which are damaged."""
    found, damaged = {}, []
    for seconds, path in dataset.tables.items():
        try:
            if len(dataset.audio):
                found[seconds] = compare_with_table(
                    dataset, seconds, n_jobs=n_jobs, progress=progress
                )
        except NoUsableAudio:
            continue  # each file is named as unreadable
        except DatasetError as error:
            damaged.append(("table", path.name, str(error)))
    return found, damaged


def _other_features(fidelity: dict[int, pd.DataFrame]) -> Iterator[tuple[str, str, str]]:
    for seconds, table in fidelity.items():
        odd = table[table["columns"] > 0]
        for track, rows in odd.groupby(level="track_id", sort=False):
            first = f"{rows['columns'].iloc[0]} of 57: {rows['reason'].iloc[0]}"
            if seconds == 30:
                yield "features", track, first
                continue
            pieces = ", ".join(map(str, rows.index.get_level_values("segment")))
            yield "features", track, f"pieces of {seconds} s {pieces}; the first in {first}"


def _gaps(dataset: Dataset) -> Iterator[tuple[str, str, str]]:
    tracks = dataset.tracks
    lacks = {
        "no audio": tracks["path"].isna(),
        "not in table": ~tracks["table"].astype(bool),
        "no picture": tracks["picture"].isna(),
        "no artist": tracks["artist"].isna(),
        "no partition": tracks["partition"].isna(),
    }
    for check, without in lacks.items():
        if not without.all():
            yield from ((check, track, "") for track in tracks.index[without])


def _counts(dataset: Dataset, usable: set[str]) -> pd.DataFrame:
    tracks = dataset.tracks.assign(usable=dataset.tracks.index.isin(usable))
    by_genre = tracks.groupby("genre")
    return pd.DataFrame(
        {
            "tracks": by_genre.size(),
            "usable_audio": by_genre["usable"].sum(),
            "in_table": by_genre["table"].sum().astype(int),
            "artists": by_genre["artist_group"].nunique(),
            "largest_artist_share": by_genre["artist_group"].agg(
                lambda a: a.value_counts(normalize=True).max() if a.notna().any() else np.nan
            ),
        }
    )


def in_ranges(tracks: list[str]) -> str:
    """Name tracks briefly: "blues.00010 to blues.00099 (90), jazz.00054".

    Parameters
    ----------
    tracks
        Names in any order.
    """
    numbered = []
    for track in sorted(tracks):
        found = re.fullmatch(r"(.*?)(\d+)", track)
        numbered.append((found[1], int(found[2]), track) if found else (track, 0, track))
    told = []
    for _, run in groupby(enumerate(numbered), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        names = [name for _, (_, _, name) in run]
        told += names if len(names) < 3 else [f"{names[0]} to {names[-1]} ({len(names)})"]
    return ", ".join(told)

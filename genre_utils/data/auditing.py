"""What is wrong with a collection: files, doubles, gaps, labels, and features."""

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
    FEATURE_COLUMNS,
    SAMPLE_RATE,
    AudioError,
    audio_info,
    count_unreadable,
    extract_features,
    find_truncation,
    fingerprint_of_file,
    load_audio,
    near_duplicates,
    split_segments,
)
from genre_utils.data.dataset import Dataset, DatasetError, published_checksums, root_of_parts
from genre_utils.data.feature_tables import NoUsableAudio, load_features, read_feature_table
from genre_utils.data.naming import find_audio, walk_files
from genre_utils.files import file_digest
from genre_utils.parallel import run_parallel

QUIET_SHARE = 0.1
CLIPPED_SHARE = 1e-4
LENGTH_TOLERANCE = 0.1
# In standard deviations of a column over the table.
TOLERANCE = 1e-4
# The published segments of 3 s lack their last sample, which moves ours by some 0.001.
TOLERANCE_OF_OTHER_LENGTH = 0.05
_EXPLAINED_SAMPLES = 60 * SAMPLE_RATE

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
    "excerpt": "Another excerpt of a song, by artist and title; our splits keep them together",
    "two sets": "By artists who are in more than one set of the published partition",
    "table": "A published table that cannot be used",
    "features": "Features that are not those of the published table",
    "no audio": "No audio, though a table or list names them",
    "not in table": "Audio, but no row in the published table",
    "no picture": "No picture, though others have one",
    "no artist": "No named artist, though others have one",
    "no partition": "In no set of the partition, whose authors left out faulty and doubled tracks",
}


@dataclass(frozen=True)
class Audit:
    """Faults of a collection.

    Attributes
    ----------
    findings
        Columns check (a key of `CHECKS`), track and detail, one row per fault.
    counts
        By genre: tracks, with audio that can be used, named artists, and the share of the most
        frequent artist.
    usable
        Whether a model can be trained on it: two genres or more, each with audio that can be used
        or rows in the published table.
    not_read
        How many files of each ending are sound that cannot be decoded, and so are no tracks.
    """

    findings: pd.DataFrame
    counts: pd.DataFrame
    usable: bool
    not_read: dict[str, int] = field(default_factory=dict)

    def of(self, check: str) -> pd.DataFrame:
        """Findings of one check."""
        return self.findings[self.findings["check"] == check].drop(columns="check")


def audit(dataset: Dataset, *, n_jobs: int = -1, progress: bool = True) -> Audit:
    """Decode every file of a collection, and compare what is there with what should be."""
    base = root_of_parts(dataset.root)
    checksums = published_checksums(base)
    audio = dataset.audio
    jobs = (delayed(_measure)(p, digest=track in checksums.index) for track, p in audio.items())
    bar = "audit" if progress else ""
    measured = run_parallel(jobs, len(audio), n_jobs=n_jobs, progress=bar, unit="file")
    files = dict(zip(audio.index, measured, strict=True))
    sound = {track: found for track, found in files.items() if "error" not in found}
    rows = [
        *_file_faults(files),
        *_outliers(pd.DataFrame.from_dict(sound, orient="index")),
        *_wrong_checksums(files, checksums),
        *_doubles(dataset.tracks, sound),
        *_identities(dataset.tracks),
        *_other_features(dataset, n_jobs, progress=progress),
        *_gaps(dataset.tracks),
    ]
    order = list(CHECKS)
    findings = pd.DataFrame(rows, columns=["check", "track", "detail"])
    findings = findings.sort_values(
        ["check", "track"], key=lambda c: c.map(order.index) if c.name == "check" else c
    ).reset_index(drop=True)
    counts = _counts(dataset.tracks, set(sound))
    has_either = (counts["usable_audio"] > 0) | (counts["in_table"] > 0)
    folder = base / find_audio("", lambda name: (base / name).is_dir())
    not_read = count_unreadable(walk_files(folder))
    return Audit(findings, counts, bool(has_either.sum() >= 2), not_read)


def _measure(path: str, *, digest: bool) -> dict:
    found = {}
    try:
        if digest and Path(path).is_file():
            found["digest"] = file_digest(path, "md5")
        info = audio_info(path)
        return found | {
            "seconds": info.seconds,
            "rate": info.rate,
            "channels": info.channels,
            "clipped": info.clipped,
            "quiet": info.quiet,
            "cancelling": info.instead_of_mean is not None,
            "truncated": find_truncation(path),
            "print": fingerprint_of_file(path, channel=info.instead_of_mean),
        }
    except AudioError as error:
        return found | {"error": str(error)}
    except OSError as error:
        return found | {"error": f"the file cannot be read ({error.strerror or error})"}


def _file_faults(files: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    for track, found in files.items():
        if "error" in found:
            yield "unreadable", track, found["error"]
            continue
        if found["truncated"]:
            yield "truncated", track, found["truncated"]
        if found["clipped"] > CLIPPED_SHARE:
            yield "clipping", track, f"{found['clipped']:.2%} of the samples"
        if found["cancelling"]:
            yield "cancelling", track, f"{found['channels']} channels"
        if found["quiet"] > QUIET_SHARE:
            yield "silence", track, f"{found['quiet']:.0%} of the time"


def _outliers(table: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
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


def _wrong_checksums(files: dict[str, dict], published: pd.Series):
    for track, found in files.items():
        if "digest" in found and found["digest"] != published[track]:
            yield "checksum", track, f"{found['digest']}, published {published[track]}"


def _doubles(tracks: pd.DataFrame, sound: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    genre = tracks["genre"]
    first_of = tracks["duplicate_of"].dropna()
    for track, first in first_of.items():
        also = "" if genre[track] == genre[first] else f", under another genre ({genre[first]})"
        yield "duplicate", track, f"{first}{also}"
    # One of each set of equal files is enough to compare with the others.
    prints = {t: found["print"] for t, found in sound.items() if t not in first_of.index}
    for row in near_duplicates(prints).itertuples():
        also = "" if genre[row.track] == genre[row.other] else ", under another genre"
        yield (
            "near duplicate",
            row.other,
            f"{row.track} from second {row.seconds:.1f} on, {row.error:.0%} of bits differ{also}",
        )


def _identities(tracks: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Songs with several excerpts, and artists in several sets."""
    others = tracks[(tracks["song"] != tracks.index) & tracks["duplicate_of"].isna()]
    for row in others.itertuples():
        yield "excerpt", row.Index, f"{row.song}: {row.artist}, {row.title}"
    placed = tracks.dropna(subset=["artist_group", "partition"])
    sets = placed.groupby("artist_group")["partition"].nunique()
    for row in placed[placed["artist_group"].isin(sets.index[sets > 1])].itertuples():
        yield "two sets", row.Index, f"{row.partition}: {row.artist}"


def _other_features(dataset: Dataset, n_jobs: int, *, progress: bool):
    """Published tables that are damaged, or have other features than the audio."""
    for seconds, path in dataset.tables.items():
        try:
            if dataset.audio.empty:
                continue
            table = compare_with_table(dataset, seconds, n_jobs=n_jobs, progress=progress)
        except NoUsableAudio:
            continue  # each file is named as unreadable
        except DatasetError as error:
            yield "table", path.name, str(error)
            continue
        for track, rows in table[table["columns"] > 0].groupby(level="track_id", sort=False):
            detail = f"{rows['columns'].iloc[0]} of 57: {rows['reason'].iloc[0]}"
            if rows.index.nlevels > 1:
                segments = ", ".join(map(str, rows.index.get_level_values("segment")))
                detail = f"segments of {seconds} s {segments}; the first in {detail}"
            yield "features", track, detail


def _gaps(tracks: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
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


def _counts(tracks: pd.DataFrame, usable: set[str]) -> pd.DataFrame:
    by_genre = tracks.assign(usable=tracks.index.isin(usable)).groupby("genre")
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
    """Tracks in any order, briefly: "blues.00010 to blues.00099 (90), jazz.00054"."""
    numbered = []
    for track in sorted(tracks):
        found = re.fullmatch(r"(.*?)(\d+)", track)
        numbered.append((found[1], int(found[2]), track) if found else (track, 0, track))
    parts = []
    for _, run in groupby(enumerate(numbered), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        names = [name for _, (_, _, name) in run]
        parts += names if len(names) < 3 else [f"{names[0]} to {names[-1]} ({len(names)})"]
    return ", ".join(parts)


def compare_with_table(
    dataset: Dataset, seconds: int = 30, *, n_jobs: int = -1, progress: bool = True
) -> pd.DataFrame:
    """Compute the features of a published table (of 30 or 3 seconds) from audio, and compare.

    Returns
    -------
    pandas.DataFrame
        One row per track, or segment, that both have, indexed as the table. ``columns``: how many
        of the 57 deviate by more than `TOLERANCE` standard deviations of their column (where the
        published sound is not as long as ours, than `TOLERANCE_OF_OTHER_LENGTH`, or once ours is
        cut to its length than `TOLERANCE`); ``largest`` deviation of all; ``same_tempo``, to the
        digit; ``samples`` and ``published_samples``; ``reason``, "" where no column deviates.

    Raises
    ------
    DatasetError
        If the table is damaged or not there, or no file can be used.
    """
    kind = f"features_{seconds}_sec"
    table = read_feature_table(dataset.tables.get(seconds, dataset.root / f"{kind}.csv"))
    own = load_features(dataset, kind, n_jobs=n_jobs, progress=progress, published=False).values
    names = list(FEATURE_COLUMNS)
    spread = table[names].std().fillna(0)
    spread = spread.where(spread > 0, table[names].abs().mean()).replace(0, 1)
    # `isin` keeps the order of ours, and the levels' names.
    own = own[own.index.isin(table.index)]
    published = table.loc[own.index]
    off = (own[names] - published[names]).abs() / spread
    allowed = np.where(own["length"] == published["length"], TOLERANCE, TOLERANCE_OF_OTHER_LENGTH)
    found = pd.DataFrame(
        {
            "columns": off.gt(allowed, axis=0).sum(axis=1),
            "largest": off.max(axis=1),
            "same_tempo": own["tempo"] == published["tempo"],
            "samples": own["length"].astype(int),
            "published_samples": published["length"].astype(int),
            "reason": "",
        }
    )
    odd = found.index[found["columns"] > 0]
    tracks = odd.get_level_values("track_id")
    segments = odd.get_level_values("segment") if odd.nlevels > 1 else [None] * len(odd)
    jobs = [
        delayed(_explain)(dataset.audio[track], segment, published.loc[row], spread)
        for row, track, segment in zip(odd, tracks, segments, strict=True)
    ]
    reasons = run_parallel(jobs, len(jobs), n_jobs=n_jobs) if jobs else []
    for row, (count, reason) in zip(odd, reasons, strict=True):
        found.loc[[row], ["columns", "reason"]] = [count, reason]
    return found


def _explain(
    path: str | Path, segment: int | None, published: pd.Series, spread: pd.Series
) -> tuple[int, str]:
    """How many columns deviate once the sound is as long as the published one, and which most."""
    names = list(FEATURE_COLUMNS)
    samples = int(published["length"])
    if samples > _EXPLAINED_SAMPLES:
        return len(names), "longer than is looked into"
    y = load_audio(path)
    y = y if segment is None else split_segments(y)[segment]
    if len(y) < samples:
        return len(names), f"{len(y)} samples, the published one had {samples}"
    off = (extract_features(y[:samples]) - published[names].astype(float)).abs() / spread
    odd = off[off > TOLERANCE]
    if odd.empty:
        return 0, ""
    largest = ", ".join(odd.nlargest(3).index)
    return len(odd), f"most in {largest}: by up to {odd.max():.2g} deviations of the column"

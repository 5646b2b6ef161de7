"""What is wrong with a collection: files, duplicates, gaps, labels, and features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import delayed

from genre_utils import audio
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
MAX_SAMPLES = 60 * audio.SAMPLE_RATE  # of a part of a file that is compared

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
    "no partition": "In no set of the partition, which leaves out faulty and duplicate tracks",
}
Finding = tuple[str, str, str]  # check, track, detail


@dataclass(frozen=True)
class Audit:
    """Faults of a collection.

    Attributes
    ----------
    findings
        Columns check (a key of `CHECKS`), track and detail, one row per fault.
    counts
        By genre: tracks, with audio that can be used, in the table, named artists, and the share of
        the most frequent artist.
    usable
        Whether two genres or more have audio that can be used, or rows in the published table.
    not_read
        Number of files by ending that are encrypted, or notes without sound.
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
    base, tracks, paths = root_of_parts(dataset.root), dataset.tracks, dataset.audio
    checksums = published_checksums(base)
    jobs = (delayed(_measure)(p, digest=track in checksums.index) for track, p in paths.items())
    bar = "audit" if progress else ""
    measured = run_parallel(jobs, len(paths), n_jobs=n_jobs, progress=bar, unit="file")
    files = dict(zip(paths.index, measured, strict=True))
    sound = {track: found for track, found in files.items() if "error" not in found}
    rows = [
        *_file_faults(files, checksums),
        *_outliers(sound),
        *_duplicates(tracks, sound),
        *_other_features(dataset, n_jobs, progress=progress),
        *_gaps(tracks),
    ]
    findings = pd.DataFrame(rows, columns=["check", "track", "detail"])
    findings["check"] = pd.Categorical(findings["check"], list(CHECKS))
    findings = findings.sort_values(["check", "track"], ignore_index=True).astype({"check": "str"})
    by_genre = tracks.assign(usable=tracks.index.isin(list(sound))).groupby("genre")
    artists = by_genre["artist_group"]
    counts = pd.DataFrame(
        {
            "tracks": by_genre.size(),
            "usable_audio": by_genre["usable"].sum(),
            "in_table": by_genre["table"].sum().astype(int),
            "artists": artists.nunique(),
            "largest_artist_share": artists.agg(
                lambda a: a.value_counts(normalize=True).max() if a.notna().any() else np.nan
            ),
        }
    )
    has_either = (counts["usable_audio"] > 0) | (counts["in_table"] > 0)
    folder = base / find_audio("", lambda name: (base / name).is_dir())
    not_read = audio.count_unreadable(walk_files(folder))
    return Audit(findings, counts, bool(has_either.sum() >= 2), not_read)


def _measure(path: str, *, digest: bool) -> dict:
    found = {}
    try:
        if digest and Path(path).is_file():
            found["digest"] = file_digest(path, "md5")
        info = audio.audio_info(path)
        prints = audio.fingerprint_of_file(path, channel=info.instead_of_mean)
        return found | {"info": info, "truncated": audio.find_truncation(path), "print": prints}
    except audio.AudioError as error:
        return found | {"error": str(error)}
    except OSError as error:
        return found | {"error": f"the file cannot be read ({error.strerror or error})"}


def _file_faults(files: dict[str, dict], published: pd.Series) -> Iterator[Finding]:
    for track, found in files.items():
        if "digest" in found and found["digest"] != published[track]:
            yield "checksum", track, f"{found['digest']}, published {published[track]}"
        if "error" in found:
            yield "unreadable", track, found["error"]
            continue
        info = found["info"]
        if found["truncated"]:
            yield "truncated", track, found["truncated"]
        if info.clipped > CLIPPED_SHARE:
            yield "clipping", track, f"{info.clipped:.2%} of the samples"
        if info.instead_of_mean is not None:
            yield "cancelling", track, f"{info.channels} channels"
        if info.quiet > QUIET_SHARE:
            yield "silence", track, f"{info.quiet:.0%} of the time"


def _outliers(sound: dict[str, dict]) -> Iterator[Finding]:
    if len(sound) < 3:
        return
    infos = {track: found["info"] for track, found in sound.items()}
    seconds = pd.Series({track: info.seconds for track, info in infos.items()})
    low, median, high = seconds.quantile([0.25, 0.5, 0.75])
    # Tukey's outer fences, because a collection may be of any lengths.
    odd = (seconds < low - 3 * (high - low)) | (seconds > high + 3 * (high - low))
    odd &= (seconds - median).abs() > LENGTH_TOLERANCE * median
    for track, value in seconds[odd].items():
        yield "length", track, f"{value:.1f} s; the median is {median:.1f} s"
    formats = {track: (info.rate, info.channels) for track, info in infos.items()}
    usual = pd.Series(list(formats.values())).mode()[0]
    for track, own in formats.items():
        if own != usual:
            yield "format", track, "{} Hz, {} channels; most have {} Hz, {}".format(*own, *usual)


def _duplicates(tracks: pd.DataFrame, sound: dict[str, dict]) -> Iterator[Finding]:
    """Equal files, recordings and songs, and artists in several sets."""
    genre, first_of = tracks["genre"], tracks["duplicate_of"].dropna()
    for track, first in first_of.items():
        also = "" if genre[track] == genre[first] else f", under another genre ({genre[first]})"
        yield "duplicate", track, f"{first}{also}"
    # One of each set of equal files is enough to compare with the others.
    prints = {t: found["print"] for t, found in sound.items() if t not in first_of.index}
    for row in audio.near_duplicates(prints).itertuples():
        also = "" if genre[row.track] == genre[row.other] else ", under another genre"
        where = f"{row.track} from second {row.seconds:.1f} on, {row.error:.0%} of bits differ"
        yield "near duplicate", row.other, where + also
    others = tracks[(tracks["song"] != tracks.index) & tracks["duplicate_of"].isna()]
    for row in others.itertuples():
        yield "excerpt", row.Index, f"{row.song}: {row.artist}, {row.title}"
    placed = tracks.dropna(subset=["artist_group", "partition"])
    sets = placed.groupby("artist_group")["partition"].nunique()
    for row in placed[placed["artist_group"].isin(sets.index[sets > 1])].itertuples():
        yield "two sets", row.Index, f"{row.partition}: {row.artist}"


def _other_features(dataset: Dataset, n_jobs: int, *, progress: bool) -> Iterator[Finding]:
    """Published tables that are damaged, or have other features than the audio."""
    names = list(audio.FEATURE_COLUMNS)
    for seconds, path in dataset.tables.items() if len(dataset.audio) else ():
        kind = f"features_{seconds}_sec"
        try:
            table = read_feature_table(path)
            own = load_features(dataset, kind, n_jobs=n_jobs, progress=progress, published=False)
        except NoUsableAudio:
            continue  # each file is named as unreadable
        except DatasetError as error:
            yield "table", path.name, str(error)
            continue
        spread = table[names].std().fillna(0)
        spread = spread.where(spread > 0, table[names].abs().mean()).replace(0, 1)
        # `isin` keeps the order of ours, and the levels' names.
        values = own.values[own.values.index.isin(table.index)]
        published = table.loc[values.index]
        off = (values[names] - published[names]).abs() / spread
        length, wanted = values["length"], published["length"]
        allowed = np.where(length == wanted, TOLERANCE, TOLERANCE_OF_OTHER_LENGTH)
        # Where ours is longer, it is compared once more as far as the published sound goes.
        again = off.gt(allowed, axis=0).any(axis=1) & (wanted < length) & (wanted < MAX_SAMPLES)
        rows = values.index[again].to_frame(index=False).assign(samples=wanted[again].to_numpy(int))
        paths = rows.pop("track_id").map(dataset.audio)
        jobs = (
            delayed(_features_of_part)(path, **row)
            for path, row in zip(paths, rows.to_dict("records"), strict=True)
        )
        cut = np.reshape(run_parallel(jobs, len(rows), n_jobs=n_jobs), (-1, len(names)))
        off[again] = (cut - published.loc[again, names]).abs() / spread
        allowed[again] = TOLERANCE
        columns = off.gt(allowed, axis=0).sum(axis=1)
        for track, odd in columns[columns > 0].groupby(level="track_id", sort=False):
            row, count = odd.index[0], odd.iloc[0]
            largest = off.loc[row].nlargest(min(3, count))
            detail = (
                f"{count} of 57: most in {', '.join(largest.index)}: by up to {largest.max():.2g} "
                "deviations of the column"
            )
            if length[row] != wanted[row]:
                detail += f" ({length[row]:.0f} samples, the published one had {wanted[row]:.0f})"
            if odd.index.nlevels > 1:
                segments = ", ".join(map(str, odd.index.get_level_values("segment")))
                detail = f"segments of {seconds} s {segments}; the first in {detail}"
            yield "features", track, detail


def _features_of_part(path: str, samples: int, segment: int | None = None) -> pd.Series:
    y = audio.load_audio(path)
    y = y if segment is None else audio.split_segments(y)[segment]
    return audio.extract_features(y[:samples])


def _gaps(tracks: pd.DataFrame) -> Iterator[Finding]:
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

"""`genre download`, `audit` and `features`: fetch a collection, check it, extract features."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from genre_utils.files import to_json
from genre_utils.tool.console import (
    UNUSABLE,
    positive_int,
    print_json,
    print_lines,
    print_message,
    quiet_libraries,
)

_SHOWN_FAULTS = 20


def add_data_commands(commands: argparse._SubParsersAction) -> None:
    """Add `download`, `audit` and `features` to the subparsers."""
    download = commands.add_parser(
        "download",
        help="download the GTZAN collection or the pretrained encoder",
        description="Download the GTZAN collection with its lists, or the pretrained encoder. "
        "Downloads are verified; files that exist are not downloaded again.",
    )
    download.add_argument(
        "which",
        nargs="?",
        choices=["mini", "full", "encoder"],
        default="mini",
        help="100 tracks, 123 MB (mini); 1000 tracks with tables and pictures, 1.4 GB (full); or "
        "the encoder, 29 MB, which make env downloads too",
    )
    download.add_argument(
        "--to", type=Path, default=Path("data/gtzan"), help="folder of a collection (data/gtzan)"
    )
    download.add_argument("--quiet", action="store_true", help="no progress bars")
    download.set_defaults(run=_download, missing=UNUSABLE)
    audit = commands.add_parser(
        "audit",
        help="report the faults of a collection",
        description="Decode every file of a collection and compare it with what is expected. The "
        "exit status is 0 if the collection can be used, with or without faults, and 1 if not.",
    )
    audit.add_argument("root", nargs="?", help="its folder (GTZAN_HOME, then data/gtzan)")
    audit.add_argument("--jobs", type=positive_int, default=-1, help="processes (one per core)")
    audit.add_argument("--json", action="store_true", help="print JSON for other programs")
    audit.set_defaults(run=_audit)
    features = commands.add_parser(
        "features",
        help="extract the features of a collection, on one machine or many",
        description="Extract 57 features of each track of a collection, or the embedding and tags "
        "of each segment of 3 s, into Parquet files with Dask. A run that was interrupted "
        "continues where it stopped. The exit status is 0, or 1 if the run fails or no file can "
        "be used.",
    )
    features.add_argument("root", help="folder of genre folders: a path or URL (s3://...)")
    features.add_argument("--output", required=True, help="folder for the result: path or URL")
    where = features.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="tcp://...", help="a running Dask cluster")
    where.add_argument(
        "--workers", type=positive_int, help="without a cluster: processes (one per core)"
    )
    features.add_argument(
        "--input",
        choices=["features", "encoder"],
        default="features",
        help="57 features per track, or the encoder's output per segment of 3 s (features)",
    )
    features.add_argument("--batch", type=positive_int, default=64, help="tracks per file (64)")
    features.add_argument("--json", action="store_true", help="print JSON for other programs")
    features.set_defaults(run=_features, missing=UNUSABLE)


def _download(options: argparse.Namespace) -> int:
    return _download_encoder() if options.which == "encoder" else _download_collection(options)


def _download_encoder() -> int:
    from genre_utils.audio import (  # noqa: PLC0415
        encoder_path,
        is_encoder,
        second_encoder_path,
    )
    from genre_utils.data import DownloadError  # noqa: PLC0415
    from genre_utils.models import ModelError, export_encoder  # noqa: PLC0415

    path, second = encoder_path(), second_encoder_path()
    if is_encoder(path):
        print_lines(f"Nothing was downloaded, because the encoder exists: {path}")
    else:
        with quiet_libraries():
            export_encoder(path)
        print_lines(f"The encoder is in {path}.")
    if not is_encoder(second):
        try:
            with quiet_libraries():
                export_encoder(second, "MTT_vgg")
        except (DownloadError, ModelError) as error:
            print_message(f"Notebook 7 will do without its second encoder. {error}")
    return 0


def _download_collection(options: argparse.Namespace) -> int:
    from genre_utils.data import get_collection, read_dataset  # noqa: PLC0415

    outcome = get_collection(options.to, options.which, progress=not options.quiet)
    dataset = read_dataset(options.to)
    for reason in outcome.failed.values():
        print_message(reason)
    nothing = "nothing" if outcome.failed else "nothing, because all files exist"
    print_lines(
        f"Downloaded: {', '.join(outcome.fetched) or nothing}. {options.to} has "
        f"{len(dataset.audio)} tracks with audio.",
        f"Next: make report DATA={options.to}",
    )
    return 0


def _audit(options: argparse.Namespace) -> int:
    from genre_utils.data import audit, find_root, read_dataset  # noqa: PLC0415

    dataset = read_dataset(find_root(options.root))
    with quiet_libraries():
        result = audit(dataset, n_jobs=options.jobs, progress=sys.stderr.isatty())
    if options.json:
        about = {
            "root": str(dataset.root),
            "usable": result.usable,
            "dataset": dataset.describe(),
            "genres": result.counts.reset_index().to_dict("records"),
            "findings": result.findings.to_dict("records"),
            "not_read": result.not_read,
        }
        print(to_json(about))
    else:
        print_lines(*_audit_text(dataset, result))
    return 0 if result.usable else 1


def _audit_text(dataset, result) -> list[str]:
    from genre_utils.audio import format_unreadable  # noqa: PLC0415
    from genre_utils.data import CHECKS  # noqa: PLC0415

    about = dataset.describe()
    usable = int(result.counts["usable_audio"].sum())
    verdict = "The collection can be used."
    if not result.usable:
        verdict = "It cannot be used, because it needs audio or table rows of at least two genres."
    lines = [
        f"{about['name']} in {dataset.root}: {about['tracks']} tracks in {len(dataset.genres)} "
        f"genres, {about['tracks_with_audio']} with audio, {usable} with usable audio. {verdict}"
    ]
    for check, meaning in CHECKS.items():
        findings = result.of(check)
        if findings.empty:
            continue
        lines += ["", f"{meaning}: {len(findings)}"]
        if findings["detail"].any():
            lines += [f"  {row.track}: {row.detail}" for row in findings.itertuples()]
        else:
            tracks = _in_ranges(list(findings["track"]))
            wrapped = textwrap.wrap(tracks, 90, break_on_hyphens=False)
            lines += [f"  {line}" for line in wrapped]
    if result.findings.empty:
        lines += ["", "No faults were found."]
    if result.not_read:
        lines += ["", format_unreadable(result.not_read) + "."]
    lines += ["", f"{'genre':<16} tracks  audio  artists  largest artist"]
    for genre, row in result.counts.iterrows():
        share = row["largest_artist_share"]
        largest = f"{share:14.0%}" if share == share else f"{'unknown':>14}"  # noqa: PLR0124 (nan)
        lines.append(
            f"{genre:<16} {row['tracks']:6.0f} {row['usable_audio']:6.0f} "
            f"{row['artists']:8.0f}  {largest}"
        )
    if dataset.name == "GTZAN":
        lines += ["", "For wrong labels and distortion see Sturm, arXiv:1306.1461."]
    return lines


def _in_ranges(tracks: list[str]) -> str:
    """List tracks briefly: "blues.00010 to blues.00099 (90), jazz.00054"."""
    numbered = []
    for track in sorted(tracks):
        found = re.fullmatch(r"(.*?)(\d+)", track)
        numbered.append((found[1], int(found[2]), track) if found else (track, 0, track))
    parts = []
    for _, run in groupby(enumerate(numbered), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        names = [name for _, (_, _, name) in run]
        parts += names if len(names) < 3 else [f"{names[0]} to {names[-1]} ({len(names)})"]
    return ", ".join(parts)


def _features(options: argparse.Namespace) -> int:
    from genre_utils.tool.cluster import connect, extract_partitions  # noqa: PLC0415

    with connect(options.scheduler, options.workers) as client:
        print_message(f"Dashboard: {client.dashboard_link}")
        done = extract_partitions(
            options.root,
            options.output,
            client=client,
            batch=options.batch,
            kind="encoder" if options.input == "encoder" else "features_30_sec",
            progress=sys.stderr.isatty(),
        )
    if options.json:
        faults = [{"file": file, "reason": reason} for file, reason in done.faults]
        print_json({"output": options.output, **asdict(done), "faults": faults}, indent=2)
    else:
        for file, reason in done.faults[:_SHOWN_FAULTS]:
            print_message(f"{file}: {reason}")
        if (more := len(done.faults) - _SHOWN_FAULTS) > 0:
            print_message(f"and {more} more; the column fault lists all of them")
        print_lines(
            f"Tracks with features: {done.tracks}. Files with faults: {len(done.faults)}. "
            f"Partitions in {options.output}: {done.new} new, {done.present} existing."
        )
    return 0 if done.tracks else 1

"""`genre features`: the features of a collection, on one machine or many."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from genre_utils.tool.console import UNUSABLE, count, say

_SHOWN_FAULTS = 20


def add_cluster_commands(commands: argparse._SubParsersAction) -> None:
    """Add `features`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    features = commands.add_parser(
        "features",
        help="extract the features of a collection, on one machine or many",
        description="Extract 57 features of each track of a collection, or what the pretrained "
        "encoder hears in each 3 s, into Parquet files, with Dask. What is there is not computed "
        "again: a run that was stopped goes on. The exit status is 0, or 1 if it could not be "
        "done, or no file can be used.",
    )
    features.add_argument("root", help="folder of genre folders: a path or URL (s3://...)")
    features.add_argument("--output", required=True, help="folder for the result: path or URL")
    where = features.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="tcp://...", help="a Dask cluster that is running")
    where.add_argument("--workers", type=count, help="else: processes on this machine (one a core)")
    features.add_argument(
        "--input",
        choices=["features", "encoder"],
        default="features",
        help="57 features a track, or what the encoder hears, a row a piece of 3 s (features)",
    )
    features.add_argument("--batch", type=count, default=64, help="tracks a partition (64)")
    features.add_argument("--json", action="store_true", help="print JSON, for other programs")
    features.set_defaults(run=_features, missing=UNUSABLE)


def _features(options: argparse.Namespace) -> int:
    from genre_utils.tool.cluster import connect, extract_partitions  # noqa: PLC0415

    with connect(options.scheduler, options.workers) as client:
        print(f"Dashboard: {client.dashboard_link}", file=sys.stderr, flush=True)
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
        print(json.dumps({"output": options.output, **asdict(done), "faults": faults}, indent=2))
    else:
        _tell(done, options.output)
    return 0 if done.tracks else 1


def _tell(done, output: str) -> None:
    for file, reason in done.faults[:_SHOWN_FAULTS]:
        say(f"{file}: {reason}")
    if (more := len(done.faults) - _SHOWN_FAULTS) > 0:
        say(f"and {more} more; the column fault has them all")
    print(
        f"Tracks with features: {done.tracks}. Files with faults: {len(done.faults)}. "
        f"Partitions in {output}: {done.new} new, {done.present} already there."
    )

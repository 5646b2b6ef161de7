"""`genre download`, `genre audit`: getting a collection, and trusting it."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from genre_utils.files import to_json
from genre_utils.tool.console import UNUSABLE, count, quiet_libraries, say


def add_data_commands(commands: argparse._SubParsersAction) -> None:
    """Add `download` and `audit`.

    Parameters
    ----------
    commands
        What `ArgumentParser.add_subparsers` returned.
    """
    download = commands.add_parser(
        "download",
        help="fetch the GTZAN collection, or the pretrained encoder",
        description="Fetch the GTZAN collection and the lists that go with it, or the pretrained "
        "encoder that songs are heard with: checked, and never again what is there.",
    )
    download.add_argument(
        "which",
        nargs="?",
        choices=["mini", "full", "encoder"],
        default="mini",
        help="100 tracks, 123 MB (mini), 1000 with tables and pictures, 1.4 GB (full), or the "
        "encoder, 29 MB, which make env has fetched",
    )
    download.add_argument(
        "--to", type=Path, default=Path("data/gtzan"), help="folder of a collection (data/gtzan)"
    )
    download.add_argument("--quiet", action="store_true", help="no progress bars")
    download.set_defaults(run=_download, missing=UNUSABLE)
    audit = commands.add_parser(
        "audit",
        help="say what is wrong with a collection",
        description="Decode every file of a collection and compare what is there with what should "
        "be. The exit status is 0 if the collection can be used, faults or not, and 1 if not.",
    )
    audit.add_argument("root", nargs="?", help="its folder (GTZAN_HOME, then data/gtzan)")
    audit.add_argument("--jobs", type=count, default=-1, help="processes (one a core)")
    audit.add_argument("--json", action="store_true", help="print JSON, for other programs")
    audit.set_defaults(run=_audit)


def _audit(options: argparse.Namespace) -> int:
    from genre_utils.data import audit, find_root, read_dataset  # noqa: PLC0415

    dataset = read_dataset(find_root(options.root))
    with quiet_libraries():
        result = audit(dataset, n_jobs=options.jobs, progress=sys.stderr.isatty())
    if options.json:
        counts = result.counts.reset_index().to_dict("records")
        found = {
            "root": str(dataset.root),
            "usable": result.usable,
            "dataset": dataset.describe(),
            "genres": counts,
            "findings": result.findings.to_dict("records"),
            "not_read": result.not_read,
        }
        print(to_json(found))
    else:
        print(_audit_text(dataset, result))
    return 0 if result.usable else 1


def _audit_text(dataset, result) -> str:
    from genre_utils.audio import format_unreadable  # noqa: PLC0415
    from genre_utils.data import CHECKS, in_ranges  # noqa: PLC0415

    about = dataset.describe()
    usable = int(result.counts["usable_audio"].sum())
    verdict = (
        "It can be used."
        if result.usable
        else ("It cannot be used: audio or table rows of at least two genres are needed.")
    )
    lines = [
        f"{about['name']} in {dataset.root}: {about['tracks']} tracks in "
        f"{len(dataset.genres)} genres, {about['tracks_with_audio']} with audio, {usable} of that "
        f"usable. {verdict}"
    ]
    for check, meaning in CHECKS.items():
        found = result.of(check)
        if found.empty:
            continue
        lines += ["", f"{meaning}: {len(found)}"]
        if found["detail"].any():
            lines += [f"  {row.track}: {row.detail}" for row in found.itertuples()]
        else:
            lines += textwrap.wrap(
                in_ranges(list(found["track"])),
                92,
                initial_indent="  ",
                subsequent_indent="  ",
                break_on_hyphens=False,
            )
    if result.findings.empty:
        lines += ["", "No fault was found."]
    if result.not_read:
        lines += ["", format_unreadable(result.not_read) + "."]
    lines += ["", f"{'genre':<16} tracks  audio  artists  largest artist"]
    for genre, row in result.counts.iterrows():
        share = row["largest_artist_share"]
        told = f"{share:14.0%}" if share == share else f"{'unknown':>14}"  # noqa: PLR0124 (nan)
        lines.append(
            f"{genre:<16} {row['tracks']:6.0f} {row['usable_audio']:6.0f} "
            f"{row['artists']:8.0f}  {told}"
        )
    if dataset.name == "GTZAN":
        lines += ["", "Wrong labels and distortion that only ears find: Sturm, arXiv:1306.1461."]
    return "\n".join(lines)


def _download(options: argparse.Namespace) -> int:
    return _download_encoder() if options.which == "encoder" else _download_collection(options)


def _download_encoder() -> int:
    from genre_utils.audio import encoder_path, is_encoder  # noqa: PLC0415
    from genre_utils.models import export_encoder  # noqa: PLC0415

    path = encoder_path()
    if is_encoder(path):
        print(f"Fetched: nothing, the encoder was there: {path}")
        return 0
    with quiet_libraries():
        export_encoder(path)
    print(f"The encoder is in {path}.")
    return 0


def _download_collection(options: argparse.Namespace) -> int:
    from genre_utils.data import get_collection, read_dataset  # noqa: PLC0415

    outcome = get_collection(options.to, options.which, progress=not options.quiet)
    dataset = read_dataset(options.to)
    for told in outcome.failed.values():
        say(told)
    fetched = ", ".join(outcome.fetched) or (
        "nothing" if outcome.failed else "nothing, all was there"
    )
    print(f"Fetched: {fetched}. {options.to} has {len(dataset.audio)} tracks with audio.")
    print(f"Next: make report DATA={options.to}")
    return 0

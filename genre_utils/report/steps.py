"""The steps of the report; the Makefile says in which order."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from genre_utils.audio import AudioError
from genre_utils.data import DatasetError, read_dataset
from genre_utils.files import to_json, write_text
from genre_utils.imports import source_fingerprint
from genre_utils.models import ModelError, ship_model
from genre_utils.report.notebooks import NotebookError, execute, package_address, pair_text
from genre_utils.report.overview import build_index, outdated
from genre_utils.report.pages import render
from genre_utils.report.speed import build_performance

PROFILES = ("quick", "full")


def stamp(data: Path, profile: str, seed: int, listen: bool) -> str:
    """All that a run depends on beside the code, as a text that changes when any of it does."""
    dataset = read_dataset(data)
    fingerprint = dataset.fingerprint(times=True)
    return f"{data}\n{fingerprint}\n{profile}\n{seed}\n{listen}\n"


def _sign(path: Path, **about: str | None) -> None:
    """Add to a file of results what it was made from."""
    found = json.loads(path.read_text(encoding="utf-8"))
    write_text(path, to_json(found | about) + "\n")


def _note_scores(results: Path) -> None:
    """Write the scores beside the results, if they changed: what later notebooks depend on."""
    path = results.parent.parent / "scores" / results.name
    text = json.dumps(json.loads(results.read_text(encoding="utf-8"))["scores"], indent=1) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _commit() -> str | None:
    """Return the commit that is checked out, if this is a checkout; pages do not make it dirty."""
    changes = ["git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports"]
    try:
        commit = _told(["git", "rev-parse", "--short=10", "HEAD"])
        return f"{commit}-dirty" if _told(changes) else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _told(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the report; the Makefile says in which order."""
    parser = argparse.ArgumentParser(prog="python -m genre_utils.report", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    def step(name: str, text: str) -> argparse.ArgumentParser:
        return steps.add_parser(name, help=text, description=text)

    pair = step("pair", "write the .ipynb beside each percent script")
    pair.add_argument("scripts", nargs="+", type=Path)
    for name, text in (
        ("stamp", "write down what a run depends on, if it changed"),
        ("execute", "run a notebook"),
    ):
        command = step(name, text)
        if name == "execute":
            command.add_argument("script", type=Path)
        command.add_argument("--listen", action="store_true", help="embed audio players")
        command.add_argument("-o", "--output", type=Path, required=True)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--profile", choices=PROFILES, default="full")
        command.add_argument("--seed", type=int, default=0)
    page = step("render", "turn an executed notebook into a page")
    page.add_argument("executed", type=Path)
    page.add_argument("-o", "--output", type=Path, required=True)
    page.add_argument("--pages", nargs="+", required=True, help="all notebooks in reading order")
    for name, text in (
        ("index", "write the index page of a folder of pages"),
        ("check", "say which pages were made from another version of their source"),
    ):
        step(name, text).add_argument("folder", type=Path)
    performance = step("performance", "write the page of all benchmarks")
    performance.add_argument("measured", type=Path)
    performance.add_argument("-o", "--output", type=Path, required=True)
    ship = step("ship", "put a model that a report has kept into the package")
    ship.add_argument("name", nargs="?", default="gtzan-ears")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except (NotebookError, DatasetError, AudioError, ModelError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    match options.step:
        case "pair":
            for script in options.scripts:
                write_text(script.with_suffix(".ipynb"), pair_text(script, package_address()))
        case "stamp":
            text = stamp(options.data, options.profile, options.seed, options.listen)
            if not options.output.exists() or options.output.read_text() != text:
                write_text(options.output, text)
        case "execute":
            parameters = {
                "data": str(options.data),
                "profile": options.profile,
                "seed": options.seed,
                "listen": options.listen,
                "output": str(options.output.parent / "results"),
            }
            source, commit = source_fingerprint(options.script), _commit()  # before they change
            started = time.time()
            execute(options.script, options.output, parameters)
            os.utime(options.output, (started, started))  # what is edited meanwhile is newer
            results = options.output.parent / "results" / f"{options.script.stem}.json"
            _sign(results, source=source, commit=commit)
            _note_scores(results)
        case "render":
            render(options.executed, options.output, pages=options.pages)
        case "index":
            build_index(options.folder)
        case "performance":
            build_performance(options.measured, options.output)
            build_index(options.output.parent)
        case "ship":
            print(f"The package's own model is now {options.name}: {ship_model(options.name)}")
        case "check":
            told = outdated(options.folder, Path("notebooks"))
            print("\n".join(told) or "All pages are of the present notebooks and package.")
            return 1 if told else 0
    return 0

"""`python -m genre_utils.report`: the steps that the Makefile puts in order."""

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
from genre_utils.imports import UnknownModule, source_fingerprint
from genre_utils.models import ModelError, ship_model
from genre_utils.report.index import build_index, build_performance, outdated
from genre_utils.report.notebooks import NotebookError, execute, package_address, pair_text
from genre_utils.report.pages import render

PROFILES = ("quick", "full")
_ERRORS = (NotebookError, DatasetError, AudioError, ModelError, UnknownModule, OSError, SyntaxError)


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the report; the Makefile says in which order."""
    parser = argparse.ArgumentParser(prog="python -m genre_utils.report", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    def step(name: str, text: str) -> argparse.ArgumentParser:
        return steps.add_parser(name, help=text, description=text)

    pair = step("pair", "write the .ipynb of each percent script")
    pair.add_argument("scripts", nargs="+", type=Path)
    inputs = step("inputs", "for each notebook, write what its run depends on, if it changed")
    inputs.add_argument("scripts", nargs="+", type=Path)
    run = step("execute", "run a notebook")
    run.add_argument("script", type=Path)
    for command in (inputs, run):
        command.add_argument("--listen", action="store_true", help="embed audio players")
        command.add_argument("-o", "--output", type=Path, required=True)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--profile", choices=PROFILES, default="full")
        command.add_argument("--seed", type=int, default=0)
    page = step("render", "turn an executed notebook into a page")
    page.add_argument("executed", type=Path)
    page.add_argument("-o", "--output", type=Path, required=True)
    page.add_argument("--pages", nargs="+", required=True, help="all notebooks in reading order")
    step("index", "write the index of a folder of pages").add_argument("folder", type=Path)
    step("check", "list the stale pages of a folder").add_argument("folder", type=Path)
    performance = step("performance", "write the page of all benchmarks")
    performance.add_argument("measured", type=Path)
    performance.add_argument("-o", "--output", type=Path, required=True)
    ship = step("ship", "put a model that a report has saved into the package")
    ship.add_argument("name", nargs="?", default="gtzan-ears")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except _ERRORS as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    match options.step:
        case "pair":
            for script in options.scripts:
                write_text(script.with_suffix(".ipynb"), pair_text(script, package_address()))
        case "inputs":
            content = read_dataset(options.data).fingerprint(times=True)
            settings = f"{options.data}\n{content}\n{options.profile}\n{options.seed}"
            for script in options.scripts:
                text = f"{settings}\n{options.listen}\n{source_fingerprint(script)}\n"
                _update(options.output / f"{script.stem}.inputs", text)
        case "execute":
            _execute(options)
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
            stale = outdated(options.folder, Path("notebooks"))
            print("\n".join(stale) or "All pages are up to date.")
            return 1 if stale else 0
    return 0


def _execute(options: argparse.Namespace) -> None:
    """Run a notebook, and add to its results what they were made from."""
    folder = options.output.parent
    parameters = {
        "data": str(options.data),
        "profile": options.profile,
        "seed": options.seed,
        "listen": options.listen,
        "output": str(folder / "results"),
    }
    # Before they change; what is edited meanwhile is newer than the output.
    made_from = {"source": source_fingerprint(options.script), "commit": _commit()}
    started = time.time()
    execute(options.script, options.output, parameters)
    os.utime(options.output, (started, started))
    path = folder / "results" / f"{options.script.stem}.json"
    results = json.loads(path.read_text(encoding="utf-8")) | made_from
    write_text(path, to_json(results) + "\n")


def _update(path: Path, text: str) -> None:
    """Write a file only if that changes it, for make."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def _commit() -> str | None:
    """The commit that is checked out, if this is a checkout; pages do not make it dirty."""
    changes = ["git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports"]
    try:
        commit = _output(["git", "rev-parse", "--short=10", "HEAD"])
        return f"{commit}-dirty" if _output(changes) else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

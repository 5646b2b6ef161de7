"""Rules for make: which modules of the package each page is made from."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from genre_utils.files import write_text
from genre_utils.imports import UnknownModule, modules_of


def rules(notebooks: Iterable[Path]) -> str:
    """Rules for make: each executed notebook depends on the modules that it comes to import.

    Parameters
    ----------
    notebooks
        Scripts. ``$(BUILD)`` stands for the folder of what they are executed into.
    """
    found = {script: modules_of(script) for script in notebooks}
    lines = [
        f"$(BUILD)/{script.stem}.ipynb: {' '.join(map(_from_here, modules))}"
        for script, modules in found.items()
    ]
    # A module that is gone counts as changed, instead of stopping make.
    gone = sorted({_from_here(path) for modules in found.values() for path in modules})
    return "\n".join([*lines, *(f"{path}:" for path in gone)]) + "\n"


def _from_here(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def main(arguments: list[str] | None = None) -> int:
    """Print what each notebook depends on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="file, written only if it changes")
    options = parser.parse_args(arguments)
    try:
        text = rules(options.notebooks)
    except (UnknownModule, SyntaxError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.output is None:
        print(text, end="")
    elif not options.output.is_file() or options.output.read_text(encoding="utf-8") != text:
        write_text(options.output, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

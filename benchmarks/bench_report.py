"""The whole report: from nothing, with nothing changed, and with one notebook touched."""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from common import Report, collection

from genre_utils.evaluation import read_results

TOUCHED = Path("notebooks/02_preprocessing_pca.py")


def make(data: Path, **env: str) -> float:
    """Seconds that `make report` takes."""
    start = time.perf_counter()
    subprocess.run(["make", "--no-print-directory", "report", f"DATA={data}"], check=True,
                   stdout=subprocess.DEVNULL, env=os.environ | env)  # fmt: skip
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of a collection")
    options = parser.parse_args()
    dataset = collection(options.data)
    synthetic = dataset.synthetic
    built = Path("build/reports/demo" if synthetic else "build/reports")
    data = options.data if options.data.is_dir() else Path("data/demo")
    pages = Path("reports/demo" if synthetic else "reports")
    rows = []
    if not list(built.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as empty:  # this user may have features cached
            cold = make(data, GENRE_UTILS_CACHE=empty)
        rows.append(["from nothing (but with its environment)", cold])
    else:
        make(data)  # whatever is not done yet
    rows.append(["again, nothing changed", make(data)])
    TOUCHED.touch()
    rows.append([f"{TOUCHED.stem} touched", make(data)])
    report = Report("4_report", "The whole report", dataset.name)
    report.table("make report", ["what", "seconds"], rows)
    found = read_results(pages / "results")
    total = sum(result["seconds"] for result in found)
    report.table(
        "Where the time goes, when all is run",
        ["notebook", "seconds", "share"],
        [[r["notebook"], r["seconds"], f"{r['seconds'] / total:.0%}"] for r in found],
        f"{total:.0f} s together, as measured in the run that made the pages; starting kernels and "
        "rendering come on top.",
    )


if __name__ == "__main__":
    main()

"""What all benchmarks share: a collection to measure on, tables to keep, memory of processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from genre_utils.data import Dataset, read_dataset
from genre_utils.data import write_demo
from genre_utils.evaluation import machine, versions
from genre_utils.files import to_json, write_text

OUTPUT = Path("build/bench")


class Report:
    """Tables of one benchmark, kept as JSON for the page of all of them."""

    def __init__(self, name: str, title: str, data: str):
        self.path = OUTPUT / f"{name}.json"
        self.found = {
            "name": name,
            "title": title,
            "data": data,
            "machine": machine(),
            "versions": versions(),
            "tables": [],
        }

    def table(self, title: str, columns: list[str], rows: list[list], note: str = "") -> None:
        """Print a table, and write down all of them so far."""
        self.found["tables"].append(
            {"title": title, "columns": columns, "rows": rows, "note": note}
        )
        write_text(self.path, to_json(self.found) + "\n")
        texts = [columns, *([_text(v) for v in row] for row in rows)]
        widths = [max(len(str(row[i])) for row in texts) for i in range(len(columns))]
        print(f"\n{title}\n")
        for row in texts:
            cells = [
                str(v).ljust(w) if i == 0 else str(v).rjust(w)
                for i, (v, w) in enumerate(zip(row, widths, strict=True))
            ]
            print("  " + "  ".join(cells))
        if note:
            print(f"\n  {note}")


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return str(value)


def collection(root: Path) -> Dataset:
    """Open the collection that was named, if it has audio; else a synthesized one."""
    if root.is_dir():
        dataset = read_dataset(root)
        if len(dataset.audio):
            return dataset
    return read_dataset(write_demo(OUTPUT / "demo", seconds=30.0))


def median_seconds(function: Callable, items: list, repeat: int = 1) -> float:
    """Median time of a call, the first one (compilation, caches) left out."""
    function(items[0])
    times = []
    for item in items * repeat:
        start = time.perf_counter()
        function(item)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run_measured(
    code: str, *arguments: object, env: dict | None = None
) -> tuple[float, float, str]:
    """Run Python code in a process of its own.

    Returns
    -------
    seconds, megabytes, output
        The peak is that of the process and its children together, looked at every 50 ms.
    """
    command = [sys.executable, "-c", code, *map(str, arguments)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    peak = 0

    def watch() -> None:
        nonlocal peak
        whole = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                family = [whole, *whole.children(recursive=True)]
                peak = max(peak, sum(p.memory_info().rss for p in family))
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"the measured process failed:\n{code}")
    return time.perf_counter() - start, peak / 2**20, output

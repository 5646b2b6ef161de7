"""A hundred damaged files; tests/fuzz_readers.py goes on for as long as one likes."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited the way of Linux")
def test_damaged_files_end_in_a_result_or_a_sentence(tmp_path):
    script = Path(__file__).with_name("fuzz_readers.py")
    run = subprocess.run(
        [sys.executable, script, "--inputs", "100", "--minutes", "9", "--keep", tmp_path / "input"],
        capture_output=True, text=True, check=False, errors="replace",
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    assert " 0 failures" in run.stdout
    assert run.stdout.startswith("100 inputs")

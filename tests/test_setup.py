"""The ways to set up the project give the same versions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

LOCK = Path("requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_everything_in_the_lock_is_pinned_and_hashed():
    requirements = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())
    assert len(requirements) > 50
    for requirement in requirements:
        assert re.match(r"[\w.\[\]-]+==\S+", requirement), requirement[:80]
        assert "--hash=sha256:" in requirement, requirement[:80]


def test_the_lock_has_every_dependency():
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + [
        name for extra in ("cpu", "index", "cluster", "notebooks", "dev") for name in extras[extra]
    ]
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", LOCK, re.M)}
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement)[0].lower().replace("_", "-")
        assert name in pinned, f"{name} is not locked: make lock"


def test_conda_takes_python_from_conda_and_the_rest_from_the_lock():
    *from_conda, from_pip = yaml.safe_load(Path("environment.yml").read_text())["dependencies"]
    assert [name.split("=")[0] for name in from_conda] == ["python", "pip"]
    assert from_pip == {"pip": ["--requirement requirements.lock"]}
    minor = int(from_conda[0].split("=")[1].split(".")[1])
    low, high = (int(v) for v in re.findall(r"3\.(\d+)", PROJECT["requires-python"]))
    assert low <= minor < high


def test_what_the_readme_points_to_is_there():
    text = Path("README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert targets
    for target in targets:
        assert Path(target).exists(), target


@pytest.mark.parametrize("body", ["os.kill(os.getpid(), 11)", "time.sleep(60)"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_worker_that_dies_or_hangs_ends_the_run(tmp_path, body):
    test = tmp_path / "test_bad.py"
    test.write_text(f"import os, time\n\ndef test_bad():\n    {body}\n\ndef test_good(): pass\n")
    command = [sys.executable, "-m", "pytest", "-n", "2", "-c", "pyproject.toml"]
    command += ["-o", "timeout=3", "--confcutdir", tmp_path, "-p", "no:cacheprovider", test]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert run.returncode == 1
    assert "test_bad" in run.stdout and "crashed" in run.stdout

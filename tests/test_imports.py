"""What a page is made from: every module that its notebook comes to import, and no other."""

import shutil
from pathlib import Path

import pytest

from genre_utils import imports
from genre_utils.imports import UnknownModule, modules_of, source_fingerprint
from genre_utils.report import rules

FILES = {
    "__init__.py": "",
    "files.py": "",
    "low/__init__.py": "",
    "low/__init__.pyi": "from .deep import sink as sink\nfrom .other import swim as swim\n",
    "low/deep.py": "from genre_utils.files import save\n",
    "low/other.py": "",
    "high/__init__.py": "",
    "high/tower.py": """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genre_utils.low.other import swim

def climb():
    from genre_utils.low import sink
""",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    root = tmp_path / "genre_utils"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(imports, "PACKAGE", root)
    return root


@pytest.mark.parametrize(
    "source, found",
    [
        ("from genre_utils.low import sink", "files low/deep"),
        ("from genre_utils.low import swim as move", "low/other"),
        ("import genre_utils.low.deep", "files low/deep"),
        ("from genre_utils.low import deep", "files low/deep"),
        ("from genre_utils import low\nlow.swim()", "low/other"),
        ("from genre_utils import low as l\nl.swim\nprint(l.sink)", "files low/deep low/other"),
        ("import genre_utils.low\ngenre_utils.low.swim()", "low/other"),
        ("from genre_utils import low\nlow.swim()\nprint(low)", "files low/deep low/other"),
        ("from genre_utils.high.tower import climb", "files high/tower low/deep"),
        ("import numpy, genre_utils\nprint(genre_utils.__file__)", ""),
    ],
)  # fmt: skip
def test_an_import_leads_to_its_modules(package, tmp_path, source, found):
    script = tmp_path / "01_x.py"
    script.write_text(source)
    names = [p.relative_to(package).with_suffix("").as_posix() for p in modules_of(script)]
    assert names == found.split()


@pytest.mark.parametrize(
    "source",
    [
        "from genre_utils.low import fly",
        "import genre_utils.lost",
        "from genre_utils import low\nlow.fly()",
        "from genre_utils.lost.place import x",
        "from .low import sink",
    ],
)
def test_what_leads_nowhere_is_told(package, tmp_path, source):
    script = tmp_path / "01_x.py"
    script.write_text(source)
    with pytest.raises(UnknownModule):
        modules_of(script)


def test_a_fingerprint_changes_with_what_is_imported_and_with_nothing_else(package, tmp_path):
    script = tmp_path / "01_x.py"
    script.write_text("from genre_utils.low import sink")
    before = source_fingerprint(script)
    (package / "low/other.py").write_text("x = 1\n")
    (package / "low/__init__.pyi").write_text(FILES["low/__init__.pyi"] + "\n")
    assert source_fingerprint(script) == before
    (package / "files.py").write_text("x = 1\n")
    assert source_fingerprint(script) != before


def test_rules_name_each_notebook_and_outlive_a_module_that_is_gone(package, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scripts = [Path("01_x.py"), Path("02_y.py")]
    scripts[0].write_text("from genre_utils.low import sink")
    scripts[1].write_text("from genre_utils.low import swim")
    lines = rules(scripts).splitlines()
    assert lines[0] == "$(BUILD)/01_x.ipynb: genre_utils/files.py genre_utils/low/deep.py"
    assert lines[1] == "$(BUILD)/02_y.ipynb: genre_utils/low/other.py"
    gone = ["genre_utils/files.py:", "genre_utils/low/deep.py:", "genre_utils/low/other.py:"]
    assert lines[2:] == gone
    shutil.rmtree(package / "low")
    with pytest.raises(UnknownModule):
        rules(scripts)


# One module of each room, and the notebooks that come to import it.
CASES = {
    "audio/features.py": "01 02 03 04 05 06 07",
    "audio/kernels.py": "01 02 03 04 05 06 07",
    "sources/demo.py": "",
    "data/auditing.py": "01",
    "data/feature_tables.py": "01 02 03 04 05 06 07",
    "evaluation/intervals.py": "01 03 04 05 06 07",
    "cluster/dask.py": "",
    "models/training.py": "04 06 07",
    "models/transformers.py": "03 04 05 06 07",
    "recommend/taste.py": "05",
    "plots/songs.py": "05 07",
    "plots/networks.py": "04 06",
    "plots/transfer.py": "07",
    "report/pages.py": "",
    "cli/main.py": "",
    "live/listening.py": "",
    "files.py": "01 02 03 04 05 06 07",
    "imports.py": "01 03 04 06 07",
}


SCRIPTS = sorted(Path("notebooks").glob("0[1-7]*.py"))


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the package, and what its notebooks' fingerprints were last."""
    copy = tmp_path_factory.mktemp("copied") / "genre_utils"
    shutil.copytree(imports.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy, {}


@pytest.mark.parametrize("module, names", CASES.items())
def test_a_change_in_a_room_makes_exactly_its_pages_outdated(copied, monkeypatch, module, names):
    copy, last = copied
    monkeypatch.setattr(imports, "PACKAGE", copy)
    before = dict(last) or {script: source_fingerprint(script) for script in SCRIPTS}
    with (copy / module).open("a") as file:
        file.write("\nx = 1\n")
    last.update({script: source_fingerprint(script) for script in SCRIPTS})
    changed = [script.name[:2] for script in SCRIPTS if last[script] != before[script]]
    assert changed == names.split()


def test_every_room_has_a_case():
    rooms = {path.parent.name for path in imports.PACKAGE.glob("*/__init__.py")}
    assert rooms == {case.split("/")[0] for case in CASES if "/" in case}

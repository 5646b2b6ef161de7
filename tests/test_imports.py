"""The modules that a notebook comes to import, and no others, make its page stale."""

import shutil
from pathlib import Path

import pytest

from genre_utils import imports
from genre_utils.imports import UnknownModule, modules_of, source_fingerprint

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


@pytest.mark.parametrize(
    "module, changed",
    [
        ("audio/features.py", True),
        ("evaluation/results.py", True),
        ("plots/style.py", True),
        ("files.py", True),
        ("data/download.py", False),  # the data has a fingerprint of its own
        ("models/training.py", False),
        ("report/pages.py", False),
        ("tool/main.py", False),
    ],
)
def test_a_changed_module_changes_the_pages_that_use_it(tmp_path, monkeypatch, module, changed):
    script = Path("notebooks/01_eda.py")
    before = source_fingerprint(script)
    copy = tmp_path / "genre_utils"
    shutil.copytree(imports.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "shipped"))
    monkeypatch.setattr(imports, "PACKAGE", copy)
    assert source_fingerprint(script) == before
    with (copy / module).open("a") as file:
        file.write("\nx = 1\n")
    assert (source_fingerprint(script) != before) == changed


def test_all_notebooks_and_doors_lead_to_modules():
    for script in [*Path("notebooks").glob("[0-9]*.py"), *Path("genre_utils").rglob("[a-z]*.py")]:
        modules_of(script)

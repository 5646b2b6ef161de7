"""Rooms hand on names: all of them are there, none hides a module, all are typed."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

STUBS = sorted(Path("genre_utils").glob("*/__init__.pyi"))
ROOMS = [stub.parent.name for stub in STUBS]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_hands_on_is_there_and_hides_no_module(room):
    door = importlib.import_module(f"genre_utils.{room}")
    assert len(door.__all__) == len(set(door.__all__))
    for name in door.__all__:
        assert not name.startswith("_")
        getattr(door, name)
    modules = {path.stem for path in Path(f"genre_utils/{room}").glob("*.py")}
    assert not modules & set(door.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_are_typed(room):
    door = importlib.import_module(f"genre_utils.{room}")
    for name in door.__all__:
        function = getattr(door, name)
        if inspect.isfunction(function):
            found = inspect.signature(function)
            untyped = [p for p in found.parameters.values() if p.annotation is p.empty]
            assert not untyped, f"{room}.{name}: {untyped}"
            assert found.return_annotation is not found.empty, f"{room}.{name} returns"


def test_the_package_names_its_rooms():
    import genre_utils

    assert set(ROOMS) == set(genre_utils.__all__)
    assert genre_utils.data.GTZAN_GENRES[0] == "blues"


def test_nothing_heavy_is_loaded_before_it_is_used():
    code = (
        "import sys, genre_utils, genre_utils.models, genre_utils.audio, genre_utils.tool.main;"
        "print(*sorted(sys.modules.keys() & {'librosa', 'tensorflow', 'keras', 'pandas', 'numpy'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_other_rooms_are_entered_by_their_doors():
    """No room reaches around another one's door."""
    for path in Path("genre_utils").glob("*/*.py"):
        own = f"genre_utils.{path.parent.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("genre_utils."):
                inside = node.module.startswith(f"{own}.") or node.module.count(".") == 1
                assert inside, f"{path}: {node.module}"

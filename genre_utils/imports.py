"""Which modules of the package a source imports: what a page or a cached fit is made from.

The sources are read, not imported; a room's stub says which module a name comes from.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
# How data comes onto the disk changes no page: the data's own fingerprint does.
NOT_FOLLOWED = ("download.py", "synthetic.py")


class UnknownModule(ImportError):  # noqa: N818
    """A source imports a module or name that is not in the package."""


def modules_of(script: Path) -> list[Path]:
    """All modules of the package that a notebook or module imports, directly or not."""
    todo, found = [script], set[Path]()
    while todo:
        source = todo.pop()
        for name in _imports(source.read_text(encoding="utf-8")):
            modules = set(_resolved(name, source))
            if source.parent == PACKAGE / "data":
                modules -= {source.parent / module for module in NOT_FOLLOWED}
            todo += modules - found
            found |= modules
    return sorted(found)


def source_fingerprint(script: Path) -> str:
    """Short hash of a source and of all modules of the package that it imports, directly or not."""
    digest = hashlib.sha256(script.read_bytes())
    for path in modules_of(script):
        digest.update(f"\0{path.relative_to(PACKAGE).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _imports(text: str) -> set[str]:
    """Full names that a source takes from the package, as far as it spells them out."""
    nodes = list(_executed(ast.parse(text)))
    used = [n for n in nodes if isinstance(n, ast.Name | ast.Attribute)]
    inner = {id(n.value) for n in used if isinstance(n, ast.Attribute)}
    chains = {_chain(n) for n in used if id(n) not in inner}
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            bound = {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            bound = {a.asname or a.name: f"{module}.{a.name}" for a in node.names}
        else:
            continue
        for local, name in bound.items():
            if name.split(".")[0] in ("", PACKAGE.name):
                taken = [chain for chain in chains if f"{chain}.".startswith(f"{local}.")]
                found |= {name + chain[len(local) :] for chain in taken} or {name}
    return found


def _chain(node: ast.AST) -> str:
    """``a.b.c`` of an attribute; it begins with "." if its first part is not a name."""
    if isinstance(node, ast.Attribute):
        return f"{_chain(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes except those that only type checkers see."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING"):
            yield from _executed(child)


def _resolved(name: str, source: Path) -> Iterable[Path]:
    """Modules that a full name leads to: one, or all of a room that is used as a whole."""
    place = PACKAGE
    if name.startswith("."):
        raise UnknownModule(f"{source}: {name} must be {PACKAGE.name}{name}")
    for part in name.split(".")[1:]:
        if (place / f"{part}.py").is_file():
            return [place / f"{part}.py"]
        if (place / part / "__init__.py").is_file():
            place /= part
        elif part in (door := _door(place)):
            return [place / f"{door[part]}.py"]
        elif part.startswith("__"):
            return []
        else:
            raise UnknownModule(f"{source}: {name} is nowhere in {PACKAGE.name}")
    return {place / f"{module}.py" for module in _door(place).values()}


def _door(room: Path) -> dict[str, str]:
    """Names that a room hands on, and the modules they are from."""
    stub = room / "__init__.pyi"
    return _names(stub.read_text(encoding="utf-8")) if stub.is_file() else {}


@cache
def _names(stub: str) -> dict[str, str]:
    return {
        alias.asname or alias.name: node.module or alias.name
        for node in ast.parse(stub).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

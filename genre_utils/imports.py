"""Which modules of the package a source comes to import: what it is made from.

Nothing is imported to find out; the sources are read, the stubs of lazily loaded rooms too.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent
# How data comes onto the disk changes no page: its own fingerprint tells what it is.
NOT_FOLLOWED = {PACKAGE / f"data/{name}.py" for name in ("download", "remotes", "synthetic")}


class UnknownModule(ImportError):  # noqa: N818
    """A source imports something of the package that is nowhere in it."""


def modules_of(script: Path, known: dict[Path, set[Path]] | None = None) -> list[Path]:
    """All modules of the package that a source comes to import, at the top or in a function.

    Parameters
    ----------
    script
        A notebook, ``notebooks/NN_name.py``, or a module.
    known
        What was found for other sources; added to, so that each module is read once.

    Raises
    ------
    UnknownModule
        If an import leads nowhere: nothing is passed over in silence.
    """
    known = {} if known is None else known
    todo, found = [script], set[Path]()
    while todo:
        path = todo.pop()
        if path not in known:
            known[path] = set(_imports(path))
        todo += known[path] - found
        found |= known[path]
    return sorted(found)


def source_fingerprint(script: Path) -> str:
    """Short hash of a source and of all modules of the package that it comes to import.

    Parameters
    ----------
    script
        As in `modules_of`.
    """
    digest = hashlib.sha256(script.read_bytes())
    for path in modules_of(script):
        digest.update(f"\0{path.relative_to(PACKAGE).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _imports(path: Path) -> Iterator[Path]:
    """Modules that a source itself imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"), path)
    for node in _executed(tree):
        for module, name, bound in _names(node):
            package = PACKAGE.joinpath(*module.split(".")[1:])
            for target in _resolved(package, name, tree, bound, f"{path}: import of {module}"):
                if target not in NOT_FOLLOWED or not path.is_relative_to(PACKAGE / "data"):
                    yield target


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only type checkers see."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo += node.orelse
        else:
            todo += ast.iter_child_nodes(node)


def _names(node: ast.AST) -> Iterator[tuple[str, str | None, str]]:
    """Module, name in it and name that is bound here, of each import from the package."""
    own = PACKAGE.name
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] == own:
                yield alias.name, None, alias.asname or alias.name
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level:
            raise UnknownModule(f"from {'.' * node.level}{module}: write {own}. instead of dots")
        if module.split(".")[0] == own:
            for alias in node.names:
                yield module, alias.name, alias.asname or alias.name


def _resolved(
    package: Path, name: str | None, tree: ast.AST, bound: str, where: str
) -> Iterable[Path]:
    """Modules that an import of `name` from `package` (a module, or a folder of them) leads to."""
    if (module := package.with_suffix(".py")).is_file():
        return {module}
    if name is not None and (package / f"{name}.py").is_file():
        return {package / f"{name}.py"}
    room = package if name is None else package / name
    if (room / "__init__.py").is_file():
        wanted = _attributes(tree, bound) or _door(room)
    else:
        room, wanted = (package, {name}) if name else (package.parent, {package.name})
    door = _door(room)
    found = {n: door.get(n, room / f"{n}.py") for n in wanted if not n.startswith("__")}
    for n, module in found.items():
        if not module.is_file():
            raise UnknownModule(f"{where}: there is no {n} in {room}")
    return found.values()


def _door(room: Path) -> dict[str, Path]:
    """Names that a room hands on, as its stub has them, and the modules they are from."""
    stub = room / "__init__.pyi"
    if not stub.is_file():
        return {}
    return {
        alias.asname or alias.name: room / f"{node.module}.py"
        for node in ast.parse(stub.read_text(encoding="utf-8"), stub).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _attributes(tree: ast.AST, bound: str) -> set[str]:
    """Names that are taken from a room called `bound`; none if it is used in other ways as well."""
    taken = {
        node.value: node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == bound
    }
    bare = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == bound]
    return set(taken.values()) if all(n in taken for n in bare) else set()

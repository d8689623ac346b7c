"""The rooms of envprobe, and who imports whom, read from the source: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2] / "envprobe"
OPENING = {"exists", "glob", "is_dir", "is_file", "iterdir", "mkdir", "open", "read_bytes", "stat", "unlink", "write_bytes"}
PROGRAMS = {"docker", "fcntl", "http", "shutil", "signal", "socket", "ssl", "subprocess", "tempfile", "threading"}


class Arrow(NamedTuple):
    """One import of a module of envprobe by another, wherever in the file it stands."""

    importer: str
    """As `assess.drift`."""
    imported: str
    is_type: bool
    """Whether it stands under TYPE_CHECKING, and so is never run."""
    is_late: bool
    """Whether it stands in a function, and so is run when that is called."""


def modules() -> dict[str, ast.Module]:
    """Return every module of envprobe, as `assess.drift` or `fact`, but the package's own face."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = ast.parse(path.read_text("utf-8"))
    return found


def room_of(module: str) -> str:
    """Return the room of a module: the folder that it lies in, or itself where it lies in none."""
    return module.partition(".")[0]


def arrows() -> Iterator[Arrow]:
    """Yield every import between modules: at the top, inside of functions, and for types alone."""
    trees = modules()
    for importer, tree in trees.items():
        is_package = (ROOT / importer.replace(".", "/")).is_dir()
        package = importer.split(".") if is_package else importer.split(".")[:-1]
        for node, is_type, is_late in _imports(tree, False, False):
            if node.level:
                base = [*package[: len(package) - node.level + 1], *((node.module or "").split(".") if node.module else [])]
            elif (node.module or "").partition(".")[0] == "envprobe":
                base = (node.module or "").split(".")[1:]
            else:
                continue
            for alias in node.names:
                full = ".".join([*base, alias.name])
                yield Arrow(importer, full if full in trees else ".".join(base), is_type, is_late)


def loaded_with() -> dict[str, set[str]]:
    """Return what importing each module loads of envprobe, without what it imports late."""
    graph: dict[str, set[str]] = {name: {name.rpartition(".")[0]} - {""} for name in modules()}
    for arrow in arrows():
        if not arrow.is_late and not arrow.is_type:
            graph[arrow.importer].add(arrow.imported)
    return {name: _reached(name, graph) for name in graph}


def reaches_out(tree: ast.Module) -> set[str]:
    """Return what a module itself does that its input alone cannot answer: open a file, run a program, ask the network."""
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    called |= {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return (called & OPENING) | ({name.partition(".")[0] for name in imported} & PROGRAMS)


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the groups of rooms of which each one reaches all others."""
    reached = {room: _reached(room, graph) for room in graph}
    groups = {frozenset(other for other in reached[room] if room in reached.get(other, ())) for room in graph}
    return [set(group) for group in groups if group]


def _reached(room: str, graph: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = [*graph.get(room, ())]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(graph.get(name, ()))
    return found


def _imports(node: ast.AST, is_type: bool, is_late: bool) -> Iterator[tuple[ast.ImportFrom, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom):
            yield child, is_type, is_late
        below = is_type or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test))
        yield from _imports(child, below, is_late or isinstance(child, ast.FunctionDef))

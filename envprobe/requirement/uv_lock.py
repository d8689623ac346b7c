"""uv.lock: a graph of packages, from the project (or the members of its workspace) to all that they need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from packaging.utils import canonicalize_name

from ..baseline.origin import ANY_ARCHIVE, without_credentials
from .choice import settle
from .graph import conditions
from .lock import file_digests, locked, named, names_of, read_lock, tables, take_python, text_of
from .package_source import PackageSource
from .wanted import Chosen, Requirement, Requirements, unknown_choices

NEWEST = 1
ROOT = ("virtual", "editable", "directory")
SAME_LIMIT = 100
"""Entries that one dependency may mean; uv names the version where there are two."""
TOO_MANY = "when it is needed is too long to say: this version, or none"


class Node(NamedTuple):
    """One version of a package, or what one of its extras or groups adds."""

    key: int
    part: str = ""
    """`extra:NAME`, `group:NAME`, or empty for the package itself."""


def read_uv_lock(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read what the project needs; extras and groups where they are chosen, the default group dev as well only then."""
    result = Requirements()
    value = read_lock(path, text, result)
    version = value.get("version")
    if isinstance(version, int) and version > NEWEST:
        result.faults.append(f"{path.name}: version {version} of uv.lock; versions up to {NEWEST} are read")
        result.hint = "export it: uv export --format pylock.toml -o pylock.toml, and pass that"
    if result.faults or not value:
        return result
    _Lock(path.name, value, chosen, result).take()
    if text_of(value, "requires-python"):
        take_python(result, value["requires-python"], f"{path.name}: requires-python")
    return result


class _Lock:
    """One lock: its entries, and where they are found by name."""

    def __init__(self, name: str, value: dict[str, object], chosen: Chosen, result: Requirements) -> None:
        self.name, self.value, self.chosen, self.result = name, value, chosen, result
        self.entries = dict(tables(value.get("package", []), f"{name}: package", result))
        self.named: dict[str, list[int]] = {}
        for key, entry in self.entries.items():
            found = named(entry, f"{name}: package[{key}]", result)
            if found:
                self.named.setdefault(found, []).append(key)

    def take(self) -> None:
        """Fill the result with what the roots reach."""
        roots = self._roots()
        nodes = [*((Node(key), "") for key in roots), *self._requested(), *self._chosen_parts(roots)]
        if not nodes:  # without a project of its own all that nothing else needs is wanted for itself
            inner = {child.key for key in self.entries for child, _ in self._edges(Node(key))}
            all_keys = [key for keys in self.named.values() for key in keys]
            nodes = [(Node(key), "") for key in all_keys if key not in inner] or [(Node(key), "") for key in all_keys]
        when: dict[int, str | None] = {}
        for node, marker in conditions(nodes, self._edges).items():
            if not node.part or node.key not in when:
                when[node.key] = marker if not node.part else when.get(node.key, marker)
        for key, marker in sorted(when.items()):
            self._take(key, marker, key in roots)

    def _roots(self) -> list[int]:
        """Return the project, or all members of a workspace that has no project of its own."""
        own = [key for key, entry in self.entries.items() if any(_source(entry).get(kind) == "." for kind in ROOT)]
        manifest = self.value.get("manifest", {})
        members = names_of(manifest.get("members", [])) if isinstance(manifest, dict) else []
        return own or [key for member in members for key in self.named.get(canonicalize_name(member), [])]

    def _requested(self) -> Iterator[tuple[Node, str]]:
        """Yield what a script asks for, which is no package itself."""
        manifest = self.value.get("manifest", {})
        wanted = manifest.get("requirements", []) if isinstance(manifest, dict) else []
        for item in wanted if isinstance(wanted, list) else []:
            if isinstance(item, dict):
                yield from self._targets(item)

    def _chosen_parts(self, roots: list[int]) -> Iterator[tuple[Node, str]]:
        """Yield the chosen extras and groups of the roots, and say which there are besides."""
        extras = {name for key in roots for name in _table(self.entries[key], "optional-dependencies")}
        groups = {name for key in roots for name in _table(self.entries[key], "dev-dependencies")}
        self.result.faults += unknown_choices(self.name, "extra", self.chosen.extras, extras)
        self.result.faults += unknown_choices(self.name, "group", self.chosen.groups, groups)
        left = sorted((extras | groups) - {*self.chosen.extras, *self.chosen.groups})
        if left:
            self.result.leave(self.name, f"extras and groups that were not chosen: {', '.join(left)}")
        self.result.complete = not left
        for kind, names in (("extra", self.chosen.extras), ("group", self.chosen.groups)):
            yield from ((Node(key, f"{kind}:{canonicalize_name(name)}"), "") for key in roots for name in names)

    def _edges(self, node: Node) -> Iterator[tuple[Node, str]]:
        entry = self.entries[node.key]
        kind, _, part = node.part.partition(":")
        if not kind:
            dependencies = entry.get("dependencies", [])
        else:
            yield Node(node.key), ""
            parts = _table(entry, "optional-dependencies" if kind == "extra" else "dev-dependencies")
            dependencies = next((items for name, items in parts.items() if canonicalize_name(name) == part), [])
        for item in dependencies if isinstance(dependencies, list) else []:
            if isinstance(item, dict):
                yield from self._targets(item)

    def _targets(self, item: dict[str, object]) -> Iterator[tuple[Node, str]]:
        """Yield the entries that a dependency means, under its marker."""
        name = canonicalize_name(text_of(item, "name"))
        keys = [key for key in self.named.get(name, []) if self._is_meant(item, self.entries[key])]
        if len(keys) > SAME_LIMIT:
            self.result.faults.append(f"{self.name}: {name[:80]!r} may mean {len(keys):,} entries")
            return
        if not keys:
            self.result.faults.append(f"{self.name}: {name[:80]!r} is needed and has no entry")
        try:
            marker = settle(text_of(item, "marker"), self.chosen, self.chosen.groups)
        except ValueError as error:
            self.result.faults.append(f"{self.name}: {name}: {error}")
            return
        if marker is None:
            return
        for key in keys:
            yield Node(key), marker
            yield from ((Node(key, f"extra:{canonicalize_name(extra)}"), marker) for extra in names_of(item.get("extra", [])))

    def _is_meant(self, item: dict[str, object], entry: dict[str, object]) -> bool:
        return all(key not in item or item[key] == entry.get(key) for key in ("version", "source"))

    def _take(self, key: int, marker: str | None, is_root: bool) -> None:
        entry = self.entries[key]
        source = _source(entry)
        if "virtual" in source:
            return
        version, specifier = locked(text_of(entry, "version"))
        if is_root:  # its code is recorded elsewhere, and an image may hold it as a mere folder
            note = "the project itself: installed or not, in any version"
            version, specifier = "", ""
        else:
            note = TOO_MANY if marker is None else ""
        self.result.found.append(
            Requirement(
                name=canonicalize_name(entry["name"]),
                version=version,
                specifier=specifier,
                marker=marker or "",
                source=PackageSource() if is_root else _origin(entry, source),
                constraint=is_root or marker is None,
                where=f"{self.name}: package[{key}] ({entry['name'][:80]})",
                note=note,
            )
        )


def _source(entry: dict[str, object]) -> dict[str, object]:
    value = entry.get("source")
    return value if isinstance(value, dict) else {}


def _table(entry: dict[str, object], key: str) -> dict[str, object]:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _origin(entry: dict[str, object], source: dict[str, object]) -> PackageSource:
    """Return where an entry comes from: an index, a repository, an archive or a folder."""
    hashes = tuple(sorted({*file_digests(entry.get("wheels", [])), *file_digests(entry.get("sdist", {}))}))
    if git := text_of(source, "git"):
        place, _, commit = without_credentials(git).partition("#")
        folder = parse_qs(git.partition("#")[0].partition("?")[2]).get("subdirectory", [""])[0]
        return PackageSource(origin=f"git+{place}@{commit}" + (f"#subdirectory={folder}" if folder else ""))
    if url := text_of(source, "url"):
        return PackageSource(origin=f"{ANY_ARCHIVE} {without_credentials(url).partition('#')[0]}", hashes=hashes)
    if "path" in source:
        return PackageSource(origin=ANY_ARCHIVE, hashes=hashes)
    if "editable" in source or "directory" in source:
        return PackageSource(origin="editable" if "editable" in source else "directory")
    return PackageSource(hashes=hashes)

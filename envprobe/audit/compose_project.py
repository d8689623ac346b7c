"""A Compose project of several files: overrides laid over, `include` and `extends` followed, each line knowing its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TypeVar

import msgspec

from ..error import DocumentError
from .compose import merged, shifted
from .documents import Budget, child, items, pairs, read_yaml, text
from .expand import expand, is_open, read_dotenv
from .model import STRIDE, Scalar, SourceText, Tree

DEPTH, FILES, CHARACTERS = 10, 50, 4 << 20
"""How deep files may name others, how many a project may have, and how much they hold together."""
FAULTS, LONGEST = 100, 400
IMPORTED = ("services", "volumes", "networks", "secrets", "configs", "models")
"""What an included file adds."""
TreeOrScalar = TypeVar("TreeOrScalar", bound="Tree | Scalar")
OpenFile = Callable[[str, str], tuple[str, str]]
"""A folder and the name that somebody wrote there, to the file's own name and its text; DocumentError where it is not read."""


class _Place(msgspec.Struct, frozen=True):
    """Where a file's relative names start, and the variables that it is read with."""

    folder: str
    variables: Mapping[str, str]


class ComposeProject:
    """Reads the files of a project, each once; what one cannot follow is a fault, and the rest is read on."""

    def __init__(self, name: str, open_file: OpenFile) -> None:
        self.sources: list[SourceText] = []
        self.unread: dict[tuple[str, str], None] = {}
        """Names of files, and what in them could not be followed."""
        self._places: list[_Place] = []
        self._open = open_file
        self._budget, self._left = Budget(name), CHARACTERS
        self._texts: dict[tuple[str, str], tuple[str, str]] = {}
        self._trees: dict[str, tuple[Tree, ...]] = {}
        self._included: dict[tuple[str, ...], Tree] = {}
        self._services: dict[tuple[int, str], Tree | Scalar] = {}

    def read(
        self, files: Sequence[tuple[str, str]], folder: str, variables: Mapping[str, str], chain: tuple[str, ...] = ()
    ) -> Tree:
        """Return what files of these names and texts come to, the later laid over the earlier. Raises DocumentError."""
        whole = Tree({}, 1)
        for name, content in files:
            for tree in self._parsed(name, content, _Place(folder, variables)):
                extended = self._with_bases(tree)
                for row in items(tree, "include"):
                    extended = merged(self._include(row, (*chain, name)), extended)
                whole = merged(whole, extended)
        return whole

    def variables(self, line: int) -> Mapping[str, str]:
        """Return the variables that hold where a line stands."""
        return self._places[line // STRIDE].variables

    def _parsed(self, name: str, content: str, place: _Place) -> tuple[Tree, ...]:
        if name in self._trees:
            return self._trees[name]
        self._left -= len(content)
        if len(self.sources) >= FILES or self._left < 0:
            raise DocumentError(f"a project of more than {FILES} files or {CHARACTERS >> 20} MB, which is as much as is read")
        by = len(self.sources) * STRIDE
        found = [shifted(tree, by) for tree in read_yaml(content, name, self._budget)]
        self.sources.append(SourceText(name, tuple(row.rstrip("\r") for row in content.split("\n"))))
        self._places.append(place)
        self._trees[name] = tuple(tree for tree in found if isinstance(tree, Tree))
        return self._trees[name]

    def _fault(self, line: int, what: str) -> None:
        if self._budget.left < 0:
            raise DocumentError(what)
        if len(self.unread) >= FAULTS:
            raise DocumentError(f"more than {FAULTS} names that cannot be followed")
        self.unread[self.sources[line // STRIDE].name, f"line {line % STRIDE}: {what[:LONGEST]}"] = None

    def _opened(self, named: Scalar, place: _Place) -> tuple[str, str]:
        name = expand(named.text, place.variables)
        if is_open(name):
            raise DocumentError(f"{name}: nobody here knows the variable; set it in .env")
        if (place.folder, name) not in self._texts:
            self._texts[place.folder, name] = self._open(place.folder, name)
        return self._texts[place.folder, name]

    # include

    def _include(self, row: Tree | Scalar, chain: tuple[str, ...]) -> Tree:
        """Return what an item of `include` adds; nothing, and a fault, where it cannot be read."""
        named = [one for one in ([row] if isinstance(row, Scalar) else items(row, "path")) if isinstance(one, Scalar)]
        place = self._places[row.line // STRIDE]
        try:
            if not named:
                raise DocumentError("expected a path")
            files = [self._opened(one, place) for one in named]
            names = tuple(name for name, _ in files)
            _refuse_circle(chain, names)
            if names not in self._included:
                whole = self.read(files, self._folder_of(row, names[0], place), self._variables_of(row, names[0], place), chain)
                kept = {name: value for name, value in whole.members.items() if name in IMPORTED}
                self._included[names] = Tree(kept, whole.line, lines=whole.lines)
            return self._counted(self._included[names])
        except DocumentError as error:
            self._fault(row.line, f"include: {error.message}")
            return Tree({}, row.line)

    def _folder_of(self, row: Tree | Scalar, first: str, place: _Place) -> str:
        named = expand(text(row, "project_directory"), place.variables)
        return str(PurePath(place.folder, named)) if named else str(PurePath(first).parent)

    def _variables_of(self, row: Tree | Scalar, first: str, place: _Place) -> Mapping[str, str]:
        """Return the variables of an included file: its own `.env` or `env_file`, under those of who includes it."""
        found: dict[str, str] = {}
        named = [one for one in items(row, "env_file") if isinstance(one, Scalar)] if isinstance(row, Tree) else []
        for one in named:
            found |= read_dotenv(self._opened(one, place)[1])
        if not named:
            with suppress(DocumentError):  # most have none
                found |= read_dotenv(self._open(self._folder_of(row, first, place), ".env")[1])
        return {**found, **place.variables}

    # extends

    def _with_bases(self, tree: Tree) -> Tree:
        services = child(tree, "services")
        if not isinstance(services, Tree) or services.is_list:
            return tree
        whole = {name: self._service(services, name, ()) for name, _, _ in pairs(services)}
        return Tree({**tree.members, "services": Tree(whole, services.line, lines=services.lines)}, tree.line, lines=tree.lines)

    def _service(self, services: Tree, name: str, chain: tuple[str, ...]) -> Tree | Scalar:
        """Return a service with what it extends below it."""
        service = services.members[name]
        key = (services.line, name)
        if key not in self._services:
            self._services[key] = self._extended(service, services, name, chain)
        return self._services[key]

    def _extended(self, service: Tree | Scalar, services: Tree, name: str, chain: tuple[str, ...]) -> Tree | Scalar:
        row = child(service, "extends")
        if row is None or not isinstance(service, Tree):
            return service
        here = (*chain, f"{name} ({self.sources[services.line // STRIDE].name})")
        try:
            base = self._base(row, services, here)
        except DocumentError as error:
            self._fault(service.lines.get("extends", row.line), f"extends: {error.message}")
            return service
        return merged(base, service) if isinstance(base, Tree) else service

    def _base(self, row: Tree | Scalar, services: Tree, chain: tuple[str, ...]) -> Tree | Scalar | None:
        """Return the service that an `extends` names, None where its own file has none of that name."""
        named = row.text if isinstance(row, Scalar) else text(row, "service")
        other = child(row, "file")
        found = [services] if other is None else list(self._services_of(other))
        holding = next((one for one in found if named in one.members), None)
        if holding is None:
            if isinstance(other, Scalar):
                raise DocumentError(f"{other.text} has no service {named!r}")
            return None
        _refuse_circle(chain, (f"{named} ({self.sources[holding.line // STRIDE].name})",))
        return self._counted(self._service(holding, named, chain))

    def _counted(self, tree: TreeOrScalar) -> TreeOrScalar:
        """Count what is used once more among the values of the project: each use is merged, and costs as much as itself."""
        self._budget.take(0, _size(tree))
        return tree

    def _services_of(self, named: Tree | Scalar) -> Iterator[Tree]:
        if isinstance(named, Tree):
            raise DocumentError("file: expected a path")
        place = self._places[named.line // STRIDE]
        name, content = self._opened(named, place)
        for tree in self._parsed(name, content, _Place(str(PurePath(name).parent), place.variables)):
            services = child(tree, "services")
            if isinstance(services, Tree) and not services.is_list:
                yield services


def _size(tree: Tree | Scalar) -> int:
    return 1 + sum(_size(one) for one in tree.members.values()) if isinstance(tree, Tree) else 1


def _refuse_circle(chain: Sequence[str], names: Sequence[str]) -> None:
    again = next((name for name in names if name in chain), None)
    if again is not None:
        raise DocumentError(f"a circle: {' → '.join([*chain[chain.index(again) :], again])}")
    if len(chain) > DEPTH:
        raise DocumentError(f"more than {DEPTH} levels deep, which is as far as is read")

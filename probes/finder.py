"""Which file or folder `import NAME` finds, from folder listings alone: nothing is imported."""

import os

from .entry import entries_of


class Found:
    """What import finds.

    `kind` is package, module, extension, bytecode, namespace, or inside (the interpreter itself has it);
    `entry` the place on sys.path and `name` what it is called there (`six.py`, `numpy`); `path` the whole path.
    """

    def __init__(self, kind, entry=None, name=""):
        self.kind, self.entry, self.name = kind, entry, name

    @property
    def path(self):
        return os.path.join(self.entry.path, self.name) if self.entry else ""


class Finder:
    """Looks along the entries in order, as importlib's PathFinder does."""

    def __init__(self, entries, interpreter):
        self.entries = entries
        self.suffixes = tuple(interpreter.suffixes)
        self._extensions = frozenset(interpreter.extension_suffixes)
        self._has_inside = interpreter.has_inside

    def find(self, module):
        """Return the Found of a top-level module, or None. A namespace folder loses against anything later on the path."""
        if self._has_inside(module):
            return Found("inside")
        namespace = None
        for entry in self.entries:
            found = self.find_in(entry, module)
            if found and found.kind != "namespace":
                return found
            namespace = namespace or found
        return namespace

    def find_in(self, entry, module):
        """Return what one entry has for a module: a package comes before extensions, source and bytecode, in that order."""
        is_folder = False
        if module in entry.names:
            if any(entry.is_file(module + "/__init__" + suffix) for suffix in self._package_order()):
                return Found("package", entry, module)
            is_folder = entry.is_folder(module)
        for suffix in self.suffixes:
            if module + suffix in entry.names and entry.is_file(module + suffix):
                return Found(self._kind(suffix), entry, module + suffix)
        return Found("namespace", entry, module) if is_folder else None

    def _package_order(self):
        return (".py",) + self.suffixes  # almost every package has an __init__.py, and any suffix will do

    def _kind(self, suffix):
        if suffix in self._extensions:
            return "extension"
        return "bytecode" if suffix == ".pyc" else "module"


def finder_of(host):
    """Return the Finder over this machine's sys.path."""
    return Finder(host.once(entries_of), host.interpreter)

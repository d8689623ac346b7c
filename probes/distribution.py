"""The distributions on sys.path, each copy of them: read from folder listings, without importlib.metadata.

importlib.metadata is slow, is not there before Python 3.8, and does not say which of two copies import would take.
"""

import os

from . import record
from .entry import entries_of
from .metadata import from_folder_name, name_and_version, normal_name

METADATA_FILE = {"dist-info": "METADATA", "egg-info": "PKG-INFO", "egg": "PKG-INFO", "egg-info file": ""}


class Distribution:
    """One copy of a distribution: where its metadata lies and what it says.

    `entry` is the place on sys.path and `folder` the metadata's name in there; `version` is empty where nothing says one.
    `brought` are the names in the entry that it says it brought; where only module names are known they are in `modules`.
    """

    def __init__(self, entry, folder, kind):
        self.entry, self.folder, self.kind = entry, folder, kind
        name, self.version = name_and_version(entry, self._path(METADATA_FILE[kind]))
        hinted_name, hinted_version = from_folder_name(os.path.basename(entry.path) if kind == "egg" else folder, name)
        self.name = normal_name(name or hinted_name)
        self.hinted_version = hinted_version
        self.has_metadata = bool(name)
        data = self.read("RECORD") if kind == "dist-info" else None
        self.record = None if data is None else record.Record(data, folder)
        self.brought, self.modules = self._contents(hinted_name)

    def _path(self, name):
        return self.folder + "/" + name if name else self.folder

    def read(self, name, limit_bytes=record.LIMIT_BYTES):
        """Return the bytes of a file in the metadata folder, or None."""
        return None if self.kind == "egg-info file" else self.entry.read(self._path(name), limit_bytes)

    def line(self, name):
        """Return the first line of a file in the metadata folder, or an empty string."""
        data = (self.read(name, 1000) or b"").decode("utf-8", "backslashreplace").strip()
        return data.splitlines()[0][:200] if data else ""

    def _contents(self, hinted_name):
        if self.record is not None:
            return self.record.top_level(), set()
        listed = self.read("installed-files.txt")  # pip's note of what `setup.py install` did, relative to the egg-info
        if listed is not None:
            relative = [line[3:] for line in listed.splitlines() if line.startswith(b"../")]
            return record.Record(b"\n".join(relative), self.folder).top_level(), set()
        return set(), self.named_modules() or {hinted_name.replace("-", "_")}

    def named_modules(self):
        """Return the modules in setuptools' top_level.txt; none where there is no such file."""
        words = (self.read("top_level.txt") or b"").decode("utf-8", "backslashreplace").split()
        return {word for word in words if word.isidentifier()}

    def owns(self, name):
        """Tell whether a name in its entry is its own."""
        return name in self.brought or name.partition(".")[0] in self.modules

    def stems(self):
        """Return the top-level modules that it brought, sorted: what `import` could be asked for."""
        stems = set(self.modules)
        for name in self.brought:
            stem, dot, rest = name.partition(".")
            if stem.isidentifier() and (not dot or rest.endswith(("so", "py", "pyc", "pyd"))):
                stems.add(stem)
        return sorted(stems)

    @property
    def is_gone(self):
        """Whether everything that its RECORD lists beside the metadata has left the folder: only the metadata is here."""
        return bool(self.brought) and not self.brought & self.entry.names and self.entry.kind == "folder"


def copies_of(host):
    """Return every copy of every distribution, in the order of sys.path; in one folder those come first that fit the files."""
    found = []
    for entry in host.once(entries_of):
        here = [Distribution(entry, name, kind) for name, kind in sorted(_metadata_in(entry))]
        here = [copy for copy in here if copy.name]
        names = [copy.name for copy in here]
        if len(set(names)) < len(names):
            here.sort(key=lambda copy: (copy.name, not copy.version, copy.is_gone, -_fit(copy)))
        found += here
    return found


def _metadata_in(entry):
    for name in entry.names:
        if name.endswith(".dist-info") and not name.startswith("~"):
            yield name, "dist-info"
        elif name.endswith(".egg-info") and not name.startswith("~"):
            yield name, "egg-info" if entry.is_folder(name) else "egg-info file"
        elif name == "EGG-INFO":
            yield name, "egg"


def _fit(copy, limit=200):
    """Return how many of the first files of RECORD have the size that it says: which of two metadata folders is true."""
    fits = 0
    for line in (copy.record.data if copy.record else b"").splitlines()[:limit]:
        path, _, size = line.rpartition(b",")
        path = path.rpartition(b",")[0]
        if size.isdigit() and not path.startswith((b"/", b"..")):
            try:
                fits += os.stat(os.path.join(os.fsencode(copy.entry.path), path)).st_size == int(size)
            except OSError:
                pass
    return fits

"""Files in a distribution's own folders that no RECORD lists: put there by hand, or left behind."""

import os

from .regular import Outside, Refused

NOISE = (b".DS_Store", b"Thumbs.db", b"desktop.ini")
SUFFIXES = (b".so", b".pyd", b".py", b".pyc")
PACKAGE, NONE = -10, -100
"""What a package's rank is lower by, and below every rank."""


def is_noise(name):
    """Tell whether a file is nobody's: what file managers and NFS leave behind."""
    return name in NOISE or name.startswith((b".nfs", b"._"))


class Claims:
    """What the RECORDs of one entry of sys.path list, and whose each folder is. Paths are bytes, relative to the entry."""

    def __init__(self, root):
        self.root = root
        self._listed = set()
        self._owners = {}
        self._ranks = None

    def add(self, name, rows):
        """Add the rows of one distribution's RECORD. Of two that share a folder the first added owns what nobody lists."""
        for row in rows:
            path = row[0]
            self._listed.add(path)
            folder = path.rpartition(b"/")[0]
            while folder and folder not in self._owners:
                self._owners[folder] = name
                folder = folder.rpartition(b"/")[0]

    def folders(self):
        """Return the top-level folders that packages lie in, sorted; not those of the metadata."""
        tops = (name for name in self._owners if b"/" not in name and name not in (b"..", b"__pycache__"))
        return sorted(name for name in tops if not name.endswith((b".dist-info", b".egg-info")))

    def owners(self, top):
        """Return the names of the distributions that have a part in a top-level folder."""
        return {name for folder, name in self._owners.items() if folder == top or folder.startswith(top + b"/")}

    def unlisted(self, top):
        """Yield (owner's name, relative path) of every file below a top-level folder that is not listed."""
        for parent, folders, names in os.walk(os.path.join(self.root, top)):
            folders[:] = sorted(name for name in folders if name != b"__pycache__")
            below = parent[len(self.root) + 1 :]
            for name in sorted(names):
                relative = below + b"/" + name
                if relative not in self._listed and not is_noise(name):
                    yield self._owner(below), relative

    def is_taken_first(self, relative):
        """Tell whether import would take an unlisted file in the place of a listed module: a package, then extensions, then sources."""
        folder, stem, rank = _module_at(relative)
        return rank is not None and self._best_listed(folder, stem) > rank

    def _best_listed(self, folder, stem):
        """Return the rank of the listed module of this name: the lowest comes first in import; NONE where there is none."""
        if self._ranks is None:
            self._ranks = {}
            for path in self._listed:
                parent, found, rank = _module_at(path)
                if rank is not None:
                    self._ranks[parent, found] = min(rank, self._ranks.get((parent, found), rank))
        return self._ranks.get((folder, stem), NONE)

    def _owner(self, folder):
        while folder not in self._owners:
            folder = folder.rpartition(b"/")[0]
        return self._owners[folder]


def digest(reader, path):
    """Return the digest of an unlisted file, or the reason why there is none."""
    try:
        return "sha256:" + reader.hash(reader.locate(path)[0]).hexdigest()
    except Refused as refusal:
        return _behind(reader, path) if isinstance(refusal, Outside) else str(refusal)
    except OSError as error:
        return "unreadable: %s" % error.strerror


def _behind(reader, path):
    """Return the digest of code that a link leads to outside of this Python; of anything else that it is outside."""
    try:
        if path.endswith(SUFFIXES):
            return "sha256:" + reader.hash(reader.follow(path)[0]).hexdigest()
    except (OSError, Refused):
        pass
    return "outside the folders of this Python"


def _module_at(path):
    """Return (folder, module, rank) of a file: a package by what its `__init__` is, which may be an extension module, too."""
    folder, _, name = path.rpartition(b"/")
    stem, rank = _module(name)
    if stem == b"__init__" and folder:
        folder, _, stem = folder.rpartition(b"/")
        rank = None if rank is None else rank + PACKAGE
    return folder, stem, rank


def _module(name):
    """Return (module, rank) of a file that import may take, the lower rank first; the rank is None for any other file."""
    stem, _, rest = name.partition(b".")
    for rank, suffix in enumerate(SUFFIXES):
        if name.endswith(suffix) and stem.replace(b"_", b"a").isalnum() and (rank < 2 or b"." + rest == suffix):
            return stem, rank
    return stem, None

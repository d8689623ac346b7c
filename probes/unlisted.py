"""Files in a distribution's own folders that no RECORD lists: put there by hand, or left behind."""

import os

from .regular import Refused


class Claims:
    """What the RECORDs of one entry of sys.path list, and whose each folder is. Paths are bytes, relative to the entry."""

    def __init__(self, root):
        self.root = root
        self._listed = set()
        self._owners = {}

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
                if relative not in self._listed:
                    yield self._owner(below), relative

    def _owner(self, folder):
        while folder not in self._owners:
            folder = folder.rpartition(b"/")[0]
        return self._owners[folder]


def digest(reader, path):
    """Return the digest of an unlisted file, or the reason why there is none."""
    try:
        return "sha256:" + reader.hash(reader.locate(path)[0]).hexdigest()
    except Refused as refusal:
        return str(refusal)
    except OSError as error:
        return "unreadable: %s" % error.strerror

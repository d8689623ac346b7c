"""Which copy of each distribution counts: the first on sys.path whose files are there, as import resolves it."""

import os

from .distribution import copies_of
from .version import same


class Package:
    """One PEP 503 name: the copy that counts, the copies that it shadows, and what is broken about any of them.

    `url` is the copy's direct_url.json, `source` the folder of an editable install; both empty where there is none.
    """

    def __init__(self, name, copies):
        self.name = name
        self.copy = next((copy for copy in copies if _counts(copy)), None) or next((c for c in copies if c.version), copies[0])
        self.url, self.source = {}, ""
        if self.copy.folder.endswith(".dist-info"):
            self._read_origin()
        others = [copy for copy in copies if copy is not self.copy and not self._is_own_source(copy)]
        self.shadowed = [copy for copy in others if self._shadows(copy)]
        self.remains = [copy for copy in others if not self._shadows(copy)]

    def _read_origin(self):
        if self.copy.read("direct_url.json", 1) is None:
            return
        from . import origin  # rare, and it needs urllib

        self.url = origin.direct_url(self.copy)
        if self.url and origin.is_editable(self.url):
            self.source = origin.source_folder(self.url)

    def _shadows(self, copy):
        return _counts(copy) and copy.entry is not self.copy.entry

    def _is_own_source(self, copy):
        """Tell whether a copy is the egg-info in the project that an editable install points at: the same thing twice."""
        return self.is_in_source(copy.entry.path)

    def is_in_source(self, path):
        """Tell whether a path lies in the project of an editable install."""
        return bool(self.source) and _is_below(path, self.source)

    def stems(self):
        """Return the top-level modules to ask import for; RECORD of an editable install lists none, top_level.txt does."""
        named = self.copy.named_modules() if self.source else set()
        return sorted(named.union(self.copy.stems()))

    def expects(self, found):
        """Tell whether what import found is this distribution's own."""
        if found.kind in ("inside", "namespace"):
            return found.kind == "namespace"
        if self.is_in_source(found.path):
            return True
        return found.entry is self.copy.entry and self.copy.owns(found.name)

    def broken(self, host):
        """Return what is broken, in words that hold no machine path."""
        words = []
        if not self.copy.version:
            words.append("no version" if self.copy.has_metadata else "no METADATA")
        elif self.copy.hinted_version and not same(self.copy.version, self.copy.hinted_version):
            words.append("folder says %s" % self.copy.hinted_version)
        if self.copy.is_gone:
            words.append("files gone")
        for copy in self.remains:
            words.append("%s in %s" % (_fault(copy), host.place(os.path.join(copy.entry.path, copy.folder))))
        return words


def _counts(copy):
    return bool(copy.version) and not copy.is_gone


def _fault(copy):
    if not copy.version:
        return "no version" if copy.has_metadata else "no METADATA"
    return "files gone" if copy.is_gone else "second metadata"


def _is_below(path, folder):
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path == folder or path.startswith(folder + os.sep)


def packages_of(host):
    """Return the Package of every name, sorted by name."""
    by_name = {}
    for copy in host.once(copies_of):
        by_name.setdefault(copy.name, []).append(copy)
    return [Package(name, by_name[name]) for name in sorted(by_name)]

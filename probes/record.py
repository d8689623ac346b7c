"""RECORD: what an installer says it put where (the "Recording installed projects" specification, PEP 376 and 627)."""

import hashlib
import re

LIMIT_BYTES = 1 << 26
_SCRIPT = re.compile(rb"^(?:\.\./)+(?:.*/)?(?:bin|Scripts)/")
_UP = re.compile(rb"^(?:\.\./)+")


class Record:
    """What one RECORD lists. `data` are its bytes, `own` the name of the metadata folder that it lies in."""

    def __init__(self, data, own):
        self.data = data
        self._own = own.encode("utf-8", "surrogateescape") + b"/"
        self._lines = [line for line in data.splitlines() if line and not line.endswith(b".pyc,,")]

    def top_level(self):
        """Return the first part of every path: the names in the folder that holds the package."""
        heads = {line.partition(b"/")[0] for line in self._lines}  # of a name that is no folder, the whole line
        first = {head.partition(b",")[0].lstrip(b'"') for head in heads} - {b"", b"..", b"__pycache__", self._own[:-1]}
        return {name.decode("utf-8", "surrogateescape") for name in first}

    def paths(self):
        """Return the paths, relative to the folder of the package, of what it lists: not the installer's own notes."""
        return self._paths(self._lines)

    def without_digest(self):
        """Return the paths, relative to the folder of the package, of which no digest is recorded: not those of the installer's own notes."""
        return self._paths(line for line in self._lines if line.endswith(b",,"))

    def _paths(self, lines):
        listed = [line.rsplit(b",", 2)[0].strip(b'"') for line in lines if not line.startswith((self._own, b"/"))]
        return [path.decode("utf-8", "surrogateescape") for path in listed if b".." not in path.split(b"/")]

    def digest(self):
        """Return the digest of what the distribution brought, whoever installed it, in whatever order it was written down.

        Left out: `.pyc` (made on the machine), scripts (their first line names the interpreter) and the metadata folder (the
        installer's own notes). How many `../` lead out of the folder depends on the installation scheme, so they are dropped.
        """
        kept = [line for line in self._lines if not line.startswith((self._own, b"../"))]
        kept += [_UP.sub(b"", line) for line in self._lines if line.startswith(b"../") and not _SCRIPT.match(line)]
        kept.sort()
        return "sha256:" + hashlib.sha256(b"\n".join(kept)).hexdigest()


def rows(data):
    """Return (path, algorithm, digest, size in bytes) of every line; the first three as bytes, empty where none is recorded.

    Paths are as written: they may be absolute, lead anywhere by `..`, or hold any byte. Lines without a path are dropped.
    Raises ValueError where quoting makes no sense.
    """
    lines = _quoted(data) if b'"' in data else [line.rsplit(b",", 2) for line in data.splitlines()]
    found = []
    for parts in lines:
        if parts and parts[0]:
            path, checked, size = (parts + [b"", b""])[:3]
            algorithm, _, value = checked.partition(b"=")
            found.append((path, algorithm, value, int(size) if size.isdigit() else 0))
    return found


def _quoted(data):
    import csv  # rare: a path with a comma in it
    import io

    text = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
    try:
        return [[part.encode("utf-8", "surrogateescape") for part in row] for row in csv.reader(text)]
    except csv.Error as error:
        raise ValueError("RECORD: %s" % error)

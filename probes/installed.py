"""The files that RECORD lists, against what is there: changed, gone, or with bytecode that says something else."""

import base64
import binascii
import hashlib
import os

from .bytecode import Moment, shown
from .record import rows
from .regular import Outside, Refused

# Made or rewritten by installers after the wheel's own RECORD was made.
INSTALLERS_OWN = frozenset((b"RECORD", b"RECORD.jws", b"RECORD.p7s", b"INSTALLER", b"REQUESTED", b"direct_url.json"))
CODE = (b".py", b".so", b".pyd")
PLUGINS = b"entry_points.txt"
SCRIPT_FOLDERS = (b"bin", b"Scripts")  # the first line of a script names the interpreter


class Subject:
    """One distribution with a RECORD. `rows` are (path below `root`, algorithm, digest, size in bytes), as RECORD has them.

    Raises ValueError where RECORD cannot be read.
    """

    def __init__(self, copy, sums=None):
        self.copy, self.name, self.root = copy, copy.name, os.fsencode(copy.entry.path)
        self._folder = os.fsencode(copy.folder)
        self.rows = rows(copy.record.data) if sums is None else _as_dpkg_says(rows(copy.record.data), self.root, sums)
        self.moment = self._finished()

    def _finished(self):
        try:
            return Moment([os.path.join(self.root, self._folder, name) for name in (b"INSTALLER", b"RECORD")])
        except OSError:
            return None

    def unlisted_plugins(self):
        """Return the path of entry_points.txt where it is there and RECORD does not list it: it says what other programs import."""
        path = self._folder + b"/" + PLUGINS
        is_listed = any(row[0] == path for row in self.rows)
        return b"" if is_listed or not os.path.lexists(os.path.join(self.root, path)) else path

    def checked_rows(self):
        """Return the rows whose files are looked at: no bytecode caches, and nothing that installers write for themselves."""
        return [row for row in self.rows if not self._is_exempt(row[0])]

    def _is_exempt(self, path):
        if path.endswith(b".pyc") and b"__pycache__/" in path:
            return True
        folder, _, name = path.rpartition(b"/")
        return folder == self._folder and name in INSTALLERS_OWN


def _as_dpkg_says(listed, root, sums):
    """Return the rows with dpkg's digests: the RECORD of a Debian package tells what was built, not what was packaged."""
    tops = {row[0].partition(b"/")[0] for row in listed if not row[0].startswith((b"/", b".."))}
    found = [(path[len(root) + 1 :], digest) for path, digest in sums.items() if path.startswith(root + b"/")]
    found = [(path, digest) for path, digest in found if path.partition(b"/")[0] in tops]
    return [(path, b"md5", base64.urlsafe_b64encode(binascii.unhexlify(digest)), 0) for path, digest in sorted(found)]


class Checker:
    """Looks at one file at a time."""

    def __init__(self, reader, bytecode):
        self._reader, self._bytecode = reader, bytecode

    def check(self, subject, row):
        """Return (fault, path as bytes, detail) for each thing that is wrong with the file of one row.

        Faults: `missing`, `outside`, `unreadable` (detail: why), `modified` (detail: the digest that it has), `stale_pyc`.
        """
        relative = row[0]
        path = os.path.normpath(os.path.join(subject.root, relative))
        try:
            if relative.endswith(b".py") and not relative.startswith((b"..", b"/")):
                return self._check_source(subject, row, path)
            real, _ = self._reader.locate(path)
            if (
                _is_script(relative)
                or not row[2]
                or row[2].rstrip(b"=") == _spelled(self._reader.hash(real, row[1].decode("ascii")))
            ):
                return []
            return [("modified", relative, "sha256:" + self._reader.hash(real).hexdigest())]
        except (FileNotFoundError, NotADirectoryError):
            return [("missing", relative, "")]
        except Outside:
            return self._check_link(subject, row, path)
        except (OSError, ValueError, Refused, RecursionError, MemoryError) as error:
            return [("unreadable", relative, getattr(error, "strerror", None) or str(error) or type(error).__name__)]

    def _check_link(self, subject, row, path):
        """Compare what a link leads to outside of this Python. Of data there nothing is recorded, not even a digest."""
        relative = row[0]
        try:
            real, status = self._reader.follow(path)
            if relative.endswith(b".py") and not relative.startswith((b"..", b"/")):
                return self._check_found(subject, row, path, (real, status))
            if row[2] and row[2].rstrip(b"=") == _spelled(self._reader.hash(real, row[1].decode("ascii"))):
                return []
            if relative.endswith(CODE):
                return [("modified", relative, "sha256:" + self._reader.hash(real).hexdigest())]
        except (OSError, ValueError, Refused, RecursionError, MemoryError):
            pass
        return [("outside", relative, "")]

    def _check_source(self, subject, row, path):
        return self._check_found(subject, row, path, self._reader.locate(path))

    def _check_found(self, subject, row, path, located):
        relative, algorithm, expected, _ = row
        real, status = located
        source = self._reader.read(real, status.st_size)
        is_as_recorded = bool(expected) and expected.rstrip(b"=") == _spelled(hashlib.new(algorithm.decode("ascii"), source))
        faults = (
            [] if is_as_recorded or not expected else [("modified", relative, "sha256:" + hashlib.sha256(source).hexdigest())]
        )
        stale = self._bytecode.stale(path, source, status, subject.moment if is_as_recorded else None)
        return faults + ([("stale_pyc", shown(stale, path, subject.root), "")] if stale else [])


def _is_script(relative):
    return relative.startswith(b"..") and os.path.basename(os.path.dirname(relative)) in SCRIPT_FOLDERS


def _spelled(hasher):
    return base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=")

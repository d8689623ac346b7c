"""Is a `.pyc` that import would use what its source says?

PEP 552: a `.pyc` names its source by modification time and size, or by a hash that may be unchecked. Neither says anything
about the code in it. The one proof is to compile the source and compare; that costs ten times as much as hashing it, so a
distribution's `.pyc` is believed without it where it was last touched before the installer finished (see `Moment`).
"""

import hashlib
import marshal
import os
import struct
import sys
import warnings
from importlib.util import MAGIC_NUMBER

from .regular import Outside, Refused

_TIMED, _HASHED, _CHECKED = 0, 1, 2
_PLAIN = 2  # the newest marshal format without references, which depend on who else holds an object
_TIME_AND_SIZE = struct.Struct("<II")


class Moment:
    """When the installer had compiled everything: pip writes INSTALLER and RECORD after the last `.pyc`.

    A program can set a file's mtime, but not its ctime, so whatever changed a `.pyc` later left a later ctime. What this
    cannot see: an image squashed into one layer in which the times of all files were set to one moment.
    """

    def __init__(self, paths):
        statuses = [os.stat(path) for path in paths]
        self._mtime_ns = min(status.st_mtime_ns for status in statuses)
        self._ctime_ns = min(status.st_ctime_ns for status in statuses)

    def is_after(self, status):
        """Tell whether a file was surely last touched before this moment.

        The same tick of the clock is not enough, but the same second is, where the file system counts in seconds.
        """
        if status.st_ctime_ns == self._ctime_ns and self._ctime_ns % 1000000000:
            return False
        return status.st_mtime_ns <= self._mtime_ns and status.st_ctime_ns <= self._ctime_ns


class Bytecode:
    """Checks the `.pyc` files of one interpreter, the running one: another version's cannot be judged from here."""

    def __init__(self, interpreter, reader):
        self._reader = reader
        self._header_bytes = 16 if interpreter.version >= (3, 7) else 12
        self._optimize = interpreter.optimize
        suffix = ".opt-%d" % self._optimize if self._optimize else ""
        self._ending = os.fsencode(".%s%s.pyc" % (interpreter.cache_tag, suffix))
        self._prefix = os.fsencode(interpreter.pycache_prefix)

    def path(self, source):
        """Return where import looks for the `.pyc` of a source path (bytes)."""
        folder, name = os.path.split(source)
        parts = (self._prefix, folder.lstrip(b"/")) if self._prefix else (folder, b"__pycache__")
        return os.path.join(*parts) + b"/" + name[: -len(b".py")] + self._ending

    def stale(self, path, source, status, moment=None):
        """Return the path of the `.pyc` that import would run and that is not what the source says, or None.

        `source` are the bytes at `path`, `status` its stat result. `moment` is given only where the source is what the
        installer brought.
        """
        used = self.used(path, source, status, moment)
        return used[0] if used and self.is_other(used[1], source) else None

    def used(self, path, source, status, moment=None):
        """Return (path, content) of the `.pyc` that import would run in place of the source, or None.

        None as well for one that was surely last touched before `moment`: it needs no look.
        """
        pyc = self.path(path)
        try:
            real, pyc_status = self._located(pyc)
            if moment and moment.is_after(pyc_status):
                return None
            data = self._reader.read(real, pyc_status.st_size)
        except (OSError, Refused):
            return None  # none there, or none that import can read
        return (pyc, data) if self.is_used(data, source, status) else None

    def _located(self, pyc):
        try:
            return self._reader.locate(pyc)
        except Outside:
            return self._reader.behind(pyc)

    def pairs(self):
        """Return a hash to which pairs of a source and its `.pyc` are added: two that are equal have the same verdict.

        What is compiled, and so what a `.pyc` should say, follows from the source, this very Python and how far it optimizes.
        """
        return hashlib.sha256(("%s %d" % (sys.version, self._optimize)).encode("utf-8") + MAGIC_NUMBER)

    def body(self, data):
        """Return what of a `.pyc` stands behind its header, which says only which source it is of."""
        return data[self._header_bytes :]

    def is_other(self, data, source):
        """Tell whether a `.pyc` says something else than the source: both as bytes, whichever it claims to be of."""
        try:
            found = marshal.loads(self.body(data))
        except (EOFError, ValueError, TypeError):
            return True
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                name = getattr(found, "co_filename", "<source>")  # where it was compiled is marshalled too
                expected = compile(source, name, "exec", dont_inherit=True, optimize=self._optimize)
            if marshal.dumps(found, _PLAIN) == marshal.dumps(expected, _PLAIN):
                return False
        except (SyntaxError, ValueError):
            return True
        return not same_code(found, expected)

    def is_used(self, data, source, source_status):
        """Tell whether import would take this `.pyc` instead of compiling the source anew; only its header is looked at."""
        if len(data) < self._header_bytes or data[:4] != MAGIC_NUMBER:
            return False
        flags = int.from_bytes(data[4:8], "little") if self._header_bytes == 16 else _TIMED
        if flags & _HASHED:
            return not flags & _CHECKED or data[8:16] == _source_hash(source)
        mtime_s, size_bytes = _TIME_AND_SIZE.unpack_from(data, self._header_bytes - _TIME_AND_SIZE.size)
        return (mtime_s, size_bytes) == (int(source_status.st_mtime) & 0xFFFFFFFF, source_status.st_size & 0xFFFFFFFF)


def shown(pyc, path, root):
    """Return how a `.pyc` is called: by its path below a folder, or by its source's where it lies elsewhere. Paths are bytes."""
    return os.path.relpath(pyc if pyc.startswith(root.rstrip(b"/") + b"/") else path, root)


def _source_hash(source):
    from importlib.util import source_hash  # novermin: headers have flags, and so a hash, from Python 3.7 on

    return source_hash(source)


_PARTS = (
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_stacksize",
    "co_nlocals",
    "co_code",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_firstlineno",
    "co_exceptiontable",
)


def same_code(one, other):
    """Tell whether two code objects do the same, looking at neither file names nor line tables.

    For the few whose marshalled bytes differ: nothing decides the order in which sets are written. And not `==`: up to 3.10 it
    ignores flags, it takes one NaN for another number, and from 3.11 on it compares column tables, which
    `-X no_debug_ranges` leaves out.
    """
    if type(one) is not type(other):
        return False
    if hasattr(one, "co_code"):
        return all(getattr(one, part, None) == getattr(other, part, None) for part in _PARTS) and same_code(
            one.co_consts, other.co_consts
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same_code, one, other))
    if isinstance(one, (float, complex, frozenset)):  # 0.0 equals -0.0, and {1} equals {True}
        return _spelled(one) == _spelled(other)
    return one == other


def _spelled(constant):
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else repr(constant)

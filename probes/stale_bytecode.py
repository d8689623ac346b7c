"""Byte code of code that no RECORD lists: what import would run in the place of a source, and what says something else than it."""

import hashlib
import os

from .bytecode import Bytecode
from .regular import Reader, Refused

EACH, ALL = 2000, 5000  # files that are compiled, of a distribution or module, and in all: about two seconds a thousand


class StaleBytecode:
    """Looks at the sources that collectors read, as long as they are few; at none where nothing is to be hashed."""

    def __init__(self, host):
        self._bytecode = Bytecode(host.interpreter, Reader([]))
        self._all = ALL if host.line.get("request", {}).get("integrity") else 0
        self._left = 0

    def of_one(self):
        """Return itself for one more distribution or module: what a large one uses up is not missing to the next."""
        self._left = min(EACH, self._all)
        return self

    def digest(self, path, source):
        """Return the digest of the byte code that import would run in place of a source (its bytes); empty where it says the same."""
        if not (self._left and path.endswith(".py")):
            return ""
        try:
            used = self._bytecode.used(os.fsencode(path), source, os.stat(path))
            if not used:
                return ""
            self._left, self._all = self._left - 1, self._all - 1
            is_other = self._bytecode.is_other(used[1], source)
        except (OSError, Refused, RecursionError, MemoryError):
            return ""
        return "sha256:" + hashlib.sha256(self._bytecode.body(used[1])).hexdigest() if is_other else ""

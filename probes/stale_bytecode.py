"""Byte code of code that no RECORD lists: what import would run in the place of a source, and what says something else than it."""

import hashlib
import os

from .bytecode import Bytecode
from .regular import Reader, Refused

LIMIT = 500  # files that are compiled: about a second


class StaleBytecode:
    """Looks at the sources that collectors read, as long as they are few; at none where nothing is to be hashed."""

    def __init__(self, host):
        self._bytecode = Bytecode(host.interpreter, Reader([]))
        self._left = LIMIT if host.line.get("request", {}).get("integrity") else 0

    def digest(self, path, source):
        """Return the digest of the byte code that import would run in place of a source (its bytes); empty where it says the same."""
        if not (self._left and path.endswith(".py")):
            return ""
        try:
            used = self._bytecode.used(os.fsencode(path), source, os.stat(path))
            if not used:
                return ""
            self._left -= 1
            is_other = self._bytecode.is_other(used[1], source)
        except (OSError, Refused, RecursionError, MemoryError):
            return ""
        return "sha256:" + hashlib.sha256(self._bytecode.body(used[1])).hexdigest() if is_other else ""

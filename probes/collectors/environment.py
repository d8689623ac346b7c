"""Environment variables by allow-list: those that change what is computed, see variables.py."""

from ..keyedhash import keyed_hash
from ..scrub import scrub
from ..variables import HASHED, RECORDED

COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def collect(host, section, options):
    """Record listed variables that are set; empty is set. Those of the second list only as a hash under the caller's key."""
    reason = (options.get("launched") or {}).get("unknown")
    if reason:
        section.unknown("*", reason)
        return
    for name in RECORDED:
        if name in host.environ and not _set_by_python(name, host):
            section.known(name, scrub(host.environ[name], host.interpreter.home))
    hash_key = options.get("hash_key")
    for name in HASHED:
        if name in host.environ and hash_key:
            section.known(name, keyed_hash(hash_key, host.environ[name]))


def _set_by_python(name, host):
    """Tell whether Python put the variable there itself: PEP 538 sets LC_CTYPE where the locale would have been C.

    It is that too where LANG names a locale which is not installed, so the block of variables that the process began with is
    asked. A program that Python started has the variable from the start.
    """
    environ = host.environ
    if name != "LC_CTYPE" or environ[name] not in COERCED or environ.get("LC_ALL"):
        return False
    return environ.get("LANG", "") in ("", "C", "POSIX") or not host.began_with(name)

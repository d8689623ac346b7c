"""Environment variables by allow-list: those that change what is computed, see variables.py."""

import re

from ..keyedhash import keyed_hash
from ..redaction import redact
from ..variables import HASHED, RECORDED

LIMIT = 4096
DEVICE_ID = re.compile(r"\b(GPU|MIG)-[0-9a-fA-F][0-9a-fA-F/-]{7,}")
COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def collect(host, section, options):
    """Record listed variables that are set; empty is set. Those of the second list only as a hash under the caller's key."""
    reason = (options.get("launched") or {}).get("unknown")
    if reason:
        section.unknown("*", reason)
        return
    at_start = []
    for name in RECORDED:
        if name in host.environ and not _set_by_python(name, host):
            section.known(name, written(host.environ[name], host.interpreter.home))
            if not host.began_with(name):  # sitecustomize, a .pth file: nothing outside of Python can take it away
                at_start.append(name)
    if at_start:
        section.context["set_at_start"] = at_start
    hash_key = options.get("hash_key")
    for name in HASHED:
        if name in host.environ and hash_key:
            section.known(name, keyed_hash(hash_key, host.environ[name]))


def written(value, home=""):
    """Return a value that may be written down and compared: without secrets, the ids of devices and the user's home.

    Bytes that are not UTF-8 become escapes; a value of more than 4,096 characters ends in its length.
    """
    value = redact(value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    value = DEVICE_ID.sub(r"\1-{id}", value)
    if len(home) > 1:
        value = re.sub(r"(?<![^:;,=\s\"'])" + re.escape(home.rstrip("/")) + r"(?=$|[/:;,\s\"'])", "{home}", value)
    return value if len(value) <= LIMIT else "%s… (%d characters)" % (value[:LIMIT], len(value))


def _set_by_python(name, host):
    """Tell whether Python put the variable there itself: PEP 538 sets LC_CTYPE where the locale would have been C.

    It is that too where LANG names a locale which is not installed, so the block of variables that the process began with is
    asked. A program that Python started has the variable from the start.
    """
    environ = host.environ
    if name != "LC_CTYPE" or environ[name] not in COERCED or environ.get("LC_ALL"):
        return False
    return environ.get("LANG", "") in ("", "C", "POSIX") or not host.began_with(name)

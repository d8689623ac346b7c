"""Facts in three states, gathered by section."""

from .redaction import redact

REASON_LIMIT = 500


class Section:
    """The facts of one section: known values, looked-for-and-absent keys, and unknowns with their reasons.

    A key is relative to its section. A value is a string, int, bool, list or dict of those; None and floats are refused,
    because neither has one meaning that two machines would spell alike.
    """

    def __init__(self):
        self._known = {}
        self._absent = set()
        self._unknown = {}
        self.context = {}  # never compared: machine paths, counts, times

    def known(self, key, value):
        """Record a value that was looked up."""
        _require_plain(key, value)
        self._forget(key)
        self._known[key] = value

    def absent(self, key):
        """Record that the thing was looked for and is not there."""
        self._forget(key)
        self._absent.add(key)

    def unknown(self, key, reason):
        """Record that the thing could not be looked up, and why; the key `*` speaks for every fact not listed."""
        self._forget(key)
        self._unknown[key] = redact(str(reason))[:REASON_LIMIT]  # what is cut short is recognised by nobody

    def _forget(self, key):
        self._known.pop(key, None)
        self._absent.discard(key)
        self._unknown.pop(key, None)

    def as_json(self):
        """Return the section as plain JSON values, in an order that does not depend on how it was gathered."""
        return {
            "known": dict(sorted(self._known.items())),
            "absent": sorted(self._absent),
            "unknown": dict(sorted(self._unknown.items())),
        }


def _require_plain(key, value):
    if isinstance(value, (str, int)):  # bool is an int
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            _require_plain(key, item)
        return
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise TypeError("fact %s: an object's key must be a string, not %r" % (key, name))
            _require_plain(key, item)
        return
    raise TypeError("fact %s: %s has no portable spelling" % (key, type(value).__name__))

"""`[USER@]HOST[:PORT][/PATH]`: whom the ssh client calls. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..error import UsageError

PLACE = re.compile(
    r"(?:(?P<user>[^@/\s]+)@)?(?P<host>\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[^@/:\s\[\]]+)(?::(?P<port>\d{1,5}))?(?P<path>/.*)?"
)


class Login(NamedTuple):
    """One account on one machine: the only place where it is written as the ssh client wants it."""

    words: tuple[str, ...]
    """What names it on ssh's command line, the options first: `-p 2222 me@host`."""
    path: str
    """What follows the host: an interpreter, or an engine's socket; may be empty."""

    @property
    def options(self) -> tuple[str, ...]:
        """Those of `words` that stand before the account."""
        return self.words[:-1]

    @property
    def account(self) -> str:
        """`[user@]host`."""
        return self.words[-1]


def read_login(place: str, reference: str) -> Login:
    """Take a login apart. Raises UsageError in the name of the reference that it stands in."""
    match = PLACE.fullmatch(place)
    # A host or user that begins with '-' would be read as an option (CVE-2017-1000117 was that in git).
    if not match or match["host"].startswith("-") or (match["user"] or "").startswith("-"):
        raise UsageError(f"{reference}: not a host", "write ssh://[user@]host[:port][/path/to/python]")
    host = match["host"].strip("[]")
    port = ("-p", match["port"]) if match["port"] else ()
    return Login((*port, f"{match['user']}@{host}" if match["user"] else host), match["path"] or "")

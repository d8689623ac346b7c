"""Who may read: requests that only look, to a name that is ours, with the token where one is asked for."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping

import msgspec

HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::[0-9]{1,5})?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN_BYTES = 32
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer carries, beside the Content-Security-Policy of its page."""


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one server."""

    names: frozenset[str] = LOOPBACK
    """Host names and addresses, lower case, under which it answers."""
    any_address: bool = False
    """Whether it answers under any IP address: an attacker's page has a name, and DNS can point only names elsewhere."""
    token: str = ""
    """What the first request must show; empty where nobody else can connect."""
    session: str = ""
    """What later requests show, in a cookie: the token itself stays in nobody's browser."""
    cookie: str = "envprobe"
    """The cookie's name, another one for every server: cookies do not tell ports apart."""

    def knows(self, host: str) -> bool:
        """Tell whether a Host header names this server. Any port will do: a forwarded one is another."""
        found = HOST.fullmatch(host)
        if found is None:
            return False
        name = (found[1] or found[2]).lower()
        return name in self.names or (self.any_address and _is_address(name))

    def accepts_token(self, given: str) -> bool:
        """Tell whether this is the token, in a time that does not tell how much of it is right."""
        return bool(self.token) and _same(given, self.token)

    def admits(self, cookies: Mapping[str, str]) -> bool:
        """Tell whether these cookies may read: all may where no token is asked for."""
        return not self.token or _same(cookies.get(self.cookie, ""), self.session)


def guard_for(host: str, address: str, machine: str, *, asks_token: bool) -> Guard:
    """Return the guard of a server that was asked to listen on `host` and does on `address`.

    Beyond loopback there is always a token.
    """
    is_local = is_loopback(address)
    names = LOOPBACK | {host.lower()} | (frozenset() if is_local else {machine.lower()})
    if is_local and not asks_token:
        return Guard(names=names)
    return Guard(
        names=names,
        any_address=not is_local,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        session=secrets.token_urlsafe(TOKEN_BYTES),
        cookie=f"envprobe-{secrets.token_hex(4)}",
    )


def is_loopback(address: str) -> bool:
    """Tell whether only programs on this machine can connect to an address."""
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("ascii"))

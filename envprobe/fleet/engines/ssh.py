"""`ssh:HOSTS`: machines behind the system's own ssh client, which connects as it always does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets.address import Address
from ...targets.deadline import Deadline
from ...targets.ssh import SshTarget
from ..engine import FleetMember, Members
from ..hosts import FleetHost, read_hosts
from ..unreachable import UnreachableMember


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give the hosts, as they are written; nothing is connected to before one is asked."""
    yield [_member(host) for host in read_hosts(place)]


def _member(host: FleetHost) -> FleetMember | UnreachableMember:
    if host.fault:
        return UnreachableMember(host.name, host.fault)
    return FleetMember(host.name, partial(_ask, host))


def _ask(host: FleetHost, options: Options, known: Fingerprint | None) -> Fingerprint:
    with SshTarget(Address("ssh", host.place), Deadline(options.timeout_s), config=host.config) as target:
        return collect_from(target, options, known, lambda words: None)

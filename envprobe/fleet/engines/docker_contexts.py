"""`docker-contexts:TARGET`: one target on the engine of each Docker context, as `docker context ls` lists them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...error import TargetError, UsageError
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets.address import Address, parse
from ...targets.container import ContainerTarget
from ...targets.deadline import Deadline
from ...targets.docker import engine_of
from ...targets.image import ImageTarget
from ..engine import FleetMember, Members

OPENED: dict[str, type[ContainerTarget | ImageTarget]] = {"docker": ContainerTarget, "image": ImageTarget}


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give the contexts by name. Nothing is connected to before one is asked."""
    address = parse(place) if "://" in place else None
    if address is None or address.scheme not in OPENED:
        hint = "as in docker-contexts:image://tensorflow/tensorflow:2.9.0, or docker-contexts:docker://CONTAINER"
        raise UsageError(f"docker-contexts:{place}: what is to be probed on each engine?", hint)
    yield [FleetMember(name, partial(_ask, name, address)) for name in _names()]


def _names() -> list[str]:
    from docker.context import ContextAPI

    try:
        return sorted({str(context.name) for context in ContextAPI.contexts()})
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception for a damaged context file
        raise TargetError(f"the Docker contexts cannot be read: {error}", "docker context ls") from None


def _ask(name: str, address: Address, options: Options, known: Fingerprint | None) -> Fingerprint:
    with OPENED[address.scheme](address, Deadline(options.timeout_s), engine_of(name)) as target:
        return collect_from(target, options, known, lambda words: None)

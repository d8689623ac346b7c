"""`dask:ADDRESS`: the hosts of a Dask cluster, one worker each, through its own client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from distributed import Client

from ...error import TargetError, UsageError
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets.address import Address
from ...targets.deadline import Deadline
from ..engine import FleetMember, Members
from ..remote import SOURCE, WorkerTarget

CONNECT_S = 15
CALL_S = 25
"""How long one call to a worker may take; the client itself notices only after half a minute that one is cut off."""
CALL = "exec(source) or {}(*words)"
"""`eval` is in every Python under one name; a function of ours would have to be pickled, which other Pythons cannot read."""


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give a worker a host, by the host's name in the worker's address. Raises TargetError where no scheduler answers."""
    if not place:
        raise UsageError("dask: names no scheduler", "as in dask:tcp://scheduler:8786")
    try:
        client = Client(place, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise TargetError(
            f"dask:{place}: no scheduler answers: {error}", "is it running there, of a version that fits?"
        ) from None
    try:
        workers: dict[str, str] = {}
        for address in sorted(client.scheduler_info(n_workers=-1)["workers"]):
            workers.setdefault(_host(address), address)
        yield [FleetMember(host, partial(_ask, client, host, worker)) for host, worker in workers.items()]
    finally:
        client.close(timeout=5)


def _host(address: str) -> str:
    return address.partition("://")[2].rpartition(":")[0] or address


def _ask(client: Client, host: str, worker: str, options: Options, known: Fingerprint | None) -> Fingerprint:
    def call(name: str, *words: object) -> Any:
        space = {"source": SOURCE, "words": words}
        return _within(CALL_S, host, lambda: client.run(eval, CALL.format(name), space, workers=[worker])[worker])

    with WorkerTarget(Address("dask", host), Deadline(options.timeout_s), call) as target:
        return collect_from(target, options, known, lambda words: None)


def _within(seconds: float, host: str, call: Callable[[], Any]) -> Any:
    """Return what a call gives within some seconds. Raises TargetError: the worker is gone, cut off or stuck."""
    outcome: list[Any] = []
    trouble: list[BaseException] = []

    def ask() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - it is reported where it is waited for
            trouble.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if outcome:
        return outcome[0]
    problem = f"{type(trouble[0]).__name__}: {trouble[0]}" if trouble else f"no answer from its worker in {seconds:.0f} s"
    raise TargetError(f"dask://{host}: {problem}", "is the worker alive? the scheduler's dashboard shows")

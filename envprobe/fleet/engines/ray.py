"""`ray:ADDRESS`: the nodes of a Ray cluster, a task on each that takes no CPU from others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import ray as library
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ...error import TargetError, UsageError
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets.address import Address
from ...targets.deadline import Deadline
from ..engine import FleetMember, Members
from ..remote import SOURCE, WorkerTarget
from ..unreachable import UnreachableMember

ray: Any = library  # some of its types are narrower than what it takes
CALL_S = 60
"""How long one call may take; the first on a node waits until Ray has started a worker there."""
ACTOR = """
class Asked:
    def __init__(self, source):
        self.space = {}
        exec(source, self.space)

    def call(self, name, words):
        return self.space[name](*words)
"""
"""Made by `exec`, so that Ray sends it by value: nodes have no envprobe."""


@contextmanager
def members(place: str) -> Iterator[Members]:
    """Give the nodes, those that died among them. Raises TargetError where no cluster answers."""
    if not place:
        raise UsageError("ray: names no cluster", "as in ray:HOST:6379 on a node of it, or ray:ray://HOST:10001 from elsewhere")
    try:
        ray.init(address=place, log_to_driver=False, logging_level="ERROR", configure_logging=False)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        words = str(error).strip().partition("\n")[0]
        raise TargetError(
            f"ray:{place}: no cluster answers: {words}", "is it running there, with the same Python and Ray?"
        ) from None
    try:
        yield [_member(node, name) for name, node in _named(ray.nodes())]
    finally:
        ray.shutdown()


def _named(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each node by its address, those that share one by the beginning of their id as well."""
    addresses = [str(node["NodeManagerAddress"]) for node in nodes]
    for address, node in zip(addresses, nodes, strict=True):
        yield (f"{address}-{str(node['NodeID'])[:8]}" if addresses.count(address) > 1 else address), node


def _member(node: dict[str, Any], name: str) -> FleetMember | UnreachableMember:
    if not node.get("Alive"):
        return UnreachableMember(name, f"Ray has it as dead: {node.get('DeathReasonMessage') or 'no reason given'}")
    return FleetMember(name, partial(_ask, str(node["NodeID"]), name))


def _ask(node: str, name: str, options: Options, known: Fingerprint | None) -> Fingerprint:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(ACTOR, space)  # noqa: S102 - a text of ours
    strategy = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
    actor = ray.remote(num_cpus=0, max_restarts=0, scheduling_strategy=strategy)(space["Asked"]).remote(SOURCE)

    def call(function: str, *words: object) -> Any:
        try:
            return ray.get(actor.call.remote(function, words), timeout=CALL_S)
        except ray.exceptions.RayError as error:
            said = str(error).strip().partition("\n")[0] or type(error).__name__
            raise TargetError(f"ray://{name}: {said}", "is the node alive? ray status shows") from None

    try:
        with WorkerTarget(Address("ray", name), Deadline(options.timeout_s), call) as target:
            return collect_from(target, options, known, lambda words: None)
    finally:
        ray.kill(actor)

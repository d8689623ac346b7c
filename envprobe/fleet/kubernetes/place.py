"""What stands behind `kubernetes:`, taken apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...error import UsageError
from ...targets.address import Address, read_options

NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
"""A namespace, a node, a pod: a name as DNS has them."""
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
ON_NODES = ("image", "nodes", "tolerate", "memory", "cpu", "gpus", "account", "user")
IN_PODS = ("pods", "container")
EVERYWHERE = ("python",)


class KubernetesPlace(NamedTuple):
    """`[CONTEXT/NAMESPACE][?NAME=VALUE&…]`."""

    text: str
    """As it was typed."""
    where: str
    """CONTEXT/NAMESPACE: which of the two a word without a stroke is, the configuration says."""
    options: Address

    def option(self, name: str) -> str:
        """Return an option's last value, or an empty string."""
        return self.options.option(name)

    @property
    def pods(self) -> str | None:
        """The selector of the running pods that are members; None where the nodes are."""
        return self.option("pods") if "pods" in self.options.options else None

    @property
    def tolerations(self) -> list[dict[str, str]]:
        """What `tolerate` says, as a pod has it."""
        return [_toleration(word, self.text) for word in self.options.options.get("tolerate", [])]

    @property
    def pythons(self) -> tuple[str, ...]:
        """The interpreters to try."""
        return (self.option("python"),) if self.option("python") else ("python3", "python")

    @property
    def limits(self) -> dict[str, str]:
        """What the container may use, as a pod has it."""
        named = {"cpu": "cpu", "memory": "memory", "nvidia.com/gpu": "gpus"}
        return {name: self.option(option) for name, option in named.items() if self.option(option)}


def read_place(text: str) -> KubernetesPlace:
    """Take `CONTEXT/NAMESPACE?NAME=VALUE` apart. Raises UsageError."""
    where, mark, query = text.partition("?")
    reference = f"kubernetes:{where}"
    options = Address("kubernetes", where, read_options(reference, query) if mark else {})
    of_pods = "pods" in options.options
    known = (*(IN_PODS if of_pods else ON_NODES), *EVERYWHERE)
    for name in options.options:
        if name not in known:
            other = "only without pods=" if name in ON_NODES else "only with pods=" if name in IN_PODS else "no such option"
            raise UsageError(f"{reference}: {name}=: {other}", "known here: " + ", ".join(known))
    place = KubernetesPlace(text, where, options)
    for name in ("user", "gpus"):
        if place.option(name) and not place.option(name).isdecimal():
            raise UsageError(f"{reference}: {name}={place.option(name)}: a number", f"as in {name}=1")
    _ = place.tolerations
    return place


def _toleration(word: str, text: str) -> dict[str, str]:
    """Read `KEY[=VALUE][:EFFECT]`, as kubectl writes a taint; `all` is every taint."""
    if word == "all":
        return {"operator": "Exists"}
    rest, colon, effect = word.rpartition(":") if ":" in word else (word, "", "")
    key, equals, value = rest.partition("=")
    if not key or (colon and effect not in EFFECTS):
        hint = f"KEY, KEY=VALUE or either with :EFFECT, one of {', '.join(EFFECTS)}; all is every taint"
        raise UsageError(f"kubernetes:{text}: tolerate={word}: no taint", hint)
    found = {"key": key, "operator": "Equal" if equals else "Exists"}
    return {**found, **({"value": value} if equals else {}), **({"effect": effect} if effect else {})}


def tolerated(taint: Mapping[str, Any], tolerations: list[dict[str, str]]) -> bool:
    """Say whether one of the tolerations fits a taint, as the scheduler has it."""
    return any(
        one.get("key", taint.get("key")) == taint.get("key")
        and one.get("effect", taint.get("effect")) == taint.get("effect")
        and (one["operator"] == "Exists" or one.get("value", "") == (taint.get("value") or ""))
        for one in tolerations
    )

"""The plan as the Engine API's own document, and what of a found container differs from it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..redaction import redact
from .plan import ACCOUNT, FOLDER_LABEL, HOME, LABEL, PLAN_LABEL, WORK, EnvironmentPlan


def document(plan: EnvironmentPlan) -> dict[str, Any]:
    """Return what creates the container."""
    host: dict[str, Any] = {
        "Init": plan.engine != "podman",  # its own program for that, catatonit, is often not installed
        "Mounts": [
            {"Type": "bind", "Source": mount.source, "Target": mount.target, "ReadOnly": mount.read_only} for mount in plan.mounts
        ],
        "PortBindings": {f"{port.there}/tcp": [{"HostIp": port.address, "HostPort": str(port.here)}] for port in plan.ports},
        "Memory": plan.memory_bytes,
        "NanoCpus": round(plan.cpus * 1e9),
        "ShmSize": plan.shm_bytes,
    }
    if plan.keeps_id:
        host["UsernsMode"] = "keep-id"
    if plan.variant == "gpu":
        host["DeviceRequests"] = [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
    return {
        "Image": plan.started_image,
        "Cmd": list(plan.command),
        "Entrypoint": [],
        "User": plan.user,
        "WorkingDir": WORK,
        "Env": [f"{name}={value}" for name, value in plan.environment.items()],
        "ExposedPorts": {f"{port.there}/tcp": {} for port in plan.ports},
        "Labels": {
            **plan.labels,
            LABEL: plan.digest,
            FOLDER_LABEL: plan.folder,
            PLAN_LABEL: msgspec.json.encode(plan.settings).decode(),
        },
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": host,
    }


def is_ours(container: Mapping[str, Any]) -> bool:
    """Tell whether `envprobe up` made a container."""
    return LABEL in _labels(container)


def differences(container: Mapping[str, Any], plan: EnvironmentPlan) -> list[str]:
    """Return what a found container has otherwise than the plan, a line each; none where it is that of the plan."""
    labels = _labels(container)
    if labels.get(LABEL) == plan.digest:
        return []
    try:
        there = json.loads(labels.get(PLAN_LABEL) or "{}")
    except ValueError:
        there = {}
    now = json.loads(msgspec.json.encode(plan.settings))
    there = there if isinstance(there, dict) else {}
    rows = list(_rows("", there, now))
    return rows or ["an earlier envprobe made it"]


def _rows(path: str, before: Any, now: Any) -> Iterator[str]:
    if before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for name in sorted({*before, *now}):
            yield from _rows(f"{path}.{name}" if path else name, before.get(name), now.get(name))
    else:
        yield f"{path}: {_spelled(before)} there, {_spelled(now)} now"


def _spelled(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return redact("nothing" if value in (None, "", []) else text)[:200]


def _labels(container: Mapping[str, Any]) -> Mapping[str, str]:
    found = (container.get("Config") or {}).get("Labels")
    return found if isinstance(found, dict) else {}


def with_account(passwd: str, user: str) -> str:
    """Return /etc/passwd in which the container's user has a name: without one ssh, getpass and TensorFlow's caches fail."""
    uid, _, gid = user.partition(":")
    rows = [row for row in passwd.splitlines() if row]
    if any(row.split(":")[2:3] == [uid] for row in rows):
        return passwd
    return "\n".join([*rows, f"{ACCOUNT}:*:{uid}:{gid}:envprobe:{HOME}:/bin/bash"]) + "\n"

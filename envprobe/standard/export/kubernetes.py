"""A pod with its claim: reached by `kubectl port-forward` alone, its token from a secret that no file holds."""

from __future__ import annotations

import re

from ..plan import HOME, KEYS, TOKEN, WORK, EnvironmentPlan
from .text import yaml_text
from .words import head

BEFORE = """\
# {head}
# Reach it: kubectl port-forward pod/{name} {port}
"""
SECRETS = {"jupyter": ("token", TOKEN), "ssh": ("keys", KEYS)}
"""What a start reads from a secret, and where."""
SECRET = "# Before: kubectl create secret generic {name}-{what} --from-file={what}=FILE\n"  # noqa: S105 - how one is made
BUILT = "# Push the image first, and name it below: envprobe up --print dockerfile | docker build --tag REGISTRY/NAME -\n"
CLAIM = "10Gi"


def render(plan: EnvironmentPlan) -> str:
    """Return the manifest."""
    name = re.sub(r"[^a-z0-9-]+", "-", plan.name.lower()).strip("-")
    port = f"{plan.port.here}:{plan.port.there}" if plan.port else "PORT"
    text = BEFORE.format(head=head(plan, "kubernetes"), name=name, port=port)
    text += SECRET.format(name=name, what=SECRETS[plan.start][0]) if plan.start in SECRETS else ""
    text += BUILT if plan.recipe else ""
    return text + yaml_text(_claim(name), _pod(plan, name))


def _claim(name: str) -> dict[str, object]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": CLAIM}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def _pod(plan: EnvironmentPlan, name: str) -> dict[str, object]:
    uid, gid = map(int, plan.user.split(":"))
    volumes: list[dict[str, object]] = [{"name": "work", "persistentVolumeClaim": {"claimName": name}}]
    if plan.start in SECRETS:
        what, _ = SECRETS[plan.start]
        volumes.append({"name": what, "secret": {"secretName": f"{name}-{what}", "defaultMode": 0o440}})
    if plan.shm_bytes:
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": str(plan.shm_bytes)}})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "securityContext": {"runAsUser": uid, "runAsGroup": gid, "runAsNonRoot": True, "fsGroup": gid},
            "automountServiceAccountToken": False,
            "containers": [_container(plan)],
            "volumes": volumes,
        },
    }


def _container(plan: EnvironmentPlan) -> dict[str, object]:
    mounts: list[dict[str, object]] = [
        {"name": "work", "mountPath": WORK, "subPath": "work"},
        {"name": "work", "mountPath": HOME, "subPath": "home"},
    ]
    if plan.start in SECRETS:
        what, path = SECRETS[plan.start]
        mounts.append({"name": what, "mountPath": path, "subPath": what, "readOnly": True})
    if plan.shm_bytes:
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108 - the pod's own
    container: dict[str, object] = {
        "name": "environment",
        "image": plan.started_image,
        "command": list(plan.command),
        "workingDir": WORK,
        "env": [{"name": name, "value": value} for name, value in plan.environment.items()],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": mounts,
    }
    if plan.ports:
        container["ports"] = [{"containerPort": port.there} for port in plan.ports]
    limits = {"memory": str(plan.memory_bytes or ""), "cpu": f"{plan.cpus:g}" if plan.cpus else ""}
    limits["nvidia.com/gpu"] = "1" if plan.variant == "gpu" else ""
    if any(limits.values()):
        container["resources"] = {"limits": {name: value for name, value in limits.items() if value}}
    return container

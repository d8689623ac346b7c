"""What is written to a cluster: a Job on one node, the Secret that it reads, and the role that may do so. Pure."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...targets import safe_path
from .place import KubernetesPlace

MANAGED = {"app.kubernetes.io/managed-by": "envprobe"}
DRIVER = "envprobe-driver"
"""The label with who asks: what it left behind, another one knows by it."""
FOLDER, FILE = "/.envprobe", "stdin"
FEED = f"import os,sys;{safe_path.STATEMENT};os.dup2(os.open(sys.argv[1],0),0);os.execvp(sys.argv[2],sys.argv[2:])"
"""Puts a file in the place of stdin: a Job has none that anybody writes to."""
STDIN_LIMIT = 1 << 20
"""The most that a Secret holds."""
KEPT_S = 600
"""How long a cluster that removes finished Jobs keeps one that nobody took away."""
GRACE_S = 30
"""A Job whose driver was killed ends so long after the driver's own deadline."""

Verbs = tuple[str, str, str, tuple[str, ...]]
"""Of a group of the API a resource, its subresource, and what is done with it."""

ON_NODES: tuple[Verbs, ...] = (
    ("", "nodes", "", ("get", "list")),
    ("batch", "jobs", "", ("create", "delete", "list")),
    ("", "secrets", "", ("create",)),
    ("", "pods", "", ("list",)),
    ("", "pods", "log", ("get",)),
    ("", "events", "", ("list",)),
)
IN_PODS: tuple[Verbs, ...] = (("", "pods", "", ("get", "list")), ("", "pods", "exec", ("create", "get")))


def needed(place: KubernetesPlace) -> tuple[Verbs, ...]:
    """Return what is done in a cluster to ask its nodes, or its running pods."""
    return ON_NODES if place.pods is None else IN_PODS


def job(
    name: str, node: str, image: str, argv: Sequence[str], *, place: KubernetesPlace, driver: str, timeout_s: float
) -> dict[str, Any]:
    """Return a Job of one pod on one node, never tried again, that ends by itself.

    The node is chosen as the DaemonSet controller does it, by its name through the scheduler: quotas, taints and what is free
    there count, as for anybody's pod.
    """
    labels = {**MANAGED, DRIVER: driver}
    container: dict[str, Any] = {
        "name": "probe",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": [argv[0], "-B", "-c", FEED, f"{FOLDER}/{FILE}", *argv],
        "volumeMounts": [{"name": FILE, "mountPath": FOLDER, "readOnly": True}],
        "resources": {"limits": place.limits},
    }
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "dnsPolicy": "Default",
        "affinity": _only_on(node),
        "tolerations": place.tolerations,
        "containers": [container],
        "volumes": [{"name": FILE, "secret": {"secretName": name, "defaultMode": 0o444}}],
    }
    if place.option("account"):
        pod["serviceAccountName"] = place.option("account")
    if place.option("user"):
        pod["securityContext"] = {"runAsUser": int(place.option("user"))}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": math.ceil(timeout_s) + GRACE_S,
            "ttlSecondsAfterFinished": KEPT_S,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def _only_on(node: str) -> dict[str, Any]:
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def secret(name: str, data: bytes, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Secret that a Job's pod reads, which goes with the Job. Keys of keyed hashes stand in it."""
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": made["metadata"]["uid"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": made["metadata"]["labels"], "ownerReferences": [owner]},
        "data": {FILE: base64.b64encode(data).decode("ascii")},
    }


def role_command(verbs: Sequence[Verbs], namespace: str, user: str, kubectl: str) -> str:
    """Return what somebody who may gives a user these rights with, as it is typed; of nodes, which no namespace has, apart.

    The lines may all be moved to the right, as hints are.
    """
    inside = [one for one in verbs if one[1] != "nodes"]
    outside = [one for one in verbs if one[1] == "nodes"]
    name = "envprobe-nodes" if outside else "envprobe-pods"
    items = [*_role("Role", name, inside, namespace, user), *_role("ClusterRole", name, outside, "", user)]
    return "echo '\n" + "\n".join(["apiVersion: v1", "kind: List", "items:", *items]) + f"\n' | {kubectl} apply -f -"


def _role(kind: str, name: str, verbs: Sequence[Verbs], namespace: str, user: str) -> list[str]:
    if not verbs:
        return []
    metadata = f"{{name: {name}" + (f", namespace: {namespace}" if namespace else "") + "}"
    rules = [
        f'  - {{apiGroups: ["{group}"], resources: [{"/".join(filter(None, (resource, part)))}], verbs: [{", ".join(allowed)}]}}'
        for group, resource, part, allowed in verbs
    ]
    group = "rbac.authorization.k8s.io"
    subject = f"[{{apiGroup: {group}, kind: User, name: {json.dumps(user)}}}]"
    return [
        *(f"- apiVersion: {group}/v1", f"  kind: {kind}", f"  metadata: {metadata}", "  rules:", *rules),
        *(f"- apiVersion: {group}/v1", f"  kind: {kind}Binding", f"  metadata: {metadata}"),
        *(f"  roleRef: {{apiGroup: {group}, kind: {kind}, name: {name}}}", f"  subjects: {subject}"),
    ]

"""Kubernetes manifests to launches: the containers of each pod, by the names that `docker run` has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from .docker_run import from_settings
from .documents import child, items, pairs, text
from .model import Argument, Launch, MountPoint, Scalar, Setting, Tree

SPECS = (
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("spec", "pytorchReplicaSpecs", "Worker", "template", "spec"),
    ("spec", "tfReplicaSpecs", "Worker", "template", "spec"),
)
KEPT = (
    "persistentVolumeClaim",
    "hostPath",
    "nfs",
    "csi",
    "cephfs",
    "glusterfs",
    "iscsi",
    "azureFile",
    "ephemeral",
    "fc",
    "flexVolume",
)


def read_launches(documents: Sequence[Tree]) -> tuple[Launch, ...]:
    """Return the containers of all pods, and of the pods that controllers make."""
    return tuple(launch for document in documents for launch in _of_document(document))


def _of_document(document: Tree) -> Iterator[Launch]:
    if text(document, "kind") == "List":
        for item in items(document, "items"):
            yield from _of_document(item) if isinstance(item, Tree) else ()
    for path in SPECS:
        spec = child(document, *path)
        if isinstance(spec, Tree) and child(spec, "containers") is not None:
            for container in [*items(spec, "initContainers"), *items(spec, "containers")]:
                if isinstance(container, Tree):
                    yield _launch(container, spec)


def _launch(container: Tree, spec: Tree) -> Launch:
    image = child(container, "image")
    words = [one for name in ("command", "args") for one in items(container, name) if isinstance(one, Scalar)]
    launch = from_settings(
        text(container, "name"),
        "kubernetes",
        container.line,
        Setting("image", image.text, image.line) if isinstance(image, Scalar) else None,
        tuple(Argument(one.text, one.line) for one in words),
        [*_pod(spec), *_settings(container)],
    )
    return msgspec.structs.replace(launch, mounts=tuple(_mounts(container, spec)))


def _pod(spec: Tree) -> Iterator[Setting]:
    for name, option in (("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc")):
        value = child(spec, name)
        if isinstance(value, Scalar) and value.text == "true":
            yield Setting(option, "host", spec.lines.get(name, value.line))
    architecture = child(spec, "nodeSelector", "kubernetes.io/arch")
    if isinstance(architecture, Scalar):
        yield Setting("platform", architecture.text, architecture.line)
    yield from _context(child(spec, "securityContext"))


def _settings(container: Tree) -> Iterator[Setting]:
    yield from _context(child(container, "securityContext"))
    for variable in items(container, "env"):
        value = child(variable, "value")
        if isinstance(value, Scalar):
            yield Setting("env", f"{text(variable, 'name')}={value.text}", value.line)
    for part in ("limits", "requests"):
        for name, value, line in pairs(container, "resources", part):
            if name in ("nvidia.com/gpu", "amd.com/gpu") or name.startswith("nvidia.com/mig"):
                yield Setting("gpus", value.text if isinstance(value, Scalar) else "1", line)
            elif part == "limits" and name in ("memory", "cpu") and isinstance(value, Scalar):
                yield Setting("memory" if name == "memory" else "cpus", value.text, line)
    for port in items(container, "ports"):
        host = child(port, "hostPort")
        if isinstance(host, Scalar):
            address = text(port, "hostIP")
            address = f"[{address}]:" if ":" in address else address and f"{address}:"
            yield Setting("publish", f"{address}{host.text}:{text(port, 'containerPort')}", host.line)
    if child(container, "livenessProbe") is not None:
        yield Setting("healthcheck", "yes", container.line)


def _context(context: Tree | Scalar | None) -> Iterator[Setting]:
    for name, value, line in pairs(context):
        if name == "runAsUser" and isinstance(value, Scalar):
            yield Setting("user", value.text, line)
        elif name == "runAsNonRoot" and isinstance(value, Scalar) and value.text == "true":
            yield Setting("user", "non-root", line)
        elif name == "privileged" and isinstance(value, Scalar):
            yield Setting("privileged", value.text, line)
        elif name == "allowPrivilegeEscalation" and isinstance(value, Scalar):
            yield Setting("allow-privilege-escalation", value.text, line)
        elif name == "capabilities":
            yield from (Setting("cap-add", one.text, one.line) for one in items(value, "add") if isinstance(one, Scalar))
        elif name == "seccompProfile" and text(value, "type") == "Unconfined":
            yield Setting("security-opt", "seccomp=unconfined", line)


def _mounts(container: Tree, spec: Tree) -> Iterator[MountPoint]:
    volumes = {text(volume, "name"): volume for volume in items(spec, "volumes")}
    for mount in items(container, "volumeMounts"):
        volume = volumes.get(text(mount, "name"))
        path = child(volume, "hostPath", "path")
        target, is_read_only = text(mount, "mountPath"), text(mount, "readOnly") == "true"
        if isinstance(path, Scalar):
            yield MountPoint("host", path.text, target, path.line, is_read_only)
        elif isinstance(volume, Tree) and not any(name in volume.members for name in KEPT) and "emptyDir" in volume.members:
            yield MountPoint("tmpfs", "", target, mount.line, is_read_only)
        elif isinstance(volume, Tree) and any(
            name in volume.members for name in ("configMap", "secret", "downwardAPI", "projected")
        ):
            continue
        else:
            yield MountPoint("volume", text(mount, "name"), target, mount.line, is_read_only)


def kustomized_images(documents: Sequence[Tree]) -> Iterator[Setting]:
    """Yield the images that a kustomization puts in the place of others, where it says the tag or the digest."""
    for document in documents:
        for image in items(document, "images") if text(document, "kind") == "Kustomization" else ():
            name = text(image, "newName") or text(image, "name")
            for key, mark in (("digest", "@"), ("newTag", ":")):
                value = child(image, key)
                if isinstance(value, Scalar):
                    yield Setting("image", f"{name}{mark}{value.text}", value.line)
                    break


def exposed_services(documents: Sequence[Tree]) -> Iterator[tuple[str, str, int]]:
    """Yield the ports that a Service opens to the network: kind of service, port, line."""
    for document in documents:
        kind = text(document, "spec", "type")
        if text(document, "kind") == "Service" and kind in ("LoadBalancer", "NodePort"):
            for port in items(document, "spec", "ports"):
                number = child(port, "targetPort") or child(port, "port")
                if isinstance(number, Scalar):
                    yield kind, number.text, number.line

"""What only the outside can know about a container: its image, its settings, and what was changed in it since.

Pure: from the Engine API's inspect and diff documents (`GET /containers/ID/json`, `/images/ID/json`, `/containers/ID/changes`)
to the sections `image` and `container`. A setting that is the Engine's default is absent, and nothing of the machine is
recorded (source paths, host ports, addresses, random names), so that two containers that were started the same way are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from ..fact import Section, Value
from .container_change import ContainerChange, summary, untouched, without_the_engines

Document: TypeAlias = Mapping[str, Any]

CHANGES_LIMIT = 200

# A tag that names one state for good: a full version, a date or a commit. `2.9` and `20.04` move with each patch release.
FIXED_TAG = re.compile(r"v?\d+\.\d+\.\d+.*|\d{4}-\d{2}-\d{2}.*|(?=.*\d)[0-9a-f]{7,40}")
IMAGE_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")
ANONYMOUS_VOLUME = re.compile(r"[0-9a-f]{64}")
OTHER_NETWORKS = {"none", "host", "container"}
DEFAULT_PROPAGATION = {"", "rprivate"}
OWN_IPC = {"private", "shareable"}
PLAIN_RUNTIMES = {"runc", "crun", "oci", "io.containerd.runc.v2"}  # they start the same process; nvidia or runsc do not


class _Facts:
    """Gathers one section; a value that means "not set" is absent."""

    def __init__(self) -> None:
        self._known: dict[str, Value] = {}
        self._absent: list[str] = []

    def add(self, key: str, value: Any) -> None:
        if value:
            self._known[key] = value
        else:
            self._absent.append(key)

    def section(self, unknown: dict[str, str] | None = None) -> Section:
        return Section(known=dict(sorted(self._known.items())), absent=sorted(self._absent), unknown=unknown or {})


def image_section(image: Document, reference: str) -> Section:
    """Return the `image` section: `reference` is what the container was started from, `image` what it resolved to."""
    facts = _Facts()
    name = familiar(reference)
    facts.add("reference", name)
    facts.add("id", image.get("Id"))
    facts.add("digest", _digest(name, image.get("RepoDigests") or []))
    facts.add("platform", "/".join(image[key] for key in ("Os", "Architecture", "Variant") if image.get(key)))
    facts.add("floating", floating(name))
    for label, value in ((image.get("Config") or {}).get("Labels") or {}).items():
        facts.add(f"labels.{label}", value)
    return facts.section()


def familiar(reference: str) -> str:
    """Return the one spelling of a reference: `docker.io/library/ubuntu`, as engines complete it, is `ubuntu:latest`."""
    for prefix in ("index.docker.io/", "docker.io/", "localhost/", "library/"):  # localhost/: Podman's, for local builds
        reference = reference.removeprefix(prefix)
    is_complete = "@" in reference or ":" in reference.rpartition("/")[2] or IMAGE_ID.fullmatch(reference)
    return reference if is_complete else f"{reference}:latest"


def floating(reference: str) -> str:
    """Return why a reference may name another image tomorrow, or an empty string when it is fixed."""
    if "@" in reference or IMAGE_ID.fullmatch(reference):
        return ""
    tag = familiar(reference).rpartition(":")[2]
    return "" if FIXED_TAG.fullmatch(tag) else f"the tag {tag} is not a full version, so it can be moved to another image"


def _digest(reference: str, repo_digests: Sequence[str]) -> str:
    """Return the registry's digest of the reference's own repository; locally built images have none (moby/moby#29901)."""
    if "@" in reference:
        return reference.partition("@")[2]
    repository = reference.rpartition(":")[0]
    pairs = (entry.partition("@")[::2] for entry in repo_digests)
    return min((digest for name, digest in pairs if familiar(name) == f"{repository}:latest"), default="")


def container_section(container: Document, changes: Sequence[ContainerChange] | str) -> Section:
    """Return the `container` section; `changes` is the Engine's diff, or the reason why there is none."""
    config, host = container.get("Config") or {}, container.get("HostConfig") or {}
    facts = _Facts()
    facts.add("user", _user(config.get("User") or ""))
    facts.add("mounts", mounts(container))
    facts.add("runtime", _other_than(PLAIN_RUNTIMES, host.get("Runtime")))
    facts.add("gpus", [_gpu_request(request) for request in host.get("DeviceRequests") or []])
    facts.add("devices", sorted(device.get("PathInContainer", "") for device in host.get("Devices") or []))
    facts.add("network_mode", _network(host.get("NetworkMode") or ""))
    facts.add("ipc_mode", _other_than(OWN_IPC, host.get("IpcMode")).partition(":")[0])
    facts.add("ports", _ports(container))
    for key, name in (("read_only", "ReadonlyRootfs"), ("privileged", "Privileged"), ("init", "Init")):
        facts.add(key, bool(host.get(name)))
    facts.add("cap_add", capabilities(host.get("CapAdd")))
    facts.add("cap_drop", capabilities(host.get("CapDrop")))
    facts.add("security_opt", sorted(host.get("SecurityOpt") or []))
    _add_limits(facts, host)
    if isinstance(changes, str):
        return facts.section({"changes": changes})
    points = [mount["destination"] for mount in mounts(container)]
    listed = summary(without_the_engines(changes, container), points)
    facts.add("changes", [f"{change.kind} {change.path}" for change in listed[:CHANGES_LIMIT]])
    facts.add("changes_left_out", max(len(listed) - CHANGES_LIMIT, 0))
    return facts.section()


def with_mounts_over(container: Section, places: Sequence[str]) -> Section:
    """Return the section with `mounted_over`: the mounts that put files where Python looks for modules, its real `places`."""
    if not places:
        unknown = {**container.unknown, "mounted_over": "the probe did not say where Python looks for modules"}
        return msgspec.structs.replace(container, unknown=unknown)
    listed = container.known.get("mounts", [])
    points = [mount["destination"] for mount in listed if isinstance(mount, dict)] if isinstance(listed, list) else []
    over = [point for point in points if not untouched([], [point], places)]
    if not over:
        return msgspec.structs.replace(container, absent=sorted([*container.absent, "mounted_over"]))
    return msgspec.structs.replace(container, known=dict(sorted({**container.known, "mounted_over": over}.items())))


def _add_limits(facts: _Facts, host: Document) -> None:
    """Add what bounds the container; 0, -1 and null all mean unlimited, in different versions of the Engine."""
    period_us = host.get("CpuPeriod") or 100_000
    cpus = (host.get("NanoCpus") or 0) / 1e9 or max(host.get("CpuQuota") or 0, 0) / period_us
    facts.add("limits.memory_bytes", max(host.get("Memory") or 0, 0))
    facts.add("limits.cpus", f"{cpus:g}" if cpus else "")
    facts.add("limits.cpuset", host.get("CpusetCpus"))
    facts.add("limits.pids", max(host.get("PidsLimit") or 0, 0))
    facts.add("limits.shm_bytes", host.get("ShmSize"))
    for limit in host.get("Ulimits") or []:
        name = limit["Name"].removeprefix("RLIMIT_").lower()  # Podman's spelling
        facts.add(f"limits.ulimits.{name}", f"{limit['Soft']}:{limit['Hard']}")


def mounts(container: Document) -> list[dict[str, Any]]:
    """Return what was mounted: destination, mode, type, and the name of a named volume; never a path of the machine."""
    found = []
    for mount in container.get("Mounts") or []:
        entry = {
            "destination": mount.get("Destination", ""),
            "mode": "rw" if mount.get("RW") else "ro",
            "type": mount.get("Type") or "bind",
        }
        if entry["type"] == "volume" and not ANONYMOUS_VOLUME.fullmatch(mount.get("Name") or "0" * 64):
            entry["name"] = mount["Name"]
        if (mount.get("Propagation") or "") not in DEFAULT_PROPAGATION:
            entry["propagation"] = mount["Propagation"]
        found.append(entry)
    tmpfs = (container.get("HostConfig") or {}).get("Tmpfs") or {}
    found += [
        {"destination": place, "mode": "rw", "type": "tmpfs"}
        for place in tmpfs
        if all(entry["destination"] != place for entry in found)
    ]
    return sorted(found, key=lambda entry: entry["destination"])


def is_mounted(container: Document, path: str) -> bool:
    """Say whether a path of a container lies on something that was mounted there, which its engine may not see into."""
    return not untouched([], [mount["destination"] for mount in mounts(container)], [path])


def _user(user: str) -> str:
    return "root" if user in ("", "0", "root", "0:0", "root:root") else user


def _network(mode: str) -> str:
    """Return how the container is connected; a network's own name, which Compose makes from a folder's, is a bridge's."""
    kind = mode.partition(":")[0]
    return kind if kind in OTHER_NETWORKS else "bridge"


def _other_than(usual: set[str], value: str | None) -> str:
    return "" if value is None or value in usual else value


def _gpu_request(request: Document) -> dict[str, object]:
    """Return one `--gpus` request; device UUIDs are the machine's own, so they are counted, indices are kept."""
    ids = request.get("DeviceIDs") or []
    wanted: dict[str, object] = {"count": "all" if request.get("Count") == -1 else str(request.get("Count") or len(ids))}
    if ids and all(name.isdigit() for name in ids):
        wanted["devices"] = list(ids)
    wanted["capabilities"] = sorted({name for group in request.get("Capabilities") or [] for name in group})
    return wanted


def _ports(container: Document) -> list[str]:
    asked = (container.get("HostConfig") or {}).get("PortBindings") or {}
    given = (container.get("NetworkSettings") or {}).get("Ports") or {}
    return sorted(port for port in {**asked, **given} if asked.get(port) or given.get(port))


def capabilities(names: Iterable[str] | None) -> list[str]:
    """Return capabilities in one spelling, sorted: `SYS_NICE`."""
    return sorted({name.upper().removeprefix("CAP_") for name in names or []})

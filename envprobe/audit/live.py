"""A container that runs, or an image, as the rules see it: by what the engine says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .docker_run import from_settings
from .model import Argument, AuditedFile, BuildStage, Setting
from .stages import list_as_shell

DEFAULT_SHM_BYTES = 64 << 20
Document = Mapping[str, Any]


def of_image(reference: str, image: Document) -> AuditedFile:
    """Return an image's own settings as the last stage of a build."""
    config = image.get("Config") or {}
    words = tuple(Argument(word, 0) for word in [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())])
    stage = BuildStage(
        name="",
        base=Setting("image", "scratch", 0),
        environment=_variables(config.get("Env") or ()),
        user=Setting("user", config["User"], 0) if config.get("User") else None,
        command=words,
        is_final=True,
    )
    commands = list_as_shell([word.text for word in words], [0] * len(words), {}).commands
    return AuditedFile(name=reference, kind="image", stages=(stage,), commands=commands)


def of_container(reference: str, container: Document, image: Document) -> AuditedFile:
    """Return a container as the launch that made it."""
    config, host = container.get("Config") or {}, container.get("HostConfig") or {}
    own = image.get("Config") or {}
    words = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
    is_own = words == [*(own.get("Entrypoint") or ()), *(own.get("Cmd") or ())]
    given = [Setting("env", text, 0) for text in config.get("Env") or () if text not in (own.get("Env") or ())]
    launch = from_settings(
        str(container.get("Name", "")).lstrip("/"),
        "live",
        0,
        Setting("image", str(config.get("Image", "")), 0),
        () if is_own else tuple(Argument(word, 0) for word in words),
        [*given, *_settings(config, host), *_mounts(container, host), *_ports(host)],
    )
    commands = list_as_shell(words, [0] * len(words), {}).commands
    return AuditedFile(name=reference, kind="container", launches=(launch,), commands=commands)


def _variables(texts: list[str] | tuple[str, ...]) -> dict[str, Setting]:
    pairs = [text.partition("=") for text in texts]
    return {name: Setting(name, value, 0) for name, _, value in pairs}


def _settings(config: Document, host: Document) -> Iterator[Setting]:
    if config.get("User"):
        yield Setting("user", config["User"], 0)
    if host.get("Privileged"):
        yield Setting("privileged", "true", 0)
    for option, member in (("cap-add", "CapAdd"), ("security-opt", "SecurityOpt")):
        yield from (Setting(option, str(text), 0) for text in host.get(member) or ())
    for option, member in (
        ("network", "NetworkMode"),
        ("pid", "PidMode"),
        ("ipc", "IpcMode"),
        ("uts", "UTSMode"),
        ("userns", "UsernsMode"),
    ):
        if host.get(member) and host[member] not in ("private", "shareable"):
            yield Setting(option, str(host[member]), 0)
    for request in host.get("DeviceRequests") or ():
        yield Setting("gpus", str(request.get("Count")), 0)
    for device in host.get("Devices") or ():
        yield Setting("device", str(device.get("PathOnHost")), 0)
    if host.get("Runtime"):
        yield Setting("runtime", str(host["Runtime"]), 0)
    if host.get("ShmSize") not in (None, 0, DEFAULT_SHM_BYTES):
        yield Setting("shm-size", str(host["ShmSize"]), 0)
    if host.get("Memory"):
        yield Setting("memory", str(host["Memory"]), 0)
    if config.get("Healthcheck"):
        yield Setting("healthcheck", "yes", 0)


def _mounts(container: Document, host: Document) -> Iterator[Setting]:
    anonymous = {mount.get("Destination") for mount in container.get("Mounts") or () if len(str(mount.get("Name", ""))) == 64}
    for mount in container.get("Mounts") or ():
        target, source = str(mount.get("Destination")), str(mount.get("Source") or mount.get("Name") or "")
        end = "" if mount.get("RW", True) else ":ro"
        if target in anonymous:
            yield Setting("volume", target, 0)
        elif mount.get("Type") == "volume":
            yield Setting("volume", f"{mount.get('Name')}:{target}{end}", 0)
        else:
            yield Setting("volume", f"{source}:{target}{end}", 0)
    yield from (Setting("tmpfs", str(target), 0) for target in host.get("Tmpfs") or ())


def _ports(host: Document) -> Iterator[Setting]:
    for port, bindings in (host.get("PortBindings") or {}).items():
        for binding in bindings or ():
            address = binding.get("HostIp") or ""
            address = f"[{address}]" if ":" in address else address
            front = f"{address}:" if address else ""
            yield Setting("publish", f"{front}{binding.get('HostPort') or ''}:{port.partition('/')[0]}", 0)

"""How a container was made: from the Engine API's inspect documents to the line that makes it again. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from .outside import OWN_IPC, PLAIN_RUNTIMES, capabilities, familiar
from .run_line import Key, RunLine, Word

Document: TypeAlias = Mapping[str, Any]
Secrets: TypeAlias = Callable[[list[str]], list[bool]]
"""Tells which words of a command line may hold a secret."""

DEFAULT_SHM_BYTES = 64 << 20
DEFAULT_NETWORKS = ("", "default", "bridge", "podman")
COMPOSE = "com.docker.compose.service"
ORCHESTRATED = ("io.kubernetes.pod.name", "com.docker.swarm.service.name", "com.docker.stack.namespace")


def run_line(container: Document, image: Document, tool: str, secrets: Secrets, plain: Callable[[str], bool]) -> RunLine:
    """Return how a container was made of its image, from the inspect documents of both.

    `plain` tells of which variables the values may be shown.
    """
    config = container.get("Config") or {}
    labels = config.get("Labels") or {}
    service = labels.get(COMPOSE)
    made_by = f"service {service} of its compose file" if service else ""
    made_by = made_by or next(("what made it" for label in ORCHESTRATED if label in labels), "")
    entry, command = _started(config, image.get("Config") or {}, secrets)
    options = {**dict(_of_config(container, image.get("Config") or {}, secrets, plain)), **entry}
    host = container.get("HostConfig") or {}
    for key, words in _of_host(host, secrets):
        options.setdefault(key, []).extend(words)
    return RunLine(
        tool=tool,
        name=container["Name"].lstrip("/"),
        id=container["Id"],
        image=_image(container, image),
        options=options,
        command=command,
        goes_when_stopped=bool(host.get("AutoRemove")),
        made_by=made_by,
    )


def _image(container: Document, image: Document) -> str:
    """Return what names the container's image today: its reference, or the id where that names another one by now."""
    reference = str((container.get("Config") or {}).get("Image") or "")
    tags = {familiar(tag) for tag in (*(image.get("RepoTags") or ()), *(image.get("RepoDigests") or ()))}
    return reference if familiar(reference) in tags else str(container["Image"])


def _started(config: Document, image: Document, secrets: Secrets) -> tuple[dict[Key, list[Word]], list[Word]]:
    """Return the options and the words of the command, where they are not the image's own."""
    entry, command = list(config.get("Entrypoint") or ()), list(config.get("Cmd") or ())
    hidden = secrets([*entry, *command])
    words = [
        Word("", f".Config.{member} {index}") if is_secret else Word(text)
        for (member, index, text), is_secret in zip(
            [*(("Entrypoint", i, text) for i, text in enumerate(entry)), *(("Cmd", i, text) for i, text in enumerate(command))],
            hidden,
            strict=True,
        )
    ]
    if entry != list(image.get("Entrypoint") or ()):
        return {("--entrypoint", ""): words[:1] or [Word("")]}, words[1:]
    return {}, words[len(entry) :] if command != list(image.get("Cmd") or ()) else []


def _of_config(
    container: Document, image: Document, secrets: Secrets, plain: Callable[[str], bool]
) -> Iterator[tuple[Key, list[Word]]]:
    """Yield the options that stand in `Config`, where they are not the image's own."""
    config = container["Config"]
    for option, member in (("--user", "User"), ("--workdir", "WorkingDir")):
        if config.get(member) and config[member] != image.get(member):
            yield (option, ""), [Word(config[member])]
    if config.get("Hostname") and not container["Id"].startswith(config["Hostname"]):
        yield ("--hostname", ""), [Word(config["Hostname"])]
    for option, member in (("--tty", "Tty"), ("--interactive", "OpenStdin")):
        if config.get(member):
            yield (option, ""), []
    for index, setting in enumerate(config.get("Env") or ()):
        if setting not in (image.get("Env") or ()):
            name = setting.partition("=")[0]
            is_shown = plain(name) and not secrets([setting])[0]
            yield ("--env", name), [Word(setting) if is_shown else Word("", f".Config.Env {index}")]
    for name, value in (config.get("Labels") or {}).items():
        if (image.get("Labels") or {}).get(name) != value:
            text = f"{name}={value}"
            is_shown = not secrets([text])[0] and text.isprintable()
            yield ("--label", name), [Word(text) if is_shown else Word(f"{shlex.quote(name)}=", f'.Config.Labels "{name}"')]


def _of_host(host: Document, secrets: Secrets) -> Iterator[tuple[Key, list[Word]]]:
    """Yield the options that stand in `HostConfig`, where they are not the Engine's defaults."""
    yield from _mounts(host, secrets)
    yield from _reach(host)
    yield from _limits(host)
    for option, member in (
        *(("--rm", "AutoRemove"), ("--publish-all", "PublishAllPorts"), ("--read-only", "ReadonlyRootfs")),
        *(("--privileged", "Privileged"), ("--init", "Init"), ("--oom-kill-disable", "OomKillDisable")),
    ):
        if host.get(member):
            yield (option, ""), []
    for option, member in (("--cap-add", "CapAdd"), ("--cap-drop", "CapDrop")):
        for name in capabilities(host.get(member)):
            yield (option, name), [Word(name)]
    for option, member in (("--security-opt", "SecurityOpt"), ("--group-add", "GroupAdd"), ("--volumes-from", "VolumesFrom")):
        for text in host.get(member) or ():
            yield (option, text), [Word(text)]
    for device in host.get("Devices") or ():
        inside = device["PathInContainer"]
        yield ("--device", inside), [Word(f"{device['PathOnHost']}:{inside}:{device.get('CgroupPermissions') or 'rwm'}")]
    for request in host.get("DeviceRequests") or ():
        yield ("--gpus", ""), [Word(gpus(request))]
    restart = host.get("RestartPolicy") or {}
    if restart.get("Name") not in (None, "", "no"):
        count = restart.get("MaximumRetryCount")
        yield ("--restart", ""), [Word(restart["Name"] + (f":{count}" if count else ""))]
    for name, value in (host.get("Sysctls") or {}).items():
        yield ("--sysctl", name), [Word(f"{name}={value}")]


def gpus(request: Document) -> str:
    """Return what `--gpus` takes for one request; its commas are its own, so a list stands in quotes."""
    devices = request.get("DeviceIDs") or []
    if devices:
        return f'"device={",".join(devices)}"'
    return "all" if request.get("Count") == -1 else str(request.get("Count") or "all")


def _mounts(host: Document, secrets: Secrets) -> Iterator[tuple[Key, list[Word]]]:
    for index, bind in enumerate(host.get("Binds") or ()):
        inside = bind.split(":")[1] if ":" in bind else bind
        yield ("--volume", inside), [Word("", f".HostConfig.Binds {index}") if secrets([bind])[0] else Word(bind)]
    for mount in host.get("Mounts") or ():
        parts = [f"type={mount.get('Type', 'bind')}"] + ([f"source={mount['Source']}"] if mount.get("Source") else [])
        parts += [f"target={mount['Target']}"] + (["readonly"] if mount.get("ReadOnly") else [])
        yield ("--mount", mount["Target"]), [Word(",".join(parts))]
    for place, options in (host.get("Tmpfs") or {}).items():
        yield ("--tmpfs", place), [Word(f"{place}:{options}" if options else place)]


def _reach(host: Document) -> Iterator[tuple[Key, list[Word]]]:
    """Yield how it is connected to others."""
    if (host.get("NetworkMode") or "") not in DEFAULT_NETWORKS:
        yield ("--network", ""), [Word(host["NetworkMode"])]
    for port, bindings in (host.get("PortBindings") or {}).items():
        published: list[Document] = bindings or [{}]
        for binding in published:
            parts = (binding.get("HostIp") or "", binding.get("HostPort") or "")
            front = f"{parts[0]}:{parts[1]}:" if parts[0] else f"{parts[1]}:" if parts[1] else ""
            yield ("--publish", port), [Word(front + port)]
    for option, member in (("--add-host", "ExtraHosts"), ("--dns", "Dns")):
        for text in host.get(member) or ():
            yield (option, text), [Word(text)]
    for option, member, usual in (("--ipc", "IpcMode", OWN_IPC), ("--pid", "PidMode", ()), ("--uts", "UTSMode", ())):
        if host.get(member) and host[member] not in usual:
            yield (option, ""), [Word(host[member])]
    if host.get("UsernsMode"):
        yield ("--userns", ""), [Word(host["UsernsMode"])]
    if host.get("Runtime") and host["Runtime"] not in PLAIN_RUNTIMES:
        yield ("--runtime", ""), [Word(host["Runtime"])]


def _limits(host: Document) -> Iterator[tuple[Key, list[Word]]]:
    memory = max(host.get("Memory") or 0, 0)
    numbers = {
        "--memory": memory,
        "--memory-swap": 0 if host.get("MemorySwap") in (None, 0, 2 * memory) else host["MemorySwap"],
        "--memory-reservation": host.get("MemoryReservation"),
        "--cpus": f"{host['NanoCpus'] / 1e9:g}" if host.get("NanoCpus") else "",
        "--cpu-period": host.get("CpuPeriod"),
        "--cpu-quota": max(host.get("CpuQuota") or 0, 0),
        "--cpu-shares": host.get("CpuShares"),
        "--cpuset-cpus": host.get("CpusetCpus"),
        "--cpuset-mems": host.get("CpusetMems"),
        "--pids-limit": max(host.get("PidsLimit") or 0, 0),
        "--shm-size": 0 if host.get("ShmSize") == DEFAULT_SHM_BYTES else host.get("ShmSize"),
        "--oom-score-adj": host.get("OomScoreAdj"),
    }
    yield from (((option, ""), [Word(str(value))]) for option, value in numbers.items() if value)
    for limit in host.get("Ulimits") or ():
        name = limit["Name"].removeprefix("RLIMIT_").lower()
        yield ("--ulimit", name), [Word(f"{name}={limit['Soft']}:{limit['Hard']}")]

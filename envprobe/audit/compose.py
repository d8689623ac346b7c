"""A Compose project to launches: how its files are merged, and what each service sets, `.env` and defaults in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from .docker_run import from_settings
from .documents import child, items, pairs, text
from .expand import VARIABLE, expand
from .model import Argument, FileText, Launch, Scalar, Setting, Tree
from .shell import read_shell

PLAIN = {
    "user": "user",
    "privileged": "privileged",
    "shm_size": "shm-size",
    "mem_limit": "memory",
    "cpus": "cpus",
    "network_mode": "network",
    "pid": "pid",
    "ipc": "ipc",
    "uts": "uts",
    "userns_mode": "userns",
    "platform": "platform",
    "runtime": "runtime",
    "working_dir": "workdir",
    "gpus": "gpus",
    "read_only": "read-only",
    "restart": "restart",
}
LISTS = {
    "cap_add": "cap-add",
    "security_opt": "security-opt",
    "devices": "device",
    "tmpfs": "tmpfs",
    "volumes_from": "volumes-from",
}
SEQUENCES = (
    "volumes",
    "ports",
    "cap_add",
    "security_opt",
    "devices",
    "tmpfs",
    "environment",
    "env_file",
    "expose",
    "dns",
    "secrets",
)
"""What an override adds to, instead of replacing it."""
VariablesAt = Callable[[int], Mapping[str, str]]
"""The variables that hold where a line stands."""


def merged(base: Tree, over: Tree) -> Tree:
    """Lay an override over a Compose file, as `docker compose -f A -f B` does.

    Lists of ports, mounts and the like grow, a mount takes the place of one at the same target; `!reset` takes away,
    `!override` replaces.
    """
    members, lines = dict(base.members), dict(base.lines)
    for name, value in over.members.items():
        mine = members.get(name) if value.tag != "!override" else None
        if value.tag == "!reset":
            members.pop(name, None)
            continue
        if isinstance(mine, Tree) and isinstance(value, Tree) and name in SEQUENCES and (mine.is_list or value.is_list):
            rows = [*_rows(mine), *_rows(value)]
            rows = list({_target(row): row for row in rows}.values()) if name == "volumes" else rows
            members[name] = Tree({str(index): row for index, row in enumerate(rows)}, mine.line, is_list=True)
        elif isinstance(mine, Tree) and isinstance(value, Tree) and not mine.is_list and not value.is_list:
            members[name] = merged(mine, value)
        else:
            members[name], lines[name] = value, over.lines.get(name, value.line)
        lines.setdefault(name, over.lines.get(name, value.line))
    return Tree(members, base.line, lines=lines)


def shifted(tree: Tree | Scalar, by: int) -> Tree | Scalar:
    """Return a document with its lines moved: so that those of an override can be told apart from the file's own."""
    if isinstance(tree, Scalar):
        return Scalar(tree.text, tree.line + by, tree.is_text, tree.tag)
    members = {name: shifted(value, by) for name, value in tree.members.items()}
    return Tree(members, tree.line + by, tree.is_list, {name: line + by for name, line in tree.lines.items()}, tree.tag)


def _target(mount: Tree | Scalar) -> str:
    """Return where in the container a mount lies: of `SOURCE:TARGET:MODE`, `TARGET`, or an object."""
    if isinstance(mount, Tree):
        return text(mount, "target")
    parts = VARIABLE.sub("", mount.text).split(":")
    return parts[-2] if len(parts) > 1 and not parts[-1].startswith("/") else parts[-1]


def _rows(tree: Tree) -> list[Tree | Scalar]:
    if tree.is_list:
        return list(tree.members.values())
    return [Scalar(f"{name}={value.text}", value.line) for name, value in tree.members.items() if isinstance(value, Scalar)]


def read_launches(document: Tree, variables: VariablesAt) -> tuple[Launch, ...]:
    """Return the services of a Compose file as launches."""
    services = child(document, "services")
    found = []
    for name, service, line in pairs(services):
        if isinstance(service, Tree):
            found.append(_launch(name, service, line, variables, document))
    return tuple(found)


def inline_dockerfiles(document: Tree, variables: VariablesAt) -> Iterator[FileText]:
    """Yield the Dockerfiles that stand within services, each with the line that stands before its first."""
    for name, service, _ in pairs(document, "services"):
        inline = child(service, "build", "dockerfile_inline")
        if isinstance(inline, Scalar) and inline.text.strip():
            yield FileText(name, expand(inline.text, variables(inline.line)), inline.line)


def _launch(name: str, service: Tree, line: int, variables: VariablesAt, document: Tree) -> Launch:
    settings = [
        Setting(one.name, expand(one.value, variables(one.line)), one.line)
        for one in (
            *_plain(service),
            *_ports(service),
            *_volumes(service, document),
            *_environment(service),
            *_resources(service),
        )
    ]
    image = child(service, "image")
    return from_settings(
        name,
        "compose",
        line,
        Setting("image", expand(image.text, variables(image.line)), image.line) if isinstance(image, Scalar) else None,
        (*_words(child(service, "entrypoint"), variables), *_words(child(service, "command"), variables)),
        settings,
        is_built=child(service, "build") is not None,
    )


def _words(command: Tree | Scalar | None, variables: VariablesAt) -> tuple[Argument, ...]:
    if isinstance(command, Tree):
        return tuple(
            Argument(expand(one.text, variables(one.line)), one.line)
            for one in command.members.values()
            if isinstance(one, Scalar)
        )
    if command is None or not command.text.strip():
        return ()
    # a text is split into words and not given to a shell: `;` and `|` are words there, and the end of a line is a blank
    is_block = "\n" in command.text
    text = command.text.strip().replace("\n", "\\\n")
    found = read_shell(expand(text, variables(command.line)), command.line + is_block)
    return found.commands[0].arguments if found.commands else ()


def _plain(service: Tree) -> Iterator[Setting]:
    for name, value, line in pairs(service):
        if name in PLAIN and isinstance(value, Scalar):
            yield Setting(PLAIN[name], value.text, line)
        elif name in LISTS:
            yield from (Setting(LISTS[name], one.text, one.line) for one in items(value) if isinstance(one, Scalar))
        elif name == "gpus":
            yield Setting("gpus", "all", line)
        elif name == "healthcheck":
            yield Setting("healthcheck", "yes", line)


def _ports(service: Tree) -> Iterator[Setting]:
    for port in items(service, "ports"):
        if isinstance(port, Scalar):
            yield Setting("publish", port.text, port.line)
        elif text(port, "published"):
            address = text(port, "host_ip")
            front = f"{address}:" if address else ""
            yield Setting("publish", f"{front}{text(port, 'published')}:{text(port, 'target')}", child(port, "published").line)  # type: ignore[union-attr]


def _volumes(service: Tree, document: Tree) -> Iterator[Setting]:
    for volume in items(service, "volumes"):
        if isinstance(volume, Scalar):
            yield Setting("volume", volume.text, volume.line)
            continue
        kind, source, target = text(volume, "type") or "volume", text(volume, "source"), text(volume, "target")
        end = ",readonly" if text(volume, "read_only") in ("true", "yes") else ""
        quoted = f'"source={source}"' if "," in source else f"source={source}"
        named = child(volume, "source") or child(volume, "target") or volume
        yield Setting("mount", f"type={kind},{quoted},target={target}{end}", named.line)


def _environment(service: Tree) -> Iterator[Setting]:
    environment = child(service, "environment")
    if isinstance(environment, Tree) and not environment.is_list:
        for name, value, line in pairs(environment):
            if isinstance(value, Scalar):
                is_set = bool(value.text) or value.is_text
                yield Setting("env", f"{name}={value.text}" if is_set else name, line)
        return
    for one in items(environment):
        if isinstance(one, Scalar):
            yield Setting("env", one.text, one.line)


def _resources(service: Tree) -> Iterator[Setting]:
    resources = child(service, "deploy", "resources")
    for device in items(resources, "reservations", "devices"):
        names = [one.text for one in items(device, "capabilities") if isinstance(one, Scalar)]
        if "gpu" in names or "nvidia" in text(device, "driver"):
            yield Setting("gpus", text(device, "count") or "all", device.line)
    limit = child(resources, "limits", "memory")
    if isinstance(limit, Scalar):
        yield Setting("memory", limit.text, limit.line)
    cpus = child(resources, "limits", "cpus")
    if isinstance(cpus, Scalar):
        yield Setting("cpus", cpus.text, cpus.line)

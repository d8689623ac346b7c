"""devcontainer.json to a launch: `image`, `runArgs`, `mounts`, `containerEnv`, `forwardPorts`."""

from __future__ import annotations

from collections.abc import Iterator

from .docker_run import from_settings, launch_of
from .documents import child, items, pairs, text
from .model import Argument, Launch, Scalar, Setting, ShellCommand, Tree
from .shell import ShellText, read_shell
from .stages import list_as_shell

COMMANDS = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)


def read_launch(document: Tree) -> Launch | None:
    """Return what a devcontainer starts; None where it is left to a Compose file."""
    image = child(document, "image")
    is_built = child(document, "build") is not None or child(document, "dockerFile") is not None
    if not isinstance(image, Scalar) and not is_built:
        return None
    line = image.line if isinstance(image, Scalar) else document.line
    named = Setting("image", image.text, image.line) if isinstance(image, Scalar) else None
    settings = [*_run_args(document), *_own(document)]
    launch = from_settings("devcontainer", "devcontainer", line, named, (), settings, is_built=is_built)
    # the project's folder is always mounted, by the tool itself
    workspace = Setting("mount", "type=bind,source=${localWorkspaceFolder},target=/workspaces", line)
    return from_settings("devcontainer", "devcontainer", line, named, launch.command, [*settings, workspace], is_built=is_built)


def _run_args(document: Tree) -> tuple[Setting, ...]:
    words = [Argument(one.text, one.line) for one in items(document, "runArgs") if isinstance(one, Scalar)]
    if not words:
        return ()
    head = [Argument("docker", words[0].line), Argument("run", words[0].line)]
    launch = launch_of(ShellCommand(arguments=(*head, *words)))
    return launch.settings if launch else ()


def _own(document: Tree) -> Iterator[Setting]:
    for mount in items(document, "mounts"):
        if isinstance(mount, Scalar):
            yield Setting("mount", mount.text, mount.line)
        else:
            yield Setting(
                "mount", f"type={text(mount, 'type')},source={text(mount, 'source')},target={text(mount, 'target')}", mount.line
            )
    workspace = child(document, "workspaceMount")
    if isinstance(workspace, Scalar):
        yield Setting("mount", workspace.text, workspace.line)
    for part in ("containerEnv", "remoteEnv"):
        for name, value, line in pairs(document, part):
            if isinstance(value, Scalar):
                yield Setting("env", f"{name}={value.text}", line)
    for name in ("containerUser", "remoteUser"):
        user = child(document, name)
        if isinstance(user, Scalar):
            yield Setting("user", user.text, user.line)
    for one in items(document, "capAdd"):
        yield from [Setting("cap-add", one.text, one.line)] if isinstance(one, Scalar) else []
    for one in items(document, "securityOpt"):
        yield from [Setting("security-opt", one.text, one.line)] if isinstance(one, Scalar) else []
    privileged = child(document, "privileged")
    if isinstance(privileged, Scalar):
        yield Setting("privileged", privileged.text, privileged.line)
    for port in items(document, "appPort"):
        if isinstance(port, Scalar):
            yield Setting("publish", port.text if ":" in port.text else f"{port.text}:{port.text}", port.line)


def lifecycle(document: Tree) -> ShellText:
    """Return what the commands of its life cycle do."""
    found: list[ShellText] = []
    for name in COMMANDS:
        value = child(document, name)
        parts = list(value.members.values()) if isinstance(value, Tree) and not value.is_list else [value]
        for part in parts:
            if isinstance(part, Scalar):
                found.append(read_shell(part.text, part.line))
            elif isinstance(part, Tree):
                words = [one for one in part.members.values() if isinstance(one, Scalar)]
                found.append(list_as_shell([one.text for one in words], [one.line for one in words], {}))
    flat = tuple(command for one in found for command in one.commands)
    return ShellText(flat, tuple(text_ for one in found for text_ in one.texts))

"""What several rules ask of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from . import image_name
from .image_name import ImageName
from .model import AuditedFile, BuildStage, Launch, Setting, ShellCommand

JUPYTER = (
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "jupyter-server",
    "jupyterhub-singleuser",
    "start-notebook.sh",
    "start-notebook.py",
)
JUPYTER_CONFIG = re.compile(r"jupyter\w*_config(?:\.d/[^/]+)?\.(?:py|json)$")
SSHD_CONFIG = re.compile(r"sshd?_config(?:\.d/[^/]+)?$")
JUPYTER_PORT = "8888"


def variables(file: AuditedFile) -> Iterator[Setting]:
    """Yield each variable that a file sets for a build or a container, once."""
    seen = set()
    owned = [stage.environment for stage in file.stages] + [launch.environment for launch in file.launches]
    for environment in owned:
        for setting in environment.values():
            if (setting.name, setting.line) not in seen:
                seen.add((setting.name, setting.line))
                yield setting
    for command in file.commands:
        if command.name in ("export", "declare", "local", "readonly"):
            for word in command.arguments[1:]:
                name, equals, value = word.text.partition("=")
                if equals:
                    yield Setting(name, value, word.line)
        for name, word in command.environment.items():
            yield Setting(name, word.text, word.line)


def runs_jupyter(command: ShellCommand) -> bool:
    """Tell whether a command starts a Jupyter server."""
    if command.name not in JUPYTER:
        return False
    verb = command.argv[1] if len(command.argv) > 1 else ""
    return command.name != "jupyter" or verb in ("notebook", "lab", "server", "nbclassic")


def jupyter_commands(file: AuditedFile) -> Iterator[ShellCommand]:
    return (command for command in file.commands if runs_jupyter(command))


def started(launch: Launch) -> Setting:
    """Return what says what a launch starts: its image, or the launch itself where no image is named."""
    return launch.image or Setting("image", launch.name, launch.line)


def image_of(launch: Launch) -> ImageName:
    """Return the image of a launch, an empty name where it is built or unknown."""
    return image_name.parse(launch.image.value if launch.image and not launch.is_built else "")


def launch_runs_jupyter(launch: Launch) -> bool:
    """Tell whether a container serves Jupyter: by its command, else by its image's name."""
    words = [word.text for word in launch.command]
    text = " ".join(words)
    if words:
        return re.search(r"(?:^|[\s/'\"])(?:jupyter[ -](?:notebook|lab|server)|start-notebook)", text) is not None
    return image_name.has_jupyter(image_of(launch)) is True


def is_work_place(launch: Launch) -> bool:
    """Tell whether people or a training leave results in a container."""
    if launch_runs_jupyter(launch):
        return True
    words = " ".join(word.text for word in launch.command)
    if not image_name.is_machine_learning(image_of(launch)):
        return False
    if not words:
        return True
    is_once = re.search(r"nvidia-smi|--version|--help|(?:^|\s)-c\s|-m (?:pytest|pip)|pip list|envprobe", words)
    return not is_once


def scripts_with(file: AuditedFile, matches: Callable[[ShellCommand], bool]) -> set[int]:
    """Return the numbers of the scripts, and of the RUN, in which a command matches."""
    return {command.script for command in file.commands if matches(command)}


def own_stages(file: AuditedFile) -> Iterator[BuildStage]:
    """Yield the stages that are made from an image, not from another stage."""
    return (stage for stage in file.stages if stage.parent is None)


def source_line(file: AuditedFile, line: int | None) -> str:
    return file.lines[line - 1] if line and 0 < line <= len(file.lines) else ""


def installs(file: AuditedFile | BuildStage) -> Iterator[tuple[ShellCommand, list[str]]]:
    """Yield each `pip install` with its arguments."""
    for command in file.commands:
        argv = command.argv
        if re.fullmatch(r"pip[0-9.]*", command.name) and "install" in argv:
            yield command, argv[argv.index("install") + 1 :]

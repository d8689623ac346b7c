"""A file's text to what the rules see of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import msgspec

from ..error import DocumentError
from . import compose, devcontainer, kubernetes
from .compose_project import ComposeProject, OpenFile
from .docker_run import launch_of
from .dockerfile import read_instructions
from .documents import read_json, read_yaml
from .fish import as_bash, is_fish
from .model import AuditedFile, BuildStage, FileText, Launch, ShellCommand, Tree
from .shell import read_shell
from .stages import list_as_shell, read_stages

BYTES = 4 << 20
LINES = 20_000
"""More is no file that somebody wrote by hand."""


INSTRUCTIONS, COMMANDS = 2_000, 10_000
"""Rules take time that grows with these and no faster; what is more is no file that somebody wrote by hand."""


def _open_nothing(folder: str, named: str) -> tuple[str, str]:
    raise DocumentError(f"{named}: another file, which is not read here")


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside a file and belongs to it."""

    neighbours: Mapping[str, str] = {}
    variables: Mapping[str, str] = {}
    """Of `.env`."""
    overrides: Sequence[tuple[str, str]] = ()
    """Names and texts of the Compose files that are laid over it."""
    has_folder: bool = False
    folder: str = "."
    """Where the names that stand in the file start."""
    open_file: OpenFile = _open_nothing


NOTHING = Surroundings()


def read(name: str, kind: str, text: str, beside: Surroundings = NOTHING) -> AuditedFile:
    """Read a file of a kind. Raises DocumentError for one that is too large, or not of that kind."""
    if len(text) > BYTES:
        raise DocumentError(f"{name}: more than {BYTES >> 20} MB, which is as much as is read")
    lines = tuple(text.split("\n"))
    if len(lines) > LINES:
        raise DocumentError(f"{name}: more than {LINES:,} lines, which is as much as is read")
    if "\0" in text:
        raise DocumentError(f"{name}: binary")
    lines = tuple(row.rstrip("\r") for row in lines)
    found = _READERS[kind](name, "\n".join(lines), beside)
    if len(found.commands) > COMMANDS:
        raise DocumentError(f"{name}: more than {COMMANDS:,} commands, which is as much as is read")
    return msgspec.structs.replace(
        found, lines=lines, neighbours=beside.neighbours, has_folder=beside.has_folder, commands=_started(found)
    )


def _started(file: AuditedFile) -> tuple[ShellCommand, ...]:
    """Return a file's commands, and those that its containers are started with."""
    commands = list(file.commands)
    for launch in file.launches:
        words = launch.command
        commands += list_as_shell([word.text for word in words], [word.line for word in words], {}).commands
    return tuple(commands)


def _dockerfile(name: str, text: str, beside: Surroundings) -> AuditedFile:
    stages = _stages(name, text.split("\n"))
    if not stages:
        raise DocumentError(f"{name}: no FROM: not a Dockerfile")
    return _built("dockerfile", name, stages)


def _stages(name: str, rows: Sequence[str], before: int = 0) -> tuple[BuildStage, ...]:
    if sum(1 for _ in itertools.islice(read_instructions(rows), INSTRUCTIONS + 1)) > INSTRUCTIONS:
        raise DocumentError(f"{name}: more than {INSTRUCTIONS:,} instructions, which is as much as is read")
    return read_stages(rows, before)


def _built(kind: str, name: str, stages: Sequence[BuildStage]) -> AuditedFile:
    """Return a file that builds images, with what its stages run and write."""
    commands = tuple(command for stage in stages for command in stage.commands)
    texts = tuple(text for stage in stages for text in stage.texts)
    return AuditedFile(name=name, kind=kind, stages=tuple(stages), commands=commands, texts=texts)


def _script(name: str, text: str, beside: Surroundings) -> AuditedFile:
    found = read_shell(as_bash(text) if is_fish(name, text) else text)
    return AuditedFile(name=name, kind="script", commands=found.commands, texts=found.texts, launches=_launches(found.commands))


def _launches(commands: Sequence[ShellCommand]) -> tuple[Launch, ...]:
    return tuple(launch for command in commands if (launch := launch_of(command)) is not None)


def read_command(name: str, text: str) -> AuditedFile:
    """Read a command line that starts a container."""
    found = read_shell(text.replace("`\n", "\\\n").replace("^\n", "\\\n"))
    file = AuditedFile(
        name=name, kind="command", lines=tuple(text.split("\n")), commands=found.commands, launches=_launches(found.commands)
    )
    return msgspec.structs.replace(file, commands=_started(file))


def _compose(name: str, text: str, beside: Surroundings) -> AuditedFile:
    project = ComposeProject(name, beside.open_file)
    document = project.read([(name, text), *beside.overrides], beside.folder, beside.variables)
    if not document.members:
        raise DocumentError(f"{name}: empty")
    inline = [
        stage
        for one in compose.inline_dockerfiles(document, project.variables)
        for stage in _stages(name, one.text.split("\n"), one.line)
    ]
    return msgspec.structs.replace(
        _built("compose", name, inline),
        document=document,
        launches=compose.read_launches(document, project.variables),
        sources=tuple(project.sources),
        unread=tuple(project.unread),
    )


def _kubernetes(name: str, text: str, beside: Surroundings) -> AuditedFile:
    documents = read_yaml(text, name)
    whole = Tree({str(index): one for index, one in enumerate(documents)}, 1, is_list=True)
    return AuditedFile(name=name, kind="kubernetes", document=whole, launches=kubernetes.read_launches(documents))


def _devcontainer(name: str, text: str, beside: Surroundings) -> AuditedFile:
    document = read_json(text, name, is_strict=False)
    launch, life = devcontainer.read_launch(document), devcontainer.lifecycle(document)
    texts: tuple[FileText, ...] = life.texts
    return AuditedFile(
        name=name,
        kind="devcontainer",
        document=document,
        launches=(launch,) if launch else (),
        commands=life.commands,
        texts=texts,
    )


def _daemon(name: str, text: str, beside: Surroundings) -> AuditedFile:
    return AuditedFile(name=name, kind="daemon", document=read_json(text, name, is_strict=True))


def _client(name: str, text: str, beside: Surroundings) -> AuditedFile:
    return AuditedFile(name=name, kind="client", document=read_json(text, name, is_strict=True))


_READERS = {
    "dockerfile": _dockerfile,
    "compose": _compose,
    "kubernetes": _kubernetes,
    "devcontainer": _devcontainer,
    "daemon": _daemon,
    "client": _client,
    "script": _script,
}

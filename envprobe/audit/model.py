"""What a rule sees of a file: stages of a build, commands with their arguments, and containers as they are started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec


class Argument(msgspec.Struct, frozen=True):
    """One word of a command, its quotes and known variables resolved, and the line that it stands on (from 1)."""

    text: str
    line: int


class FileText(msgspec.Struct, frozen=True):
    """What a build or a script writes into a file: `cat > PATH <<EOF`, `echo … >> PATH`, `COPY <<EOF PATH`."""

    path: str
    text: str
    line: int
    """Of the first line of the text."""


class ShellCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A program and its arguments, as a shell would start it."""

    arguments: tuple[Argument, ...]
    environment: dict[str, Argument] = {}
    """Variables that stand before it: `X=1 program`."""
    stdin: str | None = None
    """What is known to be read from standard input: a heredoc, a here string, or the words of an `echo` before the pipe."""
    stdin_line: int = 0
    """Where that begins."""
    fed_by: str = ""
    """The name of the program before the pipe, or in `<(…)`."""
    feeds: str = ""
    """The name of the program behind the pipe."""
    writes: FileText | None = None
    script: int = 0
    """Commands of one script, or of one RUN, have the same number."""

    @property
    def line(self) -> int:
        return self.arguments[0].line

    @property
    def name(self) -> str:
        """The program without its folder."""
        return self.arguments[0].text.rpartition("/")[2]

    @property
    def argv(self) -> list[str]:
        return [argument.text for argument in self.arguments]

    def option(self, *names: str) -> Argument | None:
        """Return the value of the last option of these names: `--name value`, `--name=value`, `-nvalue`; None without one."""
        return next(reversed(list(self.options(*names))), None)

    def options(self, *names: str) -> Iterator[Argument]:
        """Yield the values of an option that may be repeated."""
        for index, word in enumerate(self.arguments[1:], 1):
            for name in names:
                if word.text == name and index + 1 < len(self.arguments):
                    yield self.arguments[index + 1]
                elif name.startswith("--") and word.text.startswith(f"{name}="):
                    yield Argument(word.text[len(name) + 1 :], word.line)
                elif not name.startswith("--") and word.text.startswith(name) and len(word.text) > len(name):
                    yield Argument(word.text[len(name) :].removeprefix("="), word.line)

    def flag(self, *names: str) -> Argument | None:
        """Return the argument that is one of these words, short options also in a bundle such as `-ks`."""
        for word in self.arguments[1:]:
            if word.text in names:
                return word
            letters = word.text[1:] if word.text.startswith("-") and not word.text.startswith("--") else ""
            if letters.isalpha() and any(len(name) == 2 and name[0] == "-" and name[1] in letters for name in names):
                return word
        return None


class Setting(msgspec.Struct, frozen=True):
    """A value that somebody has set, by the name that `docker run` has for it, and where."""

    name: str
    value: str
    line: int


class MountPoint(msgspec.Struct, frozen=True):
    """What is mounted in a container."""

    kind: str
    """`bind`, `volume`, `tmpfs`."""
    source: str
    """Empty for what nobody has named: an anonymous volume."""
    target: str
    line: int
    is_read_only: bool = False


class PublishedPort(msgspec.Struct, frozen=True):
    """A port of the container that the host listens on."""

    address: str
    """Of the host; empty for all."""
    host: str
    container: str
    line: int
    text: str = ""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """A container as it is started: by a command line, Compose, Kubernetes, a devcontainer; or it runs already."""

    name: str
    source: str
    """`command`, `compose`, `kubernetes`, `devcontainer` or `live`."""
    line: int
    image: Setting | None = None
    command: tuple[Argument, ...] = ()
    """What replaces the image's own command."""
    settings: tuple[Setting, ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    environment: dict[str, Setting] = {}
    is_built: bool = False
    """Whether the image is built from a Dockerfile of the project, and its name only a name."""

    def get(self, *names: str) -> Setting | None:
        """Return the last setting of these names; None where it is not set."""
        return next(reversed(list(self.all(*names))), None)

    def all(self, *names: str) -> Iterator[Setting]:
        """Yield what is set under a name that may be repeated, in order."""
        return (setting for setting in self.settings if setting.name in names)


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """An instruction of a Dockerfile."""

    keyword: str
    """In capitals."""
    text: str
    """Everything behind it, continued lines with their ends, without its flags."""
    line: int
    end: int
    flags: dict[str, str] = {}
    words: tuple[str, ...] | None = None
    """The items where it is written as a JSON list, else None."""
    heredocs: tuple[FileText, ...] = ()
    is_trigger: bool = False
    """Whether it stands behind ONBUILD."""


class BuildStage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a build, with what it has from the stages that it is made from."""

    name: str
    base: Setting
    """What stands in FROM, variables resolved."""
    parent: BuildStage | None = None
    """The stage that it is made from; None for an image."""
    platform: str = ""
    instructions: tuple[Instruction, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    texts: tuple[FileText, ...] = ()
    environment: dict[str, Setting] = {}
    """Of ENV, that of its parents included."""
    arguments: dict[str, Setting] = {}
    """Of ARG, with their defaults."""
    user: Setting | None = None
    command: tuple[Argument, ...] = ()
    """ENTRYPOINT and CMD, as they are started."""
    is_final: bool = False

    @property
    def root(self) -> Setting:
        """Return the image at the bottom."""
        return self.base if self.parent is None else self.parent.root

    def lineage(self) -> Iterator[BuildStage]:
        """Yield the stage and those that it is made from."""
        yield self
        if self.parent is not None:
            yield from self.parent.lineage()


STRIDE = 1_000_000
"""The lines of a project's second file are 1,000,001 and on, so that a finding knows its file."""


class SourceText(msgspec.Struct, frozen=True):
    """A file that is read as a part of another's project."""

    name: str
    lines: tuple[str, ...]


class Scalar(msgspec.Struct, frozen=True):
    """A value of a document that is neither a list nor an object, as it is written."""

    text: str
    line: int
    is_text: bool = False
    """Whether it stands in quotes, and is a text whatever it looks like."""
    tag: str = ""
    """Of YAML, where it has one of its own: `!reset`, `!override`."""


class Tree(msgspec.Struct, frozen=True):
    """An object or a list of a YAML or JSON document; a list has its indices for keys."""

    members: dict[str, Tree | Scalar]
    line: int
    is_list: bool = False
    lines: dict[str, int] = {}
    """Where each key stands."""
    tag: str = ""


class AuditedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file, a command line or a live object as the rules see it."""

    name: str
    kind: str
    """`dockerfile`, `compose`, `script`, `command`, `devcontainer`, `kubernetes`, `daemon`, `client`, `container` or `image`."""
    lines: tuple[str, ...] = ()
    sources: tuple[SourceText, ...] = ()
    """The files that a Compose project is made of, itself the first; each has its own STRIDE of lines."""
    unread: tuple[tuple[str, str], ...] = ()
    """Names of these files, and what in them could not be followed."""
    stages: tuple[BuildStage, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    """Of scripts, of RUN in all stages, and of what a container is started with."""
    texts: tuple[FileText, ...] = ()
    launches: tuple[Launch, ...] = ()
    document: Tree | None = None
    neighbours: Mapping[str, str] = {}
    """Texts of files beside it that a rule may ask for: `.dockerignore`, requirements files."""
    has_folder: bool = False
    """Whether the file lies somewhere, so that what is not among `neighbours` is known not to be there."""

    @property
    def final(self) -> BuildStage | None:
        """Return the stage that becomes the image."""
        return self.stages[-1] if self.stages else None


class Edit(msgspec.Struct, frozen=True):
    """How a line becomes right: `old` in it becomes `new`; without `new` the whole line goes."""

    old: str
    new: str | None = ""


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rule has against a file."""

    rule: str
    severity: str
    """`fail`, `warn` or `note`."""
    file: str | None = None
    line: int | None = None
    evidence: str = ""
    """The words that it is about; secrets are taken out."""
    why: str = ""
    fix: str = ""
    """The fixed line, or in words what to do."""
    edit: Edit | None = None

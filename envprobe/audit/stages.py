"""The stages of a Dockerfile: what each is made from, runs and sets, with ARG and ENV in place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from .dockerfile import read_instructions
from .expand import expand
from .model import Argument, BuildStage, FileText, Instruction, Setting, ShellCommand
from .shell import ShellText, read_shell
from .unwrap import inner_script, unwrapped

PAIR = re.compile(r"""([\w.-]+)=((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\\n|\\.|[^\s"'\\])*)""", re.S)
QUOTED = re.compile(r"""\\\n|\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'""", re.S)
LEADING_HEREDOC = re.compile(r"""\A\s*(<<-?["']?\w+["']?)[ \t]+([\w./-]+)""")
"""Before the program, as in `RUN <<EOF tee PATH`: the grammar of shells knows it only behind."""
BARE_HEREDOC = re.compile(r"""^\s*<<-?["']?\w+["']?\s*$""")


def read_stages(lines: Sequence[str], before: int = 0) -> tuple[BuildStage, ...]:
    """Return the stages of a Dockerfile, in order; so many lines stand before it in its file."""
    building = _Stages()
    for instruction in read_instructions(lines, before):
        building.add(instruction)
    return building.done()


class _Stages:
    """What has been read so far."""

    def __init__(self) -> None:
        self.outer: dict[str, Setting] = {}
        """ARG before the first FROM."""
        self.stages: list[BuildStage] = []

    def done(self) -> tuple[BuildStage, ...]:
        return tuple(
            msgspec.structs.replace(stage, is_final=index == len(self.stages) - 1) for index, stage in enumerate(self.stages)
        )

    def add(self, instruction: Instruction) -> None:
        if instruction.keyword == "FROM":
            self.stages.append(self._stage(instruction))
        elif not self.stages:
            if instruction.keyword == "ARG":
                self.outer.update(_pairs(instruction, _values(self.outer)))
        else:
            self.stages[-1] = _with(self.stages[-1], instruction, self.outer)

    def _stage(self, instruction: Instruction) -> BuildStage:
        words = instruction.text.replace("\\\n", " ").split()
        base = expand(words[0].strip("\"'"), _values(self.outer)) if words else ""
        name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
        platform = expand(instruction.flags.get("platform", ""), _values(self.outer))
        parent = next((stage for stage in reversed(self.stages) if stage.name and stage.name.lower() == base.lower()), None)
        if parent is None and base.isdigit() and int(base) < len(self.stages):
            parent = self.stages[int(base)]
        return BuildStage(
            name=name,
            base=Setting("image", base, instruction.line),
            parent=parent,
            platform=platform,
            instructions=(instruction,),
            environment=dict(parent.environment) if parent else {},
            user=parent.user if parent else None,
            command=parent.command if parent else (),
        )


def _with(stage: BuildStage, instruction: Instruction, outer: Mapping[str, Setting]) -> BuildStage:
    """Return a stage with one more instruction."""
    stage = msgspec.structs.replace(stage, instructions=(*stage.instructions, instruction))
    variables = {**_values(stage.arguments), **_values(stage.environment)}
    if instruction.is_trigger and instruction.keyword in ("USER", "CMD", "ENTRYPOINT"):
        return stage  # of the image that is made from this one
    if instruction.keyword == "ARG":
        given = _pairs(instruction, variables)
        own = {name: outer[name] for name in _names(instruction) if name in outer and name not in given}
        return msgspec.structs.replace(stage, arguments={**stage.arguments, **own, **given})
    if instruction.keyword == "ENV":
        return msgspec.structs.replace(stage, environment={**stage.environment, **_pairs(instruction, variables)})
    if instruction.keyword == "USER":
        return msgspec.structs.replace(
            stage, user=Setting("user", expand(instruction.text.strip().strip("\"'"), variables), instruction.line)
        )
    if instruction.keyword in ("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK"):
        return _running(stage, instruction, variables)
    if instruction.keyword in ("COPY", "ADD"):
        return msgspec.structs.replace(stage, texts=(*stage.texts, *_copied(instruction, variables)))
    return stage


def _running(stage: BuildStage, instruction: Instruction, variables: Mapping[str, str]) -> BuildStage:
    if instruction.keyword == "HEALTHCHECK":
        return stage
    found = _shell_of(instruction, variables)
    stage = msgspec.structs.replace(stage, commands=(*stage.commands, *found.commands), texts=(*stage.texts, *found.texts))
    if instruction.keyword == "RUN":
        return stage
    words = _started(instruction, found.commands)
    if instruction.keyword == "CMD":
        has_entry = any(one.keyword == "ENTRYPOINT" for one in stage.instructions)
        words = (*stage.command, *words) if has_entry and instruction.words is not None else words
    return msgspec.structs.replace(stage, command=words)


def _started(instruction: Instruction, commands: tuple[ShellCommand, ...]) -> tuple[Argument, ...]:
    if instruction.words is not None:
        return tuple(Argument(word, instruction.line) for word in instruction.words)
    return commands[0].arguments if commands else ()


def _shell_of(instruction: Instruction, variables: Mapping[str, str]) -> ShellText:
    """Return what an instruction runs: a JSON list is one command, a heredoc alone a script, all else a line of shell."""
    if instruction.words is not None:
        return list_as_shell(instruction.words, _word_lines(instruction), variables)
    if BARE_HEREDOC.match(instruction.text) and instruction.heredocs:
        body = instruction.heredocs[0]
        if not body.text.startswith("#!") or re.match(r"#!.*\b(?:ba|da|z)?sh\b", body.text):
            return read_shell(body.text, body.line, variables)
        return ShellText((), ())
    text = LEADING_HEREDOC.sub(r"\2 \1", instruction.text)
    for heredoc in instruction.heredocs:
        text = f"{text.rstrip()}\n{heredoc.text}{heredoc.path}\n"
    return read_shell(text, instruction.line, variables)


def _word_lines(instruction: Instruction) -> list[int]:
    lines, at = [], 0
    for word in instruction.words or ():
        found = instruction.text.find(word, at) if word and "\n" not in word else -1
        at = found if found >= 0 else at
        lines.append(instruction.line + instruction.text.count("\n", 0, at))
    return lines


def list_as_shell(words: Sequence[str], lines: Sequence[int], variables: Mapping[str, str]) -> ShellText:
    """Return an argument list as a command, and the script that it may hold."""
    if not words or not words[0]:
        return ShellText((), ())
    command = unwrapped(ShellCommand(arguments=tuple(Argument(word, at) for word, at in zip(words, lines, strict=False))))
    script = inner_script(command)
    inner = read_shell(script.text, script.line, variables) if script else ShellText((), ())
    return ShellText((command, *inner.commands), inner.texts)


def _copied(instruction: Instruction, variables: Mapping[str, str]) -> list[FileText]:
    """Return the files that `COPY <<EOF PATH` writes."""
    words = instruction.words or tuple(instruction.text.replace("\\\n", " ").split())
    target = expand(words[-1], variables) if words else ""
    return [
        FileText(target if not target.endswith("/") else target + body.path, body.text, body.line)
        for body in instruction.heredocs
    ]


def _pairs(instruction: Instruction, variables: Mapping[str, str]) -> dict[str, Setting]:
    """Return the `NAME=value` of ARG and ENV, and of the old `ENV NAME value`."""
    text = instruction.text
    found: dict[str, Setting] = {}
    old = re.match(r"(?:\s|\\\n)*([\w.-]+)[ \t]+([^=\s].*|\S*[^\w.-].*)$", text, re.S)
    if instruction.keyword == "ENV" and old and not re.match(r"(?:\s|\\\n)*[\w.-]+=", text):
        return {old[1]: Setting(old[1], expand(_unquoted(old[2].strip()), variables), instruction.line)}
    for pair in PAIR.finditer(text):
        line = instruction.line + text.count("\n", 0, pair.start())
        found[pair[1]] = Setting(pair[1], expand(_unquoted(pair[2]), variables), line)
    return found


def _names(instruction: Instruction) -> list[str]:
    return [word.partition("=")[0] for word in instruction.text.replace("\\\n", " ").split()]


def _unquoted(text: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found[0] == "\\\n":
            return ""
        if found[1] is not None:
            return found[0] if found[1] == "$" else found[1]
        return re.sub(r'\\(["\\])', r"\1", found[2]) if found[2] is not None else found[3]

    return QUOTED.sub(value, text)


def _values(settings: Mapping[str, Setting]) -> dict[str, str]:
    return {name: setting.value for name, setting in settings.items()}

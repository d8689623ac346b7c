"""What a shell's user meets before any command runs: help, suggestions, completions, the man page."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem

from envprobe import cli
from envprobe.cli import candidate
from envprobe.cli.group import HOMES

REPOSITORY = Path(__file__).parents[2]
CONTEXT = click.Context(cli.envprobe, info_name="envprobe")
PARAMETERS = {"target": "do", "baseline": "tensor", "expected": "tensor", "observed": "tensor", "name": "tensor"}
"""Parameters that mean the same in every command, and the beginning of something that they can always be."""


def _command(name: str) -> click.Command:
    command: click.Command = cli.envprobe
    for word in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(CONTEXT, word)
        assert found is not None
        command = found
    return command


def _commands() -> Iterator[tuple[str, click.Command]]:
    for name in HOMES:
        command = _command(name)
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=name)
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                assert found is not None
                yield f"{name} {child}", found
        else:
            yield name, command


COMMANDS = dict(_commands())


# -- help -------------------------------------------------------------------------------------------------------------


def test_the_overview_says_what_each_command_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    """`envprobe` alone is one screen: every command under a heading, in the order of use, with a whole sentence."""
    assert cli.main([]) == 2
    said = capsys.readouterr().err
    found = re.findall(r"^  ([a-z]+) +(\S.*)$", said.partition("Start here:")[2], re.MULTILINE)
    assert [name for name, _ in found] == list(HOMES)
    assert not [line for line in said.splitlines() if line.endswith("...") and "Usage" not in line]
    assert len(said.splitlines()) <= 52


def test_help_is_a_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    """`envprobe help check` says what `envprobe check --help` says, and `envprobe help` what `envprobe --help` does."""
    for argv in (["check"], []):
        assert cli.main(["help", *argv]) == 0
        said = capsys.readouterr().out
        assert cli.main([*argv, "--help"]) == 0
        assert capsys.readouterr().out == said


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches(name: str) -> None:
    """Every command's help has examples and exit statuses."""
    text = COMMANDS[name].help or ""
    assert re.search(r"Exit status: \d+ \w", text)
    assert f"envprobe {name.split()[0]}" in text


def _examples() -> Iterator[str]:
    for command in COMMANDS.values():
        for block in (command.help or "").split("\b\n")[1:]:
            for line in block.partition("\n\n")[0].splitlines():
                example = re.split(r" {3,}| > ", line.strip())[0]
                if example.startswith("envprobe "):
                    yield re.sub(r"<\([^)]*\)", "OBSERVED", example)


@pytest.mark.parametrize("example", [*_examples()])
def test_every_example_of_help_is_a_command_line(example: str) -> None:
    """What help shows can be typed: commands, options and arguments are those that there are."""
    arguments = shlex.split(example)[1:]
    _, command, rest = cli.envprobe.resolve_command(CONTEXT, arguments)
    assert command is not None
    while isinstance(command, click.Group):
        _, command, rest = command.resolve_command(click.Context(command, info_name="envprobe"), rest)
        assert command is not None
    command.make_context(command.name, rest)


@pytest.mark.parametrize("argv", ["--help", "check --help", "--version", "schema", "completion bash"])
def test_help_on_a_full_disk_is_no_bug_of_ours(argv: str) -> None:
    """What cannot be written is said in one line, and the status is 2."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "envprobe", *argv.split()], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "envprobe: stdout: cannot be written: No space left on device\n")


@pytest.mark.parametrize("argv", ["chekc", "check --baseline nowhere", "check dokcer://x", ""])
def test_a_full_stderr_is_never_a_difference(argv: str) -> None:
    """Where not even the reason can be said, the status is 2 and not 1."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "envprobe", *argv.split()], stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("chekc", "No such command 'chekc'; did you mean check?"),
        ("zzz", "No such command 'zzz'; there are demo, check"),
        ("check --fromat json", "Did you mean"),
        ("check --baseline tensorflow-29", "did you mean tensorflow-2.9.0"),
        ("check dokcer://trainer", "did you mean docker://?"),
        ("schema reprot", "did you mean report/1?"),
        ("help chekc", "did you mean check?"),
    ],
)
def test_a_mistyped_word_finds_what_was_meant(argv: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands, options, baselines, schemes and documents."""
    assert cli.main(argv.split()) == 2
    assert said in capsys.readouterr().err


# -- completion -------------------------------------------------------------------------------------------------------


def _values(name: str, parameter: click.Parameter, incomplete: str) -> list[str]:
    context = _command(name).make_context(name, [], resilient_parsing=True)
    return [item.value for item in parameter.shell_complete(context, incomplete)]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, command in COMMANDS.items() for parameter in command.params if parameter.name in PARAMETERS],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_parameter_completes_what_its_name_says(name: str, parameter: click.Parameter) -> None:
    """A target completes to schemes and a baseline to names, in every command that takes one."""
    assert _values(name, parameter, PARAMETERS[parameter.name or ""])


def _targets(incomplete: str) -> list[str]:
    target = next(parameter for parameter in _command("check").params if parameter.name == "target")
    return _values("check", target, incomplete)


def test_files_behind_a_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`file://` completes along folders; hidden files only where a dot was typed, and nothing that is not printable."""
    monkeypatch.chdir(tmp_path)
    for name in ("me.json", "mine/deep.json", ".hidden", "a\nb"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert _targets("file://") == ["file://me.json", "file://mine/"]
    assert _targets("file://m") == ["file://me.json", "file://mine/"]
    assert _targets("file://mine/") == ["file://mine/deep.json"]
    assert _targets("file://.h") == ["file://.hidden"]
    assert _targets("file://nowhere/x") == []
    assert _targets(f"file://{tmp_path}/me") == [f"file://{tmp_path}/me.json"]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where a `docker` can be put that is found before any other."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "docker"


@pytest.mark.parametrize("script", ["exit 1", "echo 'Cannot connect' >&2; exit 1", "exec sleep 60", "kill -9 $$"])
def test_an_engine_that_does_not_answer_completes_nothing(program: Path, script: str, capfd: pytest.CaptureFixture[str]) -> None:
    """None, refusing, hanging or dying: no candidates, no words, and no wait that a typist would notice for long."""
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert _targets("docker://") == []
    assert capfd.readouterr() == ("", "")


def test_containers_that_begin_so(program: Path) -> None:
    """Only what fits what was typed, and no name that would move a cursor."""
    program.write_text("#!/bin/sh\nprintf 'trainer\\ntrain-2\\nother\\ntr\\033[2J\\n'\n")
    program.chmod(0o755)
    assert _targets("docker://tr") == ["docker://trainer", "docker://train-2"]


def test_branches_and_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--policy-from` completes the repository's revisions, and outside of one nothing."""
    monkeypatch.chdir(tmp_path)
    option = next(parameter for parameter in _command("check").params if parameter.name == "policy_from")
    assert _values("check", option, "") == []
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    for command in (("init", "-q", "-b", "main"), (*who, "commit", "-q", "--allow-empty", "-m", "x"), ("tag", "v1")):
        subprocess.run(["git", *command], check=True)
    assert _values("check", option, "") == ["main", "v1"]


def test_a_broken_configuration_still_completes_what_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who mends a configuration is typing, too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "envprobe.toml").write_text("= broken")
    found: list[CompletionItem[str]] = candidate.baselines(CONTEXT, _command("check").params[1], "tensorflow")
    assert [item.value for item in found] == ["tensorflow-2.9.0", "tensorflow-2.9.0-gpu"]


@pytest.mark.parametrize("line", ["", "check ", "check --format ", "check docker://", "record --na", "'", "check --nonsense=x "])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completing_loads_nothing_that_takes_long(shell: str, line: str) -> None:
    """No engine's library, no terminal's; and a line that makes no sense is silent."""
    variables = {"COMP_LINE": f"envprobe {line}", "COMP_WORDBREAKS": " :=", "COMP_WORD": "", "COMP_WORDS": f"envprobe {line}"}
    variables["COMP_CWORD"] = line.rpartition(" ")[2] if shell == "fish" else str(line.count(" ") + 1)
    program = "import sys; from envprobe.cli import main; status = main(); print(*sys.modules, file=sys.stderr); sys.exit(status)"
    environ = {**os.environ, **variables, "_ENVPROBE_COMPLETE": f"{shell}_complete", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True)
    assert done.returncode == 0
    assert {"docker", "requests", "rich", "msgspec"}.isdisjoint(done.stderr.split())
    assert "Traceback" not in done.stderr


# -- the man page -----------------------------------------------------------------------------------------------------


def test_the_man_page_and_the_reference_are_up_to_date() -> None:
    """Whoever changes a command or an option runs `python docs/tools/manual.py`."""
    program = "import manual; print(manual.man_page() == manual.MAN.read_text('utf-8'), manual.page() == manual.PAGE.read_text('utf-8'))"
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY / "docs" / "tools", capture_output=True, text=True, check=True
    )
    assert made.stdout.split() == ["True", "True"], "run: python docs/tools/manual.py"

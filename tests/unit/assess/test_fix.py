"""Commands that are safe to paste."""

from __future__ import annotations

import shlex

import pytest

from envprobe.assess.fix import (
    check_out,
    fix_in,
    install,
    is_command,
    joined,
    reinstall,
    restore_origin,
    set_variable,
    uninstall,
)
from envprobe.fact import ABSENT, Fact, Known, Unknown

HOSTILE_NAMES = (
    "; rm -rf ~",
    "-r /etc/passwd",
    "$(id)",
    "a b",
    "",
    "a\nb",
    "--index-url=http://x.invalid",
    "`id`",
    "naïve",
    ".x",
)


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ("1.22.4", "numpy==1.22.4"),
        ("2.9.0+cu112", "numpy==2.9.0+cu112"),
        ("==1.22.4", "numpy==1.22.4"),
        (">=1.20,<2", "'numpy>=1.20,<2'"),
        ("!=1.5", "'numpy!=1.5'"),
    ],
)
def test_install(version: str, requirement: str) -> None:
    """A recorded version becomes a pin, a declared specifier stays one, quoted for a shell."""
    assert install("numpy", Known(version)) == f"python3 -m pip install {requirement}"
    assert reinstall("numpy", Known(version)) == f"python3 -m pip install --force-reinstall --no-deps {requirement}"


@pytest.mark.parametrize(
    "version",
    [
        Known("1.0 --index-url x"),
        Known("1.0; id"),
        Known("==1.0 where python_version < '3.9'"),
        Known(">=1 or absent"),
        Known(""),
        Known("main"),
        Known(1),
        Known(["1.0"]),
        ABSENT,
        Unknown("crashed"),
    ],
)
def test_no_version_no_command(version: Fact) -> None:
    """What is no version and no specifier gives no command: pip would take the newest, or something else."""
    assert install("numpy", version) == reinstall("numpy", version) == ""


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_are_none(name: str) -> None:
    """A name that no package or variable can have never becomes part of a command."""
    assert install(name, Known("1.0")) == reinstall(name, Known("1.0")) == uninstall(name) == ""
    assert restore_origin(name, Known("index"), Known("1.0")) == ""
    assert set_variable(name, Known("1")) == set_variable(name, ABSENT) == ""


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ("index", "python3 -m pip install --force-reinstall --no-deps six==1.16.0"),
        (
            "git+https://example.invalid/six@abc",
            "python3 -m pip install --force-reinstall --no-deps 'six @ git+https://example.invalid/six@abc'",
        ),
        (
            "git+https://example.invalid/$(id)@abc",
            "python3 -m pip install --force-reinstall --no-deps 'six @ git+https://example.invalid/$(id)@abc'",
        ),
        ("git+file:///home/x", ""),
        ("git+https://x y", ""),
        ("editable", ""),
        ("archive sha256:1", ""),
    ],
)
def test_restore_origin(origin: str, command: str) -> None:
    """A package comes again from where it is expected to come from, where that is a place to install from."""
    assert restore_origin("six", Known(origin), Known("1.16.0")) == command


@pytest.mark.parametrize(
    ("expected", "command"),
    [
        (Known("0"), "export TF_X=0"),
        (Known(""), "export TF_X=''"),
        (Known("a b'; id"), """export TF_X='a b'"'"'; id'"""),
        (Known("sha256:" + "1" * 64), "export TF_X=sha256:" + "1" * 64),
        (ABSENT, "unset TF_X"),
        (Known("{site}/lib:{pythonpath:0}"), ""),
        (Known("a\x1b[2J"), ""),
        (Known(1), ""),
        (Unknown("masked"), ""),
    ],
)
def test_set_variable(expected: Fact, command: str) -> None:
    """A variable gets exactly the expected value, or is unset; a placeholder of a machine's path is no value."""
    assert set_variable("TF_X", expected) == command


def test_check_out() -> None:
    """Only a commit's digits are checked out."""
    assert check_out(Known("abc1234")) == "git checkout abc1234"
    assert check_out(Known("main; id")) == check_out(Known("--force")) == check_out(ABSENT) == ""


def test_commands_are_joined() -> None:
    """Commands that take several names become one; those of another kind, or with options, stay apart."""
    assert joined(["unset A", "unset B"]) == ["unset A B"]
    assert joined(["export A=1", "export B='x y'"]) == ["export A=1 B='x y'"]
    assert joined(["python3 -m pip install a==1", "python3 -m pip install 'b>1'"]) == ["python3 -m pip install a==1 'b>1'"]
    apart = ["python3 -m pip install a==1", "python3 -m pip install --force-reinstall --no-deps b==1"]
    assert joined(apart) == apart
    assert joined(["unset A", "rename b"]) == ["unset A", "rename b"]
    assert joined(["unset A"]) == ["unset A"]
    assert joined([]) == []


def test_commands_are_told_from_sentences() -> None:
    """Every command is known as one, so that it is never wrapped or cut; a sentence is not."""
    package = [install("a", Known("1")), reinstall("a", Known("1")), uninstall("a")]
    commands = [*package, set_variable("A", ABSENT), set_variable("A", Known("1")), check_out(Known("abcdef0"))]
    assert all(is_command(command) for command in commands)
    assert all(len(shlex.split(command)) >= 2 for command in commands)
    assert not is_command("remove the copy that should not be there")
    assert not is_command("")


@pytest.mark.parametrize(
    ("reference", "fix", "typed"),
    [
        ("local://", "python3 -m pip install a==1", "python3 -m pip install a==1"),
        ("local://python3.9", "python3 -m pip install a==1", "python3.9 -m pip install a==1"),
        ("local:///opt/venv/", "python3 -m pip install a==1", "/opt/venv/bin/python -m pip install a==1"),
        ("local:///opt/my venv/bin/python3", "python3 -m pip uninstall a", "'/opt/my venv/bin/python3' -m pip uninstall a"),
        ("local:///opt/venv", "unset A", "unset A"),
        ("docker://trainer", "python3 -m pip install a==1", "docker exec -it trainer python3 -m pip install a==1"),
        ("podman://a;b", "python3 -m pip uninstall a", "podman exec -it 'a;b' python3 -m pip uninstall a"),
        ("docker://trainer?user=me", "unset A", "start the container without A"),
        ("image://python:3.12.1", "export A='x y'", "start the container with A='x y'"),
        ("image://python:3.12.1", "python3 -m pip install a==1", "python3 -m pip install a==1"),
        ("ssh://host", "unset A", "unset A"),
        ("docker://trainer", "rename b", "rename b"),
        ("baseline", "unset A", "unset A"),
    ],
)
def test_a_mend_is_typed_where_it_helps(reference: str, fix: str, typed: str) -> None:
    """pip is the probed interpreter's, in the container that was probed; a container gets its variables when it is started."""
    assert fix_in(reference, fix) == typed


def test_mends_in_a_container_are_joined_too() -> None:
    """Several packages or variables of a container are one line, and a command there is still known as one."""
    fixes = [fix_in("docker://trainer", install(name, Known("1"))) for name in "ab"]
    assert joined(fixes) == ["docker exec -it trainer python3 -m pip install a==1 b==1"]
    assert is_command(fixes[0])
    assert joined([fix_in("docker://trainer", f"unset {name}") for name in "AB"]) == ["start the container without A B"]

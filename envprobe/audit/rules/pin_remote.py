"""What is downloaded is named by version or digest, and is not run unseen.

Why: `curl … | bash`, a branch of a repository and `ADD https://…` give whatever lies there on the day of the build, and whoever
can change it runs code in every environment of the team.

Example: `RUN curl -sSL https://example.org/install.sh | bash`

Fix: a release's file with its checksum: `ADD --checksum=sha256:… https://example.org/v1.2.3/install.sh /tmp/`, a commit for git.

Source: Docker, `ADD --checksum`; CIS Docker Benchmark 4.9; pip, "VCS support".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..expand import is_open
from ..finding import NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, ShellCommand
from ..query import installs, scripts_with

RULE = "pin.remote"
FETCHERS = ("curl", "wget", "fetch", "aria2c")
RUNNERS = re.compile(r"(?:ba|da|z|a|k)?sh$|python[0-9.]*$|perl$|ruby$|node$|php$")
CHECKERS = ("sha256sum", "sha512sum", "sha1sum", "shasum", "md5sum", "gpg", "cosign", "gpgv")
BRANCH = re.compile(r"/(?:master|main|HEAD|develop|trunk|nightly|latest)(?:/|$)|[-_]latest[-_.]", re.I)
VERSION = re.compile(r"\d+\.\d+|[0-9a-f]{12,40}|20\d\d[-_]?\d\d")
REMOTE = re.compile(r"^(?:https?|ftp)://")
COMMIT = re.compile(r"^[0-9a-f]{7,64}$|^v?\d+(?:\.\d+)+|^refs/tags/|^[\w-]*\d+\.\d+")
PIPED = "what lies at that address on the day of the build is run unseen"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield downloads that may be others tomorrow."""
    running = {(one.script, one.fed_by, one.line) for one in file.commands if one.fed_by and RUNNERS.match(one.name)}
    checking = scripts_with(file, lambda one: one.name in CHECKERS)
    choosing = scripts_with(file, lambda one: one.name == "git" and not {"checkout", "reset", "switch"}.isdisjoint(one.argv))
    for command in file.commands:
        if command.name in FETCHERS:
            is_run = any((command.script, command.name, command.line + by) in running for by in (-1, 0, 1))
            yield from _fetched(command, is_run=is_run, is_checked=command.script in checking)
        elif RUNNERS.match(command.name) and any(name in FETCHERS for name in re.findall(r"\$\((\w+)", " ".join(command.argv))):
            yield found(
                f"{RULE}.piped",
                WARN,
                command.line,
                " ".join(command.argv)[:120],
                PIPED,
                "download a release, check its sha256, then run it",
            )
        elif command.name == "git" and "clone" in command.argv:
            yield from _cloned(command, is_chosen=command.script in choosing)
    for command, arguments in installs(file):
        for word in command.arguments[len(command.arguments) - len(arguments) :]:
            yield from _pip(word.text, word.line)
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword == "ADD" and "checksum" not in instruction.flags:
                yield from _added(instruction.text, instruction.line)


def _fetched(command: ShellCommand, *, is_run: bool, is_checked: bool) -> Iterator[AuditFinding]:
    address = next((word for word in command.arguments[1:] if REMOTE.match(word.text)), None)
    evidence = address.text if address else command.name
    line = address.line if address else command.line
    if is_run or RUNNERS.match(command.feeds):
        yield found(
            f"{RULE}.piped",
            WARN,
            line,
            f"{evidence} | {command.feeds or 'sh'}",
            PIPED,
            "download a release, check its sha256, then run it",
        )
    elif address is not None and not is_checked:
        if BRANCH.search(address.text):
            yield found(
                RULE,
                WARN,
                line,
                evidence,
                "the address names a branch or the latest release: it is another file tomorrow",
                "the address of a release, and its sha256 checked",
            )
        elif _is_kept(command):
            yield found(
                RULE,
                NOTE,
                line,
                evidence,
                "nothing says that the file is the one that was meant",
                "check it: echo 'DIGEST  FILE' | sha256sum -c",
            )


def _is_kept(command: ShellCommand) -> bool:
    return command.name != "curl" or command.flag("-o", "-O", "--output", "--remote-name") is not None


def _cloned(command: ShellCommand, *, is_chosen: bool) -> Iterator[AuditFinding]:
    branch = command.option("-b", "--branch", "--revision")
    if branch is not None and (COMMIT.match(branch.text) or is_open(branch.text)):
        return
    if branch is None and is_chosen:
        return
    yield found(
        f"{RULE}.git",
        WARN,
        command.line,
        " ".join(command.argv)[:160],
        "a clone without a tag or a commit is another state tomorrow",
        "git clone --branch TAG …, or git checkout COMMIT after it",
    )


def _pip(text: str, line: int) -> Iterator[AuditFinding]:
    if not re.search(r"git\+|(?:github|gitlab)\.[^ ]+/archive/(?:refs/heads/)?(?:main|master)", text):
        return
    address = text.partition("#")[0]
    _, at, revision = (
        address.rpartition(".git@") if ".git@" in address else address.partition("://")[2].partition("/")[2].rpartition("@")
    )
    if not at or not (COMMIT.match(revision) or is_open(revision)):
        yield found(
            f"{RULE}.git",
            WARN,
            line,
            text,
            "a repository without a tag or a commit is another state tomorrow",
            f"{address}@COMMIT",
        )


def _added(text: str, line: int) -> Iterator[AuditFinding]:
    for word in text.replace("\\\n", " ").split()[:-1]:
        if REMOTE.match(word):
            severity = WARN if BRANCH.search(word) or not VERSION.search(word) else NOTE
            yield found(
                f"{RULE}.add",
                severity,
                line,
                f"ADD {word}",
                "ADD takes what lies at the address on the day of the build",
                "ADD --checksum=sha256:DIGEST …",
            )

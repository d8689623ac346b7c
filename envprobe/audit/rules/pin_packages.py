"""Packages are pinned by version.

Why: `pip install tensorflow` installs what is newest on that day. The image that is built next month computes something else.
apt is a note: distributions remove old versions from their lists, so a pin breaks the build sooner than it helps.

Example: `RUN pip install tensorflow pandas`

Fix: `RUN pip install tensorflow==2.9.0 pandas==1.4.2`, or `pip install -r requirements.txt` with pins, or a lock file.

Source: pip, "Repeatable installs"; hadolint DL3013, DL3008 (off by default is asked for in its PR #1253).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..expand import is_open
from ..finding import NOTE, WARN, found
from ..model import Argument, AuditedFile, AuditFinding, ShellCommand
from ..query import installs

RULE = "pin.packages"
VALUED = {
    *(
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-t",
        "--target",
        "-i",
        "--index-url",
        "--extra-index-url",
    ),
    *(
        "-f",
        "--find-links",
        "--trusted-host",
        "--platform",
        "--python-version",
        "--implementation",
        "--abi",
        "--root",
        "--prefix",
    ),
    *(
        "--src",
        "--upgrade-strategy",
        "--no-binary",
        "--only-binary",
        "--progress-bar",
        "--config-settings",
        "--proxy",
        "--retries",
    ),
    *(
        "--timeout",
        "--cert",
        "--client-cert",
        "--cache-dir",
        "--log",
        "--python",
        "--index",
        "--default-index",
        "--torch-backend",
    ),
}
TOOLS = ("pip", "setuptools", "wheel", "uv")
"""Which version of an installer installs pinned packages changes them seldom."""
PINNED = re.compile(r"===?\s*[^*,\s]+$|===?[^*,]+(?:,|;|$)")
LOCAL = re.compile(r"^[./~]|^[\w.-]*/|\.(?:whl|tar\.gz|zip)(?:$|[#\[])|://|^git\+")
CONDA = ("conda", "mamba", "micromamba")
CONDA_VALUED = ("-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "--solver")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield what is installed without a version."""
    for command, arguments in installs(file):
        yield from _pip(file, command, arguments)
    for command in file.commands:
        argv = command.argv
        if command.name in CONDA and len(argv) > 1 and argv[1] in ("install", "create"):
            yield from _conda(command)
        elif command.name in ("apt-get", "apt", "aptitude", "apk", "yum", "dnf") and ("install" in argv or "add" in argv):
            yield from _system(command)
        elif command.name == "npm" and len(argv) > 1 and argv[1] in ("install", "i", "add"):
            yield from _npm(command)


def _pip(file: AuditedFile, command: ShellCommand, arguments: list[str]) -> Iterator[AuditFinding]:
    if command.option("-c", "--constraint"):
        return
    words = _positional(command.arguments[len(command.arguments) - len(arguments) :], VALUED)
    loose = [word for word in words if not LOCAL.search(word.text) and not PINNED.search(word.text) and not is_open(word.text)]
    serious = [word for word in loose if re.split(r"[\[<>=~!;@ ]", word.text)[0].lower() not in TOOLS]
    if serious:
        names = ", ".join(word.text for word in serious[:6])
        fix = " ".join(f"{re.split(r'[<>=~!]', word.text)[0]}==VERSION" for word in serious[:6])
        yield found(
            RULE,
            WARN,
            serious[0].line,
            f"{command.name} install {names}",
            "an unpinned package is another version in the next build",
            f"pip install {fix}",
        )
    elif loose:
        yield found(
            f"{RULE}.tools",
            NOTE,
            loose[0].line,
            " ".join(word.text for word in loose),
            "the installer is another version in the next build",
            "pin it if builds must be the same: pip==VERSION",
        )
    for name in command.options("-r", "--requirement"):
        yield from _requirements(file, name)


def _requirements(file: AuditedFile, name: Argument) -> Iterator[AuditFinding]:
    """Look into a requirements file that lies in the folder of the build."""
    text = file.neighbours.get(name.text.rpartition("/")[2])
    if text is None or "--hash" in text:
        return
    rows = [row.split("#")[0].split(";")[0].strip() for row in text.splitlines()]
    loose = [
        row
        for row in rows
        if row and not row.startswith("-") and not LOCAL.search(row) and not PINNED.search(row) and " @ " not in row
    ]
    if loose:
        yield found(
            f"{RULE}.requirements",
            WARN,
            name.line,
            f"{name.text}: {', '.join(loose[:6])}",
            "the file has packages without a version, so each build installs others",
            f"pin them in {name.text}: pip freeze, pip-compile or uv pip compile writes the versions",
        )


def _conda(command: ShellCommand) -> Iterator[AuditFinding]:
    if command.option("-f", "--file"):
        return
    words = _positional(command.arguments[2:], CONDA_VALUED)
    loose = [
        word for word in words if not re.search(r"=\d|==", word.text) and not is_open(word.text) and not LOCAL.search(word.text)
    ]
    if loose:
        names = " ".join(word.text for word in loose[:6])
        yield found(
            RULE,
            WARN,
            loose[0].line,
            f"{command.name} install {names}",
            "an unpinned package is another version in the next build",
            " ".join(f"{word.text.split('>')[0].split('<')[0]}=VERSION" for word in loose[:6]),
        )


def _system(command: ShellCommand) -> Iterator[AuditFinding]:
    words = _positional(command.arguments[1:], ("-t", "--target-release", "-o", "--option", "-c", "--repository", "-X"))
    loose = [
        word
        for word in words
        if word.text not in ("install", "add", "update", "upgrade")
        and not re.search("[=<>~]", word.text)
        and "/" not in word.text
    ]
    if loose:
        yield found(
            f"{RULE}.system",
            NOTE,
            command.line,
            f"{command.name}: {', '.join(word.text for word in loose[:6])}",
            "the system's packages are those of the build day",
            "pin the base image by digest; a pinned apt version vanishes from the lists",
        )


def _npm(command: ShellCommand) -> Iterator[AuditFinding]:
    words = _positional(command.arguments[2:], ("--prefix", "--registry"))
    loose = [
        word
        for word in words
        if not re.search(r".@[\d^~v]", word.text) and not LOCAL.search(word.text.lstrip("@")) and not is_open(word.text)
    ]
    if loose:
        yield found(
            RULE,
            WARN,
            loose[0].line,
            f"npm install {loose[0].text}",
            "an unpinned package is another version in the next build",
            f"npm install {loose[0].text.split('@latest')[0]}@VERSION",
        )


def _positional(words: tuple[Argument, ...], valued: set[str] | tuple[str, ...]) -> list[Argument]:
    found_words, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.text in valued:
            skip = True
        elif not word.text.startswith("-"):
            found_words.append(word)
    return found_words

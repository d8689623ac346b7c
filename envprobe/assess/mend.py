"""Commands that a person may paste: what came out of a target is quoted or, where quoting does not help, refused.

Every function returns an empty string where no command is safe and sure to mend.
"""

from __future__ import annotations

import re
import shlex

from ..fact import Absent, Fact, Known, Unknown
from ..pep440 import parse_specifiers, parse_version

PIP = "python3 -m pip "
PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
"""A name of PEP 508: it cannot be read as an option or as shell syntax."""
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
COMMIT = re.compile(r"[0-9a-f]{7,64}")
REPOSITORY = re.compile(r"(git|hg|svn|bzr)\+(https|ssh)://\S+")
PLACEHOLDER = re.compile(r"\{[a-z]+(:\d+)?\}")
"""A place that host.place() wrote instead of a machine path: `{site}/…`."""


TAKE_SEVERAL = (PIP + "install --force-reinstall --no-deps ", PIP + "install ", PIP + "uninstall ", "unset ", "export ")
COMMANDS = (*TAKE_SEVERAL, "git checkout ")


def is_command(fix: str) -> bool:
    """Tell a command from a sentence."""
    return fix.startswith(COMMANDS)


def joined(fixes: list[str]) -> list[str]:
    """Return commands that differ only in the names that they take as one command."""
    for prefix in TAKE_SEVERAL if len(fixes) > 1 else ():
        names = [fix.removeprefix(prefix) for fix in fixes if fix.startswith(prefix)]
        if len(names) == len(fixes) and not any(name.startswith("-") for name in names):
            return [prefix + " ".join(names)]
    return fixes


def install(name: str, expected: Fact) -> str:
    """Return the command that installs a package in the expected version: recorded, or declared as a specifier."""
    requirement = _requirement(name, expected)
    return PIP + "install " + requirement if requirement else ""


def reinstall(name: str, version: Fact) -> str:
    """Return the command that installs the same version again; without the version pip would take the newest."""
    requirement = _requirement(name, version)
    return PIP + "install --force-reinstall --no-deps " + requirement if requirement else ""


def restore_origin(name: str, origin: Fact, version: Fact) -> str:
    """Return the command that installs a package from where it is expected to come from."""
    if not isinstance(origin, Known) or not isinstance(origin.value, str) or not PACKAGE.fullmatch(name):
        return ""
    if origin.value == "index":
        return reinstall(name, version)
    if REPOSITORY.fullmatch(origin.value) and origin.value.isprintable():
        return PIP + "install --force-reinstall --no-deps " + shlex.quote(f"{name} @ {origin.value}")
    return ""


def uninstall(name: str) -> str:
    """Return the command that removes a package."""
    return PIP + "uninstall " + name if PACKAGE.fullmatch(name) else ""


def set_variable(name: str, expected: Fact) -> str:
    """Return the command that gives an environment variable its expected value, or removes it."""
    if not VARIABLE.fullmatch(name) or isinstance(expected, Unknown):
        return ""
    if isinstance(expected, Absent):
        return f"unset {name}"
    value = expected.value
    if not isinstance(value, str) or not value.isprintable() or PLACEHOLDER.search(value):
        return ""
    return f"export {name}={shlex.quote(value)}"


def check_out(commit: Fact) -> str:
    """Return the command that restores a state of the code."""
    if isinstance(commit, Known) and isinstance(commit.value, str) and COMMIT.fullmatch(commit.value):
        return f"git checkout {commit.value}"
    return ""


def _requirement(name: str, expected: Fact) -> str:
    """Return what to hand to pip, quoted: a pin of a version, or a specifier as it was declared."""
    text = expected.value if isinstance(expected, Known) else None
    if not isinstance(text, str) or not text or not PACKAGE.fullmatch(name):
        return ""
    try:
        if text[0] in "<>=!~":
            parse_specifiers(text)
            return shlex.quote(name + text)
        parse_version(text)
        return shlex.quote(f"{name}=={text}")
    except ValueError:
        return ""

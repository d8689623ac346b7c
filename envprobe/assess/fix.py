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


UNSET, EXPORT = "unset ", "export "
WITHOUT, WITH = "start the container without ", "start the container with "
WITH_PIP = r"(?:.* )?-m pip (?:install --force-reinstall --no-deps|install|uninstall) "
TAKES_SEVERAL = re.compile(rf"({WITH_PIP}|{UNSET}|{EXPORT}|{WITHOUT}|{WITH})(?!-)")
COMMAND = re.compile(rf"{WITH_PIP}|{UNSET}|{EXPORT}|git checkout ")
IN_CONTAINERS = {"docker": "docker", "podman": "podman"}
IMAGES = ("image", "podman+image")


def is_command(fix: str) -> bool:
    """Tell a command from a sentence."""
    return COMMAND.match(fix) is not None


def joined(fixes: list[str]) -> list[str]:
    """Return commands that differ only in the names that they take as one command."""
    found = [TAKES_SEVERAL.match(fix) for fix in fixes]
    prefixes = {match[1] if match else "" for match in found}
    if len(fixes) < 2 or len(prefixes) != 1 or "" in prefixes:
        return fixes
    prefix = prefixes.pop()
    return [prefix + " ".join(fix.removeprefix(prefix) for fix in fixes)]


def fix_in(reference: str, fix: str) -> str:
    """Return a fix as it is done in a target: with the interpreter that was probed, in the container that was probed.

    What a container has in its environment was given to it when it was made, so there it is no command.
    """
    scheme, _, rest = reference.partition("://")
    place = rest.partition("?")[0]
    if scheme in (*IN_CONTAINERS, *IMAGES):
        for command, words in ((UNSET, WITHOUT), (EXPORT, WITH)):
            if fix.startswith(command):
                return words + fix.removeprefix(command)
    if not fix.startswith(PIP) or not place:
        return fix
    if scheme in IN_CONTAINERS:
        return f"{IN_CONTAINERS[scheme]} exec -it {shlex.quote(place)} {fix}"  # pip asks before it removes anything
    return fix.replace("python3", shlex.quote(_interpreter(place)), 1) if scheme == "local" else fix


def _interpreter(place: str) -> str:
    """Return the interpreter that a place of `local://` names: itself, or the one of a virtual environment's folder."""
    name = place.rstrip("/").rpartition("/")[2]
    return place if "/" not in place or name.startswith(("python", "pypy")) else place.rstrip("/") + "/bin/python"


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

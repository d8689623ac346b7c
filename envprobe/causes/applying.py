"""What pip or uv does to bring an environment's packages to a baseline's, in it or in a new one. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from ..fingerprint import Fingerprint
from ..targets.prompt import Installer
from .intervention import NAME, VERSION, said

PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SEEDS = ("setuptools", "pip")
"""What a new environment may come with; pip last, because it removes itself."""
ASKED_NOTHING = ("-y", "--break-system-packages")
AGAIN = ("--force-reinstall", "--no-deps")
FROM_A_FOLDER = ("editable", "directory")
IN_A_NEW_ONE = ("packages.", "integrity.", "unlisted.", "modules.", "python.pth")
"""Facts of files that another environment has of its own."""
VALUED = ("--index-url", "--extra-index-url")
"""Options that a word of their own follows."""


class InstallerCall(msgspec.Struct, frozen=True):
    """One call of pip or uv, without the interpreter: `install`, and the words behind it."""

    action: str
    words: tuple[str, ...]

    @property
    def options(self) -> tuple[str, ...]:
        """The words that choose how, with their values."""
        return tuple(word for word, is_option in self._told_apart() if is_option)

    @property
    def items(self) -> tuple[str, ...]:
        """The requirements or names."""
        return tuple(word for word, is_option in self._told_apart() if not is_option)

    def _told_apart(self) -> Iterator[tuple[str, bool]]:
        for before, word in zip(("", *self.words), self.words, strict=False):
            yield word, word.startswith("-") or before in VALUED


def installer_calls(commands: Sequence[str]) -> tuple[list[InstallerCall], list[str]]:
    """Return what of some commands an installer of Python packages does, and the commands that are something else."""
    calls: list[InstallerCall] = []
    others = []
    for command in commands:
        found = [_call(part.strip()) for part in command.split(" && ")]
        if all(found):
            calls += [one for one in found if one is not None]
        else:
            others.append(command)
    return calls, others


def _call(command: str) -> InstallerCall | None:
    words = shlex.split(command)
    if len(words) < 4:
        return None
    if words[1:3] == ["-m", "pip"]:
        action, rest = words[3], words[4:]
    elif words[:2] == ["uv", "pip"] and words[3:4] == ["--python"]:
        action, rest = words[2], words[5:]
    else:
        return None
    return InstallerCall(action, tuple(word for word in rest if word not in ASKED_NOTHING))


def installer_line(call: InstallerCall, installer: Installer) -> str:
    """Return a call as it is typed where an environment's installer is; it is to add nothing of its own."""
    alone = ("--no-deps",) if call.action == "install" and "--no-deps" not in call.words else ()
    return f"{installer.command(call.action, alone)} {shlex.join(call.words)}"


class NewPackages(msgspec.Struct, frozen=True):
    """What a new environment is to have."""

    calls: list[InstallerCall]
    """Each requirement is exact and the set is whole: no installer is to add anything of its own."""
    unneeded: list[str]
    """What a new environment may come with and this one is not to have."""
    left: list[str]
    """Packages of the old one that cannot be had again, as `NAME VERSION, from ORIGIN`."""


def new_packages(observed: Fingerprint, calls: Sequence[InstallerCall], folders: Mapping[str, str]) -> NewPackages:
    """Return what an environment has that is left as it is, and what is installed in place of the rest.

    `folders` has the word that installs a package of a folder of this machine, by name.
    """
    changed = {_project(item) for call in calls for item in call.items}
    kept, left = _kept(observed, changed, folders)
    together: dict[tuple[str, ...], list[str]] = {(): kept}
    for call in calls:
        if call.action == "install":
            options = tuple(word for word in call.options if word not in AGAIN)
            together.setdefault(options, []).extend(call.items)
    wanted = {_project(item) for items in together.values() for item in items}
    return NewPackages(
        calls=[InstallerCall("install", ("--no-deps", *how, *items)) for how, items in together.items() if items],
        unneeded=[name for name in SEEDS if name not in wanted],
        left=left,
    )


def _kept(observed: Fingerprint, changed: Collection[str], folders: Mapping[str, str]) -> tuple[list[str], list[str]]:
    section = observed.sections.get("packages")
    names = set() if section is None else {key.partition(".")[0] for key in section.known if key.endswith(".version")}
    kept, left = [], []
    for name in sorted(names - set(changed)):
        version, origin = (said(observed, f"packages.{name}.{fact}") for fact in ("version", "origin"))
        if origin == "index" and NAME.fullmatch(name) and VERSION.fullmatch(version):
            kept.append(f"{name}=={version}")
        elif origin in FROM_A_FOLDER and name in folders:
            kept.append(folders[name])
        else:
            left.append(f"{name} {version}, from {origin or 'an unknown source'}")
    return kept, left


def _project(item: str) -> str:
    """Return the project that a requirement is of, as packages are named in a fingerprint."""
    found = PROJECT.match(item)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""

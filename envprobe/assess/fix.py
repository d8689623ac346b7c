"""What helps against a difference, as it is typed where it helps: a command, or a sentence where none is safe and sure.

What came out of a target is quoted or, where quoting does not help, not typed. Each function returns an empty Fix where nothing
is known to help. They are for a person; what pip does of them, `fix --apply` does too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..fact import Fact, Known
from ..fixes import Fix
from ..report import Difference
from ..spelling import line, spell
from ..targets.prompt import Prompt
from ..targets.setting import Changes, changes_for, in_words, variable_value
from . import package_fix
from .sides import BothSides

COMMIT = re.compile(r"[0-9a-f]{7,64}")
DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
"""An image, so that it is no option."""
ULIMIT_OPTIONS = {"open_files": ("-n", 1), "stack": ("-s", 1024)}
"""Options of the shell's ulimit, and how many units of ours are one of its."""


class Case(NamedTuple):
    """One difference, and all that decides what helps against it."""

    difference: Difference
    sides: BothSides
    prompt: Prompt
    together: Changes
    """What is to be changed of the container for other differences: it is made anew once."""

    @property
    def section(self) -> str:
        """The part of the path before its first dot."""
        return self.difference.path.partition(".")[0]

    @property
    def key(self) -> str:
        """The part of the path after its first dot."""
        return self.difference.path.partition(".")[2]

    @property
    def name(self) -> str:
        """The package, or the last part of the path."""
        return self.key.partition(".")[0] if self.section == "packages" else self.key.rpartition(".")[2] or self.key


def changes_together(differences: Iterable[Difference], prompt: Prompt) -> Changes:
    """Return all that is to be changed of a container, for it to be made anew once; a cause has the last word."""
    found: Changes = {}
    exported = {f"environment.{name}" for name in prompt.exported}
    for difference in sorted(differences, key=lambda item: item.because is None) if prompt.is_container else ():
        if difference.path in exported:
            continue
        found |= changes_for(difference.path, difference.expected, difference.observed) or {}
    return found


# -- packages ----------------------------------------------------------------------------------------------------------


def install(case: Case) -> Fix:
    """Install a package in the version that is expected: recorded, or declared as a specifier."""
    return package_fix.install(case.name, case.difference.expected, case.sides, case.prompt)


def reinstall(case: Case) -> Fix:
    """Install the expected version again; without the version the newest would be taken."""
    return package_fix.reinstall(case.name, case.sides, case.prompt)


def uninstall(case: Case) -> Fix:
    """Remove a package."""
    return package_fix.uninstall(case.name, case.sides, case.prompt)


# -- files of the interpreter ------------------------------------------------------------------------------------------


def fresh(case: Case) -> Fix:
    """Start a container anew, where its image is the baseline's: all that was changed in it since is gone."""
    path = "image.id"
    same = case.sides.wanted(path) == case.sides.observed.get(path) and isinstance(case.sides.observed.get(path), Known)
    return case.prompt.remade(case.together) if case.prompt.is_container and same else Fix()


def real(case: Case) -> str:
    """Return an observed value with its folders as they are called there."""
    return line(case.prompt.real(spell(case.difference.observed)), 400)


def other_copy(case: Case) -> str:
    """Return the copy that the baseline has not: the first on sys.path where its version is another, else the second."""
    version, place = (case.sides.observed.get(f"packages.{case.name}.{fact}") for fact in ("version", "place"))
    is_expected = version == case.sides.version(case.name)
    if is_expected or not isinstance(version, Known) or not isinstance(place, Known):
        return real(case)
    return line(case.prompt.real(f"place {place.value}, version {version.value}"), 400)


def pth_file(case: Case) -> str:
    """Return where a .pth file lies: `python.pth.NAME` is in the first site-packages, another has its folder before it."""
    name = case.key.removeprefix("pth.")
    return line(case.prompt.real(name if name.startswith(("/", "{")) else "{site}/" + name))


def keras_json(case: Case) -> str:
    """Return where keras.json lies: in the home of whom Python runs as, or where KERAS_HOME says."""
    home = case.sides.observed.get("environment.KERAS_HOME")
    return line(case.prompt.real(str(home.value)) if isinstance(home, Known) else "~/.keras") + "/keras.json"


def place(case: Case) -> str:
    """Return the place that an observed value names, such as that of a module."""
    fact = case.difference.observed
    value = fact.value if isinstance(fact, Known) else None
    found = value.get("place") if isinstance(value, dict) else None
    return line(case.prompt.real(str(found))) if found else case.name


# -- variables, limits and settings ------------------------------------------------------------------------------------


def set_variable(case: Case) -> Fix:
    """Give an environment variable its expected value, or take it away."""
    return _variable(case, case.key, case.difference.expected)


def _variable(case: Case, name: str, expected: Fact) -> Fix:
    value = variable_value(name, expected)
    if value is None:
        return Fix()
    if not case.prompt.is_container:
        return case.prompt.variable(name, None if value is False else value)
    if name in case.prompt.exported:
        return case.prompt.exported_variable(name, None if value is False else value)
    changes = changes_for(f"environment.{name}", expected, case.sides.observed.get(f"environment.{name}"))
    return case.prompt.remade({**(changes or {}), **case.together})


def no_user_site(case: Case) -> Fix:
    """Keep the user's own packages out."""
    return _variable(case, "PYTHONNOUSERSITE", Known("1"))


def variables(*names: str) -> Callable[[Case], Fix]:
    """Return what gives those of some variables their expected values that have others."""

    def builder(case: Case) -> Fix:
        found = [
            _variable(case, name, case.sides.wanted(f"environment.{name}"))
            for name in names
            if case.sides.wanted(f"environment.{name}") != case.sides.observed.get(f"environment.{name}")
        ]
        return next((fix for fix in found if fix), Fix())

    return builder


def container(case: Case) -> Fix:
    """Make a container anew with a setting as it was."""
    difference = case.difference
    changes = changes_for(difference.path, difference.expected, difference.observed)
    if changes is None:
        return Fix(f"start it with {case.name.replace('_', ' ')} as the baseline's: {spell(difference.expected)}")
    if not case.prompt.is_container:
        return _option_of_reference(case, changes)
    return case.prompt.remade({**changes, **case.together})


def _option_of_reference(case: Case, changes: Changes) -> Fix:
    """Say how an image is to be started; a report about one says how it was."""
    return Fix(f"start a container of it {in_words(changes)}") if changes else Fix()


def limit(case: Case) -> Fix:
    """Give a program the limit of the baseline."""
    expected = case.difference.expected
    if case.prompt.is_container:
        return container(case)
    kind = case.key.removeprefix("limits.")
    if not case.prompt.is_shell or case.prompt.call.is_cell or kind not in ULIMIT_OPTIONS or not isinstance(expected, Known):
        return Fix(f"give it the baseline's limit: {spell(expected)}")
    option, unit = ULIMIT_OPTIONS[kind]
    value = expected.value // unit if isinstance(expected.value, int) else "unlimited"
    return Fix(f"ulimit -S {option} {value}", is_command=True)


# -- the image ---------------------------------------------------------------------------------------------------------


def image(case: Case) -> Fix:
    """Take the image of the baseline: by its digest where it has one, else by its name where that is another."""
    reference = _image(case)
    if not reference:
        wanted = spell(case.sides.wanted("image.id"))
        return Fix(f"take the baseline's image, {wanted}: it was in no registry, so load it (docker load) or build it again")
    if case.prompt.is_container:
        return case.prompt.remade(case.together, reference)
    row = case.prompt.row
    if row is None or row.recipe is None:
        return Fix(f"use the baseline's image: {reference}")
    target = shlex.quote(f"{row.name}://{reference}")
    pull = f"{row.tool} pull {shlex.quote(reference)} && " if "@" in reference else ""
    return (
        case.prompt.here(pull + case.prompt.call.check(target))
        if not case.prompt.call.is_cell or not pull
        else Fix(f"check {target}")
    )


def _image(case: Case) -> str:
    """Return what names the baseline's image and not the observed one; empty where nothing does."""
    reference, digest = case.sides.wanted("image.reference"), case.sides.wanted("image.digest")
    name = str(reference.value) if isinstance(reference, Known) else ""
    if not REFERENCE.fullmatch(name):
        return ""
    if isinstance(digest, Known) and DIGEST.fullmatch(str(digest.value)):
        repository = name.partition("@")[0]
        return f"{repository.rpartition(':')[0] if ':' in repository.rpartition('/')[2] else repository}@{digest.value}"
    return "" if reference == case.sides.observed.get("image.reference") else name


def image_name(case: Case) -> str:
    """Return what the baseline's image is called; empty where it was recorded from none."""
    reference = case.sides.wanted("image.reference")
    return line(str(reference.value)) if isinstance(reference, Known) else ""


def pinned(case: Case) -> Fix:
    """Name an image so that it is the same tomorrow."""
    reference, digest = case.sides.observed.get("image.reference"), case.sides.observed.get("image.digest")
    if isinstance(reference, Known) and isinstance(digest, Known) and "@" not in str(reference.value):
        return Fix(
            f"use a full version tag, or the digest: {line(str(reference.value).rpartition(':')[0])}@{line(str(digest.value))}"
        )
    return Fix("use a full version tag, or the digest")


# -- what was run, and what it computed --------------------------------------------------------------------------------


def check_out(case: Case) -> Fix:
    """Restore a state of the code."""
    commit = case.difference.expected
    if not isinstance(commit, Known) or not isinstance(commit.value, str) or not COMMIT.fullmatch(commit.value):
        return Fix()
    if case.prompt.is_shell:
        return case.prompt.here(f"git checkout {commit.value}")
    return Fix(f"check out {commit.value} there")


def record(case: Case) -> Fix:
    """Record the baseline anew, from the target that was asked."""
    return Fix(case.prompt.call.record_again()) if case.prompt.scheme else Fix()


def show(case: Case) -> Fix:
    """Show what was observed."""
    return Fix(case.prompt.call.show(case.prompt.subject))

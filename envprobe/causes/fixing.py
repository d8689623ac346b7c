"""The least that brings a target to its baseline: one command for all that one command does, and words where there is none.

Pure.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from ..fingerprint import Fingerprint
from ..fixes import joined
from ..spelling import line
from .cause import Cause
from .intervention import NAME, VERSION, said

EmitKind = Literal["requirements", "constraints", "lock", "dockerfile", "script", "env"]
VALUE = re.compile(r"[ -~]*")
"""What may stand in a line of an env file."""
PLACE = re.compile(r"\{[a-z.]+(:\d+)?\}")
"""A folder of another machine."""
IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,250}")


class FixPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed, in this order, and what is to be done that has no command."""

    commands: list[str] = []
    words: list[str] = []
    unfixed: list[str] = []
    """Facts that differ and of which nobody knows what helps."""
    check: str = ""
    """What says afterwards whether it helped."""

    @property
    def unhelped(self) -> list[str]:
        """A sentence for each of those facts."""
        return [f"nothing is known to help against {path}" for path in self.unfixed]


REMADE = " run -d --name "
"""In a command that makes a container anew of its image."""
IN_THE_LAYER = ("packages.", "integrity.", "unlisted.", "modules.", "stdlib.", "python.", "numerics.keras.")
"""Facts of files: in a new container of the same image they are the image's again."""


def plan_of(causes: Sequence[Cause], check: str = "", *, is_same_image: bool = False) -> FixPlan:
    """Return the least that takes all causes away: what one command does for several stands once.

    A container that is made anew comes first: of the baseline's image, it has no changed file, so nothing is done about those.
    """
    is_remade = any(REMADE in cause.fix.text for cause in causes)
    if is_remade and is_same_image:
        causes = [cause for cause in causes if not cause.paths[0].startswith(IN_THE_LAYER) or REMADE in cause.fix.text]
    fixes = joined(cause.fix for cause in causes)
    return FixPlan(
        commands=sorted((fix.text for fix in fixes if fix.is_command), key=lambda text: REMADE not in text),
        words=[line(fix.text, 2000) for fix in fixes if not fix.is_command],
        unfixed=[line(cause.paths[0]) for cause in causes if not cause.fix],
        check=check,
    )


def emitted(kind: EmitKind, plan: FixPlan, expected: Fingerprint, observed: Fingerprint) -> str:
    """Return a file that says what the baseline has, a lock excepted: text that ends in a newline."""
    return "\n".join(WRITERS[kind](plan, expected, observed)) + "\n"


def _requirements(plan: FixPlan, expected: Fingerprint, observed: Fingerprint) -> Iterator[str]:
    """Yield a pin for each package that came from an index; a comment for one that did not."""
    yield f"# the baseline's packages, for Python {said(expected, 'python.version')}"
    for name, version in sorted(_versions(expected).items()):
        origin = said(expected, f"packages.{name}.origin")
        yield (
            f"{name}=={version}" if origin == "index" else f"# {name} {version}: from {line(origin, 200) or 'an unknown source'}"
        )


def pins_of(expected: Fingerprint) -> list[str]:
    """Return a pin for each package of a baseline that came from an index, which may have strangers' projects of other names."""
    versions = sorted(_versions(expected).items())
    return [f"{name}=={version}" for name, version in versions if said(expected, f"packages.{name}.origin") == "index"]


def _versions(expected: Fingerprint) -> dict[str, str]:
    section = expected.sections.get("packages")
    found = {} if section is None else section.known
    named = {key.removesuffix(".version"): value for key, value in found.items() if key.endswith(".version")}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, str) and NAME.fullmatch(name) and VERSION.fullmatch(value)
    }


def _env(plan: FixPlan, expected: Fingerprint, observed: Fingerprint) -> Iterator[str]:
    """Yield `NAME=VALUE` as `docker run --env-file` reads it, and in comments what no such file can say."""
    wanted, there = _variables(expected), _variables(observed)
    yield "# the baseline's variables"
    for name, value in sorted(wanted.items()):
        if VALUE.fullmatch(value) and not PLACE.search(value):
            yield f"{name}={value}"
        else:
            yield f"# {name}: {line(value, 200)}, which is another folder here"
    for name in sorted(there.keys() - wanted.keys()):
        yield f"# {name} is set in the target and not in the baseline: leave it out where it is set"


def _variables(fingerprint: Fingerprint) -> dict[str, str]:
    section = fingerprint.sections.get("environment")
    return {} if section is None else {name: value for name, value in section.known.items() if isinstance(value, str)}


def _script(plan: FixPlan, expected: Fingerprint, observed: Fingerprint) -> Iterator[str]:
    yield "#!/bin/sh"
    yield "set -eu"
    yield from plan.commands
    yield from (f"# by hand: {words}" for words in plan.words)
    yield from (f"# {words}" for words in plan.unhelped)
    if plan.check:
        yield plan.check


def _dockerfile(plan: FixPlan, expected: Fingerprint, observed: Fingerprint) -> Iterator[str]:
    """Yield what is put on the target's image: packages that differ, and variables."""
    image = said(observed, "image.reference") or said(expected, "image.reference")
    yield f"FROM {image}" if IMAGE.fullmatch(image) else "FROM scratch  # no image is known: name the one that you start from"
    wanted, there = _versions(expected), _versions(observed)
    changed = [f"{name}=={version}" for name, version in sorted(wanted.items()) if there.get(name) != version]
    if changed:
        yield f"RUN python3 -m pip install --no-cache-dir --no-deps {' '.join(map(shlex.quote, changed))}"
    extra = sorted(there.keys() - wanted.keys())
    if extra:
        yield f"RUN python3 -m pip uninstall -y {' '.join(map(shlex.quote, extra))}"
    variables, theirs = _variables(expected), _variables(observed)
    for name, value in sorted(variables.items()):
        if theirs.get(name) != value and VALUE.fullmatch(value) and not PLACE.search(value):
            yield f"ENV {name}={_quoted(value)}"
    for name in sorted(theirs.keys() - variables.keys()):
        yield f"# {name} cannot be unset by an image: start the container without it"
    yield from (f"# by hand: {words}" for words in plan.words)


def _quoted(value: str) -> str:
    """Return a value as a Dockerfile takes it word for word: in double quotes a backslash, a quote and a dollar are escaped."""
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


WRITERS: Mapping[str, Callable[[FixPlan, Fingerprint, Fingerprint], Iterator[str]]] = {
    "requirements": _requirements,
    "constraints": _requirements,
    "dockerfile": _dockerfile,
    "script": _script,
    "env": _env,
}

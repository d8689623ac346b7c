"""The switches that a project starts its targets with, as `align --env-file` wrote them: a check holds a target to them."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from ..baseline import Baseline
from ..baseline.declaration import Declaration
from ..config import Config
from ..document import refuse
from ..error import UsageError
from ..fact import Section
from ..fingerprint import Fingerprint
from ..policy import Policy, Severity, overlay
from ..probing import bundle

LIMIT_BYTES = 1 << 16
LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=([ -~]*)")


def profile_of(config: Config) -> dict[str, str]:
    """Return the variables of a project's profile; none where it has no profile.

    Raises UsageError where its file cannot be read, and DocumentError with every line that is no variable which a probe records.
    """
    if config.profile is None:
        return {}
    rows = _read(config.profile, config).decode("utf-8", "replace").splitlines()
    found: dict[str, str] = {}
    faults = []
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        fields = LINE.fullmatch(row)
        if fields is None:
            faults.append(f"line {number}: write NAME=VALUE, as docker run --env-file reads it")
        elif fields[1] not in bundle.variables():
            faults.append(f"line {number}: {fields[1]} is no variable that a probe records")
        else:
            found[fields[1]] = fields[2]
    refuse(str(config.profile), faults)
    return found


def _read(path: Path, config: Config) -> bytes:
    hint = "it is what `profile` names: envprobe align --env-file writes one"
    if config.revision is not None and config.revision.holds(path):
        found = config.revision.read(path, LIMIT_BYTES)
        if found is None:
            raise UsageError(f"{config.revision.place(path)}: there is no such file", hint)
        return found
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint) from None


def with_profile(expected: Baseline, variables: dict[str, str]) -> Baseline:
    """Return a baseline that expects these variables, whatever it was recorded with."""
    if expected.fingerprint is None:
        declared = {f"environment.{name}": Declaration(equals=value) for name, value in variables.items()}
        return replace(expected, declared={**expected.declared, **declared})
    return replace(expected, fingerprint=_with_variables(expected.fingerprint, variables))


def _with_variables(recorded: Fingerprint, variables: dict[str, str]) -> Fingerprint:
    section = recorded.sections.get("environment", Section())
    unknown = {key: why for key, why in section.unknown.items() if key not in variables}
    absent = [key for key in section.absent if key not in variables]
    known = dict(sorted({**section.known, **variables}.items()))
    return replace(recorded, sections={**recorded.sections, "environment": Section(known=known, absent=absent, unknown=unknown)})


def held_policy(policy: Policy, variables: dict[str, str]) -> Policy:
    """Return rules under which a difference in one of them fails, though this machine may compute the same bits without."""
    rules = {f"environment.{name}": Severity.FAIL for name in variables}
    return replace(overlay(policy, Policy(rules=rules)), held=frozenset(rules))

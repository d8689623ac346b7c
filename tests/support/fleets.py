"""Fleets for tests: members that answer, fail and repeat themselves, and the spool of many."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from envprobe.error import TargetError
from envprobe.fingerprint import Fingerprint, to_json
from envprobe.fleet.engine import FleetMember
from envprobe.fleet.spool import SCHEMA
from envprobe.probing.collect import Options


def answering(name: str, *answers: Fingerprint) -> FleetMember:
    """Return a member that gives these fingerprints in turn, and the last one from then on."""
    left = list(answers)

    def ask(options: Options, known: Fingerprint | None) -> Fingerprint:
        return left.pop(0) if len(left) > 1 else left[0]

    return FleetMember(name, ask)


def failing(name: str, error: Exception | None = None) -> FleetMember:
    """Return a member that cannot be asked."""

    def ask(options: Options, known: Fingerprint | None) -> Fingerprint:
        raise error or TargetError(f"{name}: down")

    return FleetMember(name, ask)


def write_spool(path: Path, members: Mapping[str, Fingerprint], unreachable: Mapping[str, str] | None = None) -> Path:
    """Write the spool of a fleet that answered; written apart from the code that reads it."""
    lines: list[object] = [{"schema": SCHEMA, "engine": "file:x", "options": {}, "repeat": 1}]
    ids: set[str] = set()
    for name, fingerprint in members.items():
        if fingerprint.id not in ids:
            lines.append({"fingerprint": json.loads(to_json(fingerprint))})
            ids.add(fingerprint.id)
        lines.append({"member": name, "ids": [fingerprint.id]})
    lines += [{"member": name, "unreachable": reason} for name, reason in (unreachable or {}).items()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def spread(groups: Sequence[tuple[int, Fingerprint]], name: str = "n") -> dict[str, Fingerprint]:
    """Return so many members of each fingerprint, numbered on."""
    members = [fingerprint for number, fingerprint in groups for _ in range(number)]
    return {f"{name}{index}": fingerprint for index, fingerprint in enumerate(members, 1)}

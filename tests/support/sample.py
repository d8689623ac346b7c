"""Small fingerprints for tests: the facts of a TensorFlow container in miniature."""

from __future__ import annotations

from typing import Any

from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint, Probe

FACTS: dict[str, Any] = {
    "python.implementation": "cpython",
    "python.version": "3.9.2",
    "packages.numpy.version": "1.22.4",
    "packages.numpy.origin": "index",
    "packages.numpy.record": "sha256:" + "1" * 64,
    "packages.six.version": "1.16.0",
    "packages.six.origin": "index",
    "packages.tensorflow.version": "2.9.0",
    "packages.tensorflow.origin": "index",
    "integrity.numpy": "ok",
    "integrity.six": "ok",
    "integrity.tensorflow": "ok",
    "system.kernel": "6.1.0",
    "cpu.dispatch": "x86-64:avx512_core_bf16",
    "cpu.affinity": 2,
    "environment.LANG": "C.UTF-8",
    "numerics.onednn": True,
}


def fingerprint(
    changes: dict[str, Any] | None = None,
    *,
    absent: tuple[str, ...] = (),
    unknown: dict[str, str] | None = None,
    skipped: dict[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> Fingerprint:
    """Return the sample with some facts changed, absent, unknown, or left out altogether."""
    facts = {**FACTS, **(changes or {})}
    unknown = unknown or {}
    gone = {*absent, *unknown, *without}
    sections: dict[str, tuple[dict[str, Any], list[str], dict[str, str]]] = {}
    for path in [*FACTS, *facts, *absent, *unknown]:
        sections.setdefault(path.partition(".")[0], ({}, [], {}))
    for path, value in facts.items():
        if path not in gone:
            section, _, key = path.partition(".")
            sections[section][0][key] = value
    for path in absent:
        sections[path.partition(".")[0]][1].append(path.partition(".")[2])
    for path, reason in unknown.items():
        sections[path.partition(".")[0]][2][path.partition(".")[2]] = reason
    return Fingerprint(
        probe=Probe("0.0.0", "sha256:" + "0" * 64),
        sections={
            name: Section(dict(known), sorted(missing), dict(doubts)) for name, (known, missing, doubts) in sections.items()
        },
        skipped=skipped or {},
    )

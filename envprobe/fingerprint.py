"""A fingerprint: the facts of one environment, with an id that two equal ones share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from . import document
from .error import DocumentError
from .fact import Fact, Section, Unknown, canonical, sha256
from .spelling import safe_json

SCHEMA = "envprobe.fingerprint/2"
"""Written where something was left out: the id covers that, which `/1` does not know. A whole fingerprint is still a `/1`."""
FIRST_SCHEMA = "envprobe.fingerprint/1"
ANSWER_SCHEMA = "envprobe.answer/1"

FACTS_LIMIT = 100_000
"""10,000 distributions have 61,000; a difference in every one of them takes seconds to explain."""
SECTIONS_LIMIT = 64
LEFT_OUT_LIMIT = 64
"""Globs, each of which is held against each fact."""
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

NOT_LOOKED = Unknown("the fingerprint has no such section")
"""Absent is what was looked for in vain: a whole section that is missing was not looked for."""
SEEN_FROM_OUTSIDE = {
    "image": "only an engine can see the image, and one side was not recorded through one",
    "container": "only an engine can see the container's settings, and one side was not recorded through one",
    "code": "only recorded where asked for",
    "data": "only recorded where asked for",
    "run": "only an experiment has a command",
}
"""Sections that a fingerprint may lack without a fault of the probe, and why they are then not compared."""


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which probe looked."""

    version: str
    digest: str


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """All facts of one environment. Sections are compared; `context` never is."""

    probe: Probe
    sections: dict[str, Section]
    skipped: dict[str, str] = {}
    """Globs of fact paths that were left out on request, with the reason: `integrity.*` by `--no-integrity`."""
    trace: dict[str, Any] | None = None
    """The benchmark's trace, a document of its own schema; read by trace.py."""
    context: dict[str, Any] = {}
    """Host name, user, times, machine paths."""

    @cached_property
    def section_ids(self) -> dict[str, str]:
        """The digest of each section: sections with equal digests need no walk."""
        return {name: section.digest() for name, section in self.sections.items()}

    @cached_property
    def id(self) -> str:
        """The Merkle root of the sections, the trace and what was left out. The probe's version and the context do not count."""
        leaves: dict[str, object] = {"schema": FIRST_SCHEMA, "sections": self.section_ids}
        if self.agreed:
            leaves["skipped"] = self.agreed
        if self.trace is not None:
            leaves["trace"] = sha256(canonical({k: v for k, v in self.trace.items() if k != "context"}))
        return sha256(canonical(leaves))

    @property
    def agreed(self) -> dict[str, str]:
        """What was left out, as far as the id covers it: whoever added to it later has made another fingerprint."""
        return self.skipped

    @property
    def schema(self) -> str:
        """The number under which it is written: the lowest that says all of it."""
        return SCHEMA if self.agreed else FIRST_SCHEMA

    def get(self, path: str) -> Fact:
        """Return the fact at a path such as `packages.numpy.version`."""
        name, _, key = path.partition(".")
        if name in self.sections:
            return self.sections[name].get(key)
        reason = skip_reason(path, self.skipped)
        return Unknown(reason) if reason else NOT_LOOKED


class FirstFingerprint(Fingerprint, frozen=True, kw_only=True, dict=True):
    """One that lacks something and was read from a `/1`, whose id says nothing of that: anybody may have added it."""

    @property
    def agreed(self) -> dict[str, str]:
        return {}


def proved_bytecode(fingerprint: Fingerprint) -> dict[str, str]:
    """Return modules of the standard library to the digest of their sources with the byte code that was proved to be theirs.

    A context that a guest wrote may hold anything: what is not such a digest is left out.
    """
    section = fingerprint.context.get("stdlib")
    proved = section.get("proved") if isinstance(section, dict) else None
    pairs = proved.items() if isinstance(proved, dict) else ()
    return {name: digest for name, digest in pairs if isinstance(digest, str) and DIGEST.fullmatch(digest)}


def skip_reason(path: str, skipped: Mapping[str, str]) -> str:
    """Return why a path was left out, or an empty string."""
    if not skipped:
        return ""
    from fnmatch import fnmatchcase

    return next((reason for glob, reason in skipped.items() if fnmatchcase(path, glob)), "")


def to_json(fingerprint: Fingerprint) -> bytes:
    """Return the fingerprint as reviewable JSON: sorted, indented, the same bytes for the same input."""
    body = msgspec.to_builtins(fingerprint)
    return encode({"schema": fingerprint.schema, "id": fingerprint.id, **body})


def encode(body: Mapping[str, object]) -> bytes:
    """Return a document as indented JSON with sorted keys, `schema` and `id` first."""
    first = {key: body[key] for key in ("schema", "id", "name", "kind") if key in body}
    rest = msgspec.json.decode(msgspec.json.encode({k: v for k, v in body.items() if k not in first}, order="sorted"))
    text = msgspec.json.format(msgspec.json.encode({**first, **rest}), indent=1) + b"\n"
    return safe_json(text.decode()).encode()


def read_fingerprint(data: bytes, where: str) -> Fingerprint:
    """Read a fingerprint document, or an answer of the probe that a colleague sent. Raises DocumentError."""
    value = document.read_json(data, where)
    return from_value(value, where)


def from_value(value: Any, where: str) -> Fingerprint:
    """Read a parsed fingerprint or answer; a fingerprint's own id must be true."""
    if isinstance(value, dict) and value.get("schema") == ANSWER_SCHEMA:
        return _convert(value, where)
    is_first = isinstance(value, dict) and value.get("schema") == FIRST_SCHEMA
    document.check_schema(value, FIRST_SCHEMA if is_first else SCHEMA, where)
    claimed = value.get("id")
    fingerprint = _convert(value, where, FirstFingerprint if is_first and value.get("skipped") else Fingerprint)
    if claimed != fingerprint.id:
        raise DocumentError(
            f"{where}: id: says {str(claimed)[:80]}, but its facts give {fingerprint.id}",
            "the file was edited or damaged after it was recorded; take the original, or record it again",
        )
    return fingerprint


def _convert(value: dict[str, object], where: str, kind: type[Fingerprint] = Fingerprint) -> Fingerprint:
    body = {name: member for name, member in value.items() if name not in ("schema", "id")}
    fingerprint = document.convert(body, kind, where)
    sections = fingerprint.sections.items()
    facts = sum(len(section.known) + len(section.absent) + len(section.unknown) for _, section in sections)
    counted = {"sections": (len(sections), SECTIONS_LIMIT), "facts": (facts, FACTS_LIMIT)}
    document.refuse(where, list(document.too_many(**counted, skipped=(len(fingerprint.skipped), LEFT_OUT_LIMIT))))
    document.refuse(where, [f"sections.{name}.{fault}" for name, section in sections for fault in section.faults()])
    return fingerprint

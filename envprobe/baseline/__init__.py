"""A baseline: what an environment is expected to be, recorded whole or declared fact by fact, in one reviewable file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from .. import document, fingerprint, policy
from ..error import DocumentError
from ..fact import canonical, sha256
from ..fingerprint import Fingerprint
from . import declaration, waiver
from .declaration import Declaration
from .waiver import Waiver

SCHEMA = "envprobe.baseline/1"
DECLARED_LIMIT = 10_000
"""A lock file of a large project names a fifth; each is held against the environment."""
GLOBS_LIMIT = 1_000
"""Of facts that are declared completely, and of numeric classes."""
SIGNATURES_LIMIT = 16
"""Of people who sign one baseline."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a baseline comes from. Never compared."""

    recorded: str = ""
    """UTC, `2026-01-31T12:00:00Z`; empty for a declared baseline, which says the same on every day."""
    envprobe: str = ""
    """The version that wrote it."""
    target: str = ""
    """The reference that was probed: `image://tensorflow/tensorflow:2.9.0`."""
    source: str = ""
    """The document that it was declared from, or who wrote it."""
    indexes: list[str] = []
    """URLs of the package indexes that the document names, without credentials."""
    extra_indexes: list[str] = []
    """Those of them that are asked beside the public one; the others stand in its place."""
    not_declared: list[str] = []
    """What the document says besides, and why it is not declared: `requirements.txt:3: --pre chooses files for pip`."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an environment is expected to be."""

    name: str
    kind: Literal["recorded", "declared"]
    description: str = ""
    fingerprint: Fingerprint | None = None
    """Every fact of the recorded environment; None in a declared baseline."""
    declared: dict[str, Declaration] = {}
    """Fact path to what is expected of it; empty in a recorded baseline."""
    complete: list[str] = []
    """Globs such as `packages.*`: facts there that the baseline does not declare count as added."""
    traces: dict[str, list[dict[str, Any]]] = {}
    """Numeric class to the traces that were seen on it; documents of trace.py."""
    policy: dict[str, Any] = {}
    """Rules that hold for this baseline, as policy.read_policy reads them."""
    waivers: list[Waiver] = []
    provenance: Provenance = Provenance()
    signatures: list[dict[str, Any]] = []
    """DSSE envelopes over all of the above; documents of signing/dsse.py, which nobody here believes."""

    @property
    def id(self) -> str:
        """The fingerprint's id, or the digest of what is declared."""
        if self.fingerprint is not None:
            return self.fingerprint.id
        return sha256(canonical(msgspec.to_builtins({"declared": self.declared, "complete": self.complete})))


def read_baseline(data: bytes, where: str) -> Baseline:
    """Read a baseline document. Raises DocumentError with every fault of its declarations, policy and waivers."""
    return from_value(document.read_json(data, where), where)


def from_value(value: Any, where: str) -> Baseline:
    """Read a parsed baseline document."""
    document.check_schema(value, SCHEMA, where)
    members = {name: member for name, member in value.items() if name != "schema"}
    if isinstance(members.get("fingerprint"), dict):
        # checked by its own reader, because its id must be true; the rest then sees it as one that is
        recorded = fingerprint.from_value(members["fingerprint"], f"{where}: fingerprint")
        baseline = document.convert({**members, "fingerprint": None}, Baseline, where)
        baseline = msgspec.structs.replace(baseline, fingerprint=recorded)
    else:
        baseline = document.convert(members, Baseline, where)
    document.refuse(where, list(_too_many(baseline)))
    document.refuse(where, [*_faults(baseline), *_policy_faults(baseline)])
    return baseline


def to_json(baseline: Baseline) -> bytes:
    """Return the baseline as reviewable JSON: sorted, indented, the same bytes for the same input.

    The fingerprint's context (host name, user, times, machine paths) is left out: a baseline lies in a repository. Of it stays
    which byte code was proved to be that of its source, and need not be compiled at the next check.
    """
    body = msgspec.to_builtins(baseline)
    if baseline.fingerprint is not None:
        proved = fingerprint.proved_bytecode(baseline.fingerprint)
        recorded = msgspec.structs.replace(baseline.fingerprint, context={"stdlib": {"proved": proved}} if proved else {})
        body["fingerprint"] = msgspec.json.decode(fingerprint.to_json(recorded))
    return fingerprint.encode({"schema": SCHEMA, **body})


def signed_digest(baseline: Baseline) -> str:
    """Return what is signed: the digest of all that a baseline says, but its signatures."""
    return sha256(to_json(msgspec.structs.replace(baseline, signatures=[])))


def _too_many(baseline: Baseline) -> Iterator[str]:
    return document.too_many(
        declared=(len(baseline.declared), DECLARED_LIMIT),
        complete=(len(baseline.complete), GLOBS_LIMIT),
        traces=(len(baseline.traces), GLOBS_LIMIT),
        waivers=(len(baseline.waivers), waiver.LIMIT),
        policy=(len(baseline.policy), policy.RULES_LIMIT),
        signatures=(len(baseline.signatures), SIGNATURES_LIMIT),
    )


def _policy_faults(baseline: Baseline) -> list[str]:
    try:
        policy.read_policy(baseline.policy, "policy")
    except DocumentError as error:
        return error.message.splitlines()
    return []


def _faults(baseline: Baseline) -> Iterator[str]:
    if baseline.kind == "recorded" and (baseline.fingerprint is None or baseline.declared):
        yield "kind: a recorded baseline has a fingerprint and declares nothing"
    if baseline.kind == "declared" and baseline.fingerprint is not None:
        yield "kind: a declared baseline has no fingerprint"
    if baseline.kind == "declared" and not baseline.declared:
        yield "declared: empty; a baseline that expects nothing would pass everything"
    for path, expected in baseline.declared.items():
        if path.partition(".")[0] not in policy.SECTIONS or not path.partition(".")[2]:
            yield f"declared.{path[:200]}: not a fact path such as packages.numpy.version"
        yield from (f"declared.{path[:200]}: {fault}" for fault in declaration.faults(expected))
    for index, item in enumerate(baseline.waivers):
        yield from (f"waivers[{index}].{fault}" for fault in waiver.faults(item))

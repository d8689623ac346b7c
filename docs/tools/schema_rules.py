"""What docs/tools/schemas.py adds to what structs say: which documents there are, bounds and patterns."""

from __future__ import annotations

from typing import Any

from envprobe.baseline import Baseline
from envprobe.causes.alignment import Alignment
from envprobe.causes.bisection import Bisection
from envprobe.causes.cause import Explanation
from envprobe.claim import ClaimVerdict
from envprobe.fleet.report import BurnIn, UnstableMember
from envprobe.fleet.unreachable import UnreachableMember
from envprobe.metric import History, MetricRuns
from envprobe.numerics.comparison import Comparison
from envprobe.numerics.trace import ITEM_BYTES, RECORD_LIMIT, Trace
from envprobe.output import OutputComparison
from envprobe.policy import SECTIONS, TOLERANCES, Severity
from envprobe.records.link import Link
from envprobe.records.packing import ITEM_LIMIT, SIGNATURE_LIMIT
from envprobe.records.record import SignedRecord
from envprobe.report import Kind, UnknownFact, Verdict
from envprobe.runs import Run
from envprobe.signing import VerifiedSignature
from envprobe.signing.statement import Statement

TYPES = (
    Baseline,
    Run,
    Trace,
    SignedRecord,
    Link,
    Statement,
    Comparison,
    Alignment,
    Bisection,
    Explanation,
    OutputComparison,
    VerifiedSignature,
    UnknownFact,
    ClaimVerdict,
    MetricRuns,
    History,
    Kind,
    Severity,
    Verdict,
    BurnIn,
    UnstableMember,
    UnreachableMember,
)
DOCUMENTS = {
    "alignment/1": "Alignment",
    "answer/1": "Answer",
    "audit/1": "Audit",
    "baseline/1": "Baseline",
    "bisection/1": "Bisection",
    "explanation/1": "Explanation",
    "fingerprint/1": "WholeFingerprint",
    "fingerprint/2": "PartialFingerprint",
    "fleet/1": "Fleet",
    "link/1": "Link",
    "record/1": "SignedRecord",
    "report/1": "Report",
    "run/1": "Run",
    "spool/1": "Spool",
    "statement/1": "Statement",
    "trace/1": "Trace",
    "verification/1": "Verification",
}
FOREIGN = ("statement/1",)
"""Documents of a form that others have defined, with no `schema` of ours."""
COPIES = {"Answer": "Fingerprint", "WholeFingerprint": "Fingerprint", "PartialFingerprint": "Fingerprint"}
"""Documents that have the members of another definition, and their own number."""
IDENTIFIED = ("fingerprint/1", "fingerprint/2", "run/1")
VALUE = [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {"type": "array"}, {"type": "object"}]
"""How msgspec spells fact.Value."""


def ref(name: str) -> dict[str, str]:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(name: str) -> dict[str, Any]:
    """Return a reference to a definition, in whose place null may stand."""
    return {"anyOf": [ref(name), {"type": "null"}]}


def _whole(pattern: str) -> dict[str, str]:
    return {"pattern": f"^(?:{pattern})$"}


DIGEST = _whole("sha256:[0-9a-f]{64}")
NAME = "[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,119}"
NOT_BLANK = {"pattern": r"\S"}
SECTION = "|".join(SECTIONS)
GLOB = rf"(?:{SECTION}|[^.]*[*?\[][^.]*)(?:\.|$)"
"""A glob whose section is one, or is matched by a wildcard."""
RULE = rf"(?:{SECTION}|[^.@]*[*?\[][^.@]*)(?:[.@]|$)"
"""The same, and `@` may follow."""
FORMS: list[dict[str, Any]] = [
    {"required": ["equals"]},
    {"required": ["specifier"], "properties": {"specifier": {"minLength": 1}}},
    {"required": ["version"], "properties": {"version": {"minLength": 1}}},
    {"required": ["conda"], "properties": {"conda": {"minLength": 1}}},
    {"required": ["one_of"], "properties": {"one_of": {"minItems": 1}}},
    {"required": ["present"], "properties": {"present": {"const": True}}},
    {"required": ["absent"], "properties": {"absent": {"const": True}}},
    {"required": ["origin"], "properties": {"origin": {"minLength": 1}, "hashes": {"maxItems": 0}}},
    {"required": ["hashes"], "properties": {"hashes": {"minItems": 1}, "origin": {"pattern": "^(?:archive(?: |$)|$)"}}},
]
RULES = {
    "type": "object",
    "description": "Glob over fact paths, with @KIND or @MAGNITUDE, to what a difference there means; limits under `tolerance`.",
    "properties": {
        "tolerance": {
            "type": "object",
            "properties": {name: {"type": "number", "minimum": 0, "exclusiveMaximum": 1} for name in TOLERANCES},
            "additionalProperties": False,
        }
    },
    "propertyNames": {"pattern": f"^(?:tolerance$|{RULE})"},
    "additionalProperties": {"enum": [severity.value for severity in Severity]},
    "default": {},
}
MEMBERS: dict[str, dict[str, Any]] = {
    "Baseline": {
        "if": {"properties": {"kind": {"const": "recorded"}}},
        "then": {
            "properties": {"fingerprint": ref("Fingerprint"), "declared": {"maxProperties": 0}},
            "required": ["fingerprint"],
        },
        "else": {"properties": {"fingerprint": {"type": "null"}, "declared": {"minProperties": 1}}, "required": ["declared"]},
    },
    "Baseline.declared": {"propertyNames": {"pattern": rf"^(?:{SECTION})\.[\s\S]"}},
    "Baseline.policy": RULES,
    "Baseline.traces": {"additionalProperties": {"anyOf": [ref("Trace"), {"type": "array", "items": ref("Trace")}]}},
    "Declaration": {"oneOf": FORMS},
    "Fingerprint.trace": or_null("Trace"),
    "Fingerprint.schema": {"enum": ["envprobe.fingerprint/1", "envprobe.fingerprint/2"]},
    "Answer.trace": or_null("Trace"),
    "WholeFingerprint.trace": or_null("Trace"),
    "PartialFingerprint.trace": or_null("Trace"),
    "Trace.class": {"minProperties": 1, "propertyNames": _whole(NAME)},
    "Trace.records": {"minItems": 1, "maxItems": RECORD_LIMIT},
    "TraceRecord": {
        "if": {"properties": {"error": {"const": ""}}},
        "then": {
            "properties": {"digest": _whole("[0-9a-f]{32}"), "dtype": {"enum": [*ITEM_BYTES]}},
            "required": ["digest", "dtype"],
        },
    },
    "TraceRecord.part": _whole(NAME),
    "TraceRecord.stage": _whole(NAME),
    "TraceRecord.tensor": _whole(NAME),
    "TraceRecord.error": _whole(f"|{NAME}"),
    "TraceRecord.step": {"anyOf": [{"type": "integer", "minimum": 0, "exclusiveMaximum": 1 << 31}, {"type": "null"}]},
    "Waiver.path": {"allOf": [{"pattern": f"^{GLOB}"}, {"pattern": r"[^*?.\[\]]"}]},
    "Waiver.owner": NOT_BLANK,
    "Waiver.reason": NOT_BLANK,
    "Waiver.expires": {"format": "date", **_whole("[0-9]{4}-[0-9]{2}-[0-9]{2}")},
    "Run.command": {"minItems": 1},
    "Record.outputs": {"maxProperties": ITEM_LIMIT},
    "Record.metrics": {"maxProperties": ITEM_LIMIT},
    "RecordedOutput.digest": DIGEST,
    "RecordedOutput.size_bytes": {"minimum": 0},
    "SignedRecord.envelopes": {"maxItems": SIGNATURE_LIMIT},
    "SignedRecord.bundles": {"maxItems": SIGNATURE_LIMIT},
    "Link.envelopes": {"maxItems": SIGNATURE_LIMIT},
    "Link.bundles": {"maxItems": SIGNATURE_LIMIT},
    "Link.record": DIGEST,
    "Link.fingerprint": DIGEST,
    "Results.outputs": {"maxProperties": ITEM_LIMIT},
    "Results.metrics": {"maxProperties": ITEM_LIMIT},
    "Statement.subject": {"minItems": 1, "maxItems": 1},
    "Subject.digest": {"required": ["sha256"]},
    "Predicate.signed": _whole("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
}
"""Definition, or definition and member, to what is put over what msgspec says of it."""

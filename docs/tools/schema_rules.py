"""What docs/tools/schemas.py adds to what structs say: bounds, patterns, and the documents that are written by hand."""

from __future__ import annotations

from typing import Any

from envprobe.audit.report import AuditVerdict
from envprobe.baseline import Baseline
from envprobe.causes.alignment import Alignment
from envprobe.causes.bisection import Bisection
from envprobe.causes.cause import Explanation
from envprobe.claim import ClaimVerdict
from envprobe.document import INTEGER_LIMIT
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
from envprobe.verification.verification import AlteredPart, Status

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


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(name: str) -> dict[str, Any]:
    return {"anyOf": [_ref(name), {"type": "null"}]}


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
            "properties": {"fingerprint": _ref("Fingerprint"), "declared": {"maxProperties": 0}},
            "required": ["fingerprint"],
        },
        "else": {"properties": {"fingerprint": {"type": "null"}, "declared": {"minProperties": 1}}, "required": ["declared"]},
    },
    "Baseline.declared": {"propertyNames": {"pattern": rf"^(?:{SECTION})\.[\s\S]"}},
    "Baseline.policy": RULES,
    "Baseline.traces": {"additionalProperties": {"anyOf": [_ref("Trace"), {"type": "array", "items": _ref("Trace")}]}},
    "Declaration": {"oneOf": FORMS},
    "Fingerprint.trace": _or_null("Trace"),
    "Fingerprint.schema": {"enum": ["envprobe.fingerprint/1", "envprobe.fingerprint/2"]},
    "Answer.trace": _or_null("Trace"),
    "WholeFingerprint.trace": _or_null("Trace"),
    "PartialFingerprint.trace": _or_null("Trace"),
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

PAIR: dict[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
PAIR_OR_NULL: dict[str, Any] = {"anyOf": [PAIR, {"type": "null"}]}
OPTIONAL_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
DEFINITIONS: dict[str, Any] = {
    "Value": {
        "description": "What a fact may be: never null and never a float, which have no one spelling that two machines share.",
        "anyOf": [
            {"type": "string"},
            {"type": "integer", "minimum": -INTEGER_LIMIT, "maximum": INTEGER_LIMIT - 1},
            {"type": "boolean"},
            {"type": "array", "items": _ref("Value")},
            {"type": "object", "additionalProperties": _ref("Value")},
        ],
    },
    "Side": {
        "type": "object",
        "description": "One side of a comparison.",
        "properties": {
            "id": {"type": "string", "description": "Of the fingerprint, or of what a baseline declares."},
            "name": {"type": "string", "description": "As it was named: a baseline, a target, a file."},
            "signature": {"type": "string", "description": "The line by which to quote it; empty where nobody asked for one."},
        },
        "required": ["id", "name"],
    },
    "Difference": {
        "type": "object",
        "description": "One fact that differs.",
        "properties": {
            "path": {"type": "string", "description": "The fact: `packages.numpy.version`."},
            "kind": _ref("Kind"),
            "severity": _ref("Severity"),
            "expected": {**_or_null("Value"), "description": "Null where the fact is absent."},
            "observed": {**_or_null("Value"), "description": "Null where the fact is absent."},
            "why": {"type": "string", "description": "Why it matters, one sentence."},
            "fix": {"type": "string", "description": "What to type, or to do, to fix it."},
            "fix_parts": {
                "type": "object",
                "description": "The same in parts. Fixes that differ in their items alone are one: `pip install A B`.",
                "properties": {
                    "before": {"type": "string"},
                    "items": {"type": "array", "items": {"type": "string"}},
                    "after": {"type": "string"},
                    "is_command": {"type": "boolean", "description": "Typed as it stands; else it is a sentence."},
                },
                "required": ["before", "items", "after", "is_command"],
            },
            "because": {**OPTIONAL_TEXT, "description": "The path of the difference that this one follows from."},
            "waiver": {**_or_null("Waiver"), "description": "The waiver that lowered its severity to a note."},
        },
        "required": ["path", "kind", "severity", "expected", "observed"],
    },
    "NotCompared": {
        "type": "object",
        "properties": {"verdict": {"const": "not-compared"}, "first_divergence": {"type": "null"}},
        "required": ["verdict", "first_divergence"],
    },
    "Output": {
        "description": "One output of an experiment against the recorded one, and what a difference means.",
        "allOf": [_ref("OutputComparison")],
        "properties": {"severity": _ref("Severity")},
        "required": ["severity"],
    },
    "Report": {
        "type": "object",
        "description": "What `check`, `diff` and the pytest plugin found. Later versions may add members; these stay.",
        "properties": {
            "verdict": _ref("Verdict"),
            "strict": {"type": "boolean", "description": "Whether warnings fail."},
            "expected": _ref("Side"),
            "observed": _ref("Side"),
            "compared": {"type": "integer", "minimum": 0, "description": "How many facts were compared."},
            "differences": {"type": "array", "items": _ref("Difference"), "description": "Most severe first, then by path."},
            "unknown": {"type": "array", "items": _ref("UnknownFact")},
            "skipped": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Globs of fact paths that were not compared, with the reason.",
            },
            "stale_waivers": {"type": "array", "items": {"type": "string"}},
            "policy_from": {**_or_null("PolicySource"), "description": "Null where that was the working folder."},
            "trace": {"anyOf": [_ref("NotCompared"), _ref("Comparison")]},
            "outputs": {"type": "array", "items": _ref("Output")},
            "environment": {
                **_ref("Verdict"),
                "description": "The verdict without what is claimed; outputs are notes where something is.",
            },
            "claims": {"type": "array", "items": _ref("Claim")},
            "metrics": {
                "type": "array",
                "items": _ref("MetricRuns"),
                "description": "Of repeated runs, those that were claimed first.",
            },
            "histories": {"type": "array", "items": _ref("History")},
        },
        "required": ["verdict", "expected", "observed", "differences", "unknown", "trace"],
    },
    "Claim": {
        "type": "object",
        "description": "What was claimed of two experiments, and what their runs show.",
        "properties": {
            "metric": {"type": "string", "description": "`OUTPUT:PATH`."},
            "relation": {"enum": [">=", "<="]},
            "margin": {
                "type": "number",
                "description": "Of the change, in the metric's unit; a share of the recorded mean where it is relative.",
            },
            "relative": {"type": "boolean"},
            "verdict": _ref("ClaimVerdict"),
            "effect": {"anyOf": [{"type": "number"}, {"type": "null"}], "description": "In the metric's unit, relative or not."},
            "interval": {**PAIR_OR_NULL, "description": "Of the effect, at 95 %; null where there are too few runs."},
            "means": {**PAIR_OR_NULL, "description": "Recorded and new."},
            "paired": {"type": "boolean", "description": "Whether runs of the same seed were compared with each other."},
            "runs": {**PAIR, "description": "How many recorded and new ones it rests on."},
            "needed": {
                "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}],
                "description": "Runs each side that would decide if effect and spread stay as they are; null where none would.",
            },
            "why": {"type": "string", "description": "Why it is undecided, where that is not the width of the interval."},
        },
        "required": ["metric", "relation", "margin", "verdict", "effect", "interval", "paired", "runs", "needed"],
    },
    "PolicySource": {
        "type": "object",
        "description": "The git revision that settings, policy, waivers and the baseline were read from.",
        "properties": {
            "revision": {"type": "string", "description": "As it was named: `origin/main`."},
            "commit": {"type": "string", "description": "What that was, in full."},
        },
        "required": ["revision", "commit"],
    },
    "Audit": {
        "type": "object",
        "description": "What `doctor` found. Later versions may add members; these stay.",
        "properties": {
            "verdict": {"enum": [verdict.value for verdict in AuditVerdict]},
            "strict": {"type": "boolean", "description": "Whether notes count too."},
            "files": {"type": "array", "items": {"type": "string"}, "description": "What was looked at."},
            "findings": {"type": "array", "items": _ref("AuditFinding"), "description": "The severest first."},
            "unread": {"type": "array", "items": _ref("UnreadFile"), "description": "What could not be read, and why."},
            "waived": {"type": "array", "items": _ref("AuditFinding"), "description": "Each with its `waiver`."},
            "stale_waivers": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["verdict", "findings"],
    },
    "Fleet": {
        "type": "object",
        "description": "What `fleet check` found. Later versions may add members; these stay.",
        "properties": {
            "verdict": {**_ref("Verdict"), "description": "The worst of its members; `undetermined` where one is unreachable."},
            "strict": {"type": "boolean", "description": "Whether warnings fail."},
            "engine": {"type": "string", "description": "As it was named: `ssh:hosts`."},
            "baseline": _ref("Side"),
            "members": {"type": "integer", "minimum": 0, "description": "How many there are, unreachable ones among them."},
            "answered": {"type": "integer", "minimum": 0, "description": "How many gave a fingerprint."},
            "classes": {"type": "array", "items": _ref("FleetClass"), "description": "Outliers first, then the worst verdict."},
            "outliers": {"type": "array", "items": _ref("FleetOutlier"), "description": "A member each."},
            "unstable": {"type": "array", "items": _ref("UnstableMember"), "description": "A member each, or one of its cores."},
            "burn_in": {"anyOf": [_ref("BurnIn"), {"type": "null"}], "description": "Null where nobody asked for one."},
            "unreachable": {"type": "array", "items": _ref("UnreachableMember")},
        },
        "required": ["verdict", "members", "classes", "outliers", "unreachable"],
    },
    "Spool": {
        "type": "object",
        "description": "The first line of a spool of `fleet`, a file of JSON lines. Those after it are `{fingerprint}`, "
        "once each, `{member, ids}`, with `burned` where each core was asked by itself, and `{member, unreachable}`.",
        "properties": {
            "engine": {"type": "string", "description": "As it was named: `ssh:hosts`."},
            "options": {"type": "object", "description": "What every member is asked for."},
            "repeat": {"type": "integer", "minimum": 1, "description": "How often each runs the benchmark."},
        },
        "required": ["engine", "options", "repeat"],
    },
    "FleetClass": {
        "type": "object",
        "description": "Members with the very same fingerprint.",
        "properties": {
            "id": {"type": "string", "description": "Of the fingerprint."},
            "verdict": _ref("Verdict"),
            "up_to_rounding": {"type": "boolean"},
            "headline": {"type": "string"},
            "numeric_class": {"type": "string", "description": "What decides how their processors compute."},
            "members": {"type": "array", "items": {"type": "string"}},
            "differences": {"type": "array", "items": _ref("Difference"), "description": "From the baseline, without notes."},
            "unknown": {"type": "array", "items": _ref("UnknownFact")},
            "unlike": {"type": "array", "items": _ref("Difference"), "description": "From the majority of its numeric class."},
        },
        "required": ["id", "verdict", "numeric_class", "members"],
    },
    "FleetOutlier": {
        "type": "object",
        "properties": {
            "member": {"type": "string"},
            "why": {"type": "string", "description": "The facts by which it is unlike the majority."},
            "class": {"type": "string", "description": "The id of its class."},
            "majority": {"type": "string", "description": "The id of the class of most of its peers."},
        },
        "required": ["member", "why"],
    },
    "AuditFinding": {
        "type": "object",
        "properties": {
            "rule": {"type": "string", "description": "A family, or a family and a detail: docs/reference/doctor.md."},
            "severity": {"enum": ["fail", "warn", "note"]},
            "file": {**OPTIONAL_TEXT, "description": "Null for a command line."},
            "line": {
                "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}],
                "description": "Null where there are no lines.",
            },
            "evidence": {"type": "string", "description": "The words that it is about; secrets are taken out."},
            "why": {"type": "string"},
            "fix": {"type": "string", "description": "The fixed line, or in words what to do."},
        },
        "required": ["rule", "severity", "file", "line", "evidence", "why", "fix"],
    },
    "UnreadFile": {
        "type": "object",
        "properties": {"file": {"type": "string"}, "reason": {"type": "string"}},
        "required": ["file", "reason"],
    },
    "Verification": {
        "type": "object",
        "description": "What `verify` found out about one report. Later versions may add members; these stay.",
        "properties": {
            "report": {"type": "string", "description": "The report, as it was named."},
            "status": {"enum": [status.value for status in Status]},
            "reasons": {"type": "array", "items": {"type": "string"}, "description": "Why it is not intact, all that was found."},
            "hint": {"type": "string", "description": "What to do about it; empty where there is nothing to say."},
            "altered": {
                "type": "array",
                "items": {"enum": [part.value for part in AlteredPart]},
                "description": "What was altered: `outputs` alone where the report itself is as it was attached.",
            },
            "notes": {"type": "array", "items": {"type": "string"}, "description": "What was not checked, or could not be."},
            "signature": {**OPTIONAL_TEXT, "description": "The visible line, as the record gives it."},
            "record": {**OPTIONAL_TEXT, "description": "The record's digest, which signers sign."},
            "fingerprint": {**OPTIONAL_TEXT, "description": "The id of the environment."},
            "experiment": _or_null("Experiment"),
            "metrics": {"type": "object", "additionalProperties": {"type": "string"}},
            "outputs": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Relative path to digest, as recorded.",
            },
            "model": {**OPTIONAL_TEXT, "description": "The digest of the model that the record is of; null for a report."},
            "materials": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "kind": {"enum": ["image", "code", "data"]},
                        "name": {"type": "string", "description": "Repository, branch, or the data's name; empty if unknown."},
                        "digest": {"type": "string", "description": "Of the content; of code, the commit."},
                        "algorithm": {"type": "string", "description": "Of the digest, as in-toto names it."},
                        "changed": {"type": "boolean", "description": "Of code: whether files differed from the commit."},
                    },
                    "required": ["kind", "name", "digest", "algorithm", "changed"],
                },
                "description": "What the record leads back to.",
            },
            "checked_outputs": {"type": "integer", "minimum": 0},
            "signers": {"type": "array", "items": _ref("VerifiedSignature"), "description": "Of those who are trusted."},
            "comparison": {**_or_null("Report"), "description": "The environment against a baseline, where one was named."},
        },
        "required": [
            "report",
            "status",
            "reasons",
            "notes",
            "signature",
            "record",
            "fingerprint",
            "experiment",
            "metrics",
            "outputs",
            "checked_outputs",
            "signers",
            "comparison",
        ],
    },
}
"""Documents and parts that no struct reads."""

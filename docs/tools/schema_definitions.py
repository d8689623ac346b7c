"""The documents, and parts of them, that no struct reads: their schemas are written by hand."""

from __future__ import annotations

from typing import Any

from schema_rules import or_null, ref

from envprobe.audit.report import AuditVerdict
from envprobe.document import INTEGER_LIMIT
from envprobe.verification.verification import AlteredPart, Status

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
            {"type": "array", "items": ref("Value")},
            {"type": "object", "additionalProperties": ref("Value")},
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
            "kind": ref("Kind"),
            "severity": ref("Severity"),
            "expected": {**or_null("Value"), "description": "Null where the fact is absent."},
            "observed": {**or_null("Value"), "description": "Null where the fact is absent."},
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
            "waiver": {**or_null("Waiver"), "description": "The waiver that lowered its severity to a note."},
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
        "allOf": [ref("OutputComparison")],
        "properties": {"severity": ref("Severity")},
        "required": ["severity"],
    },
    "Report": {
        "type": "object",
        "description": "What `check`, `diff` and the pytest plugin found. Later versions may add members; these stay.",
        "properties": {
            "verdict": ref("Verdict"),
            "strict": {"type": "boolean", "description": "Whether warnings fail."},
            "expected": ref("Side"),
            "observed": ref("Side"),
            "compared": {"type": "integer", "minimum": 0, "description": "How many facts were compared."},
            "differences": {"type": "array", "items": ref("Difference"), "description": "Most severe first, then by path."},
            "unknown": {"type": "array", "items": ref("UnknownFact")},
            "skipped": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Globs of fact paths that were not compared, with the reason.",
            },
            "stale_waivers": {"type": "array", "items": {"type": "string"}},
            "policy_from": {**or_null("PolicySource"), "description": "Null where that was the working folder."},
            "trace": {"anyOf": [ref("NotCompared"), ref("Comparison")]},
            "outputs": {"type": "array", "items": ref("Output")},
            "environment": {
                **ref("Verdict"),
                "description": "The verdict without what is claimed; outputs are notes where something is.",
            },
            "claims": {"type": "array", "items": ref("Claim")},
            "metrics": {
                "type": "array",
                "items": ref("MetricRuns"),
                "description": "Of repeated runs, those that were claimed first.",
            },
            "histories": {"type": "array", "items": ref("History")},
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
            "verdict": ref("ClaimVerdict"),
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
            "findings": {"type": "array", "items": ref("AuditFinding"), "description": "The severest first."},
            "unread": {"type": "array", "items": ref("UnreadFile"), "description": "What could not be read, and why."},
            "waived": {"type": "array", "items": ref("AuditFinding"), "description": "Each with its `waiver`."},
            "stale_waivers": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["verdict", "findings"],
    },
    "Fleet": {
        "type": "object",
        "description": "What `fleet check` found. Later versions may add members; these stay.",
        "properties": {
            "verdict": {**ref("Verdict"), "description": "The worst of its members; `undetermined` where one is unreachable."},
            "strict": {"type": "boolean", "description": "Whether warnings fail."},
            "engine": {"type": "string", "description": "As it was named: `ssh:hosts`."},
            "baseline": ref("Side"),
            "members": {"type": "integer", "minimum": 0, "description": "How many there are, unreachable ones among them."},
            "answered": {"type": "integer", "minimum": 0, "description": "How many gave a fingerprint."},
            "classes": {"type": "array", "items": ref("FleetClass"), "description": "Outliers first, then the worst verdict."},
            "outliers": {"type": "array", "items": ref("FleetOutlier"), "description": "A member each."},
            "unstable": {"type": "array", "items": ref("UnstableMember"), "description": "A member each, or one of its cores."},
            "burn_in": {"anyOf": [ref("BurnIn"), {"type": "null"}], "description": "Null where nobody asked for one."},
            "unreachable": {"type": "array", "items": ref("UnreachableMember")},
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
            "verdict": ref("Verdict"),
            "up_to_rounding": {"type": "boolean"},
            "headline": {"type": "string"},
            "numeric_class": {"type": "string", "description": "What decides how their processors compute."},
            "members": {"type": "array", "items": {"type": "string"}},
            "differences": {"type": "array", "items": ref("Difference"), "description": "From the baseline, without notes."},
            "unknown": {"type": "array", "items": ref("UnknownFact")},
            "unlike": {"type": "array", "items": ref("Difference"), "description": "From the majority of its numeric class."},
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
            "experiment": or_null("Experiment"),
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
            "signers": {"type": "array", "items": ref("VerifiedSignature"), "description": "Of those who are trusted."},
            "comparison": {**or_null("Report"), "description": "The environment against a baseline, where one was named."},
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

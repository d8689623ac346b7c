"""The report as SARIF 2.1.0, for GitHub code scanning and other places that keep results from one run to the next.

One result for each finding, at the line of the baseline that it contradicts; a rule a section. No times and no machine
paths: the same report gives the same bytes, and a result the same fingerprint, as long as it is the same finding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ..fact import canonical, sha256
from ..fingerprint import encode
from ..policy import Severity
from ..report import Report, Verdict
from ..spelling import line, safe
from ..version import __version__
from . import Style
from .result import CLAIMS, OUTPUTS, Result, results, trouble_words
from .summary import headline, left_out, provenance

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://pypi.org/project/envprobe-ml/"
LEVELS = {Severity.FAIL: "error", Severity.WARN: "warning", Severity.NOTE: "note"}
LINK = re.compile(r"(\\*)\]\(")
SHOWN_RESULTS = 5000
"""GitHub keeps so many results of a run, the most severe ones."""
IDENTITY = "envprobe/v1"
"""The way in which a result's fingerprint is made; another way gets another number (SARIF section 3.27.17)."""
SUBJECTS = {
    "python": "The Python interpreter and where it imports from",
    "packages": "Packages as import resolves them",
    "modules": "Importable modules without metadata",
    "integrity": "Installed files against their RECORD",
    "unlisted": "Files among a package's that no RECORD lists",
    "stdlib": "The standard library's files",
    "system": "The operating system, its C library, locale and limits",
    "ospackages": "Packages of the operating system",
    "cpu": "The processor and how much of it",
    "gpu": "GPUs and their driver",
    "cuda": "CUDA as built with, on disk and as loaded",
    "numerics": "Numeric switches in effect",
    "environment": "Environment variables that change behaviour",
    "code": "The state of the code",
    "data": "Digests of input data",
    "image": "The container's image",
    "container": "How the container is run, and what was changed in it",
    "trace": "The bits that the seeded benchmark computes",
    "run": "How an experiment was run",
    "drift": "What changed while an experiment ran",
    OUTPUTS: "What an experiment left",
    CLAIMS: "What is claimed of an experiment",
}


def render(report: Report, style: Style) -> str:
    """Return one run; warnings that nothing gates are `warning`, notes are there only where everything is wanted."""
    told = results(report, everything=style.verbosity > 0)
    shown = sorted(told, key=lambda result: (not result.gates, -result.severity.rank))[:SHOWN_RESULTS]
    rules = sorted({result.section for result in shown})
    invocation: dict[str, object] = {"executionSuccessful": report.verdict is not Verdict.UNDETERMINED}
    notifications = [notification("note", f"not compared: {sentence}") for sentence in left_out(report.skipped)]
    notifications += [notification("warning", f"waiver {line(waiver, 400)}") for waiver in report.stale_waivers]
    notifications += left_over(told, "envprobe check -v")
    if report.verdict is Verdict.UNDETERMINED:
        notifications.append(notification("error", headline(report)))
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    return to_document(
        [_rule(section) for section in rules],
        [_result(result, rules, report) for result in shown],
        invocation,
        _properties(report),
    )


def trouble(message: str, hint: str) -> str:
    """Return a run without results, and with what kept envprobe from a verdict."""
    told = notification("error", trouble_words(message, hint))
    return to_document([], [], {"executionSuccessful": False, "toolExecutionNotifications": [told]}, {})


def left_over(found: Sequence[object], command: str) -> list[dict[str, Any]]:
    """Return what to say of the results behind the first ones: nothing where there are none."""
    left = len(found) - SHOWN_RESULTS
    return [notification("warning", f"{left} more results left out: see {command}")] if left > 0 else []


def to_document(rules: list[Any], found: list[Any], invocation: dict[str, Any], properties: dict[str, Any]) -> str:
    driver = {"name": "envprobe", "version": __version__, "informationUri": HOME, "rules": rules}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": found, "columnKind": "unicodeCodePoints"}
    if properties:
        run["properties"] = properties
    return encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).decode("utf-8")


def _properties(report: Report) -> dict[str, Any]:
    told = {
        "verdict": report.verdict.value,
        "upToRounding": report.is_up_to_rounding,
        "headline": headline(report),
        "provenance": provenance(report),
        "expected": {"id": safe(report.expected_id), "name": line(report.expected_name)},
        "observed": {"id": safe(report.observed_id), "name": line(report.observed_name)},
        "strict": report.strict,
    }
    if report.policy_from is not None:
        told["policyFrom"] = {"revision": line(report.policy_from.revision), "commit": safe(report.policy_from.commit)}
    return told


def _rule(section: str) -> dict[str, object]:
    return {
        "id": section,
        "shortDescription": {"text": SUBJECTS.get(section, section)},
        "fullDescription": {"text": f"{SUBJECTS.get(section, section)}: as the baseline expects"},
        "help": {"text": f"envprobe check -v shows all. The policy says how much a difference in {section} matters."},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["reproducibility"]},
    }


def _result(result: Result, rules: list[str], report: Report) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": result.section,
        "ruleIndex": rules.index(result.section),
        "level": "error" if result.gates else LEVELS.get(result.severity, "note"),
        "message": {"text": unlinked(result.message)},
        "partialFingerprints": {IDENTITY: sha256(canonical([result.section, result.name, result.kind]))},
        "properties": {"kind": result.kind, "severity": result.severity.value, "decides": result.gates},
        "locations": [_location(result, report)],
    }
    if result.waiver is not None:
        by = f"{result.waiver.reason} ({result.waiver.owner}, until {result.waiver.expires})"
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": line(by, 400)}]
    return found


def _location(result: Result, report: Report) -> dict[str, object]:
    logical = [{"fullyQualifiedName": line(path), "kind": "member"} for path in result.paths[:1]]
    place: dict[str, object] = {"logicalLocations": logical or [{"fullyQualifiedName": result.name}]}
    if report.location is not None:
        # a location without a region is refused by code scanning; the first line stands for the file
        place["physicalLocation"] = {
            "artifactLocation": {"uri": quote(report.location.file, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": report.location.line_of(result.paths) or 1},
        }
    return place


def unlinked(text: str) -> str:
    """Escape what would make a link of text from a target: `[words](address)` is one in a message (section 3.11.6)."""
    return LINK.sub(r"\1\1\\](", text)  # a backslash before it would else take ours for its own


def notification(level: str, words: str) -> dict[str, Any]:
    """Return what a run says of itself, and of no result."""
    return {"level": level, "message": {"text": unlinked(words)}}

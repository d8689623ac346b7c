"""Is a record the one that was attached, and did somebody who is trusted sign it? Two questions with all their answers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .. import signing
from ..carrier.carried import Carried
from ..error import DocumentError
from ..fact import Known
from ..records.line import parse_line
from ..records.record import Record, SignedRecord
from ..signing import Finding, IdentityVerifier, Rejected, VerifiedSignature, Verifier


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whose signatures count. Where anybody is named, a signature of theirs is required, unless `optional`."""

    verifiers: list[Verifier] = []
    identities: IdentityVerifier | None = None
    at_signing: bool = False
    """Judge a key's dates by the time that the signer states, instead of now."""

    optional: bool = False
    """They are the project's settled signers: a record that is signed has to be by them, one that is not signed is accepted."""

    @property
    def is_named(self) -> bool:
        """Whether anybody is trusted."""
        return bool(self.verifiers) or self.identities is not None


def visible_faults(found: Carried, record: Record) -> Iterator[str]:
    """Yield how what the report shows differs from what it carries."""
    same_line = found.line == str(record.line)
    if not same_line:
        yield from _line_faults(found.line, record)
    faults = [*_metric_faults(found, record)]
    yield from faults
    if found.edited and same_line and not faults:
        yield "what the report shows around the record was edited, or something was added to it"


def _metric_faults(found: Carried, record: Record) -> Iterator[str]:
    """Yield how the metrics differ: for a reader in the record's form or in the one of earlier versions, for programs exactly."""
    exact = record.exact_metrics
    if found.exact is not None:
        yield from _differing(found.exact, dict(exact))
    if found.metrics is None or found.metrics in (record.shown_metrics, exact):
        return
    faults = [list(_differing(dict(found.metrics), dict(expected))) for expected in (record.shown_metrics, exact)]
    yield from min(faults, key=len) or ["the report shows the metrics twice or in another order"]


def _differing(shown: dict[str, str], recorded: dict[str, str]) -> Iterator[str]:
    for name in sorted({*shown, *recorded}):
        if shown.get(name) != recorded.get(name):
            yield f"metric {name}: the report shows {shown.get(name, 'none')}, the record says {recorded.get(name, 'none')}"


def _line_faults(line: str, record: Record) -> Iterator[str]:
    try:
        shown = parse_line(line, "the visible line").fields
    except DocumentError as error:
        yield error.message
        return
    for name, fact in record.line.fields.items():
        if shown[name] != fact:
            words = [str(side.value) if isinstance(side, Known) else type(side).__name__.lower() for side in (shown[name], fact)]
            yield f"the visible line says {name} {words[0]}, the record {words[1]}"


def judge_signatures(signed: SignedRecord, trust: Trust) -> tuple[list[VerifiedSignature], list[Rejected]]:
    """Return the good signatures by trusted signers, and the other ones."""
    digest = signed.record.digest
    findings: list[Finding] = []
    for envelope in signed.envelopes:
        try:
            findings += signing.verify(digest, envelope, trust.verifiers, at_signing=trust.at_signing)
        except DocumentError as error:
            findings.append(Rejected(error.message))
    for bundle in signed.bundles:
        try:
            findings.append(signing.verify_bundle(digest, bundle, trust.identities))
        except DocumentError as error:
            findings.append(Rejected(error.message))
    return [f for f in findings if isinstance(f, VerifiedSignature)], [f for f in findings if isinstance(f, Rejected)]


def weigh_signatures(
    signed: SignedRecord, signers: list[VerifiedSignature], rejected: list[Rejected], trust: Trust, require: bool
) -> tuple[list[str], list[str]]:
    """Return why the signatures do not suffice, and what else a reader must know of them."""
    reasons = [finding.reason for finding in rejected]
    if signers:
        return [], [f"a further signature counts for nothing: {reason}" for reason in reasons]
    if require or (trust.is_named and not trust.optional):
        missing = [] if reasons else ["the record is not signed"]
        unnamed = [] if trust.is_named else ["a signature is required, and nobody was named who is trusted"]
        return [*missing, *reasons, *unnamed], []
    if trust.is_named:
        return reasons, []
    count = len(signed.envelopes) + len(signed.bundles)
    return [], [f"{count} signature{'s' * (count != 1)} NOT CHECKED: say whom to trust, --allowed-signers FILE"] if count else []

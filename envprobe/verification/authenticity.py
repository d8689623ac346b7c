"""Is a record the one that was attached, and did somebody who is trusted sign it? Two questions with all their answers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .. import signing
from ..carrier.block import Block, visible_of
from ..error import DocumentError
from ..fact import Known
from ..records.line import parse_line
from ..records.packing import Attachment, Record
from ..signing import Finding, Identities, Keyring, Recognised, Rejected


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whose signatures count. Where anybody is named, a signature of theirs is required, unless `optional`."""

    keyrings: list[Keyring] = []
    identities: Identities | None = None
    at_signing: bool = False
    """Judge a key's dates by the time that the signer states, instead of now."""

    optional: bool = False
    """They are the project's settled signers: a record that is signed has to be by them, one that is not signed is accepted."""

    @property
    def is_named(self) -> bool:
        """Whether anybody is trusted."""
        return bool(self.keyrings) or self.identities is not None


def visible_faults(block: Block, record: Record) -> Iterator[str]:
    """Yield how what the report shows differs from what it carries."""
    expected = visible_of(record)
    line, *metrics = block.visible or [""]
    if line != expected[0]:
        yield from _line_faults(line, record)
    shown, recorded = dict(text.partition(" ")[::2] for text in metrics), dict(record.shown_metrics)
    for name in sorted({*shown, *recorded}):
        if shown.get(name) != recorded.get(name):
            yield f"metric {name}: the report shows {shown.get(name, 'none')}, the record says {recorded.get(name, 'none')}"
    if metrics != expected[1:] and shown == recorded:
        yield "the report shows the metrics twice or in another order"
    if block.foreign and block.visible == expected:
        yield "what the report shows around the record was edited, or something was added to it"


def _line_faults(line: str, record: Record) -> Iterator[str]:
    try:
        shown = parse_line(line, "the visible line").fields
    except DocumentError as error:
        yield error.message
        return
    for name, fact in record.signature.fields.items():
        if shown[name] != fact:
            words = [str(side.value) if isinstance(side, Known) else type(side).__name__.lower() for side in (shown[name], fact)]
            yield f"the visible line says {name} {words[0]}, the record {words[1]}"


def judge_signatures(attachment: Attachment, trust: Trust) -> tuple[list[Recognised], list[Rejected]]:
    """Return the good signatures by trusted signers, and the other ones."""
    digest = attachment.record.digest
    findings: list[Finding] = []
    for envelope in attachment.envelopes:
        try:
            findings += signing.examine(digest, envelope, trust.keyrings, at_signing=trust.at_signing)
        except DocumentError as error:
            findings.append(Rejected(error.message))
    findings += [signing.examine_bundle(digest, bundle, trust.identities) for bundle in attachment.bundles]
    return [f for f in findings if isinstance(f, Recognised)], [f for f in findings if isinstance(f, Rejected)]


def weigh_signatures(
    attachment: Attachment, signers: list[Recognised], rejected: list[Rejected], trust: Trust, require: bool
) -> tuple[list[str], list[str]]:
    """Return why the signatures do not suffice, and what is to be said of them besides."""
    reasons = [finding.reason for finding in rejected]
    if signers:
        return [], [f"a further signature counts for nothing: {reason}" for reason in reasons]
    if require or (trust.is_named and not trust.optional):
        missing = [] if reasons else ["the record is not signed"]
        unnamed = [] if trust.is_named else ["a signature is required, and nobody was named who is trusted"]
        return [*missing, *reasons, *unnamed], []
    if trust.is_named:
        return reasons, []
    count = len(attachment.envelopes) + len(attachment.bundles)
    return [], [f"{count} signature{'s' * (count != 1)} NOT CHECKED: say whom to trust, --allowed-signers FILE"] if count else []

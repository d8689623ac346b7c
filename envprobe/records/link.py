"""What a report carries in place of its record where that is too long: the record's digest, and where the record can be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ..fingerprint import Fingerprint
from ..signing.dsse import Envelope
from .published import without_context
from .record import Experiment, Record, RecordedOutput, SignedRecord


class Results(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A record without its fingerprint."""

    outputs: dict[str, RecordedOutput] = {}
    metrics: dict[str, str] = {}
    experiment: Experiment | None = None
    model: RecordedOutput | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A record by its digest, and who signed it."""

    record: str
    """The digest of the whole record, which the visible line and signers commit to."""
    fingerprint: str
    """The id of its fingerprint, by which a baseline can be found that has it."""
    file: str = ""
    """Relative path, from the report, to the record, the run or another document of which the record is made; empty for none."""
    results: Results | None = None
    """All of the record but its fingerprint; None where the file holds everything."""
    envelopes: list[Envelope] = []
    bundles: list[dict[str, Any]] = []

    def completed(self, fingerprint: Fingerprint) -> Iterator[Record]:
        """Yield what the record would be with this fingerprint; whether it is the record, its digest tells."""
        if self.results is not None and fingerprint.id == self.fingerprint:
            results = self.results
            yield Record(
                fingerprint=without_context(fingerprint),
                outputs=results.outputs,
                metrics=results.metrics,
                experiment=results.experiment,
                model=results.model,
            )


def link_to(signed: SignedRecord, file: str, *, with_results: bool) -> Link:
    """Return the link that stands for a record, with everything but its fingerprint or with nothing of it."""
    record = signed.record
    results = Results(outputs=record.outputs, metrics=record.metrics, experiment=record.experiment, model=record.model)
    return Link(
        record=record.digest,
        fingerprint=record.fingerprint.id,
        file=file,
        results=results if with_results else None,
        envelopes=signed.envelopes,
        bundles=signed.bundles,
    )

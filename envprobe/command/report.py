"""Put a record into a report, and say later whether the report still carries it: with no store, offline."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from typing import TypeAlias

import msgspec

from .. import signing
from ..baseline import Baseline
from ..carrier import Carrier, is_reference, is_report, open_carrier
from ..carrier.carried import Carried
from ..config import Config, load_config
from ..error import DocumentError, UsageError
from ..fingerprint import Fingerprint
from ..records import packing
from ..records.published import record_of
from ..records.record import Record, SignedRecord
from ..runs import Run
from ..signing import Signer, statement
from ..signing.sigstore import sign as sign_through_sigstore
from ..signing.ssh import AllowedSigners
from ..verification import output_files
from ..verification.authenticity import Trust, judge_signatures, visible_faults, weigh_signatures
from ..verification.verification import Status, Verification
from .comparison import compare
from .source import Document, Source, open_source, signed_in
from .source import load as load_document

Recordable: TypeAlias = str | Path | Record | Run | Fingerprint | Baseline


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """What `attach` wrote."""

    place: str
    """What carries the record now: a file, a folder of logs, or a tracker's run."""
    record: Record
    replaced: bool
    """Whether it carried a record before."""
    signatures: int


def attach(
    source: Recordable,
    report: str | Path,
    *,
    output: Path | None = None,
    signer: Signer | None = None,
    sigstore: bool = False,
    config: Config | None = None,
    now: datetime | None = None,
) -> Attached:
    """Put a fingerprint, a recorded baseline, a run or another report's record into a report, or into a copy at `output`.

    A report is a file, a folder of TensorBoard logs, or a tracker's run (`mlflow:RUN_ID`), which gets the whole recorded
    experiment beside the record. A file is written whole or not at all. Signatures of the very same record are kept, so that a
    second person can sign. Raises EnvprobeError where the report cannot carry a record or carries a damaged one.
    """
    found = load(source, config=config)
    record = record_in(found, source)
    carrier = open_carrier(report)
    carrier.read()  # what cannot be written is found before anybody is asked for a passphrase
    more = _signed(record, signer, sigstore, now or datetime.now(timezone.utc))

    def joined(there: Carried | None) -> SignedRecord:
        return _joined(_earlier(there, record, carrier.name), more)

    done = carrier.change(joined, found if isinstance(found, Run) else None, output)
    signatures = len(done.after.envelopes) + len(done.after.bundles)
    return Attached(place=done.place, record=record, replaced=done.before is not None, signatures=signatures)


def load(source: Recordable, *, config: Config | None = None) -> Record | Document:
    """Return the record of a report that carries one, else what `source.load` makes of a source."""
    if isinstance(source, Record):
        return source
    if isinstance(source, str | Path) and not is_reference(source) and _carries(Path(source)):
        return signed_in(open_carrier(source)).record
    return load_document(source, config=config)


def verify(
    report: str | Path,
    *,
    baseline: str | Path | Baseline | None = None,
    outputs: Path | None = None,
    trust: Trust | None = None,
    require_signature: bool = False,
    config: Config | None = None,
    strict: bool = False,
    today: date | None = None,
) -> Verification:
    """Say whether a report carries its record intact, who signed it, and how its environment compares with a baseline.

    `outputs` names the folder of the recorded outputs, all of which must then be there; without it those beside the report are
    checked, and others noted. Where `trust` names nobody, the configuration's `allowed_signers` are trusted. Raises EnvprobeError
    where the report, a key or the baseline cannot be read at all.
    """
    carrier, trust = open_carrier(report), _settled(trust or Trust(), config or load_config(Path.cwd()))
    try:
        there = carrier.read()
        signed = None if there is None else packing.unpack(there.packed, carrier.name)
    except DocumentError as error:
        return Verification(report=carrier.name, status=Status.REFUSED, reasons=error.message.splitlines())
    if there is None or signed is None:
        return Verification(report=carrier.name, status=Status.MISSING, reasons=["the report carries no envprobe record"])
    found = _examine(carrier, there, signed, outputs, trust, require_signature)
    if baseline is None or found.status is not Status.INTACT:
        return found
    config = config or load_config(Path.cwd())
    expected, observed = open_source(baseline, config, config.revision), Source(signed.record.fingerprint, carrier.name)
    return msgspec.structs.replace(found, comparison=compare(expected, observed, config=config, strict=strict, today=today))


def record_in(found: Record | Document, source: object = None) -> Record:
    """Return what of a document is attached; `source` is what it is called. Raises UsageError for what is no environment."""
    if isinstance(found, Record):
        return found
    environment = found.fingerprint if isinstance(found, Baseline) else found
    if environment is None:
        raise UsageError(
            f"{source} is a declared baseline; it has no record", "attach a fingerprint, a run or a recorded baseline"
        )
    return record_of(environment)


def _carries(path: Path) -> bool:
    """Tell whether to read something as a report: any kind that can carry a record, JSON only where it has the member."""
    if not path.exists() or not is_report(path):
        return False
    return path.suffix != ".json" or open_carrier(path).read() is not None


def _settled(trust: Trust, config: Config) -> Trust:
    """Return whom to trust: those who are named, else those whom the project has settled on."""
    if trust.is_named or config.allowed_signers is None:
        return trust
    return msgspec.structs.replace(trust, verifiers=[AllowedSigners(config.allowed_signers)], optional=True)


def _examine(
    carrier: Carrier,
    there: Carried,
    signed: SignedRecord,
    outputs: Path | None,
    trust: Trust,
    require: bool,
) -> Verification:
    record, folder = signed.record, outputs or carrier.folder
    files = output_files.compare(record.outputs, folder, carrier.file)
    signers, rejected = judge_signatures(signed, trust)
    altered = [*visible_faults(there, record), *carrier.faults(record)]
    altered += [f"output {name}: {fault}" for name, fault in files.altered.items()]
    altered += [finding.reason for finding in rejected if finding.altered]
    refused, notes = weigh_signatures(signed, signers, [f for f in rejected if not f.altered], trust, require)
    unchecked = [f"output {name}: not checked: {reason}" for name, reason in files.unchecked.items()]
    if outputs is not None:
        altered += [f"output {name}: not in {outputs}" for name in files.missing]
        refused += unchecked
    else:
        notes += unchecked
        if files.missing:
            count = f"{len(files.missing)} of {len(record.outputs)}"
            notes.append(f"{count} recorded outputs do not lie beside the report: not checked")
    notes += _shortcomings(record)
    status = Status.ALTERED if altered else Status.REFUSED if refused else Status.INTACT
    return Verification(
        report=carrier.name,
        status=status,
        reasons=altered + refused,
        notes=notes,
        record=record,
        signers=signers,
        checked_outputs=len(files.same),
    )


def _shortcomings(record: Record) -> list[str]:
    """Return what a reader should know of how the outputs came about."""
    made = record.experiment
    if made is None:
        return []
    ended = [f"the experiment ended with exit status {made.exit_status}"] if made.exit_status else []
    return ended if made.state == "complete" else [*ended, "the experiment was interrupted: the outputs are of a part of it"]


def _signed(record: Record, signer: Signer | None, sigstore: bool, moment: datetime) -> SignedRecord:
    """Return a record with the signatures that were asked for."""
    line = str(record.line)
    envelopes = [] if signer is None else [signing.sign(record.digest, line, signer, moment)]
    bundles = [sign_through_sigstore(statement.make(record.digest, line, moment))] if sigstore else []
    return SignedRecord(record=record, envelopes=envelopes, bundles=bundles)


def _earlier(there: Carried | None, record: Record, where: str) -> SignedRecord:
    """Return the record with the signatures that a report has for the very same one."""
    try:
        found = None if there is None else packing.unpack(there.packed, where)
    except DocumentError:  # what is damaged beyond reading is replaced like anything else between the marks
        found = None
    return found if found is not None and found.record.digest == record.digest else SignedRecord(record=record)


def _joined(earlier: SignedRecord, more: SignedRecord) -> SignedRecord:
    envelopes, bundles = [*earlier.envelopes, *more.envelopes], [*earlier.bundles, *more.bundles]
    return SignedRecord(record=earlier.record, envelopes=envelopes, bundles=bundles)

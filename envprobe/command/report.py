"""Put a record into a report, and say later whether the report still carries it: with no store, offline."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import msgspec

from .. import signing
from ..baseline import Baseline
from ..carrier import open_carrier
from ..carrier.carried import Carried
from ..config import Config, load_config
from ..error import DocumentError
from ..records.link import Link
from ..records.packing import unpack
from ..records.record import Record, SignedRecord
from ..runs import Run
from ..signing import Signer, statement
from ..signing.sigstore import sign as sign_through_sigstore
from ..signing.ssh import AllowedSigners
from ..verification.authenticity import Trust
from ..verification.examine import examine, missing
from ..verification.verification import Status, Verification
from . import linking
from .comparison import compare
from .linking import Form
from .recorded import Recordable, load, record_in, whole
from .source import Source, open_baseline

ANYWHERE = "a document with its fingerprint"


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """What `attach` wrote."""

    place: str
    """What carries the record now: a file, a folder of logs, or a tracker's run."""
    record: Record
    replaced: bool
    """Whether it carried a record before."""
    signatures: int
    filled: int = 0
    """How many placeholders such as `{{metrics.json:accuracy}}` got their number."""
    needs: str = ""
    """Where the record is, or what it is made of, seen from the report; empty where the report holds all of it."""


def attach(
    source: Recordable,
    report: str | Path,
    *,
    output: Path | None = None,
    form: Form | None = None,
    signer: Signer | None = None,
    sigstore: bool = False,
    config: Config | None = None,
    now: datetime | None = None,
) -> Attached:
    """Put a fingerprint, a recorded baseline, a run or another report's record into a report, or into a copy at `output`.

    A report is a file, a folder of TensorBoard logs, or a tracker's run (`mlflow:RUN_ID`), which gets the whole recorded
    experiment beside the record. A file is written whole or not at all. Signatures of the very same record are kept, and so is
    its form unless another is asked for, so that a second person can sign. Raises EnvprobeError where the report cannot carry a
    record or carries a damaged one.
    """
    found = load(source, config=config)
    carrier = open_carrier(report)
    record = carrier.bound(record_in(found, source))
    there = carrier.read()  # what cannot be written is found before anybody is asked for a passphrase
    more = _signed(record, signer, sigstore, now or datetime.now(timezone.utc))

    def joined(there: Carried | None) -> SignedRecord:
        earlier = _earlier(there, record.digest, carrier.name) or SignedRecord(record=record)
        return SignedRecord(
            record=record, envelopes=[*earlier.envelopes, *more.envelopes], bundles=[*earlier.bundles, *more.bundles]
        )

    shorten, earlier = None, _earlier(there, record.digest, carrier.name)
    if form is None and isinstance(earlier, Link):
        shorten = linking.kept(earlier)
    elif form in ("linked", "compact"):
        shorten = linking.shortening(form, found, record, source, carrier, output)
    done = carrier.change(joined, shorten=shorten, run=found if isinstance(found, Run) else None, copy=output)
    return Attached(
        place=done.place,
        record=record,
        replaced=done.before is not None,
        signatures=len(done.after.envelopes) + len(done.after.bundles),
        filled=done.filled,
        needs="" if shorten is None else shorten(done.after).file or (source if isinstance(source, str) else ANYWHERE),
    )


def verify(
    report: str | Path,
    *,
    record: Recordable | None = None,
    baseline: str | Path | Baseline | None = None,
    outputs: Path | None = None,
    trust: Trust | None = None,
    require_signature: bool = False,
    config: Config | None = None,
    strict: bool = False,
    today: date | None = None,
) -> Verification:
    """Say whether a report carries its record intact, who signed it, and how its environment compares with a baseline.

    `record` is where the record of a report is that carries only a link to it, if not where the link says. `outputs` names the
    folder of the recorded outputs, all of which must then be there; without it those beside the report are checked, and others
    noted. Where `trust` names nobody, the configuration's `allowed_signers` are trusted. Raises EnvprobeError where the report,
    a key or the baseline cannot be read at all.
    """
    carrier, trust = open_carrier(report), _settled(trust or Trust(), config or load_config(Path.cwd()))
    try:
        there = carrier.read()
        signed = None if there is None else whole(unpack(there.packed, carrier.name), carrier, given=record, config=config)
    except DocumentError as error:
        reasons = error.message.splitlines()
        return Verification(report=carrier.name, status=Status.REFUSED, reasons=reasons, hint=error.hint)
    if there is None or signed is None:
        return missing(carrier)
    found = examine(carrier, there, signed, outputs, trust, require=require_signature)
    if baseline is None or found.status is not Status.INTACT:
        return found
    config = config or load_config(Path.cwd())
    expected, observed = open_baseline(baseline, config), Source(signed.record.fingerprint, carrier.name)
    return msgspec.structs.replace(found, comparison=compare(expected, observed, config=config, strict=strict, today=today))


def _settled(trust: Trust, config: Config) -> Trust:
    """Return whom to trust: those who are named, else those whom the project has settled on."""
    if trust.is_named or config.allowed_signers is None:
        return trust
    return msgspec.structs.replace(trust, verifiers=[AllowedSigners(config.allowed_signers)], optional=True)


def _signed(record: Record, signer: Signer | None, sigstore: bool, moment: datetime) -> SignedRecord:
    """Return a record with the signatures that were asked for."""
    line = str(record.line)
    envelopes = [] if signer is None else [signing.sign(record.digest, line, signer, moment)]
    bundles = [sign_through_sigstore(statement.make(record.digest, line, moment))] if sigstore else []
    return SignedRecord(record=record, envelopes=envelopes, bundles=bundles)


def _earlier(there: Carried | None, digest: str, where: str) -> SignedRecord | Link | None:
    """Return what a report carries already of the very same record; None where it carries another one, or none that is whole."""
    try:
        found = None if there is None else unpack(there.packed, where)
    except DocumentError:  # what is damaged beyond reading is replaced like anything else between the marks
        return None
    if found is None:
        return None
    return found if digest == (found.record if isinstance(found, Link) else found.record.digest) else None

"""The record that a source stands for: in a report, behind a link in one, or made of a run, a fingerprint or a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from .. import store
from ..baseline import Baseline
from ..carrier import Carrier, is_reference, is_report, open_carrier
from ..config import Config, load_config
from ..error import DocumentError, EnvprobeError, UsageError
from ..fingerprint import Fingerprint
from ..records.link import Link
from ..records.packing import unpack
from ..records.published import record_of
from ..records.record import Record, SignedRecord
from ..redaction import without_secrets
from ..runs import Run
from .source import Document
from .source import load as load_document

Recordable: TypeAlias = str | Path | Record | Run | Fingerprint | Baseline


def load(source: Recordable, *, config: Config | None = None) -> Record | Document:
    """Return the record of a report that carries one, else what `source.load` makes of a source."""
    if isinstance(source, Record):
        return source
    if isinstance(source, str | Path) and not is_reference(source) and _carries(Path(source)):
        return without_secrets(signed_in(open_carrier(source), config=config).record)
    return load_document(source, config=config)


def record_in(found: Record | Document, source: object = None) -> Record:
    """Return what of a document is attached; `source` is what it is called. Raises UsageError for a declared baseline."""
    record = next(_records(found), None)
    if record is None:
        raise UsageError(
            f"{source} is a declared baseline; it has no record", "attach a fingerprint, a run or a recorded baseline"
        )
    return record


def signed_in(carrier: Carrier, *, config: Config | None = None) -> SignedRecord:
    """Return what a carrier carries, whatever it shows. Raises DocumentError where it carries nothing that can be read."""
    found = carrier.read()
    if found is None:
        raise DocumentError(f"{carrier.name}: carries no envprobe record", f"put one in: envprobe attach RUN {carrier.name}")
    return whole(unpack(found.packed, carrier.name), carrier, config=config)


def document_in(carrier: Carrier) -> Run | Fingerprint:
    """Return the experiment that a report or a tracker's run holds whole, else the environment of its record."""
    record = signed_in(carrier).record
    return without_secrets(carrier.run_of(record) or record.fingerprint)


def whole(
    found: SignedRecord | Link, carrier: Carrier, *, given: Recordable | None = None, config: Config | None = None
) -> SignedRecord:
    """Return the record that a report carries, or that it has a link to: from `given`, from where it says, or from a baseline.

    It is the one whose digest the link has. Raises DocumentError where it is nowhere.
    """
    if isinstance(found, SignedRecord):
        return found
    looked_at = []
    for source in _places(found, carrier, given, config or load_config(Path.cwd())):
        try:
            records = list(_linked(load(source, config=config), found))
        except EnvprobeError as error:
            if source is given:
                raise
            looked_at.append(error.message.splitlines()[0])
            continue
        for record in records:
            if record.digest == found.record:
                return SignedRecord(record=record, envelopes=found.envelopes, bundles=found.bundles)
        looked_at.append(f"{source if isinstance(source, str | Path) else 'what was given'} is not it")
    where = f"; {'; '.join(looked_at)}" if looked_at else ""
    raise DocumentError(
        f"{carrier.name}: has a link to record {found.record[:23]} and not the record itself{where}",
        f"name what it was attached from: envprobe verify {carrier.name} --record {found.file or 'RUN'}",
    )


def _places(link: Link, carrier: Carrier, given: Recordable | None, config: Config) -> Iterator[Recordable]:
    """Yield where the record may be had: nothing else is looked at where the caller named one."""
    if given is not None:
        yield given
        return
    path = carrier.folder / link.file if link.file and carrier.folder and not link.file.startswith("/") else None
    if path is not None and path.is_file():  # whoever wrote the report names the path: no pipe, no device
        yield path
    for folder in (config.baselines_folder, store.shipped()):
        for baseline in sorted(folder.glob("*" + store.SUFFIX)):
            if link.fingerprint.encode() in store.contents(baseline):
                yield baseline


def _linked(found: Record | Document, link: Link) -> Iterator[Record]:
    """Yield the records that a document may be meant to give: its own, and its environment with the results of the link."""
    for record in _records(found):
        yield record
        yield from link.completed(record.fingerprint)


def _records(found: Record | Document) -> Iterator[Record]:
    """Yield what is attached of a document; of a baseline with each trace that it has seen."""
    if isinstance(found, Record):
        yield found
    elif not isinstance(found, Baseline):
        yield record_of(found)
    elif found.fingerprint is not None:
        yield record_of(found.fingerprint)
        for trace in (trace for traces in found.traces.values() for trace in traces):
            yield record_of(msgspec.structs.replace(found.fingerprint, trace=trace))


def _carries(path: Path) -> bool:
    """Tell whether to read something as a report: any kind that can carry a record, JSON only where it has the member."""
    if not path.exists() or not is_report(path):
        return False
    return path.suffix != ".json" or open_carrier(path).read() is not None

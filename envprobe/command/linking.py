"""Records that are too long for their report: a link in the report, and the record in a file beside it or made of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from .. import store
from ..carrier import Carrier
from ..carrier import json as json_carrier
from ..carrier.carried import carried
from ..error import DocumentError, UsageError
from ..records.link import Link, link_to
from ..records.packing import pack
from ..records.record import Record, SignedRecord
from ..runs import Run
from .recorded import Recordable
from .source import Document

Form: TypeAlias = Literal["whole", "linked", "compact"]
"""How much of the record is in the report: all of it; its digest, beside a file with the record; all but the fingerprint."""
Shorten: TypeAlias = Callable[[SignedRecord], Link]
SUFFIX = ".envprobe.json"
"""Of the file beside a report: a JSON document that carries the record, and can be verified itself."""
COMPACT_LIMIT = 6000
"""Characters of a compact record: with what a reader sees of it under 8 kB, an eighth of what a comment on GitHub may have."""


def kept(link: Link) -> Shorten:
    """Return what keeps a report's link and gives it the signatures of a record."""
    return lambda signed: msgspec.structs.replace(link, envelopes=signed.envelopes, bundles=signed.bundles)


def shortening(
    form: Form, found: Record | Document, record: Record, source: Recordable, carrier: Carrier, output: Path | None
) -> Shorten:
    """Return what makes a link of a record. The linked file is written now: a report never names what is not there."""
    if carrier.file is None or not carrier.can_link:
        raise UsageError(f"{carrier.name}: holds the whole record", "leave --link and --compact out: its size is no matter there")
    place = output or carrier.file
    if form == "linked":
        file = place.with_name(place.name + SUFFIX)
        store.save(file, json_carrier.put(b"{}\n", carried(SignedRecord(record=record)), str(file)), replace=True)
        return lambda signed: link_to(signed, file.name, with_results=False)
    return lambda signed: _compact(signed, _seen_from(place, source), isinstance(found, Run), carrier.name)


def _compact(signed: SignedRecord, file: str, is_run: bool, where: str) -> Link:
    """Return all of a record but its fingerprint; of a run's, where that is long too, only the digest."""
    for with_results in (True, False) if is_run and file else (True,):
        link = link_to(signed, file, with_results=with_results)
        if len(pack(link)) <= COMPACT_LIMIT:
            return link
    raise DocumentError(f"{where}: the record is too long to be compact", "write it beside the report instead: --link")


def _seen_from(place: Path, source: Recordable) -> str:
    """Return the path from a report to what was attached; its name alone where that would tell of folders outside of this one."""
    if not isinstance(source, str | Path) or not Path(source).is_file():
        return ""
    path, here = Path(source).absolute(), Path.cwd()
    is_inside = path.is_relative_to(here) and place.absolute().is_relative_to(here)
    return Path(os.path.relpath(path, place.absolute().parent)).as_posix() if is_inside else path.name

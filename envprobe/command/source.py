"""What a name, a path or a reference stands for: a baseline, a fingerprint, a run, the record in a report or a tracker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .. import baseline, store
from ..baseline import Baseline
from ..carrier import is_reference, is_report, open_carrier
from ..config import Config, load_config
from ..document import LIMIT_BYTES, read_json
from ..error import DocumentError, StoreError
from ..fingerprint import Fingerprint, from_value

if TYPE_CHECKING:
    from ..carrier import Carrier
    from ..records.record import SignedRecord
    from ..revision import Revision
    from ..runs import Run

HEAD_BYTES = 64
BASELINE_FAMILY = baseline.SCHEMA.rpartition("/")[0] + "/"
"""Of every number: one that is too new is told as that."""
Document: TypeAlias = "Baseline | Fingerprint | Run"


def load(source: str | Path | Document, *, config: Config | None = None) -> Document:
    """Return what a path or a baseline's name stands for; a value stands for itself."""
    if not isinstance(source, str | Path):
        return source
    if is_reference(source):
        return document_in(open_carrier(str(source)))
    path = Path(source)
    # what is neither missing nor a folder may be a pipe: `envprobe diff tf <(ssh host envprobe probe)`
    if not path.exists() or (path.is_dir() and not is_report(path)):
        return store.load(str(source), (config or load_config(Path.cwd())).baselines_folder)
    if path.suffix != ".json" and is_report(path):
        return document_in(open_carrier(path))
    return read(store.contents(path), str(path))


def read(data: bytes, where: str) -> Document:
    """Read a baseline, a run, a fingerprint or an answer of the probe. Raises DocumentError with every fault."""
    value = read_json(data, where)
    schema = str(value.get("schema")) if isinstance(value, dict) else ""
    if schema.startswith(BASELINE_FAMILY):
        return baseline.from_value(value, where)
    from .. import runs

    if schema.startswith(runs.FAMILY):
        return runs.from_value(value, where)
    return from_value(value, where)


def signed_in(carrier: Carrier) -> SignedRecord:
    """Return what a carrier carries, whatever it shows. Raises DocumentError where it carries nothing that can be read."""
    from ..records.packing import unpack

    found = carrier.read()
    if found is None:
        raise DocumentError(f"{carrier.name}: carries no envprobe record", f"put one in: envprobe attach RUN {carrier.name}")
    return unpack(found.packed, carrier.name)


def document_in(carrier: Carrier) -> Run | Fingerprint:
    """Return the experiment that a report or a tracker's run holds whole, else the environment of its record."""
    record = signed_in(carrier).record
    return carrier.run_of(record) or record.fingerprint


def baseline_of(source: str, config: Config) -> Baseline:
    """Return the baseline that a name, path or reference stands for; of a run or a fingerprint, one that expects just that."""
    if not is_reference(source) and not _begins_as_a_run(Path(source), config.revision):
        return store.load(source, config.baselines_folder, config.revision)
    found = expected_of(source, config)
    fingerprint = found if isinstance(found, Fingerprint) else found.fingerprint
    return Baseline(name=source, kind="recorded", fingerprint=fingerprint)


def expected_of(source: str | Path | Document, config: Config) -> Document:
    """Return what is expected: from the revision of the configuration where it has one and the repository holds the source."""
    revision = config.revision
    if revision is None or not isinstance(source, str | Path) or is_reference(source):
        return load(source, config=config)
    path = store.find(str(source), config.baselines_folder, revision)
    return read(store.contents(path, revision), store.spelled(path, revision))


def path_of(source: object, config: Config) -> str:
    """Return the project's file that says what is expected: the document, or for a shipped baseline the configuration.

    Empty for a value, a pipe and a tracker's run.
    """
    if not isinstance(source, str | Path) or is_reference(source):
        return ""
    path = Path(source)
    if not path.is_file():
        try:
            path = store.find(str(source), config.baselines_folder, config.revision)
        except StoreError:  # a pipe, or a folder of logs
            return ""
    return str(path) if not path.is_relative_to(Path(__file__).parents[1]) else str(config.source or "")


def _begins_as_a_run(path: Path, revision: Revision | None) -> bool:
    """Tell from a file's first line but one, where `schema` stands, whether to read it as a run."""
    if revision is not None and revision.holds(path):
        return b"envprobe.run/" in (revision.read(path, LIMIT_BYTES) or b"")[:HEAD_BYTES]
    try:
        with path.open("rb") as stream:
            return b"envprobe.run/" in stream.read(HEAD_BYTES)
    except OSError:
        return False

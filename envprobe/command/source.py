"""What a value, a tracker's run, a baseline's name or a file stands for: told apart in one place, and read once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import msgspec

from .. import baseline, store
from ..baseline import Baseline
from ..carrier import is_reference, is_report, open_carrier
from ..config import Config, load_config
from ..document import read_json
from ..error import DocumentError
from ..fingerprint import Fingerprint, from_value
from ..redaction import without_secrets
from ..shared import url_of
from ..targets.prompt import Prompt

if TYPE_CHECKING:
    from ..revision import Revision
    from ..runs import Run

BASELINE_FAMILY = baseline.SCHEMA.rpartition("/")[0] + "/"
"""Of every number: one that is too new is reported as that."""
Document: TypeAlias = "Baseline | Fingerprint | Run"
Kept = TypeVar("Kept", bound="Document", covariant=True)


class Source(msgspec.Struct, Generic[Kept], frozen=True):
    """A document and where it is from: one side of a comparison."""

    document: Kept
    name: str
    """What to call it."""
    file: Path | None = None
    """The project's file that says it: its own, or for a shipped baseline the configuration. None for a value, a pipe and a
    tracker's run."""
    prompt: Prompt | None = None
    """Where what helps is typed; None for a document, of which nobody knows where it can be changed."""


def open_source(named: str | Path | Document, config: Config, revision: Revision | None = None) -> Source[Document]:
    """Read what is named: a value, a tracker's run, a baseline that the store knows by this name, or a file.

    A file with a baseline's name is written `./NAME`, one with a tracker's `./mlflow:…`. With a revision both name and file are
    those of its commit. Raises StoreError that says what there is, or DocumentError.
    """
    if not isinstance(named, str | Path):
        return Source(named, named.name if isinstance(named, Baseline) else named.id[:19])
    if is_reference(named):
        return Source(_document_in(named), str(named))
    path = _path(str(named), config, revision)
    is_shared = bool(url_of(path))
    is_shipped = path.is_relative_to(Path(__file__).parents[1])
    file = config.source if is_shipped else path if not is_shared and (path.is_file() or revision is not None) else None
    return Source(_document(path, revision), str(named), file)


def open_baseline(named: str | Path | Document, config: Config, *, beside_run: bool = False) -> Source[Document]:
    """Read what others are held against, as it is in the configuration's revision.

    Where the configuration names signers, it has to be a baseline that one of them signed; or, where a run is held against it,
    a run. A value is the caller's own. Raises what `open_source` raises, and DocumentError with what signs it.
    """
    source = open_source(named, config, config.revision)
    if config.allowed_signers is None or not isinstance(named, str | Path):
        return source
    if not isinstance(source.document, Baseline | Fingerprint) and beside_run:
        return source
    from .signed import require_signed  # starts ssh-keygen, which few projects ask for

    path = Path(named) if is_reference(named) else _path(str(named), config, config.revision)
    require_signed(source.document, path, str(named), config)
    return source


def as_baseline(source: Source[Document]) -> Source[Baseline]:
    """Return a baseline by its own name; of a run or a fingerprint, one that expects just that environment."""
    found = source.document
    if isinstance(found, Baseline):
        return Source(found, found.name, source.file)
    environment = found if isinstance(found, Fingerprint) else found.fingerprint
    return Source(Baseline(name=source.name, kind="recorded", fingerprint=environment), source.name, source.file)


def load(source: str | Path | Document, *, config: Config | None = None) -> Document:
    """Return what a path or a baseline's name stands for; a value stands for itself."""
    return open_source(source, config or load_config(Path.cwd())).document


def _path(named: str, config: Config, revision: Revision | None) -> Path:
    path = Path(named)
    if url_of(path):
        return path
    known = store.lookup(named, config.baselines_folder, revision)
    if known is None and revision is None and path.exists() and (not path.is_dir() or is_report(path)):
        return path  # no regular file, perhaps: `envprobe diff tf <(ssh host envprobe probe)`
    return known or store.find(named, config.baselines_folder, revision)


def _document(path: Path, revision: Revision | None) -> Document:
    if revision is None and path.suffix != store.SUFFIX and not url_of(path) and is_report(path):
        return _document_in(path)
    try:
        return read(store.contents(path, revision), store.spelled(path, revision))
    except DocumentError:
        if revision is not None or url_of(path) or not _is_json_report(path):
            raise
    return _document_in(path)


def read(data: bytes, where: str) -> Document:
    """Read a baseline, a run, a fingerprint or an answer of the probe, without secrets that an earlier version left in it.

    Raises DocumentError with every fault.
    """
    return from_json(read_json(data, where), where)


def from_json(value: Any, where: str) -> Document:
    """Read what `read` reads, once it is parsed."""
    return without_secrets(_typed(value, where))


def _typed(value: Any, where: str) -> Document:
    schema = str(value.get("schema")) if isinstance(value, dict) else ""
    if schema.startswith(BASELINE_FAMILY):
        return baseline.from_value(value, where)
    from .. import runs  # with all types of outputs: no check of a target needs them

    if schema.startswith(runs.FAMILY):
        return runs.from_value(value, where)
    return from_value(value, where)


def _is_json_report(path: Path) -> bool:
    """Tell whether what is none of our documents is a JSON report with a record in it."""
    try:
        return path.suffix == store.SUFFIX and path.is_file() and open_carrier(path).read() is not None
    except DocumentError:
        return False


def _document_in(report: str | Path) -> Document:
    """Return the experiment or the environment of a report's record."""
    from .recorded import document_in

    return document_in(open_carrier(report))

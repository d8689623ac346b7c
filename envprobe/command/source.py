"""What a name, a path or a reference stands for: a baseline, a fingerprint, a run, the record in a report or a tracker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .. import store
from ..baseline import SCHEMA as BASELINE_SCHEMA
from ..baseline import Baseline, read_baseline
from ..carrier import tracker
from ..config import Config, load_config
from ..document import LIMIT_BYTES, read_json
from ..error import StoreError
from ..fingerprint import Fingerprint, from_value

if TYPE_CHECKING:
    from ..revision import Revision
    from ..runs import Run

HEAD_BYTES = 64
BASELINE_FAMILY = BASELINE_SCHEMA.rpartition("/")[0] + "/"
"""Of every number: one that is too new is told as that."""
Document: TypeAlias = "Baseline | Fingerprint | Run"


def load(source: str | Path | Document, *, config: Config | None = None) -> Document:
    """Return what a path or a baseline's name stands for; a value stands for itself."""
    if not isinstance(source, str | Path):
        return source
    if tracker.is_reference(source):
        return tracker.load(str(source))
    path = Path(source)
    # what is neither missing nor a folder may be a pipe: `envprobe diff tf <(ssh host envprobe probe)`
    if not path.exists() or (path.is_dir() and not _is_report(path)):
        return store.load(str(source), (config or load_config(Path.cwd())).baselines_folder)
    if path.suffix != ".json":
        from ..carrier.attachment import read_attachment

        if _is_report(path):
            return read_attachment(path).record.fingerprint
    return read(store.contents(path), str(path))


def read(data: bytes, where: str) -> Document:
    """Read a baseline, a run, a fingerprint or an answer of the probe. Raises DocumentError with every fault."""
    value = read_json(data, where)
    schema = str(value.get("schema")) if isinstance(value, dict) else ""
    if schema.startswith(BASELINE_FAMILY):
        return read_baseline(data, where)
    from .. import runs

    if schema.startswith(runs.FAMILY):
        return runs.from_value(value, where)
    return from_value(value, where)


def _is_report(path: Path) -> bool:
    from ..carrier import is_report

    return is_report(path)


def baseline_of(source: str, config: Config) -> Baseline:
    """Return the baseline that a name, path or reference stands for; of a run or a fingerprint, one that expects just that."""
    if not tracker.is_reference(source) and not _begins_as_a_run(Path(source), config.revision):
        return store.load(source, config.baselines_folder, config.revision)
    found = expected_of(source, config)
    fingerprint = found if isinstance(found, Fingerprint) else found.fingerprint
    return Baseline(name=source, kind="recorded", fingerprint=fingerprint)


def expected_of(source: str | Path | Document, config: Config) -> Document:
    """Return what is expected: from the revision of the configuration where it has one and the repository holds the source."""
    revision = config.revision
    if revision is None or not isinstance(source, str | Path) or tracker.is_reference(source):
        return load(source, config=config)
    path = store.find(str(source), config.baselines_folder, revision)
    return read(store.contents(path, revision), store.spelled(path, revision))


def path_of(source: object, config: Config) -> str:
    """Return the project's file that says what is expected: the document, or for a shipped baseline the configuration.

    Empty for a value, a pipe and a tracker's run.
    """
    if not isinstance(source, str | Path) or tracker.is_reference(source):
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

"""What carries a record: reports in files, models, folders of logs, and runs of trackers. One file a kind, one row in `CARRIERS`.

Every carrier shows the same texts to a reader and keeps the same packed record where no renderer acts on it. It changes
nothing else of a report, byte for byte, and replaces what an earlier attach has left.

A kind is one module with `open_carrier(name)`, which returns a `Carrier`; `ReportFile` is one for everything that is a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..error import UsageError

if TYPE_CHECKING:
    from ..records.link import Link
    from ..records.record import Record, SignedRecord
    from ..runs import Run
    from .carried import Carried


class CarrierKind(NamedTuple):
    """A row of `CARRIERS`."""

    module: str
    """Which module of this room opens it, imported where it is used."""
    names: tuple[str, ...] = ()
    """What files of this kind are called."""
    reference: str = ""
    """How a run of a tracker is written: its scheme, a colon, and what follows it."""


CARRIERS = (
    CarrierKind("markdown", names=("*.md", "*.markdown", "*.qmd", "*.rmd")),
    CarrierKind("html", names=("*.html", "*.htm", "*.xhtml")),
    CarrierKind("notebook", names=("*.ipynb",)),
    CarrierKind("latex", names=("*.tex", "*.ltx")),
    CarrierKind("pdf", names=("*.pdf",)),
    CarrierKind("json", names=("*.json",)),
    CarrierKind("model", names=("*.keras", "*.h5", "*.hdf5", "*.safetensors")),
    CarrierKind("tensorboard", names=("*.tfevents", "*.tfevents.*")),
    CarrierKind("mlflow", reference="mlflow:RUN_ID"),
    CarrierKind("wandb", reference="wandb:FOLDER"),
)
LOGS, MODEL = "tensorboard", "model"
"""The kinds that a folder is of: of the second where it holds a SavedModel."""
SAVED_MODEL = "saved_model.pb"


class Written(NamedTuple):
    """What `Carrier.change` did."""

    place: str
    """What carries the record now: a file, a folder of logs, or a tracker's run."""
    before: Carried | None
    """What was there, None where nothing was."""
    after: SignedRecord
    filled: int = 0
    """How many placeholders got their number."""


class Words(NamedTuple):
    """Some text of a report."""

    place: str
    """Where it stands: `line 12`, `cell 3`, `page 2`."""
    text: str


class Carrier(Protocol):
    """A report that is open. Opening and reading raise EnvprobeError where it cannot be read."""

    name: str
    folder: Path | None
    """Where the recorded outputs lie unless somebody says otherwise; None where nothing tells."""
    file: Path | None
    """The file itself, which is no output of its own record."""
    can_link: bool
    """Whether a link may stand in the record's place."""

    def bound(self, record: Record) -> Record:
        """Return a record as it is of this very carrier: of a model with its digest. Raises UsageError where it is another's."""

    def read(self) -> Carried | None:
        """Return its record, None where it carries none. Raises DocumentError for a damaged one."""

    def words(self) -> Iterator[Words]:
        """Yield what a reader reads in it beside its record; nothing where nobody reads it as text."""

    def change(
        self,
        edit: Callable[[Carried | None], SignedRecord],
        *,
        shorten: Callable[[SignedRecord], Link] | None = None,
        run: Run | None = None,
        copy: Path | None = None,
    ) -> Written:
        """Give it, or a copy of it, the record that `edit` makes of what is there now; the whole run too where it can hold one.

        `shorten` makes a link of the record, to be carried instead. Nobody else's change gets lost in between. Raises
        EnvprobeError, and then it is as it was.
        """

    def run_of(self, record: Record) -> Run | None:
        """Return the whole experiment that it holds beside the record, None where it holds none. Raises DocumentError."""

    def faults(self, record: Record) -> list[str]:
        """Return how what it holds beside the record contradicts it."""


def open_carrier(report: str | Path) -> Carrier:
    """Return what a path or a tracker's reference names. Raises EnvprobeError where it cannot be read."""
    kind = _kind_of(report)
    if kind is None:
        names = [name.removeprefix("*") for kind in CARRIERS for name in kind.names if not name.endswith(".*")]
        known = ", ".join([*names, *_references()])
        raise UsageError(f"{report}: not a kind of report that can carry a record", f"there are {known}")
    if kind.reference and not (str(report).partition(":")[2] and str(report).isprintable()):
        raise UsageError(f"{str(report)[:200]!a}: names no run of a tracker", f"as in {' or '.join(_references())}")
    carrier: Carrier = import_module(f".{kind.module}", __package__).open_carrier(str(report))
    return carrier


def is_reference(source: object) -> bool:
    """Tell whether something names a run of a tracker: `mlflow:RUN_ID`. A path that looks alike is written `./mlflow:…`."""
    return isinstance(source, str) and ":" in source and _scheme(source) in map(_scheme, _references())


def is_report(path: Path) -> bool:
    """Tell whether a file is of a kind that can carry a record, by its name, or a folder of logs one that does."""
    if path.is_dir():
        from . import model, tensorboard

        return (model.sidecar(path) if is_model(path) else tensorboard.place_in(path)).is_file()
    return _kind_of(path) is not None


def is_model(folder: Path) -> bool:
    """Tell whether a folder holds a SavedModel."""
    return (folder / SAVED_MODEL).is_file()


def _kind_of(report: str | Path) -> CarrierKind | None:
    if is_reference(report):
        return next(kind for kind in CARRIERS if kind.reference and _scheme(kind.reference) == _scheme(str(report)))
    path = Path(report)
    if path.is_dir():
        return next(kind for kind in CARRIERS if kind.module == (MODEL if is_model(path) else LOGS))
    name = path.name.lower()
    return next((kind for kind in CARRIERS for pattern in kind.names if fnmatchcase(name, pattern)), None)


def _references() -> list[str]:
    return [kind.reference for kind in CARRIERS if kind.reference]


def _scheme(reference: str) -> str:
    return reference.partition(":")[0]

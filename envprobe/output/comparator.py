"""Which comparator takes which file: the table of types."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from .finding import Findings, only_refusals
from .summary import Summary


class Comparator(NamedTuple):
    """How one type of output is recognised and compared."""

    type: str
    module: str
    """Imported when such an output is read. It has `compare(expected, observed, findings)` and `summarize(path, type_name)`."""
    suffixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Parts of file names."""
    magic: tuple[bytes, ...] = ()
    """First bytes; asked only where neither suffix nor name tells."""

    is_isolated: bool = False
    """Whether its library may crash or hang, and so runs in a child process."""

    def compare(self, expected: Path, observed: Path, findings: Findings) -> None:
        """Compare two files. Raises Unreadable or Unable, and nothing else."""
        with only_refusals(self.type):
            self._reader().compare(expected, observed, findings)

    def summarize(self, path: Path) -> Summary:
        """Summarize a file. Raises Unreadable or Unable, and nothing else."""
        with only_refusals(self.type):
            summary: Summary = self._reader().summarize(path, self.type)
            return summary

    def _reader(self) -> Any:
        """Return what reads such files: the module, or the child process that imports it."""
        if not self.is_isolated:
            return import_module(f".{self.module}", __package__)
        from .isolation import Isolated

        return Isolated(self.module)


COMPARATORS = (
    Comparator("json", "document", (".json",)),
    Comparator("yaml", "document", (".yaml", ".yml")),
    Comparator("toml", "document", (".toml",)),
    Comparator("table", "table", (".csv", ".tsv")),
    Comparator("json-lines", "json_lines", (".jsonl", ".ndjson")),
    Comparator("npy", "npy", (".npy",), magic=(b"\x93NUMPY",)),
    Comparator("npz", "npy", (".npz",)),
    Comparator("hdf5", "hdf5", (".h5", ".hdf5", ".hdf"), magic=(b"\x89HDF\r\n\x1a\n",), is_isolated=True),
    Comparator("keras", "keras", (".keras",), is_isolated=True),
    Comparator("checkpoint", "checkpoint", (".index",), names=(".data-0",)),
    Comparator("keras-metadata", "keras_metadata", names=("keras_metadata.pb",)),
    Comparator("events", "event", names=("events.out.tfevents.",)),
    Comparator(
        "image",
        "image",
        (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm"),
        magic=(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"),
    ),
    Comparator("notebook", "notebook", (".ipynb",)),
    Comparator(
        "pickle",
        "opaque",
        (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt"),
        magic=(b"\x80\x04\x95", b"\x80\x05\x95"),
    ),
    Comparator("text", "text", (".txt", ".log", ".md", ".rst", ".html", ".svg", ".tex", ".xml", ".py")),
    Comparator("bytes", "binary"),
)
"""Asked from the top: by suffix, then by name, then by first bytes; `bytes` for the rest."""
TYPES = frozenset({"folder", *(comparator.type for comparator in COMPARATORS)})
WITHOUT_TOLERANCE = frozenset({"bytes", "pickle", "text"})
"""Types in which other bytes are a difference that no rule but `ignore` accepts."""
MAGIC_BYTES = 8


def comparator_for(path: Path) -> Comparator:
    """Return the comparator of a file."""
    name = path.name.lower()
    for comparator in COMPARATORS:
        if path.suffix.lower() in comparator.suffixes or any(part in name for part in comparator.names):
            return comparator
    with path.open("rb") as stream:
        first = stream.read(MAGIC_BYTES)
    return next((comparator for comparator in COMPARATORS if first.startswith(comparator.magic)), COMPARATORS[-1])

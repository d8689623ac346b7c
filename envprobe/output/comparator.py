"""Which comparator takes which file: the table of types."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from .finding import Findings, only_refusals
from .summary import Summary
from .text_file import looks_like_text


class Comparator(NamedTuple):
    """How one type of output is recognised and compared."""

    type: str
    module: str
    """One of `readers`, imported when such an output is read. It has `compare(expected, observed, findings)` and
    `summarize(path, type_name)`."""
    suffixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Parts of file names."""
    magic: tuple[bytes, ...] = ()
    """First bytes; asked only where neither suffix nor name tells."""
    is_isolated: bool = False
    """Whether its library may crash or hang, and so runs in a child process."""
    edition: int = 1
    """Raised where descriptions are spelled in another way than before, and so cannot be held against older ones."""
    library: str = ""
    """The distribution that reads such files, named in descriptions."""

    def compare(self, expected: Path, observed: Path, findings: Findings) -> None:
        """Compare two files. Raises Unreadable or Unable, and nothing else."""
        with only_refusals(self.type):
            self._reader().compare(expected, observed, findings)

    def summarize(self, path: Path) -> Summary:
        """Summarize a file. Raises Unreadable or Unable, and nothing else."""
        with only_refusals(self.type):
            summary: Summary = self._reader().summarize(path, self.type)
            return summary

    @property
    def reader(self) -> str:
        """What reads such files here, for a description: type, edition, and the library with its version."""
        try:
            library = f" {self.library} {version(self.library)}" if self.library else ""
        except PackageNotFoundError:
            library = f" without {self.library}"
        return f"{self.type}/{self.edition}{library}"

    def _reader(self) -> Any:
        """Return what reads such files: the module, or the child process that imports it."""
        if not self.is_isolated:
            return import_module(f".readers.{self.module}", __package__)
        from .isolation import Isolated

        return Isolated(self.module)


COMPARATORS = (
    Comparator("json", "document", (".json",)),
    Comparator("yaml", "document", (".yaml", ".yml"), edition=2, library="pyyaml"),
    Comparator("toml", "document", (".toml",), edition=2),
    Comparator("table", "table", (".csv", ".tsv")),
    Comparator("json-lines", "json_lines", (".jsonl", ".ndjson")),
    Comparator("npy", "npy", (".npy",), magic=(b"\x93NUMPY",), library="numpy"),
    Comparator("npz", "npy", (".npz",), library="numpy"),
    Comparator(
        "hdf5", "hdf5", (".h5", ".hdf5", ".hdf"), magic=(b"\x89HDF\r\n\x1a\n",), is_isolated=True, edition=2, library="h5py"
    ),
    Comparator("keras", "keras", (".keras",), is_isolated=True, edition=2, library="h5py"),
    Comparator("checkpoint", "checkpoint", (".index",), names=(".data-0",), library="numpy"),
    Comparator("keras-metadata", "keras_metadata", names=("keras_metadata.pb",)),
    Comparator("events", "event", names=("events.out.tfevents.",), library="google-crc32c"),
    Comparator(
        "image",
        "image",
        (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm"),
        magic=(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"),
        library="pillow",
    ),
    Comparator("notebook", "notebook", (".ipynb",)),
    Comparator(
        "pickle",
        "opaque",
        (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt"),
        magic=(b"\x80\x04\x95", b"\x80\x05\x95"),
    ),
    Comparator("text", "text", (".txt", ".log", ".out", ".err", ".md", ".rst", ".html", ".svg", ".tex", ".xml", ".py")),
    Comparator("bytes", "binary"),
)
"""Asked from the top: by suffix, then by name, then by first bytes; what reads as characters is text, the rest `bytes`."""
BY_TYPE = {comparator.type: comparator for comparator in COMPARATORS}
TYPES = frozenset({"folder", *BY_TYPE})
WITHOUT_TOLERANCE = frozenset({"bytes", "pickle", "text"})
"""Types of which no number is known."""
MAGIC_BYTES = 8


def comparator_for(path: Path) -> Comparator:
    """Return the comparator of a file."""
    name = path.name.lower()
    for comparator in COMPARATORS:
        if path.suffix.lower() in comparator.suffixes or any(part in name for part in comparator.names):
            return comparator
    with path.open("rb") as stream:
        first = stream.read(MAGIC_BYTES)
    for comparator in COMPARATORS:
        if first.startswith(comparator.magic):
            return comparator
    return BY_TYPE["text" if looks_like_text(path) else "bytes"]

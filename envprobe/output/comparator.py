"""Which comparator takes which file: the table of types."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from .finding import Findings, only_refusals
from .summary import Summary
from .text_file import looks_like_text


class Comparator(NamedTuple):
    """How one type of output is detected and compared."""

    type: str
    module: str
    """One of `readers`, imported when such an output is read. It has `read(path, type_name, stack)`, or
    `compare(expected, observed, findings)` and `summarize(path, type_name)`."""
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
        reader = self._reader()  # a fault of ours in there is no fault of the file
        with only_refusals(self.type):
            reader.compare(expected, observed, findings)

    def summarize(self, path: Path) -> Summary:
        """Summarize a file. Raises Unreadable or Unable, and nothing else."""
        reader = self._reader()
        with only_refusals(self.type):
            summary: Summary = reader.summarize(path, self.type)
            return summary

    @property
    def reader(self) -> str:
        """What reads such files here, for a description: type, edition, and the library with its version."""
        from importlib.metadata import PackageNotFoundError, version  # a table of types is needed more often than what reads them

        try:
            library = f" {self.library} {version(self.library)}" if self.library else ""
        except PackageNotFoundError:
            library = f" without {self.library}"
        return f"{self.type}/{self.edition}{library}"

    def _reader(self) -> Any:
        """Return what reads such files: the module, or the child process that imports it."""
        if not self.is_isolated:
            return reader_of(self.module)
        from .isolation import Isolated

        return Isolated(self.module)


def reader_of(module: str) -> Any:
    """Return a module of `readers`; one that only says what a file holds is compared and summarized by that."""
    found = import_module(f".readers.{module}", __package__)
    if not hasattr(found, "read"):
        return found
    from .holdings import Reader

    return Reader(found.read)


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
    Comparator("saved-model", "saved_model", names=("saved_model.pb",)),
    Comparator("events", "event", names=("events.out.tfevents.",), library="google-crc32c"),
    Comparator(
        "image",
        "image",
        (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm"),
        magic=(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"),
        library="pillow",
    ),
    Comparator("notebook", "notebook", (".ipynb",), edition=2),
    Comparator(
        "pickle",
        "pickled",
        (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt"),
        magic=(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        edition=2,
        library="numpy",
    ),
    Comparator("gzip", "archive", (".gz", ".gzip", ".tgz"), magic=(b"\x1f\x8b\x08",)),
    Comparator("bzip2", "archive", (".bz2", ".tbz2", ".tbz"), magic=(b"BZh",)),
    Comparator("xz", "archive", (".xz", ".lzma", ".txz"), magic=(b"\xfd7zXZ\0",)),
    Comparator("zstandard", "archive", (".zst", ".zstd", ".tzst"), magic=(b"\x28\xb5\x2f\xfd",), library="zstandard"),
    Comparator("safetensors", "safetensors_file", (".safetensors",), library="numpy"),
    Comparator("parquet", "arrow", (".parquet", ".pq"), magic=(b"PAR1",), is_isolated=True, library="pyarrow"),
    Comparator("arrow", "arrow", (".feather", ".arrow", ".ipc"), magic=(b"ARROW1", b"FEA1"), is_isolated=True, library="pyarrow"),
    Comparator("spreadsheet", "spreadsheet", (".xlsx", ".xlsm"), is_isolated=True, library="openpyxl"),
    Comparator("onnx", "onnx_model", (".onnx",), is_isolated=True, library="onnx"),
    Comparator("matlab", "matlab", (".mat",), magic=(b"MATLAB ",), is_isolated=True, library="scipy"),
    Comparator("sqlite", "sqlite", (".sqlite", ".sqlite3", ".db"), magic=(b"SQLite format 3\0",), is_isolated=True),
    Comparator("tfrecord", "records", (".tfrecord", ".tfrecords"), names=(".tfrecord-",), library="google-crc32c"),
    Comparator("msgpack", "records", (".msgpack", ".mpk"), library="msgspec"),
    Comparator("pdf", "pdf", (".pdf",), magic=(b"%PDF-",), is_isolated=True, library="pypdf"),
    Comparator("markup", "markup", (".html", ".htm", ".svg", ".xhtml")),
    Comparator("zip", "archive", (".zip", ".whl"), magic=(b"PK\x03\x04",)),
    Comparator("tar", "archive", (".tar",)),
    Comparator("text", "text", (".txt", ".log", ".out", ".err", ".md", ".rst", ".tex", ".xml", ".py", ".eps", ".ps")),
    Comparator("bytes", "binary"),
)
"""Asked from the top: by suffix, then by name, then by first bytes; what reads as characters is text, the rest `bytes`."""
BY_TYPE = {comparator.type: comparator for comparator in COMPARATORS}
TYPES = frozenset({"folder", *BY_TYPE})
WITHOUT_TOLERANCE = frozenset({"bytes", "pickle", "saved-model", "text"})
"""Types of which no number is known."""
MAGIC_BYTES = 16


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

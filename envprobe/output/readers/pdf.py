"""Compare PDF files by their objects: pages, what is drawn on them, fonts and pictures; not times, producer, ids and layout."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..finding import Unable, Unreadable, missing_extra
from ..holdings import Holdings, Nested
from ..plain import TAGGED

LIBRARIES = ("pypdf",)
OBJECT_LIMIT = 200_000
STREAM_LIMIT_BYTES = 256 << 20
VOLATILE = ("/CreationDate", "/ModDate", "/Producer", "/Creator", "/PTEX.Fullbanner", "/LastModified")
"""What tells when and by which program a document was written."""
LAYOUT = ("/Metadata", "/Length", "/Filter", "/DecodeParms", "/Type/ObjStm", "/PieceInfo")
"""How a stream is packed, and the copy of the document's data as XMP."""
DRAWN = (b" re", b" Tf", b" cm", b"BT", b" m\n", b" l\n", b"q\n")


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the objects that can be reached from the document's root, numbered in the order in which they are met."""
    try:
        import pypdf
    except ImportError:
        raise missing_extra("pypdf", "pdf") from None
    reader = pypdf.PdfReader(stack.enter_context(path.open("rb")), strict=False)
    if reader.is_encrypted:
        raise Unable("it is encrypted")
    return {"": Nested(_Objects(reader).all())}


class _Objects:
    """The walk over a document."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.numbers: dict[tuple[int, int], int] = {}
        self.waiting: list[Any] = []

    def all(self) -> dict[str, object]:
        trailer = self.reader.trailer
        found: dict[str, object] = {"document": self.value(trailer.get("/Root"), 0)}
        if info := trailer.get("/Info"):
            found["information"] = self.value(info.get_object(), 0)
        while self.waiting:
            reference = self.waiting.pop(0)
            name = f"object {self.numbers[reference.idnum, reference.generation]}"
            found[name] = self.value(reference.get_object(), 0)
        return found

    def value(self, item: object, depth: int) -> object:
        from pypdf import generic

        if depth > 60:
            raise Unreadable("its objects are nested too deeply")
        if isinstance(item, generic.IndirectObject):
            return {TAGGED: "object", "number": self.number(item)}
        if isinstance(item, generic.StreamObject):
            return {**self.members(item, depth), "stream": _content(item)}
        if isinstance(item, dict):
            return self.members(item, depth)
        if isinstance(item, list):
            return [self.value(one, depth + 1) for one in item]
        if isinstance(item, generic.BooleanObject):
            return bool(item.value)
        if isinstance(item, int) and not isinstance(item, bool):
            return int(item)
        if isinstance(item, float | generic.FloatObject):
            return float(item)
        if isinstance(item, bytes):
            return {TAGGED: "bytes", "hex": item.hex()}
        return None if item is None or isinstance(item, generic.NullObject) else str(item)

    def number(self, reference: Any) -> int:
        key = reference.idnum, reference.generation
        if key not in self.numbers:
            if len(self.numbers) >= OBJECT_LIMIT:
                raise Unable(f"it holds more than {OBJECT_LIMIT:,} objects")
            self.numbers[key] = len(self.numbers) + 1
            self.waiting.append(reference)
        return self.numbers[key]

    def members(self, item: Any, depth: int) -> dict[str, object]:
        names = (name for name in item if name not in VOLATILE and name not in LAYOUT)
        return {str(name): self.value(item.raw_get(name), depth + 1) for name in names}


def _content(stream: Any) -> object:
    """Return what a stream draws as lines of operators, anything else as a digest of its unpacked bytes."""
    try:
        data = stream.get_data()
    except Exception as error:  # pypdf raises anything for a filter that it does not know
        raise Unreadable(f"a stream cannot be unpacked: {error}") from error
    if len(data) > STREAM_LIMIT_BYTES:
        raise Unable(f"a stream unpacks to more than {STREAM_LIMIT_BYTES >> 20} MiB")
    if "/Subtype" not in stream and any(word in data for word in DRAWN) and data.isascii():
        return data.decode("ascii").splitlines()
    return f"{len(data):,} bytes sha256:{hashlib.sha256(data).hexdigest()}"

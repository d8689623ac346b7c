"""PDF: a last page that shows the record, the record as an attached file, the line among the document's properties.

Written as an incremental update (ISO 32000-1, 7.5.6) through `pypdf` (the extra `pdf`): every byte of the report stays where it
was, other people's signatures over it included. What is read is a file that anybody may have made: whatever the library raises
over it is a damaged report.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..error import EnvprobeError, installing
from . import Carrier, pdf_page
from .carried import Carried, damaged
from .file import Format, ReportFile

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter

FILE = "envprobe-record.txt"
PROPERTY = "/envprobe"
BASE = "/EnvprobeBase"
"""The key of our page's dictionary that says how many bytes the report had before."""
END = b"%%EOF"


def open_carrier(name: str) -> Carrier:
    """Open a PDF."""
    return ReportFile(Path(name), Format(find, put))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with a page, a file and a property more, in place of those of an earlier attach."""
    with _pypdf(where):
        from pypdf import PdfReader, PdfWriter

        report = _without_ours(report)
        if PdfReader(io.BytesIO(report)).is_encrypted:
            raise damaged(where, "encrypted; a record can be attached only to a PDF without a password")
        writer = PdfWriter(io.BytesIO(report), incremental=True)
        for index in reversed([index for index, page in enumerate(writer.pages) if BASE in page]):
            writer.remove_page(index)
        for file in [file for file in writer.attachment_list if file.name == FILE]:
            file.delete()
        _add(writer, record, len(report))
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()


def find(report: bytes, where: str) -> Carried | None:
    """Return the PDF's record as its page shows it, None where there is none. Raises DocumentError."""
    with _pypdf(where):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(report))
        if reader.is_encrypted:
            raise damaged(where, "encrypted; a record can be read only from a PDF without a password")
        files = [file for file in reader.attachment_list if file.name == FILE]
        pages = [page for page in reader.pages if BASE in page]
        if not files and not pages:
            return None
        if len(files) != 1 or len(pages) > 1:
            raise damaged(where, f"{len(files)} files {FILE} and {len(pages)} pages that show one, not one of each")
        return _record(reader, files[0].content.decode("utf-8", "replace"), pages)


def _record(reader: PdfReader, text: str, pages: list[Any]) -> Carried:
    head, _, packed = text.partition("\n\n")
    line, *rows = head.split("\n")
    metrics = [(name, value) for name, _, value in (row.partition(" ") for row in rows)]
    found = Carried(line=line, metrics=metrics, packed="".join(packed.split()))
    if not pages:
        return msgspec.structs.replace(found, edited=True)
    (line, metrics), is_ours = pdf_page.read(pages[0].get_contents().get_data(), *_size(pages[0]))
    named = reader.metadata.get(PROPERTY) if reader.metadata else None
    same = (line, metrics) == (found.line, found.metrics) and named == line
    return Carried(line=line, metrics=metrics, packed=found.packed, edited=not (is_ours and same))


def _add(writer: PdfWriter, record: Carried, base_bytes: int) -> None:
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

    width, height = _size(writer.pages[-1])
    page = writer.add_blank_page(width, height)
    stream = StreamObject()
    stream.set_data(pdf_page.write(record, width, height))
    fonts = {NameObject(name): _names(Type="Font", Subtype="Type1", BaseFont=font) for name, font in pdf_page.FONTS.items()}
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject(fonts)})
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject(BASE)] = NumberObject(base_bytes)
    rows = [f"{name} {value}" for name, value in record.metrics]
    text = "\n".join([record.line, *rows, "", *record.packed_lines(), ""])
    writer.add_attachment(FILE, text.encode("ascii"))
    writer.add_metadata({PROPERTY: record.line})


def _names(**values: str) -> Any:
    from pypdf.generic import DictionaryObject, NameObject

    return DictionaryObject({NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in values.items()})


def _without_ours(report: bytes) -> bytes:
    """Return a report as it was before attach, where no other program has written it since; else as it is."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(report))
    bases = [] if reader.is_encrypted else [int(str(page[BASE])) for page in reader.pages if BASE in page]
    base, update = (report[: bases[0]], report[bases[0] :]) if len(bases) == 1 and bases[0] > 0 else (b"", b"")
    return base if base.rstrip().endswith(END) and update.count(END) == 1 else report


def _size(page: Any) -> tuple[float, float]:
    """Return a page's size in points, within what a reader can look at."""
    width, height = (min(max(float(length), 300.0), 3000.0) for length in (page.mediabox.width, page.mediabox.height))
    return width, height


@contextmanager
def _pypdf(where: str) -> Iterator[None]:
    """Turn whatever the library raises over a file into a damaged report, and keep its log from stderr."""
    try:
        import pypdf  # noqa: F401
    except ImportError:
        raise EnvprobeError("PDF reports need the package pypdf", installing("pdf")) from None
    log = logging.getLogger("pypdf")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    try:
        yield
    except EnvprobeError:
        raise
    except Exception as error:  # a broken PDF makes it raise KeyError, AttributeError, RecursionError and others
        raise damaged(where, f"not a PDF that can be read: {type(error).__name__}: {str(error)[:200]}") from error

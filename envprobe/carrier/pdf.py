"""PDF: a last page that shows the record, the record as an attached file, the line among the document's properties.

Written as an incremental update (ISO 32000-1, 7.5.6) through `pypdf` (the extra `pdf`): every byte of the report stays where it
was, other people's signatures over it included. What is read is a file that anybody may have made: whatever the library raises
over it is a damaged report.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..error import EnvprobeError
from ..installation import installing
from . import Carrier, Words, pdf_page
from .carried import AGAIN, CUT_OFF, Carried, damaged
from .file import Format, ReportFile

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader, PdfWriter

FILE = "envprobe-record.txt"
PROPERTY = "/envprobe"
BASE = "/EnvprobeBase"
"""The key of our page's dictionary that says how many bytes the report had before."""
END = b"%%EOF"
DECRYPT = "with its password: qpdf --password=PASSWORD --decrypt IN.pdf OUT.pdf"
PAGE_LIMIT = 40
"""Pages of which the words are looked at."""
CONTENT_LIMIT_BYTES = 256 << 10
FONT = {"/Type": "/Font", "/Subtype": "/Type1"}
ENCODING = "/WinAnsiEncoding"
FIRST_FONTS = {name: {**FONT, "/BaseFont": f"/{font}"} for name, font in pdf_page.FONTS.items()}
"""Reports that were written without an encoding are out there, and stay intact."""
OURS = ("/Type", "/Parent", "/MediaBox", "/Resources", "/Contents", BASE)
BOXES = ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
UNSEEN = (*BOXES, "/StructParents", "/Tabs", "/LastModified", "/PieceInfo", "/Metadata", "/ID")
"""What other programs add to every page and nobody sees; the boxes are compared."""


def open_carrier(name: str) -> Carrier:
    """Open a PDF."""
    return ReportFile(Path(name), Format(find, put, words=words))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with a page, a file and a property more, in place of those of an earlier attach."""
    with _pypdf(where):
        from pypdf import PdfReader, PdfWriter

        report = _without_ours(report)
        if PdfReader(io.BytesIO(report)).is_encrypted:
            raise damaged(where, "encrypted; a record can be attached only to a PDF without a password", DECRYPT)
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
            raise damaged(where, "encrypted; a record can be read only from a PDF without a password", DECRYPT)
        files = [file for file in reader.attachment_list if file.name == FILE]
        pages = [page for page in reader.pages if BASE in page]
        if not files:
            return None
        if len(files) != 1 or len(pages) > 1:
            raise damaged(where, f"{len(files)} files {FILE} and {len(pages)} pages that show one, not one of each", AGAIN)
        return _record(reader, files[0].content.decode("utf-8", "replace"), pages)


def words(report: bytes) -> Iterator[Words]:
    """Yield the text of the first pages and of the last, that of the record left out where there is one."""
    with suppress(EnvprobeError), _pypdf(""):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(report))
        if reader.is_encrypted:
            return
        has_record = any(file.name == FILE for file in reader.attachment_list)
        last = max(len(reader.pages) - 1, 0)
        for number, page in enumerate((*islice(reader.pages, min(PAGE_LIMIT, last)), *reader.pages[last:]), 1):
            if BASE not in page or not has_record:
                yield Words(f"page {number}", page.extract_text())


def _record(reader: PdfReader, text: str, pages: list[Any]) -> Carried:
    head, _, packed = text.partition("\n\n")
    line, *rows = head.split("\n")
    metrics = [(name, value) for name, _, value in (row.partition(" ") for row in rows)]
    found = Carried(line=line, metrics=metrics, packed="".join(packed.split()))
    if not pages:
        return msgspec.structs.replace(found, edited=True)
    page, size = pages[0], _size(pages[0])
    view = pdf_page.look(_operations(page, reader))
    named = reader.metadata.get(PROPERTY) if reader.metadata else None
    same = (view.line, view.metrics) == (line, metrics) and named == line
    same = same and view.parts == pdf_page.written(found, *size) and _is_plain(page)
    return Carried(line=view.line, metrics=view.metrics, packed=found.packed, edited=not same)


def _operations(page: PageObject, reader: PdfReader) -> list[tuple[Any, bytes]]:
    """Return what is drawn on a page. Raises DocumentError where that is more than any page of ours."""
    from pypdf.generic import ContentStream

    contents = page.get_contents()
    data = b"" if contents is None else contents.get_data()
    if len(data) > CONTENT_LIMIT_BYTES:
        raise ValueError(f"a page of {len(data):,} bytes in place of an envprobe record's")
    return list(ContentStream(contents, reader).operations) if data else []


def _is_plain(page: PageObject) -> bool:
    """Tell whether a page is the one that we write: its own fonts, nothing laid over it, nothing that turns or cuts it."""
    resources: dict[str, Any] = dict(page.get("/Resources", {}).get_object())
    resources.pop("/ProcSet", None)
    fonts = {name: dict(font.get_object()) for name, font in resources.pop("/Font", {}).get_object().items()}
    same_fonts = fonts in ({name: _font(font) for name, font in pdf_page.FONTS.items()}, FIRST_FONTS)
    others = {name for name, value in page.items() if value.get_object() not in ([], {}, 0) and name not in (*OURS, *UNSEEN)}
    box = page.mediabox
    whole = box.left == box.bottom == 0 and box == page.cropbox == page.trimbox == page.artbox
    return same_fonts and not resources and not others and whole and page.rotation == 0 and page.user_unit == 1


def _add(writer: PdfWriter, record: Carried, base_bytes: int) -> None:
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

    width, height = _size(writer.pages[-1])
    page = writer.add_blank_page(width, height)
    stream = StreamObject()
    stream.set_data(pdf_page.write(record, width, height))
    fonts = {NameObject(name): DictionaryObject(_font(font)) for name, font in pdf_page.FONTS.items()}
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject(fonts)})
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject(BASE)] = NumberObject(base_bytes)
    rows = [f"{name} {value}" for name, value in record.metrics or []]
    text = "\n".join([record.line, *rows, "", *record.packed_lines(), ""])
    writer.add_attachment(FILE, text.encode("utf-8"))
    writer.add_metadata({PROPERTY: record.line})


def _font(name: str) -> dict[object, object]:
    from pypdf.generic import NameObject

    values = {**FONT, "/BaseFont": f"/{name}", "/Encoding": ENCODING}
    return {NameObject(key): NameObject(value) for key, value in values.items()}


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
        import pypdf  # noqa: F401 - asked whether it is there
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
        raise damaged(where, f"not a PDF that can be read: {type(error).__name__}: {str(error)[:200]}", CUT_OFF) from error

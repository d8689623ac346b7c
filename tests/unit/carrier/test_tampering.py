"""What a reader sees of a record was edited, or only the way in which it is written: the first is found, the second is none."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, NumberObject

from envprobe.command.report import verify
from envprobe.verification.verification import Status
from tests.support.attached import attached

Edit = Callable[[str], str]


def changed(old: str, new: str) -> Edit:
    """Return an edit of the first place where something stands in the record, which has to be there."""

    def edit(text: str) -> str:
        start = max(text.find("envprobe:begin"), 0)
        assert old in text[start:]
        return text[:start] + text[start:].replace(old, new, 1)

    return edit


def in_one_line(text: str) -> str:
    begin, end = text.index("% envprobe:begin"), text.index("% envprobe:record")
    return text[:begin] + text[begin:end].replace("\n", " ") + "\n" + text[end:]


def verdict(name: str, folder: Path, edit: Edit) -> Status:
    path = attached(name, folder)
    before = path.read_bytes()
    path.write_bytes(edit(before.decode()).encode())
    assert path.read_bytes() != before
    return verify(path).status


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        pytest.param(name, edit, id=f"{name}-{number}")
        for name, edits in {
            "report.md": [
                changed("`0.943`", "`0.943 `"),
                changed("`0.943`", "`0.9\u200b43`"),
                changed("`0.943`", "`0.94\uff13`"),
                changed("`0.943`", "`\u202e0.943`"),
                changed("`0.943`", "0.943"),
                changed("`0.943`", "`0.943` *"),
                changed("| --- | --- |", "| --- | :-: |"),
                changed("| --- | --- |\n", ""),
                changed("\n<!-- envprobe:record", "\naccuracy is 0.999\n<!-- envprobe:record"),
                changed("\n<!-- envprobe:record", "\n<!-- x --><!-- envprobe:record"),
                changed("\n<!-- envprobe:record", "\n<b>0.999</b>\n\n<!-- envprobe:record"),
                changed("**envprobe", "```\n**envprobe"),
                changed("**envprobe record**", "**envprobe record** <span hidden>"),
                changed("envprobe:begin -->\n", "envprobe:begin --> "),
                changed("| `loss` |", "| `f1` | `0.99` |\n| `loss` |"),
            ],
            "report.html": [
                changed('style="margin:2em', 'style="content:x;margin:2em'),
                changed('style="margin:2em', 'style="display:none;margin:2em'),
                changed("<footer", "<footer hidden"),
                changed("</footer>", "<script>document.body.innerHTML='0.999'</script></footer>"),
                changed("</footer>", "<style>code{display:none}</style></footer>"),
                changed("</footer>", "<!-- x --></footer>"),
                changed("</footer>", "<p>0.999</p></footer>"),
                changed("</footer>", "</footer><p>0.999</p>"),
                changed("<footer", "<p>0.999</p><footer"),
                changed("py:3.8.10|", "<span hidden>py:3.8.10|</span>"),
                changed("white-space:nowrap", "white- space:nowrap"),
                changed('class="envprobe"', 'class="en vprobe"'),
                changed("<table style", "<tab le style"),
                changed("<tr><td style", "<tr><tdstyle"),
                changed("<code>0.943</code>", "<code>0.9 43</code>"),
                changed("<code>0.943</code>", "<code>0.9<wbr>43</code>"),
                changed("<code>0.943</code>", "<code>0.9</td>43</code>"),
                changed("<code>0.943</code>", "<code>0.943</code>9"),
                changed("<code>0.943</code>", "<del>0.943</del>"),
                changed("<code>0.943</code>", "<code>0.943&#8203;</code>"),
                changed("</td></tr>", "</td><td>0.999</td></tr>"),
                changed("</td></tr>", "</td></tr>0.999"),
                changed("</td></tr>", "</td></tr></table>"),
            ],
            "report.tex": [
                in_one_line,
                changed("0.943", "0.9 43"),
                changed(r"\par\bigskip", r"\iffalse\par\bigskip"),
                changed(r"\texttt{accuracy} &", r"%\texttt{accuracy} &"),
                changed(r"\textbf{envprobe record}", r"\phantom{envprobe record}"),
                changed("0.943", r"\phantom{0.943}"),
                changed(r"\end{tabular}", r"\end{tabular} accuracy 0.999"),
            ],
            "report.json": [
                changed('"accuracy": "0.943"', '"accuracy": "0.999", "accuracy": "0.943"'),
                changed('"accuracy": "0.943"', '"accuracy": "0.943", "accuracy": "0.999"'),
                changed('"accuracy": "0.943"', '"accuracy": "0.943", "accurac\\u0079": "0.943"'),
                changed('"accuracy": "0.943"', '"accuracy": 0.943'),
                changed('"metrics": {', '"note": "0.999", "metrics": {'),
                changed('"envprobe": {', '"\\u0065nvprobe": 1, "envprobe": {'),
                lambda text: text + "{}",
            ],
            "report.ipynb": [
                lambda text: text[: text.rindex("0.943")] + "0.953" + text[text.rindex("0.943") + 5 :],
                lambda text: text[: text.rindex('"source"')] + '"source": ["0.999"], ' + text[text.rindex('"source"') :],
                lambda text: text.rstrip()[:-1] + ', "cells": []}',
                lambda text: text.rstrip()[:-1] + ', "\\u0063ells": []}',
                lambda text: text.rstrip()[:-1] + ', "metadata": {"envprobe": {"signature": "x"}}}',
            ],
        }.items()
        for number, edit in enumerate(edits)
    ],
)
def test_what_a_reader_sees_otherwise_is_found(name: str, edit: Edit, tmp_path: Path) -> None:
    """Something is shown, hidden or said twice that envprobe did not write."""
    assert verdict(name, tmp_path, edit) in (Status.ALTERED, Status.REFUSED)


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        pytest.param(name, edit, id=f"{name}-{number}")
        for name, edits in {
            "report.md": [
                lambda text: text.replace("\n", "\r\n"),
                changed("| --- | --- |", "|----|---|  "),
                changed("| `accuracy` | `0.943` |", "|   `accuracy`   |`0.943`|"),
                changed("**envprobe record**", "__envprobe record__"),
                changed(" (check it", "\n(check it"),
            ],
            "report.html": [
                changed("<code>0.943</code>", "<code>0.94&#51;</code>"),
                changed("<code>0.943</code>", "<CODE >0.943</CODE\n>"),
                changed("<code>0.943</code>", "<code>\n  0.943\n</code>"),
                changed('class="envprobe"', "class=envprobe"),
                changed('class="envprobe"', "class='envprobe'"),
                lambda text: re.sub("(<table[^>]*>)", r"\1<tbody>", text),
                lambda text: re.sub("(<table[^>]*>)", r"\1<tbody>", text).replace("</table>", "</tbody></table>"),
                lambda text: re.sub("(<table[^>]*>)", r"\1<TBODY><tbody>", text).replace("</table>", "</tbody></tbody></table>"),
                lambda text: text.replace("</td>", "").replace("</tr>", "").replace("</th>", ""),
                lambda text: text.replace("<wbr/>", "<wbr>"),
                lambda text: text.replace("background:0 0", "Background : none"),
                lambda text: text.replace("padding:.1em 0", "padding: 0.10em 0 .1em 0"),
                lambda text: text.replace(";white-space:nowrap", "; white-space: nowrap;"),
                lambda text: re.sub(r'<footer (class="envprobe") (style="[^"]*")>', r"<footer \2  \1 >", text),
                changed('style="margin:2em', 'style="&#109;argin:2em'),
            ],
            "report.tex": [
                lambda text: text.replace("|\\allowbreak ", "|\\allowbreak\n    "),
                lambda text: text.replace("\n\\texttt", "\n    \\texttt"),
                changed("% envprobe:record", "% a comment of mine\n% envprobe:record"),
                changed("envprobe:begin\n", "envprobe:begin 0.999\n\n"),
                lambda text: text.replace("\n", "\r\n"),
            ],
            "report.json": [
                lambda text: json.dumps(json.loads(text), sort_keys=True),
                lambda text: json.dumps(json.loads(text), indent=7),
                changed("py:3.8.10", "py:3.8.1\\u0030"),
                lambda text: "\ufeff" + text,
            ],
            "report.ipynb": [
                lambda text: json.dumps(json.loads(text), sort_keys=True, indent=1),
                lambda text: json.dumps(json.loads(text), separators=(",", ":")),
            ],
        }.items()
        for number, edit in enumerate(edits)
    ],
)
def test_what_only_a_program_spells_otherwise_is_intact(name: str, edit: Edit, tmp_path: Path) -> None:
    """Entities, quotes, white space, order of attributes and members, tags that may be left out: the same is seen."""
    assert verdict(name, tmp_path, edit) is Status.INTACT


class TestNotebookCell:
    def verdict(self, folder: Path, edit: Callable[[dict[str, Any]], Any]) -> Status:
        path = attached("report.ipynb", folder)
        notebook = json.loads(path.read_text())
        edit(notebook["cells"][-1])
        path.write_text(json.dumps(notebook))
        return verify(path).status

    @pytest.mark.parametrize(
        "edit",
        [
            lambda cell: cell.update(cell_type="code", execution_count=1, outputs=[{"data": {"text/html": "<b>0.999</b>"}}]),
            lambda cell: cell.update(cell_type="code", execution_count=None, outputs=[]),
            lambda cell: cell.update(cell_type="raw"),
            lambda cell: cell.update(attachments={"a.png": {"image/png": "AAAA"}}),
            lambda cell: cell["metadata"].update(jupyter={"source_hidden": True}),
            lambda cell: cell["metadata"].update(tags=["remove-cell"]),
            lambda cell: cell["metadata"].update(hide_input=True),
            lambda cell: cell["source"].append("\n\naccuracy 0.999"),
        ],
    )
    def test_a_cell_that_is_more_or_shows_less_is_altered(self, edit: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
        """The whole cell is compared, not only its text: an output shows anything."""
        assert self.verdict(tmp_path, edit) is Status.ALTERED

    @pytest.mark.parametrize(
        "edit",
        [
            lambda cell: cell.update(id="another"),
            lambda cell: cell.pop("id", None),
            lambda cell: cell.update(attachments={}),
            lambda cell: cell["metadata"].update(papermill={"duration": 0.1, "status": "completed"}, tags=[], editable=True),
            lambda cell: cell["metadata"].update(tags=["results"], colab={"x": 1}, id="aB3"),
            lambda cell: cell.update(source="".join(cell["source"])),
        ],
    )
    def test_what_programs_add_to_every_cell_is_intact(self, edit: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
        """papermill, Jupyter and Colab keep notes of their own in the metadata."""
        assert self.verdict(tmp_path, edit) is Status.INTACT


class TestPdfPage:
    def verdict(self, folder: Path, edit: Callable[[pypdf.PdfWriter, Any], Any]) -> Status:
        path = attached("report.pdf", folder)
        writer = pypdf.PdfWriter(clone_from=path)
        edit(writer, writer.pages[-1])
        writer.write(path)
        return verify(path).status

    @staticmethod
    def contents(edit: Callable[[bytes], bytes]) -> Callable[[pypdf.PdfWriter, Any], None]:
        def change(writer: pypdf.PdfWriter, page: Any) -> None:
            before = page.get_contents().get_data()
            stream = DecodedStreamObject()
            stream.set_data(edit(before))
            assert stream.get_data() != before
            page[NameObject("/Contents")] = writer._add_object(stream)

        return change

    @staticmethod
    def annotate(writer: pypdf.PdfWriter, page: Any) -> None:
        from pypdf.annotations import FreeText

        writer.add_annotation(len(writer.pages) - 1, FreeText(text="0.999", rect=(72, 600, 300, 640)))

    @staticmethod
    def put_another_font(writer: pypdf.PdfWriter, page: Any) -> None:
        page["/Resources"]["/Font"]["/EnvC"][NameObject("/BaseFont")] = NameObject("/Symbol")

    @staticmethod
    def give_the_font_other_glyphs(writer: pypdf.PdfWriter, page: Any) -> None:
        page["/Resources"]["/Font"]["/EnvC"][NameObject("/FontDescriptor")] = DictionaryObject()

    @staticmethod
    def rename_glyphs(writer: pypdf.PdfWriter, page: Any) -> None:
        differences = ArrayObject([NumberObject(51), NameObject("/nine")])
        encoding = DictionaryObject({NameObject("/Differences"): differences})
        page["/Resources"]["/Font"]["/EnvC"][NameObject("/Encoding")] = encoding

    @staticmethod
    def box(name: str, *corners: float) -> Callable[[pypdf.PdfWriter, Any], None]:
        def change(writer: pypdf.PdfWriter, page: Any) -> None:
            page[NameObject(name)] = ArrayObject([FloatObject(corner) for corner in corners])

        return change

    @pytest.mark.parametrize(
        "edit",
        [
            contents(lambda data: data.replace(b"(0.943) Tj", b"(0.999) Tj")),
            contents(lambda data: data + b"\nBT /EnvC 9 Tf 72 300 Td (accuracy 0.99) Tj ET"),
            contents(lambda data: b"1 1 1 rg\n" + data),
            contents(lambda data: data.replace(b"BT", b"BT 3 Tr", 1)),
            contents(lambda data: data.replace(b"(0.943) Tj", b"(0.9) Tj 20 0 Td (43) Tj")),
            contents(lambda data: data + b"\nq 0 0 0 rg 0 0 600 900 re f Q"),
            contents(lambda data: data.replace(b"BT /EnvC 9 Tf", b"BT /EnvC 0 Tf")),
            contents(lambda data: data.replace(b"BT /EnvC 9 Tf 72", b"BT /EnvC 9 Tf 7200", 1)),
            contents(lambda data: b""),
            annotate,
            put_another_font,
            give_the_font_other_glyphs,
            rename_glyphs,
            box("/CropBox", 0, 0, 595.276, 400),
            box("/MediaBox", 0, 0, 595.276, 400),
            box("/MediaBox", 2000, 2000, 2595.276, 2841.89),
            lambda writer, page: page.update({NameObject("/Rotate"): NumberObject(90)}),
            lambda writer, page: page.update({NameObject("/UserUnit"): NumberObject(50)}),
            lambda writer, page: page["/Resources"].update(
                {NameObject("/XObject"): DictionaryObject({NameObject("/A"): NumberObject(1)})}
            ),
            lambda writer, page: writer.add_metadata({"/envprobe": "envprobe:1|py:3.8.11"}),
        ],
    )
    def test_a_page_that_shows_something_else_is_found(self, edit: Callable[[pypdf.PdfWriter, Any], Any], tmp_path: Path) -> None:
        """What lies over the page, what it is drawn with, and how much of it is shown are part of it."""
        assert self.verdict(tmp_path, edit) in (Status.ALTERED, Status.REFUSED)

    @pytest.mark.parametrize(
        "edit",
        [
            contents(lambda data: b"q\n" + data.replace(b" Td (", b" TD(").replace(b" Tj ", b"Tj\n") + b"\nQ"),
            contents(lambda data: data.replace(b"(0.943)", b"<302e393433>")),
            contents(lambda data: data.replace(b"(0.943) Tj", b"[(0.943)] TJ")),
            contents(lambda data: data.replace(b"72 769.89 Td", b"1 0 0 1 72.000 769.8901 Tm")),
            box("/CropBox", 0, 0, 595.276, 841.89),
            lambda writer, page: page.update({NameObject("/Rotate"): NumberObject(0), NameObject("/Annots"): ArrayObject()}),
            lambda writer, page: page["/Resources"].update({NameObject("/ProcSet"): ArrayObject([NameObject("/PDF")])}),
            lambda writer, page: page.update({NameObject("/StructParents"): NumberObject(3)}),
        ],
    )
    def test_a_page_that_is_only_written_anew_is_intact(
        self, edit: Callable[[pypdf.PdfWriter, Any], Any], tmp_path: Path
    ) -> None:
        """Other operators, spaces and spellings of numbers and strings that draw the same."""
        assert self.verdict(tmp_path, edit) is Status.INTACT


def test_html_escapes_only_what_it_has_to(tmp_path: Path) -> None:
    """A page whose every character of the record is an entity shows the same."""
    path = attached("report.html", tmp_path)
    text = path.read_text()
    assert html.escape("0.943") == "0.943"
    path.write_text(text.replace(">0.943</code>", ">" + "".join(f"&#x{ord(letter):x};" for letter in "0.943") + "</code>"))
    assert verify(path).status is Status.INTACT

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.command.report import attach, verify
from envprobe.error import DocumentError
from envprobe.verification.verification import Status
from tests.support.attached import RECORD, attached, bare, edited

TEXTS = ("report.md", "report.html", "report.tex")
MARKS = {"report.md": (b"<!-- envprobe:begin -->", b"envprobe:end -->"), "report.tex": (b"% envprobe:begin", b"% envprobe:end")}
MARKS["report.html"] = MARKS["report.md"]


@pytest.mark.parametrize("name", TEXTS)
def test_two_records_are_refused(name: str, tmp_path: Path) -> None:
    """Where a report carries two records nobody can tell which one counts: verify refuses, attach changes nothing."""
    path = edited(attached(name, tmp_path), lambda data: data + data)
    found = verify(path)
    assert found.status is Status.REFUSED
    assert "2 envprobe records" in found.reasons[0]
    before = path.read_bytes()
    with pytest.raises(DocumentError):
        attach(RECORD, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("side", [0, 1])
def test_half_a_record_is_refused(name: str, side: int, tmp_path: Path) -> None:
    """A record whose end or beginning was cut off cannot be told from the text around it."""
    path = edited(attached(name, tmp_path), lambda data: data.replace(MARKS[name][side], b""))
    assert verify(path).status is Status.REFUSED


def test_a_region_of_100_mb_is_refused(tmp_path: Path) -> None:
    """A block that is larger than any record is refused without being searched."""
    path = tmp_path / "report.md"
    path.write_bytes(MARKS["report.md"][0] + b"A" * (100 << 20) + MARKS["report.md"][1])
    found = verify(path)
    assert found.status is Status.REFUSED
    assert "more than" in found.reasons[0]


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_two_byte_characters_is_refused(name: str, tmp_path: Path) -> None:
    """ASCII in a UTF-16 file would be a hole in it."""
    path = edited(bare(name, tmp_path), lambda data: data.decode().encode("utf-16"))
    with pytest.raises(DocumentError, match="UTF-8"):
        attach(RECORD, path)


def test_a_report_without_a_last_line_break_keeps_its_last_line(tmp_path: Path) -> None:
    """The record begins on a line of its own."""
    path = tmp_path / "report.md"
    path.write_bytes("naïve résumé".encode("latin-1"))
    attach(RECORD, path)
    assert path.read_bytes().startswith("naïve résumé\n\n<!-- envprobe:begin -->\n".encode("latin-1"))


def test_a_table_that_a_formatter_has_aligned_is_intact(tmp_path: Path) -> None:
    """Prettier pads the cells and lengthens the rules of Markdown tables; that changes nothing that is recorded."""
    path = edited(
        attached("report.md", tmp_path),
        lambda data: data.replace(b"| `accuracy` | `0.943` |", b"| `accuracy`     | `0.943` |").replace(
            b"| --- | --- |", b"| -------------- | ------- |"
        ),
    )
    assert verify(path).status is Status.INTACT


def test_latex_that_is_only_included_carries_a_record_at_its_end(tmp_path: Path) -> None:
    """A chapter has no \\end{document}."""
    path = tmp_path / "chapter.tex"
    path.write_bytes(b"\\section{Digits}\n% \\end{document}\n")
    attach(RECORD, path)
    assert path.read_bytes().startswith(b"\\section{Digits}\n% \\end{document}\n\n% envprobe:begin\n")
    assert verify(path).status is Status.INTACT

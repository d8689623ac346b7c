"""LaTeX: the line and the metrics in \\texttt, the record in comments. No package is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..records.metric_table import PLUS_MINUS
from . import Carrier, Words, region
from .carried import HINT, METRIC, TITLE, Carried
from .file import Format, ReportFile
from .region import Marks, MarkupView

MARKS = Marks(b"% envprobe:begin", b"% envprobe:record", b"% envprobe:end", filling=b"% \t\r\n")
PLUS_MINUS_TEX = r"$\pm$"
_TOKEN = re.compile(r"(\\[A-Za-z]+)|([ \t]+)|(\\.|.)")
_PARAGRAPHS = re.compile(r" ?(?:\\par )+")
_TYPED = re.compile(r"\\texttt \{((?:[^{}\\]|\\[_%]|\\(?:allowbreak|pm)\s)*)\}")
_MARKUP = re.compile(r"\\[A-Za-z]+ |\\(?=[^A-Za-z])|[{}$]")
_DOCUMENT_END = re.compile(rb"^[ \t]*\\end\{document\}", re.MULTILINE)


def open_carrier(name: str) -> Carrier:
    """Open a LaTeX report."""
    return ReportFile(Path(name), Format(find, put, _escaped, words))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the record before \\end{document}, or in place of the one that is there."""
    region.refuse_wide(report, where)
    ends = [match.start() for match in _DOCUMENT_END.finditer(report)]
    place = region.find(report, MARKS, where)
    return region.put(report, _write(record), place, ends[-1] if ends else len(report), "\n")


def find(report: bytes, where: str) -> Carried | None:
    """Return the report's record, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, look, [_write], where)


def words(report: bytes) -> Iterator[Words]:
    """Yield the lines of a report without comments and markup."""
    for place, line in region.lines(region.outside(report, MARKS)):
        yield Words(place, _MARKUP.sub("", _plain("".join(_tokens(line)).strip())))


def look(text: str) -> MarkupView:
    """Return what TeX reads of a text: control sequences and characters, without comments and the space that it skips."""
    read = _PARAGRAPHS.sub(r"\\par ", "".join(_tokens(text))).strip()
    typed = [_plain(words) for words in _TYPED.findall(read)][1:]  # the first is the hint
    return MarkupView([(read,)], next(iter(typed), ""), list(zip(typed[1::2], typed[2::2], strict=False)))


def _tokens(text: str) -> Iterator[str]:
    """Yield control words with a space, other characters, one space for many, \\par for an empty line."""
    for line in text.replace("\r\n", "\n").split("\n"):
        skips_space = True
        for word, _, other in _TOKEN.findall(line):
            if other == "%":
                break
            if word or other or not skips_space:
                yield f"{word} " if word else other or " "
            skips_space = not other
        else:
            is_empty = not line.strip(" \t")
            yield r"\par " if is_empty else "" if skips_space else " "


def _write(record: Carried) -> str:
    line = "|\\allowbreak ".join(_escaped(part) for part in record.line.split("|"))
    rows = [f"\\texttt{{{_escaped(name)}}} & \\texttt{{{_escaped(value)}}} \\\\" for name, value in record.metrics or []]
    head = rf"\textit{{{METRIC}}} & \textit{{{_escaped(record.heading)}}} \\"
    table = [r"\par\smallskip", r"\begin{tabular}{@{}ll@{}}", head, *rows, r"\end{tabular}"]
    begin, packed, end = (mark.decode() for mark in MARKS[:3])
    return "\n".join(
        [
            begin,
            r"\par\bigskip\noindent\begin{minipage}{\linewidth}\footnotesize\raggedright\hrule\smallskip",
            rf"\textbf{{{TITLE}}} (check it with \texttt{{{HINT}}}):\par",
            rf"\texttt{{{line}}}",
            *(table if rows else []),
            r"\par\smallskip\hrule\end{minipage}\par",
            packed,
            *(f"% {text}" for text in record.packed_lines()),
            end,
        ]
    )


def _escaped(text: str) -> str:
    return text.replace("%", r"\%").replace("_", r"\_").replace(PLUS_MINUS, PLUS_MINUS_TEX)


def _plain(text: str) -> str:
    """Return words without their markup; as `look` reads it, a space follows every control word."""
    return text.replace(r"\allowbreak ", "").replace(r"\%", "%").replace(r"\_", "_").replace(r"$\pm $", PLUS_MINUS)

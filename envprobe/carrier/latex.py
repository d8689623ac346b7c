"""LaTeX: the line and the metrics in \\texttt, the record in comments. No package is needed."""

from __future__ import annotations

import re
from pathlib import Path

from . import Carrier, region
from .carried import HINT, METRIC, TITLE, VALUE, Carried
from .file import Format, ReportFile
from .region import Marks, Texts

MARKS = Marks(b"% envprobe:begin", b"% envprobe:record", b"% envprobe:end", filling=b"% \t\r\n")
_TYPED = re.compile(r"\\texttt\{((?:[^{}\\]|\\[_%]|\\allowbreak\s)*)\}")
_DOCUMENT_END = re.compile(rb"^[ \t]*\\end\{document\}", re.MULTILINE)


def open_carrier(name: str) -> Carrier:
    """Open a LaTeX report."""
    return ReportFile(Path(name), Format(find, put))


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the report with the record before \\end{document}, or in place of the one that is there."""
    region.refuse_wide(report, where)
    ends = [match.start() for match in _DOCUMENT_END.finditer(report)]
    place = region.find(report, MARKS, where)
    return region.put(report, _write(record), place, ends[-1] if ends else len(report), "\n")


def find(report: bytes, where: str) -> Carried | None:
    """Return the report's record, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, _visible, [_write], where)


def _visible(markup: str) -> Texts:
    typed = [_plain(words) for words in _TYPED.findall(markup)][1:]  # the first is the hint
    return next(iter(typed), ""), list(zip(typed[1::2], typed[2::2], strict=False))


def _write(record: Carried) -> str:
    line = "|\\allowbreak ".join(_escaped(part) for part in record.line.split("|"))
    rows = [f"\\texttt{{{_escaped(name)}}} & \\texttt{{{_escaped(value)}}} \\\\" for name, value in record.metrics]
    head = rf"\textit{{{METRIC}}} & \textit{{{VALUE}}} \\"
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
    return text.replace("%", r"\%").replace("_", r"\_")


def _plain(text: str) -> str:
    return re.sub(r"\\allowbreak\s", "", text).replace(r"\%", "%").replace(r"\_", "_")

"""LaTeX: the line and the metrics in \\texttt, the payload in comments. No package is needed."""

from __future__ import annotations

import re

from . import region
from .block import HINT, METRIC, TITLE, VALUE, Block
from .region import Marks

MARKS = Marks(b"% envprobe:begin", b"% envprobe:record", b"% envprobe:end", filling=b"% \t\r\n")
_TYPED = re.compile(r"\\texttt\{((?:[^{}\\]|\\[_%]|\\allowbreak\s)*)\}")
_DOCUMENT_END = re.compile(rb"^[ \t]*\\end\{document\}", re.MULTILINE)


def attach(report: bytes, block: Block, where: str) -> bytes:
    """Return the report with the block before \\end{document}, or in place of the one that is there."""
    region.refuse_wide(report, where)
    ends = [match.start() for match in _DOCUMENT_END.finditer(report)]
    place = region.find(report, MARKS, where)
    return region.put(report, _write(block), place, ends[-1] if ends else len(report), "\n")


def read(report: bytes, where: str) -> Block | None:
    """Return the report's block, None where there is none. Raises DocumentError."""
    return region.read(report, MARKS, _visible, [_write], where)


def _visible(markup: str) -> list[str]:
    typed = [_plain(words) for words in _TYPED.findall(markup)][1:]  # the first is the hint
    return typed[:1] + [f"{name} {value}" for name, value in zip(typed[1::2], typed[2::2], strict=False)]


def _write(block: Block) -> str:
    line = "|\\allowbreak ".join(_escaped(part) for part in "".join(block.visible[:1]).split("|"))
    rows = [f"\\texttt{{{_escaped(name)}}} & \\texttt{{{_escaped(value)}}} \\\\" for name, value in block.metrics]
    head = rf"\textit{{{METRIC}}} & \textit{{{VALUE}}} \\"
    table = [r"\par\smallskip", r"\begin{tabular}{@{}ll@{}}", head, *rows, r"\end{tabular}"]
    begin, record, end = (mark.decode() for mark in MARKS[:3])
    return "\n".join(
        [
            begin,
            r"\par\bigskip\noindent\begin{minipage}{\linewidth}\footnotesize\raggedright\hrule\smallskip",
            rf"\textbf{{{TITLE}}} (check it with \texttt{{{HINT}}}):\par",
            rf"\texttt{{{line}}}",
            *(table if rows else []),
            r"\par\smallskip\hrule\end{minipage}\par",
            record,
            *(f"% {text}" for text in block.payload_lines()),
            end,
        ]
    )


def _escaped(text: str) -> str:
    return text.replace("%", r"\%").replace("_", r"\_")


def _plain(text: str) -> str:
    return re.sub(r"\\allowbreak\s", "", text).replace(r"\%", "%").replace(r"\_", "_")

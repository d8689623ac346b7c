"""The instructions of a Dockerfile, as BuildKit reads them: continuation, `# escape=`, comments between, heredocs, JSON lists.

The parser of BuildKit itself is on PyPI (`dockerfile`), but archived; a test compares this reader with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from .model import FileText, Instruction

DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*$")
HEREDOC = re.compile(r"(?<![<\w])<<(-?)([\"']?)([A-Za-z_]\w*)\2")
FLAG = re.compile(r"--([a-z][\w.-]*)(?:=(\S*))?\s+")
HEREDOC_KEYWORDS = ("RUN", "COPY", "ADD")
LIST_KEYWORDS = ("RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME")


def read_instructions(lines: Sequence[str], before: int = 0) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile's lines, in order; so many lines stand before it in its file."""
    escape = _escape(lines)
    index = 0
    while index < len(lines):
        if not lines[index].strip() or lines[index].lstrip().startswith("#"):
            index += 1
            continue
        start = index
        parts: list[str] = []
        while index < len(lines):
            text = lines[index]
            index += 1
            if parts and (not text.strip() or text.lstrip().startswith("#")):
                parts.append("\\")
                continue
            body = text.rstrip()
            if not body.endswith(escape) or (body.endswith(escape * 2) and escape == "`"):
                parts.append(text)
                break
            parts.append(body[: -len(escape)] + "\\")
        found = _instruction("\n".join(parts), before + start + 1, escape)
        if found is None:
            continue
        heredocs, index = _heredocs(found, lines, index, before)
        yield _whole(found, heredocs, before + index)


def _escape(lines: Sequence[str]) -> str:
    """Return the character that continues a line: directives stand before everything else."""
    for text in lines:
        found = DIRECTIVE.match(text.strip())
        if found is None:
            break
        if found[1].lower() == "escape" and found[2] in ("`", "\\"):
            return found[2]
    return "\\"


def _instruction(text: str, line: int, escape: str) -> Instruction | None:
    keyword, _, rest = text.lstrip().replace("\t", " ", 1).partition(" ")
    lead = len(text) - len(text.lstrip())
    is_trigger = keyword.upper() == "ONBUILD"
    if is_trigger:
        return _nested(rest, line, escape)
    if not keyword.rstrip("\\\n").isalpha():
        return None
    if "\n" in keyword:  # `RUN\` with everything on the next line
        keyword, _, rest = text.lstrip().partition("\n")
        rest = "\\\n" + rest
    flags, rest = _flags(rest)
    return Instruction(
        keyword=keyword.rstrip("\\").upper(), text=rest, line=line + text[:lead].count("\n"), end=line, flags=flags
    )


def _nested(rest: str, line: int, escape: str) -> Instruction | None:
    inner = _instruction(rest, line, escape)
    if inner is None:
        return None
    return Instruction(
        keyword=inner.keyword,
        text=inner.text,
        line=inner.line,
        end=inner.end,
        flags=inner.flags,
        words=inner.words,
        is_trigger=True,
    )


def _flags(rest: str) -> tuple[dict[str, str], str]:
    """Take `--mount=…` and the like from the front; the ends of lines stay, so that lines can be counted."""
    flags: dict[str, str] = {}
    kept = ""
    while True:
        blank = re.match(r"(?:\s|\\\n)*", rest)
        lead = blank[0] if blank else ""
        found = FLAG.match(rest, len(lead))
        if found is None:
            return flags, kept + rest
        kept += "\\\n" * (lead + found[0]).count("\n")
        name = found[1] if found[1] not in flags else f"{found[1]}#{len(flags)}"
        flags[name] = found[2] or ""
        rest = rest[found.end() :]


def _heredocs(found: Instruction, lines: Sequence[str], index: int, before: int) -> tuple[list[FileText], int]:
    """Return the heredocs that an instruction opens, with the name of each in `path`, and the index behind them."""
    bodies: list[FileText] = []
    if found.keyword not in HEREDOC_KEYWORDS:
        return bodies, index
    for dash, _, name in HEREDOC.findall(found.text):
        first, body = index, []
        while index < len(lines) and (lines[index].lstrip("\t") if dash else lines[index]).rstrip("\r") != name:
            body.append(lines[index].lstrip("\t") if dash else lines[index])
            index += 1
        index += 1
        bodies.append(FileText(name, "\n".join([*body, ""]), before + first + 1))
    return bodies, min(index, len(lines))


def _whole(found: Instruction, heredocs: list[FileText], end: int) -> Instruction:
    words = _list(found.text) if found.keyword in LIST_KEYWORDS else None
    return Instruction(
        keyword=found.keyword,
        text=found.text,
        line=found.line,
        end=end,
        flags=found.flags,
        words=words,
        heredocs=tuple(heredocs),
        is_trigger=found.is_trigger,
    )


def _list(text: str) -> tuple[str, ...] | None:
    if not text.lstrip(" \\\n").startswith("["):
        return None
    try:
        value = json.loads(text.replace("\\\n", " \n"))
    except ValueError:
        return None
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None

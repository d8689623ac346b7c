"""Write the man page and the reference of the command line from the commands themselves: `python docs/tools/manual.py`.

A test compares both files with what this writes. click-man (0.6) was tried: it does not see commands that are imported when they
are named, puts today's date into the page, and does not escape what stands at the start of a line.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from command_tree import Node, Option, walk

from envprobe import cli

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "reference" / "cli.md"
MAN = DOCS / "man" / "envprobe.1"
MAN_HEAD = """\
.\\" Made by python docs/tools/manual.py from the help of the commands; change that.
.TH ENVPROBE 1 "" "" "User Commands"
.nh"""
WIDTH = 78
MAN_REST = """\
.SH EXIT STATUS
.TP
.B 0
reproduces; or done, of a command that judges nothing
.TP
.B 1
differs; of \\fBrun\\fR: recorded, and the command failed
.TP
.B 2
could not tell: usage, no baseline, no target, a fact that decides unknown,
a bug of envprobe
.TP
.B 130
interrupted
.SH ENVIRONMENT
.TP
.BR NO_COLOR ", " FORCE_COLOR ", " CLICOLOR ", " CLICOLOR_FORCE
no colour, or colour wherever stdout leads;
\\fB\\-\\-color\\fR wins over all of them
.TP
.BR DOCKER_HOST ", " DOCKER_CONTEXT ", " CONTAINER_HOST
the engine, as \\fBdocker\\fR(1) and \\fBpodman\\fR(1) read them
.SH FILES
.TP
.I envprobe.toml\\fR, \\fIpyproject.toml
settings, policy and waivers of a project,
the nearest at or above the working folder
.TP
.I baselines/NAME.json
recorded and declared baselines, to be committed
.SH SEE ALSO
.BR docker (1),
.BR podman (1),
.BR ssh (1),
.BR diff (1)
"""
PAGE_HEAD = "# Commands\n\n<!-- Made by `python docs/tools/manual.py` from the help of the commands; change that. -->\n"


def man_page() -> str:
    """Return the man page, for man(7) of groff and mandoc alike."""
    root, *commands = walk(cli.envprobe, "envprobe")
    lines = [MAN_HEAD, ".SH NAME", rf"envprobe \- {_roff(root.summary[:1].lower() + root.summary[1:].partition('? ')[0])}"]
    lines += [".SH SYNOPSIS", *(line for node in commands for line in (_roff_usage(node), ".br"))][:-1]
    lines += [".SH DESCRIPTION", *_roff_body(root), ".SH COMMANDS"]
    for node in commands:
        lines += [f".SS {_roff(node.name.partition(' ')[2])}", *_roff_body(node)]
    return "\n".join([*lines, MAN_REST])


def page() -> str:
    """Return the page of the reference, in Markdown."""
    return "\n".join([PAGE_HEAD, *(line for node in walk(cli.envprobe, "envprobe") for line in _markdown(node))])


def _roff(text: str) -> str:
    """Escape what roff acts on: backslashes, hyphens that are to be copied, and a dot or an apostrophe that begins a line."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("^", r"\(ha").replace("~", r"\(ti").replace("`", r"\(ga")
    return re.sub(r"^([.'])", r"\\&\1", escaped)


def _roff_usage(node: Node) -> str:
    command, _, rest = node.usage.partition(" [")
    return rf"\fB{_roff(command)}\fR {_roff('[' + rest) if rest else ''}".rstrip()


def _roff_body(node: Node) -> Iterator[str]:
    yield from _filled(node.summary)
    for paragraph in node.paragraphs:
        if paragraph.is_verbatim:
            yield from (".PP", ".nf", *map(_roff, paragraph.lines), ".fi")
        else:
            yield from (".PP", *_filled(paragraph.lines[0]))
    for option in node.options:
        takes = rf" \fI{_roff(option.takes)}\fR" if option.takes else ""
        yield from (".TP", rf"\fB{_roff(option.names)}\fR{takes}", *_filled(option.words))


def _filled(text: str) -> Iterator[str]:
    """Break lines where a diff of the page is short to read; roff fills them again."""
    yield from map(_roff, textwrap.wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False))


def _markdown(node: Node) -> Iterator[str]:
    yield from (f"## {node.name}\n", "```", node.usage, "```\n", f"{_text(node.summary)}\n")
    for paragraph in node.paragraphs:
        yield from ("```", *paragraph.lines, "```\n") if paragraph.is_verbatim else (f"{_text(paragraph.lines[0])}\n",)
    if node.options:
        yield from ("| option | |", "| --- | --- |")
        yield from map(_row, node.options)
        yield ""


def _row(option: Option) -> str:
    spelling = f"{option.names} {option.takes}".strip().replace("|", r"\|")
    return f"| `{spelling}` | {_text(option.words)} |"


def _text(words: str) -> str:
    """Keep words from being Markdown, and from ending a table's cell."""
    return re.sub(r"([*_<\[|])", r"\\\1", words)


if __name__ == "__main__":
    MAN.parent.mkdir(exist_ok=True)
    MAN.write_text(man_page(), "utf-8")
    PAGE.write_text(page(), "utf-8")

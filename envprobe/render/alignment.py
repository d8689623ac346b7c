"""Switches that bring two machines to the same bits, as text or JSON, and as what starts a container with them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby

import msgspec
from rich.text import Text

from ..causes.alignment import CPUS, SCHEMA, Alignment, AlignmentVerdict, LeftRecord
from ..fact import in_utf8
from ..fingerprint import encode
from ..spelling import line, some
from . import Style
from .console import drawn, make_console
from .labelled import print_words

COLORS = {
    AlignmentVerdict.IDENTICAL: "bold green",
    AlignmentVerdict.CLOSER: "bold yellow",
    AlignmentVerdict.NONE: "bold red",
}
SHOWN = 12


def text(alignment: Alignment, style: Style) -> str:
    """Return the alignment for a reader, as text that ends in a newline."""
    screen = io.StringIO()
    console = make_console(screen, style)
    console.print(Text.assemble((alignment.verdict.value.upper(), COLORS[alignment.verdict]), f"  {_headline(alignment)}"))
    if style.verbosity >= 0:
        console.print(Text(f"{line(alignment.observed)} beside {line(alignment.expected)}\n", style="dim"))
        for label, words, is_whole in _rows(alignment, style.verbosity > 0):
            print_words(console, label, words, style.width, is_whole=is_whole)
    return drawn(screen)


def json(alignment: Alignment) -> str:
    """Return the alignment as one JSON document, `envprobe.alignment/1`."""
    return encode(in_utf8({"schema": SCHEMA, **msgspec.to_builtins(alignment)})).decode("utf-8")


def _headline(alignment: Alignment) -> str:
    before, after = alignment.before, alignment.after
    if alignment.problem:
        return f"nothing could be tried: {line(alignment.problem, 300)}"
    if before.moved == 0:
        return "the bits are the same without any switch"
    if alignment.verdict is AlignmentVerdict.NONE:
        return f"no switch helps: {before.moved} of {some(before.compared, 'record')} differ"
    count = len(alignment.switches)
    with_them = f"with {count} switch{'es' * (count != 1)}"
    return f"{before.moved} of {some(before.compared, 'record')} differed, {after.moved or 'none'} {with_them}"


def _rows(alignment: Alignment, everything: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield label, words, and whether they are typed as they stand."""
    for name, value in alignment.switches.items():
        yield "set", f"{name}={value}" if name != CPUS else f"--cpuset-cpus={cpuset(value)}", True
    if alignment.cost is not None:
        yield "cost", f"the benchmark takes {alignment.cost:g} times as long with them", False
    for member in alignment.members if len(alignment.members) > 1 else ():
        before, after = member.before, member.after
        differed = f"{before.moved or 'none'} of {some(before.compared, 'record')} differed, {after.moved or 'none'} with them"
        yield "machine", f"{line(member.target)}: {differed}", False
    left = alignment.left if everything else alignment.left[:SHOWN]
    for why, records in groupby(left, key=lambda record: record.why):
        yield "left", f"{_names(list(records))}: {why}", False
    if len(alignment.left) > len(left):
        yield "", f"and {len(alignment.left) - len(left)} more: -v shows all", False
    if alignment.untried:
        yield "budget", f"{some(alignment.untried, 'set')} of switches not tried: --budget gives more", False
    if alignment.env_file is not None:
        yield "start", f"docker run --env-file {line(alignment.env_file)} …", True
    if alignment.switches:
        yield "compose", "environment: {" + ", ".join(_quoted(alignment)) + "}", True
        yield (
            "k8s",
            "env: [" + ", ".join(f"{{name: {row.replace(': ', ', value: ', 1)}}}" for row in _quoted(alignment)) + "]",
            True,
        )
        yield "next", "commit these switches with the baseline, start both sides with them, and record it again", False
    yield "runs", f"{some(alignment.runs, 'run') or 'no run'} of the benchmark, {alignment.seconds:.0f} s", False


def _quoted(alignment: Alignment) -> list[str]:
    return [f'{name}: "{value}"' for name, value in alignment.switches.items() if name != CPUS]


def _names(records: list[LeftRecord]) -> str:
    return line(", ".join(f"{record.stage.partition('/')[2]}/{record.tensor}" for record in records), 600)


def cpuset(count: str) -> str:
    """Return the CPUs that a process is bound to, as Docker writes them."""
    return f"0-{int(count) - 1}" if int(count) > 1 else "0"

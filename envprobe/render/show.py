"""One document for a reader: what a baseline or a fingerprint says, on one screen."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..baseline import Baseline
from ..fact import WHOLE_SECTION, Known, Section, Unknown, Value
from ..fingerprint import Fingerprint
from ..numerics.trace import read_trace
from ..runs import Run
from ..spelling import line, safe, spell, spell_lines
from ..targets.address import shown
from . import Style
from .console import drawn, make_console
from .curve import draw
from .show_declared import declared_rows
from .show_run import run_rows
from .summary import left_out
from .text import unbroken

TRACE_INDENT = 11
HEADLINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("image", ("image.reference", "image.id", "image.digest", "image.floating")),
    ("python", ("python.implementation", "python.version", "python.kind")),
    (
        "packages",
        ("packages.tensorflow.version", "packages.keras.version", "packages.numpy.version", "packages.torch.version"),
    ),
    ("system", ("system.os", "system.libc", "system.architecture", "system.locale", "system.timezone")),
    ("cpu", ("cpu.model", "cpu.dispatch", "cpu.affinity", "cpu.quota")),
    ("gpu", ("gpu.count", "gpu.0.name", "gpu.driver")),
    ("cuda", ("cuda.built.tensorflow.cuda", "cuda.built.tensorflow.cudnn", "cuda.loaded.cudart", "cuda.loaded.cudnn")),
    ("numerics", ("numerics.onednn", "numerics.onednn_isa", "numerics.op_determinism", "numerics.keras.floatx")),
)
SHOWN_UNKNOWN = 12
WIDEST_LABEL = 40

Row: TypeAlias = tuple[str, str]


def show(document: Baseline | Fingerprint | Run, style: Style) -> str:
    """Return a baseline, a fingerprint or a run as one screen of text."""
    return _print(rows(document, style), style)


def rows(document: Baseline | Fingerprint | Run, style: Style) -> Iterator[Row]:
    """Yield what there is to say of a document as (label, words); an empty label goes on with the one before."""
    if isinstance(document, Run):
        yield from run_rows(document, style)
        yield from _fingerprint_rows(document.fingerprint, style)
    else:
        yield from _baseline_rows(document, style) if isinstance(document, Baseline) else _fingerprint_rows(document, style)


def grouped(rows: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Join the rows that go on with the one before: those without a label."""
    found: list[tuple[str, list[str]]] = []
    for label, words in rows:
        if label or not found:
            found.append((label, []))
        found[-1][1].append(words)
    return found


def show_baseline(baseline: Baseline, style: Style) -> str:
    """Return a baseline as one screen of text: what it is, then its facts, traces, rules and waivers."""
    return _print(_baseline_rows(baseline, style), style)


def _baseline_rows(baseline: Baseline, style: Style) -> Iterator[Row]:
    made = baseline.provenance
    yield "baseline", f"{line(baseline.name)} ({baseline.kind})"
    if baseline.description:
        yield "", safe(baseline.description)
    words = (shown(made.target) or made.source, made.recorded, made.envprobe and f"by envprobe {made.envprobe}")
    yield "from", " ".join(safe(word) for word in words if word)
    if baseline.fingerprint is not None:
        yield from _fingerprint_rows(baseline.fingerprint, style)
    if baseline.declared:
        yield from declared_rows(baseline, style)
    for name in sorted(baseline.traces):
        yield "trace", safe(name)
    for rule, severity in sorted(baseline.policy.items()):
        yield "policy", f"{safe(rule)} = {severity}"
    for waiver in baseline.waivers:
        yield "waiver", safe(f"{waiver.path} until {waiver.expires} by {waiver.owner}: {waiver.reason}")


def _fingerprint_rows(fingerprint: Fingerprint, style: Style) -> Iterator[Row]:
    yield "id", fingerprint.id
    if style.verbosity > 0:
        yield from _every_fact(fingerprint)
    else:
        yield from _headlines(fingerprint)
        yield from _first(_unknown(fingerprint), SHOWN_UNKNOWN, style)
    yield from _trace_rows(fingerprint, style)
    for sentence in left_out(fingerprint.skipped):
        yield "left out", sentence
    recorded = sum(len(section.known) + len(section.absent) for section in fingerprint.sections.values())
    unknown = sum(len(section.unknown) for section in fingerprint.sections.values())
    yield "facts", f"{recorded:,} recorded, {unknown:,} unknown, in {len(fingerprint.sections)} sections"


def _trace_rows(fingerprint: Fingerprint, style: Style) -> Iterator[tuple[str, str]]:
    if fingerprint.trace is None:
        return
    drawn = draw(read_trace(fingerprint.trace, "the benchmark"), style.width - TRACE_INDENT)
    yield from (("" if index else "trace", safe(row)) for index, row in enumerate(drawn))


def _headlines(fingerprint: Fingerprint) -> Iterator[Row]:
    for label, paths in HEADLINES:
        if label not in fingerprint.sections:
            continue
        words = [
            f"{path.partition('.')[2].removesuffix('.version')} {spell(fact, 60)}"
            for path in paths
            if isinstance(fact := fingerprint.get(path), Known)
        ]
        counted = _count(fingerprint, label)
        yield label, ", ".join([*([counted] if counted else []), *words]) or _said(fingerprint.sections[label])


def _said(section: Section) -> str:
    """Return what to say of a section that holds none of its headlines."""
    if section.known:
        return f"{len(section.known)} fact{'s' * (len(section.known) != 1)}: -v shows all"
    return "unknown" if section.unknown else "nothing found"


def _unknown(fingerprint: Fingerprint) -> list[Row]:
    return [
        ("unknown", line(f"{name}.{key}: {reason}", 300))
        for name, section in sorted(fingerprint.sections.items())
        for key, reason in sorted(section.unknown.items())
    ]


def _first(rows: list[Row], number: int, style: Style) -> Iterator[Row]:
    yield from rows if style.verbosity > 0 else rows[:number]
    if len(rows) > number and style.verbosity <= 0:
        yield "", f"and {len(rows) - number} more: -v shows all"


def _count(fingerprint: Fingerprint, name: str) -> str:
    if name != "packages":
        return ""
    installed = {key.partition(".")[0] for key in fingerprint.sections[name].known}
    changed = [key for key, value in _known(fingerprint, "integrity") if isinstance(value, dict)]
    return f"{len(installed)} installed" + (f", {len(changed)} with changed files ({_some(changed)})" if changed else "")


def _known(fingerprint: Fingerprint, name: str) -> list[tuple[str, Value]]:
    return sorted(fingerprint.sections[name].known.items()) if name in fingerprint.sections else []


def _some(keys: list[str]) -> str:
    return ", ".join(line(key, 60) for key in keys[:3]) + (", …" if len(keys) > 3 else "")


def _every_fact(fingerprint: Fingerprint) -> Iterator[Row]:
    for name, section in sorted(fingerprint.sections.items()):
        for key in sorted(section.keys()):
            for index, words in enumerate(spell_lines(section.get(key))):
                yield "" if index else line(f"{name}.{key}"), words
        if WHOLE_SECTION in section.unknown:
            yield line(f"{name}.{WHOLE_SECTION}"), spell(Unknown(section.unknown[WHOLE_SECTION]), 2000)


def _print(rows: Iterable[Row], style: Style) -> str:
    screen = io.StringIO()
    console = make_console(screen, style)
    if style.verbosity > 0:
        _print_unbroken(console, list(rows))
    else:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(style="bold", overflow="fold")
        grid.add_column(overflow="fold")
        for label, words in rows:
            grid.add_row(Text(label), Text(words))
        console.print(grid)
    return drawn(screen)


def _print_unbroken(console: Console, rows: list[Row]) -> None:
    """Print every row without a break inside of a word; a label that is wider than most has a line of its own."""
    width = min(max((len(label) for label, _ in rows), default=0), WIDEST_LABEL)
    for label, words in rows:
        if len(label) > width:
            console.print(Text(label, style="bold"), soft_wrap=True)
            label = ""
        for part in unbroken(words, console.width - width - 1):
            console.print(Text.assemble((f"{label:<{width}} ", "bold"), part), soft_wrap=True)
            label = ""

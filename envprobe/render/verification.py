"""A verification as text or JSON: the status first, then every reason, who signed, and what was not checked."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator

import msgspec
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..fact import canonical, in_utf8
from ..records.record import Experiment, Record
from ..records.trail import Material, materials
from ..spelling import cut, safe
from ..verification.verification import AlteredPart, Status, Verification
from . import Style
from .console import drawn, make_console
from .json import render as render_report
from .text import render as render_text

SCHEMA = "envprobe.verification/1"
COLORS = {Status.INTACT: "bold green", Status.ALTERED: "bold red", Status.MISSING: "bold yellow", Status.REFUSED: "bold yellow"}
INDENT = (0, 0, 0, 2)
LABEL_WIDTH = len("signed by")
BESIDE = "OUTPUTS CHANGED"
HEADLINE_BESIDE = "the report is as it was attached, files beside it are not the recorded ones"
HEADLINES = {
    Status.INTACT: "the report carries the record that was attached to it",
    Status.ALTERED: "this is not what was attached or signed",
    Status.MISSING: "there is nothing to verify",
    Status.REFUSED: "the record could not be accepted",
}


def text(verification: Verification, style: Style) -> str:
    """Return the verification for a reader, with the report against the baseline under it where one was asked for."""
    screen = io.StringIO()
    console = make_console(screen, style)
    status = verification.status
    is_beside = verification.altered == [AlteredPart.OUTPUTS] and verification.hint != ""  # and its signer is trusted
    label, headline = (BESIDE, HEADLINE_BESIDE) if is_beside else (status.value.upper(), HEADLINES[status])
    console.print(Text.assemble((label, COLORS[status]), f"  {safe(verification.report)}: {headline}"))
    for reason in verification.reasons:
        console.print(Padding(Text(safe(reason), overflow="fold"), INDENT))
    for line in verification.hint.splitlines():
        console.print(Padding(Text(safe(line), overflow="fold"), INDENT), style="cyan")
    if style.verbosity >= 0:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(style="dim", no_wrap=True, width=LABEL_WIDTH + 2)
        grid.add_column(overflow="fold")
        if verification.record is not None:  # left whole, to be copied
            line = str(verification.record.line)
            console.print(Text.assemble((f"  {'record':<{LABEL_WIDTH}} ", "dim"), line), soft_wrap=True)
        for label, words in _rows(verification):
            grid.add_row(f"  {label}", Text(words))
        console.print(grid)
    told = drawn(screen)
    return told if verification.comparison is None else f"{told}\n{render_text(verification.comparison, style)}"


def json(verification: Verification) -> str:
    """Return the verification as one JSON document; `comparison` is a report as `check --format json` writes it."""
    record, comparison = verification.record, verification.comparison
    body: dict[str, object] = {
        "schema": SCHEMA,
        "report": verification.report,
        "status": verification.status.value,
        "reasons": verification.reasons,
        "hint": verification.hint,
        "altered": [part.value for part in verification.altered],
        "notes": verification.notes,
        "signature": None if record is None else str(record.line),
        "record": None if record is None else record.digest,
        "fingerprint": None if record is None else record.fingerprint.id,
        "experiment": None if record is None else msgspec.to_builtins(record.experiment),
        "metrics": {} if record is None else record.metrics,
        "outputs": {} if record is None else {path: output.digest for path, output in record.outputs.items()},
        "model": None if record is None or record.model is None else record.model.digest,
        "materials": [] if record is None else msgspec.to_builtins(materials(record.fingerprint)),
        "checked_outputs": verification.checked_outputs,
        "signers": msgspec.to_builtins(verification.signers),
        "comparison": None if comparison is None else msgspec.json.decode(render_report(comparison)),
    }
    return msgspec.json.format(canonical(in_utf8(body)), indent=1).decode("ascii") + "\n"


def _rows(verification: Verification) -> Iterator[tuple[str, str]]:
    record = verification.record
    if record is not None:
        if record.model is not None:
            yield from _trail(record)
        if record.experiment is not None:
            yield "made by", _made(record.experiment)
        if record.metrics:
            yield "metrics", cut(", ".join(f"{name} {value}" for name, value in record.shown_metrics), 400)
        if record.outputs:
            yield "outputs", f"{verification.checked_outputs} of {len(record.outputs)} lie here with the recorded digest"
    for signer in verification.signers:
        yield "signed by", f"{safe(signer.name)} ({safe(signer.key)}), who says on {safe(signer.signed)}"
    if record is not None and not verification.signers:
        yield "signed by", "nobody who is trusted: whoever can edit the report could have attached another record"
    for note in verification.notes:
        yield "note", safe(note)


def _trail(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what a model is and was made of."""
    if record.model is not None:
        yield "model", f"{record.model.digest}, {record.model.size_bytes:,} bytes"
    yield from ((material.kind, safe(_spelled(material))) for material in materials(record.fingerprint))


def _spelled(material: Material) -> str:
    changed = ", with changed files" if material.changed else ""
    name = cut(material.name, 200)
    if material.kind == "code":
        return f"commit {cut(material.digest, 100)}{f' of {name}' if name else ''}{changed}"
    return f"{name}{'@' if material.kind == 'image' else ' '}{cut(material.digest, 100)}".lstrip("@ ")


def _made(experiment: Experiment) -> str:
    times = f", {experiment.attempts} times" if experiment.attempts > 1 else ""
    dirty = ", with changes that are in no commit" if experiment.patch else ""
    return safe(f"{cut(shlex.join(experiment.command), 300)} in {experiment.target}{times}{dirty}")

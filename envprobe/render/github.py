"""The report for a log of GitHub Actions: the verdict, and annotations as workflow commands. The step summary is Markdown's.

What came from a target stands only inside of a command's message, escaped as GitHub's toolkit does, so that it can neither end
the command nor begin another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..policy import Severity
from ..report import Report, Verdict
from . import Style
from .result import Result, results, trouble_words
from .summary import headline, verdict

SHOWN = 10
"""GitHub shows so many annotations of each kind of one step, and drops the rest without a word."""
COMMANDS = {Severity.FAIL: "error", Severity.WARN: "warning", Severity.NOTE: "notice"}
ESCAPED_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
ESCAPED_IN_PROPERTIES = {**ESCAPED_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def render(report: Report, style: Style) -> str:
    """Return the verdict in one line of our own words, and a command a line."""
    told = results(report, everything=style.verbosity > 0)
    kinds: dict[str, list[Result]] = {kind: [] for kind in COMMANDS.values()}
    for result in told:
        kinds[_kind(result)].append(result)
    lines = [f"{verdict(report)}  {headline(report)}"]
    for kind, members in kinds.items():
        lines += _annotations(kind, members, report)
    if report.verdict is Verdict.UNDETERMINED and not kinds["error"]:
        lines.append(command("error", headline(report), title="envprobe"))
    return "\n".join(lines) + "\n"


def trouble(message: str, hint: str) -> str:
    """Return the error that kept envprobe from telling, as one annotation."""
    return command("error", trouble_words(message, hint), title="envprobe could not tell") + "\n"


def command(kind: str, message: str, **properties: str) -> str:
    """Return one workflow command: `::error file=…,title=…::message`. Properties that are empty are left out."""
    told = ",".join(f"{name}={_escaped(value, ESCAPED_IN_PROPERTIES)}" for name, value in properties.items() if value)
    return f"::{kind} {told}::{_escaped(message, ESCAPED_IN_MESSAGES)}"


def _kind(result: Result) -> str:
    """Return the kind of annotation: what gates is an error whatever its severity, as with --strict."""
    return "error" if result.gates else COMMANDS.get(result.severity, "notice")


def _annotations(kind: str, members: list[Result], report: Report) -> Iterator[str]:
    shown = members if len(members) <= SHOWN else members[: SHOWN - 1]
    for result in shown:
        place = report.location
        number = place.line_of(result.paths) if place else 0
        yield command(
            kind,
            result.message,
            title=f"envprobe: {result.name}",
            file=place.file if place else "",
            line=str(number) if number else "",
        )
    if len(shown) < len(members):
        yield command(kind, f"and {len(members) - len(shown)} more: see the step's summary, or envprobe check", title="envprobe")


def _escaped(text: str, references: dict[str, str]) -> str:
    return "".join(references.get(letter, letter) for letter in text)

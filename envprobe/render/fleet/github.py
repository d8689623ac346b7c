"""A fleet for a log of GitHub Actions: an annotation a class that does not reproduce, and one a member out of reach."""

from __future__ import annotations

from ...fleet.report import FleetReport
from ...report import Verdict
from ...spelling import line
from .. import Style
from ..github import SHOWN, command
from ..summary import headline as class_headline
from .words import headline, names, why, wrong


def render(report: FleetReport, style: Style) -> str:
    """Return the verdict in one line, and a workflow command a finding; GitHub shows ten of a kind."""
    errors = [
        (f"{names(one, 6)}: {class_headline(one.report)}", one.verdict.value)
        for one in report.classes
        if one.verdict is not Verdict.REPRODUCES
    ]
    errors += [(f"{line(one.member)} {wrong(one)}", "unstable") for one in report.unstable]
    errors += [(f"{line(one.member)}: {line(one.reason, 400)}", "unreachable") for one in report.unreachable]
    warnings = [(f"{names(one, 6)}: {why(one)}", "outlier") for one in report.outliers]
    rows = [f"{report.verdict.value.upper()}  {headline(report)}"]
    for kind, members in (("error", errors), ("warning", warnings)):
        shown = members if len(members) <= SHOWN else members[: SHOWN - 1]
        rows += [command(kind, words, title=f"envprobe fleet: {title}") for words, title in shown]
        if len(shown) < len(members):
            rows.append(command(kind, f"and {len(members) - len(shown)} more: envprobe fleet check -v", title="envprobe fleet"))
    return "\n".join(rows) + "\n"

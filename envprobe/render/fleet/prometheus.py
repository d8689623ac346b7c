"""A fleet in the text format that Prometheus scrapes, by way of the node exporter's textfile collector or a push gateway."""

from __future__ import annotations

from ...fleet.report import FleetReport
from ...report import EXIT_STATUS, Verdict
from ...spelling import safe
from .. import Style

ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def render(report: FleetReport, style: Style) -> str:
    """Return gauges: members by verdict, classes, outliers, and of each member whether it reproduces. No times."""
    fleet = f'engine="{_escaped(report.engine)}",baseline="{_escaped(report.baseline)}"'
    counts = {verdict.value: report.count(verdict) for verdict in Verdict} | {"unreachable": len(report.unreachable)}
    outliers = {member for one in report.outliers for member in one.members}
    rows = _head("envprobe_fleet_status", "Exit status of the fleet: 0 reproduces, 1 differs, 2 could not tell.")
    rows.append(f"envprobe_fleet_status{{{fleet}}} {EXIT_STATUS[report.verdict]}")
    rows += _head("envprobe_fleet_members", "Members by verdict.")
    rows += [f'envprobe_fleet_members{{{fleet},verdict="{name}"}} {number}' for name, number in counts.items()]
    rows += _head("envprobe_fleet_classes", "Classes of identical members.")
    rows.append(f"envprobe_fleet_classes{{{fleet}}} {len(report.classes)}")
    rows += _head("envprobe_fleet_outliers", "Members that are unlike the majority of their numeric class.")
    rows.append(f"envprobe_fleet_outliers{{{fleet}}} {len(outliers)}")
    rows += _head("envprobe_fleet_unstable", "Members that compute otherwise when they are asked again.")
    rows.append(f"envprobe_fleet_unstable{{{fleet}}} {len({one.member for one in report.unstable})}")
    rows += _head("envprobe_fleet_member_status", "Exit status of a member; 2 where it is unreachable.")
    status = {member: EXIT_STATUS[one.verdict] for one in report.classes for member in one.members}
    status |= {one.member: EXIT_STATUS[Verdict.UNDETERMINED] for one in report.unreachable}
    rows += [f'envprobe_fleet_member_status{{{fleet},member="{_escaped(name)}"}} {status[name]}' for name in sorted(status)]
    return "\n".join(rows) + "\n"


def _head(name: str, words: str) -> list[str]:
    return [f"# HELP {name} {words}", f"# TYPE {name} gauge"]


def _escaped(value: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in safe(value))

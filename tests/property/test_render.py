"""Reports in every format, of environments that mean harm."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from envprobe.assess import assess
from envprobe.baseline.waiver import Waiver
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT
from envprobe.render import FORMATS, Style
from envprobe.render.show import show
from envprobe.report import Report, Verdict
from tests.property.environment import drifted, fingerprints, texts

few = settings(max_examples=40)  # a report is a large value to draw

styles = st.builds(Style, width=st.integers(1, 200), color=st.booleans(), verbosity=st.sampled_from([-1, 0, 1]))
words = texts.filter(lambda text: text.strip() != "")
"""A waiver that is read has an owner and a reason."""
waivers = st.lists(
    st.builds(
        Waiver,
        path=st.sampled_from(["packages.*", "cpu.*", "environment.?*", "gpu.*"]),
        owner=words,
        reason=words,
        expires=st.sampled_from(["2025-01-01", "2027-01-01"]),
    ),
    max_size=2,
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    expected, observed = draw(drifted())
    names, strict = (draw(texts), draw(texts)), draw(st.booleans())
    return assess(expected, observed, policy=DEFAULT, today=date(2026, 1, 1), waivers=draw(waivers), names=names, strict=strict)


def _controls(text: str) -> set[str]:
    return {letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}


@few
@given(reports(), styles)
def test_no_escapes_without_color(report: Report, style: Style) -> None:
    """Whatever a target says, text without colour and Markdown hold no control character but line ends."""
    plain = Style(width=style.width, color=False, verbosity=style.verbosity)
    assert not _controls(FORMATS["text"](report, plain))
    assert not _controls(FORMATS["markdown"](report, plain))


@few
@given(reports(), styles)
def test_color_adds_only_colors(report: Report, style: Style) -> None:
    """With colour the only escapes are those that set one; without them the text is the plain one."""
    colored = FORMATS["text"](report, Style(width=style.width, color=True, verbosity=style.verbosity))
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert not _controls(stripped)
    plain = FORMATS["text"](report, Style(width=style.width, color=False, verbosity=style.verbosity))
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


@few
@given(reports(), styles)
def test_every_format_says_the_verdict(report: Report, style: Style) -> None:
    """Every format says the same verdict, in every style."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", FORMATS["text"](report, style))
    assert text.startswith(report.verdict.value.upper())
    assert FORMATS["markdown"](report, style).startswith(f"## envprobe: {report.verdict.value}\n")
    assert json.loads(FORMATS["json"](report, style))["verdict"] == report.verdict.value


@few
@given(reports())
def test_json_holds_everything_once(report: Report) -> None:
    """JSON lists every difference and every unknown, and its consequences name differences that are there."""
    body = json.loads(FORMATS["json"](report, Style()))
    assert [item["path"] for item in body["differences"]] == [item.path for item in report.differences]
    assert [item["path"] for item in body["unknown"]] == [item.path for item in report.unknown]
    assert {item["because"] for item in body["differences"]} - {None} <= {item["path"] for item in body["differences"]}


@few
@given(reports(), st.sampled_from([-1, 0, 1]))
def test_markdown_tables_are_tables(report: Report, verbosity: int) -> None:
    """Every row of the table has as many cells as its head: nothing that a target says ends a cell or a line."""
    text = FORMATS["markdown"](report, Style(verbosity=verbosity))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({_cells(row) for row in rows}) <= 1
    assert len({_cells_after_any_backslash(row) for row in rows}) <= 1


def _cells(row: str) -> int:
    """Count as a parser does for which an escaped backslash escapes nothing."""
    return len(re.sub(r"\\.", "", row).split("|"))


def _cells_after_any_backslash(row: str) -> int:
    """Count as a parser does that looks only at the character before."""
    return len(re.split(r"(?<!\\)\|", row))


@few
@given(reports())
def test_a_screen_is_a_screen(report: Report) -> None:
    """Without -v a report stays within 80 columns but for one word that is longer, and -q within twelve lines, whatever differs."""
    assert len(FORMATS["text"](report, Style(verbosity=-1)).splitlines()) <= 12
    wide = [line for line in FORMATS["text"](report, Style(width=80)).splitlines() if cell_len(line) > 80]
    assert all(cell_len(max(line.split(), key=cell_len)) > 20 for line in wide)


@few
@given(fingerprints(), styles)
def test_a_fingerprint_is_shown(subject: Fingerprint, style: Style) -> None:
    """Any fingerprint can be shown, and without colour holds no control character but line ends."""
    assert not _controls(show(subject, Style(width=style.width, color=False, verbosity=style.verbosity)))


def test_verdicts_have_a_status() -> None:
    """Each verdict has one exit status, and only `reproduces` has 0."""
    from envprobe.report import EXIT_STATUS

    assert {verdict: EXIT_STATUS[verdict] for verdict in Verdict} == {
        Verdict.REPRODUCES: 0,
        Verdict.DIFFERS: 1,
        Verdict.UNDETERMINED: 2,
    }

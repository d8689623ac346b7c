"""The report for a pull request."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from envprobe.assess import assess
from envprobe.baseline.waiver import Waiver
from envprobe.policy import DEFAULT
from envprobe.render import Style
from envprobe.render.markdown import render
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint


def _render(changes: dict[str, Any], verbosity: int = 0, **given: Any) -> str:
    report = assess(
        fingerprint(),
        fingerprint(changes),
        policy=DEFAULT,
        today=date(2026, 1, 1),
        names=("base", "here"),
        prompt=Prompt(scheme="local"),
        **given,
    )
    return render(report, Style(verbosity=verbosity))


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        (" x ", "`  x  `"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a\\|<b>`", "<code>a&#92;&#124;&#60;b&#62;&#96;</code>"),
        ("a\nb\u202e", "`a\\nb\\u202e`"),
        ("[x](http://x.invalid)", "`[x](http://x.invalid)`"),
        ("", "`(empty)`"),
    ],
)
def test_values_are_code(value: str, quoted: str) -> None:
    """What came from a target is quoted so that no parser takes it for markup, a cell's end or a line's end."""
    row = next(line for line in _render({"environment.LANG": value}).splitlines() if line.startswith("| warn"))
    assert row.startswith(f"| warn | `environment.LANG` | `C.UTF-8` | {quoted} | ")


def test_four_alike_are_one_row() -> None:
    """Alike differences share a row with one command."""
    text = _render({f"packages.extra-{number}.version": "1.0" for number in range(4)})
    rows = [line for line in text.splitlines() if line.startswith("| warn")]
    assert len(rows) == 1
    assert "`packages: 4 added` |  | `extra-0 1.0, extra-1 1.0, extra-2 1.0, extra-3 1.0`" in rows[0]
    assert "`python3 -m pip uninstall -y extra-0 extra-1 extra-2 extra-3`" in rows[0]


def test_a_flood_fits_a_comment() -> None:
    """However much differs, a report without -v fits the 65,536 characters of a comment and says what is left out."""
    flood = {f"system.{'limits.' * 20}{number}": "x" * 500 for number in range(2000)}
    text = _render(flood)
    assert len(text) < 65_536
    assert "and 1940 more: `envprobe check -v` shows all" in text


def test_waivers_are_told() -> None:
    """A waived difference says until when, by whom and why, where notes are shown."""
    waiver = Waiver(path="cpu.*", owner="ana", reason="a *laptop*", expires="2026-06-30")
    assert "waived until 2026-06-30 by ana: a &#42;laptop&#42;" in _render({"cpu.affinity": 8}, verbosity=1, waivers=[waiver])
    assert "- 1 waived difference left out" in _render({"cpu.affinity": 8}, waivers=[waiver])

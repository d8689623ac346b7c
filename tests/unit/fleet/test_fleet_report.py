"""Classes, majorities and outliers, and the verdict of many."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from envprobe.baseline import Baseline
from envprobe.command.fleet import judged
from envprobe.command.source import Source
from envprobe.config import Config
from envprobe.fingerprint import Fingerprint
from envprobe.fleet.report import FleetReport
from envprobe.fleet.spool import Arrived, read_spool
from envprobe.probing.collect import Options
from envprobe.render import Style
from envprobe.render.fleet import FLEET_FORMATS
from envprobe.render.fleet.words import folded
from envprobe.render.sarif import SHOWN_RESULTS
from envprobe.report import Verdict
from tests.support.fleets import spread, write_spool
from tests.support.sample import fingerprint
from tests.support.schema import problems

SAME = fingerprint()
DRIFTED = fingerprint({"packages.numpy.version": "1.23.5"})
BLIND = fingerprint(unknown={"integrity.*": "no permission"}, without=("integrity.numpy",))
ELSEWHERE = fingerprint({"cpu.dispatch": "x86-64:avx2"})
HOSTILE = fingerprint({"packages.numpy.version": "\x1b[2J</script><b>|`x`\u202e", "environment.A;id": "x"})
BASELINE = Source(Baseline(name="tf", kind="recorded", fingerprint=SAME), "tf")


def _report(members: dict[str, Fingerprint], unreachable: dict[str, str] | None = None, strict: bool = False) -> FleetReport:
    arrived = Arrived()
    for name, found in members.items():
        arrived.answered(name, [found])
    arrived.unreachable = unreachable or {}
    options = Options(benchmark="off")
    return judged("file:x", BASELINE, arrived, config=Config(), options=options, strict=strict, today=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("members", "unreachable", "verdict"),
    [
        ([(3, SAME)], {}, Verdict.REPRODUCES),
        ([(3, SAME), (1, DRIFTED)], {}, Verdict.DIFFERS),
        ([(3, SAME), (1, BLIND)], {}, Verdict.UNDETERMINED),
        ([(3, SAME), (1, BLIND), (1, DRIFTED)], {}, Verdict.UNDETERMINED),
        ([(3, SAME)], {"x": "down"}, Verdict.UNDETERMINED),
        ([], {"x": "down"}, Verdict.UNDETERMINED),
        ([], {}, Verdict.UNDETERMINED),
    ],
)
def test_the_verdict_is_that_of_the_worst_member(members, unreachable, verdict) -> None:
    """Unreachable members are 2, and so is a fleet without any."""
    assert _report(spread(members), unreachable).verdict is verdict


def test_identical_machines_are_one_class() -> None:
    """However many there are: one id, one comparison."""
    report = _report(spread([(50, SAME), (2, DRIFTED)]))
    assert [(len(one.members), one.verdict) for one in report.classes] == [(2, Verdict.DIFFERS), (50, Verdict.REPRODUCES)]
    assert (report.members, report.answered) == (52, 52)


def test_an_outlier_is_named_with_what_differs() -> None:
    """Against the majority of its peers, whatever the baseline says: here most members are not what the baseline has."""
    report = _report(spread([(9, DRIFTED), (1, SAME)]))
    (outlier,) = report.outliers
    assert outlier.members == ("n10",) and outlier.verdict is Verdict.REPRODUCES
    assert [item.path for item in outlier.differs_in] == ["packages.numpy.version"]


@pytest.mark.parametrize("members", [[(2, SAME), (2, DRIFTED)], [(3, SAME), (2, DRIFTED)], [(9, SAME), (1, ELSEWHERE)]])
def test_who_has_no_majority_against_it_is_no_outlier(members) -> None:
    """Two halves, a large minority, and the only machine of another numeric class are classes, not outliers."""
    assert _report(spread(members)).outliers == []


def test_a_name_is_the_engine_s_whatever_a_member_says() -> None:
    """A fingerprint that calls itself another machine changes nothing in the report."""
    liar = msgspec.structs.replace(SAME, context={"host_name": "n2", "target": {"reference": "local://../../etc/passwd"}})
    assert _report({"n1": liar}).classes[0].members == ("n1",)


@pytest.mark.parametrize("clock", ["1970-01-01T00:00:00Z", "2106-02-07T06:28:15Z", "yesterday", ["x"]])
@pytest.mark.parametrize("form", FLEET_FORMATS)
def test_a_member_s_clock_changes_nothing(form: str, clock: object) -> None:
    """Years off, or no time at all: the same class, the same verdict, the same order."""
    members = spread([(3, SAME), (1, DRIFTED)])
    wrong = {name: msgspec.structs.replace(one, context={"time": clock}) for name, one in members.items() if name in ("n2", "n4")}
    right, skewed = _report(members), _report({**members, **wrong})
    assert FLEET_FORMATS[form](skewed, Style()) == FLEET_FORMATS[form](right, Style())


@pytest.mark.parametrize("form", FLEET_FORMATS)
def test_same_members_same_bytes(form: str) -> None:
    """In whatever order they arrived."""
    members = spread([(3, SAME), (2, DRIFTED), (1, HOSTILE), (1, BLIND)])
    there, back = (_report(dict(order), {"x": "down"}) for order in (members.items(), [*members.items()][::-1]))
    assert FLEET_FORMATS[form](there, Style()) == FLEET_FORMATS[form](back, Style())


@pytest.mark.parametrize("form", FLEET_FORMATS)
def test_what_a_member_says_is_escaped(form: str) -> None:
    """Control characters reach no terminal and no page, and markup is text."""
    text = FLEET_FORMATS[form](_report({"n\x1b[31m1": HOSTILE}, {"<b>": "\x1b]0;x\x07"}), Style(verbosity=1))
    if form not in ("json", "sarif"):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
    if form in ("html", "markdown"):
        assert "<b>" not in text.replace("\\<b\\>", "")


def test_json_fits_its_schema() -> None:
    """`envprobe.fleet/1`, with every member that the contract names."""
    report = _report(spread([(8, SAME), (2, DRIFTED), (1, BLIND)]), {"x": "down"})
    document = json.loads(FLEET_FORMATS["json"](report, Style()))
    assert problems("fleet/1", document) == []
    why = {one["member"]: one["why"] for one in document["outliers"]}
    assert why["n9"].startswith("packages.numpy.version 1.22.4 != 1.23.5")
    assert why["n11"].startswith("integrity.* unknown (no permission)")
    assert document["unreachable"] == [{"member": "x", "reason": "down"}]


def test_prometheus_reads_what_is_written() -> None:
    """A sample a line under its help and type, labels escaped."""
    text = FLEET_FORMATS["prometheus"](_report(spread([(2, SAME), (1, DRIFTED)], 'n"\\'), {"x\n": "down"}), Style())
    sample = re.compile(r'[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\[\\n"])*",?)+\} [0-9]+')
    assert all(row.startswith("# ") or sample.fullmatch(row) for row in text.splitlines())
    assert 'verdict="differs"} 1' in text and 'member="x\\\\n"} 2' in text


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["n1", "n2", "n3", "n7"], ["n[1-3,7]"]),
        (["n08", "n09", "n10"], ["n10", "n[08-09]"]),
        (["a", "b"], ["a", "b"]),
        (["r1-x", "r2-x"], ["r[1-2]-x"]),
        (["n1"], ["n1"]),
    ],
)
def test_names_are_folded(names: list[str], words: list[str]) -> None:
    """As clush and Slurm write them."""
    assert folded(names) == words


def test_ten_thousand_members_are_read_and_judged(tmp_path: Path) -> None:
    """40 classes and 200 outliers, of different kinds: each class one comparison, each outlier named, a page under 5 MB."""
    classes = [(245, fingerprint({"cpu.dispatch": f"x86-64:class{number}"})) for number in range(40)]
    odd = [
        (1, fingerprint({"cpu.dispatch": f"x86-64:class{number % 40}", "packages.six.version": f"2.{number}.0"}))
        for number in range(200)
    ]
    arrived = read_spool(write_spool(tmp_path / "s.jsonl", spread([*classes, *odd])))
    report = judged("file:x", BASELINE, arrived, config=Config(), options=Options(benchmark="off"), today=date(2026, 1, 1))
    assert (report.members, len(report.classes), len(report.outliers)) == (10_000, 240, 200)
    assert all(one.differs_in[0].path == "packages.six.version" for one in report.outliers)
    assert len(FLEET_FORMATS["html"](report, Style())) < 5 << 20


def test_what_a_format_leaves_out_is_said() -> None:
    """Of a class with more differences than it shows."""
    flood = fingerprint({f"packages.x{number}.version": "1" for number in range(SHOWN_RESULTS + 1)})
    report = _report({"a": flood}, strict=True)
    invocation = json.loads(FLEET_FORMATS["sarif"](report, Style()))["runs"][0]["invocations"][0]
    assert "more results left out: see envprobe fleet check -v" in invocation["toolExecutionNotifications"][-1]["message"]["text"]
    assert re.search(r"^and [0-9]+ more</", FLEET_FORMATS["junit"](report, Style()), re.MULTILINE)

"""Several reports of one fleet: which member changed when."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest
from werkzeug.test import Client

from envprobe.baseline import Baseline
from envprobe.command.fleet import judged
from envprobe.command.source import Source
from envprobe.config import Config
from envprobe.error import DocumentError
from envprobe.fingerprint import Fingerprint
from envprobe.fleet.spool import Arrived
from envprobe.probing.collect import Options
from envprobe.render.fleet.json import render
from envprobe.serve.app import Application
from envprobe.serve.catalogue import Catalogue
from envprobe.serve.drift import Comparisons
from envprobe.serve.entry import entry_id
from envprobe.serve.fleet_history import history
from envprobe.serve.guard import Guard
from envprobe.serve.saved_fleet import from_value
from tests.support.sample import fingerprint

SAME = fingerprint()
DRIFTED = fingerprint({"packages.numpy.version": "1.23.5"})
NOTED = fingerprint({"cpu.model": "another"})
BASELINE = Source(Baseline(name="tf", kind="recorded", fingerprint=SAME), "tf")


def _saved(members: dict[str, Fingerprint | str], engine: str = "ssh:lab") -> str:
    """Return a saved report; a text is why a member is unreachable."""
    arrived = Arrived()
    for name, found in members.items():
        if isinstance(found, Fingerprint):
            arrived.answered(name, [found])
        else:
            arrived.unreachable[name] = found
    return render(judged(engine, BASELINE, arrived, config=Config(), options=Options(benchmark="off"), today=date(2026, 1, 1)))


WEEKS = (
    {"n1": SAME, "n2": SAME, "n3": SAME, "n4": SAME},
    {"n1": SAME, "n2": DRIFTED, "n3": NOTED, "n4": SAME, "n5": SAME},
    {"n1": SAME, "n2": DRIFTED, "n3": NOTED, "n4": "no <route>", "n5": SAME},
)


def test_who_changed_and_when() -> None:
    """Another verdict, another fingerprint, out of reach, added: each at its time; who is as before is counted."""
    found = history([from_value(json.loads(_saved(week)), "x") for week in WEEKS])
    assert [row.member for row in found.rows] == ["n4", "n2", "n3", "n5"]
    words = {row.member: [cell.state.word for cell in row.cells] for row in found.rows}
    assert words["n2"] == ["reproduces", "differs", "differs"]
    assert words["n4"] == ["reproduces", "reproduces", "unreachable"]
    assert words["n5"] == ["not there", "reproduces", "reproduces"]
    assert (found.steady, found.left_out, found.moved) == (1, 0, (0, 3, 1))
    assert "packages.numpy.version" in found.rows[1].cells[1].state.why


def test_a_member_that_stands_there_twice_is_refused() -> None:
    """One of the two would be dropped."""
    value = json.loads(_saved(WEEKS[0]))
    value["unreachable"] = [{"member": "n1", "reason": "?"}]
    with pytest.raises(DocumentError, match="stands there twice"):
        from_value(value, "x")


def test_the_page_of_a_fleet(tmp_path: Path) -> None:
    """Reports of one engine, oldest first, whatever their files are called; another engine's are not among them."""
    for number, week in enumerate(WEEKS):
        file = tmp_path / f"{9 - number}.json"
        file.write_text(_saved(week))
        os.utime(file, (1_800_000_000 + number * 604_800,) * 2)
    (tmp_path / "other.json").write_text(_saved(WEEKS[0], "slurm:gpu"))
    (tmp_path / "bad.json").write_text(_saved(WEEKS[0]).replace('"verdict"', '"verdct"'))
    catalogue = Catalogue(tmp_path)
    browser = Client(Application(catalogue, Comparisons(catalogue, Config()), Guard()))
    timeline = browser.get("/?kind=fleet").text
    assert timeline.count('class="sort fleet"') == 4 and "ssh:lab against tf" in timeline
    assert "bad.json" in browser.get("/?kind=faulty").text
    page = browser.get(f"/document?id={entry_id('7.json')}").text
    assert page.index("2027-01-15") < page.index("2027-01-22") < page.index("2027-01-29")
    assert "slurm:gpu" not in page and "3 reports of this fleet" in page
    assert "unreachable: no &lt;route&gt;" in page and "1 member is as it was" in page
    alone = browser.get(f"/document?id={entry_id('other.json')}").text
    assert "There is one report of this fleet" in alone

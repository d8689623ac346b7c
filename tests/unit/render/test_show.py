"""One document for a reader."""

from __future__ import annotations

import re

from envprobe.baseline import Baseline, Provenance
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.render import Style
from envprobe.render.show import show
from tests.support.sample import FACTS, fingerprint


def test_a_fingerprint_on_one_screen() -> None:
    """A fingerprint says what it is in a few lines: its id whole, the headlines, what is unknown, how many facts."""
    subject = fingerprint(
        {"integrity.six": {"missing": ["six.py"]}}, unknown={"gpu.*": "nvidia-smi hangs"}, skipped={"stdlib.*": "asked"}
    )
    lines = show(subject, Style()).splitlines()
    assert lines[0] == f"id       {subject.id}"
    assert "python   implementation cpython, version 3.9.2" in lines
    assert "packages 3 installed, 1 with changed files (six), tensorflow 2.9.0, numpy 1.22.4" in lines
    assert "gpu      unknown" in lines
    assert "unknown  gpu.*: nvidia-smi hangs" in lines
    assert "left out stdlib: asked" in lines
    assert lines[-1] == "facts    17 recorded, 1 unknown, in 8 sections"
    assert all(len(line) <= 80 for line in lines)


def test_every_fact() -> None:
    """-v shows every fact, those that are absent among them."""
    text = show(fingerprint(absent=("python.sitecustomize",), unknown={"cpu.model": "masked"}), Style(width=140, verbosity=1))
    rows = dict(re.split(r" +", line, maxsplit=1) for line in text.splitlines())
    assert FACTS.keys() | {"python.sitecustomize", "cpu.model"} <= rows.keys()
    assert (rows["python.sitecustomize"], rows["cpu.model"]) == ("absent", "unknown: masked")


def test_a_flood_of_unknowns_is_cut() -> None:
    """Of many unknowns the first are shown, and how many more there are."""
    text = show(fingerprint(unknown={f"gpu.{number}.name": "hidden" for number in range(40)}), Style())
    assert text.count("\nunknown") == 12
    assert "and 28 more: -v shows all" in text


def test_baselines() -> None:
    """A baseline says what it is, where it comes from, what it expects and what somebody waived."""
    recorded = Baseline(
        name="tf",
        kind="recorded",
        description="the team's image",
        fingerprint=fingerprint(),
        policy={"cpu.*": "note"},
        waivers=[Waiver(path="gpu.*", owner="ana", reason="old cards", expires="2026-06-30")],
        provenance=Provenance(recorded="2026-01-01T00:00:00Z", envprobe="0.1.0", target="docker://trainer"),
    )
    text = show(recorded, Style(width=140))
    assert text.splitlines()[:3] == [
        "baseline tf (recorded)",
        "         the team's image",
        "from     docker://trainer 2026-01-01T00:00:00Z by envprobe 0.1.0",
    ]
    assert "policy   cpu.* = note" in text
    assert "waiver   gpu.* until 2026-06-30 by ana: old cards" in text
    declared = Baseline(
        name="pins", kind="declared", declared={f"packages.p{n:02}.version": Declaration(specifier="==1") for n in range(50)}
    )
    assert "p15      ==1" in show(declared, Style())
    assert "and 34 more: -v shows all" in show(declared, Style())
    assert "p49      ==1" in show(declared, Style(verbosity=1))

"""The report that scripts read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from envprobe.assess import assess
from envprobe.baseline.waiver import Waiver
from envprobe.policy import DEFAULT
from envprobe.render.json import render
from envprobe.targets.prompt import Prompt
from tests.support.sample import fingerprint


def _render(changes: dict[str, Any], **given: Any) -> dict[str, Any]:
    observed = fingerprint(changes, unknown=given.pop("unknown", None))
    report = assess(
        fingerprint(),
        observed,
        policy=DEFAULT,
        today=date(2026, 1, 1),
        names=("base", "here"),
        prompt=Prompt(scheme="local"),
        **given,
    )
    body: dict[str, Any] = json.loads(render(report))
    return body


def test_the_contract() -> None:
    """The members that scripts rely on are there, under these names and with these meanings."""
    body = _render(
        {"packages.numpy.version": "1.23.5", "packages.numpy.record": "sha256:" + "2" * 64}, unknown={"cpu.quota": "masked"}
    )
    assert body["schema"] == "envprobe.report/1"
    assert body["verdict"] == "differs"
    assert (body["expected"]["name"], body["observed"]["name"]) == ("base", "here")
    assert body["expected"]["id"] == fingerprint().id
    consequence, root = body["differences"]  # by path, where equally severe
    assert (root["path"], root["kind"], root["severity"]) == ("packages.numpy.version", "upgraded", "fail")
    assert (root["expected"], root["observed"], root["because"]) == ("1.22.4", "1.23.5", None)
    assert (root["why"], root["fix"]) == ("another version is other code", "python3 -m pip install numpy==1.22.4")
    assert consequence["because"] == "packages.numpy.version"
    assert body["unknown"] == [{"path": "cpu.quota", "reason": "masked", "severity": "warn"}]
    assert body["trace"] == {"verdict": "not-compared", "first_divergence": None}
    assert body["outputs"] == []


def test_values_keep_their_types() -> None:
    """A value is the JSON value that it was, absence is null."""
    by_path = {
        item["path"]: item
        for item in _render({"numerics.onednn": 1, "environment.X": "", "cpu.affinity": [1, {"a": False}]})["differences"]
    }
    assert (by_path["numerics.onednn"]["expected"], by_path["numerics.onednn"]["observed"]) == (True, 1)
    assert (by_path["environment.X"]["expected"], by_path["environment.X"]["observed"]) == (None, "")
    assert by_path["cpu.affinity"]["observed"] == [1, {"a": False}]


def test_waivers_are_told() -> None:
    """A waived difference names its waiver in full."""
    waiver = Waiver(path="cpu.*", owner="ana", reason="laptop", expires="2026-06-30")
    (difference,) = _render({"cpu.affinity": 8}, waivers=[waiver])["differences"]
    assert difference["severity"] == "note"
    assert difference["waiver"] == {"path": "cpu.*", "owner": "ana", "reason": "laptop", "expires": "2026-06-30"}

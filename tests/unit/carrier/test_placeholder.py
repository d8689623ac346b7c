from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from envprobe.command.report import attach, verify
from envprobe.error import UsageError
from envprobe.verification.verification import Status
from tests.support.attached import PREDICTIONS, RECORD

SEVERAL = msgspec.structs.replace(RECORD, metrics={"out/m.json:acc_1": "0.94,0.95", "out/m.json:loss[9]": "0.123456789"})


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("r.md", "acc {{out/m.json:acc_1}}, loss {{ out/m.json:loss[9] }}.", "acc 0.9450 ± 0.0071 (n=2), loss 0.1235."),
        ("r.md", "loss {{out/m.json:loss}}, {{out/m.json:loss[last]}}.", "loss 0.1235, 0.1235."),
        ("r.html", "<p>{{out/m.json:acc_1}}</p>", "<p>0.9450 &#177; 0.0071 (n=2)</p>"),
        ("r.tex", "acc {{out/m.json:acc\\_1}}", "acc 0.9450 $\\pm$ 0.0071 (n=2)"),
        ("r.md", "{{ page.title | default: 'x' }} {{x}} {{ a:b|c }}", "{{ page.title | default: 'x' }} {{x}} {{ a:b|c }}"),
    ],
)
def test_recorded_numbers_are_filled_in(name: str, before: str, after: str, tmp_path: Path) -> None:
    """As the table shows them, in the format's own spelling; other templates' braces stay."""
    path = tmp_path / name
    path.write_text(before)
    (tmp_path / "predictions.csv").write_bytes(PREDICTIONS)
    done = attach(SEVERAL, path)
    assert path.read_text().startswith(after)
    assert done.filled == before.count("{{out") + before.count("{{ out")
    assert verify(path).status is Status.INTACT


def test_a_notebook_s_text_is_filled_in(tmp_path: Path) -> None:
    """In the JSON of its cells."""
    path = tmp_path / "r.ipynb"
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["acc {{out/m.json:acc_1}}"]}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    attach(SEVERAL, path)
    assert json.loads(path.read_text())["cells"][0]["source"] == ["acc 0.9450 ± 0.0071 (n=2)"]


def test_a_copy_keeps_the_template(tmp_path: Path) -> None:
    """With --output the report with its places is there for the next run."""
    path, copy = tmp_path / "template.md", tmp_path / "r.md"
    path.write_text("{{out/m.json:acc_1}}")
    attach(SEVERAL, path, output=copy)
    assert path.read_text() == "{{out/m.json:acc_1}}"
    assert copy.read_text().startswith("0.9450")


def test_places_without_a_number_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    """A slip of the pen is found before the report is sent."""
    path = tmp_path / "r.md"
    path.write_text("{{out/m.json:acc_2}} {{out/m.json:acc_1}} {{other.json:x}}")
    with pytest.raises(UsageError) as trouble:
        attach(SEVERAL, path)
    assert "{{out/m.json:acc_2}}, {{other.json:x}}: no recorded metric" in trouble.value.message
    assert "did you mean out/m.json:acc_1" in trouble.value.hint
    assert "envprobe:begin" not in path.read_text()

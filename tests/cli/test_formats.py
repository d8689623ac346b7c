"""What the commands really print, on this machine, is what the published schemas say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envprobe import cli, schemas
from tests.support.attached import REPORTS
from tests.support.schema import problems

HERE = f"local://{sys.executable}"
FAST = ["--no-benchmark", "--no-integrity"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this interpreter's fingerprint, training run included, a baseline of it, and a recorded experiment."""
    folder = tmp_path_factory.mktemp("desk")
    program = "import json; json.dump({'loss': 0.5}, open('out.json', 'w'))"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert cli.main(["probe", HERE, "--no-integrity", "--output", "me.json"]) == 0
        assert cli.main(["record", "file://me.json", "--output", "base.json"]) == 0
        assert cli.main(["run", "--outputs", "out.json", "--output", "run.json", *FAST, "--", sys.executable, "-c", program]) == 0
        assert cli.main(["probe", "--pack", "probe.pyz"]) == 0
    return folder


@pytest.fixture(autouse=True)
def _at_the_desk(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(desk)
    capsys.readouterr()


def test_what_is_written_fits(desk: Path) -> None:
    """A fingerprint with its training run, a baseline of it, and a run."""
    assert problems("fingerprint/2", (desk / "me.json").read_bytes()) == []
    assert problems("trace/1", json.loads((desk / "me.json").read_bytes())["trace"]) == []
    assert problems("baseline/1", (desk / "base.json").read_bytes()) == []
    assert problems("run/1", (desk / "run.json").read_bytes()) == []


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["check", "file://me.json", "--baseline", "base.json"], 0),
        (["check", HERE, "--baseline", "base.json", *FAST], 0),
        (["diff", "tensorflow-2.9.0", "me.json"], 1),
        (["check", "--run", "run.json", "--baseline", "run.json"], 0),
    ],
    ids=lambda value: value[0] + value[1][:9] if isinstance(value, list) else None,
)
def test_reports_fit(argv: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the verdict, with a trace and with outputs."""
    assert cli.main([*argv, "--format", "json"]) == status
    assert problems("report/1", capsys.readouterr().out) == []


def test_a_verification_fits(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a report with the run's record, against the baseline."""
    report = Path(shutil.copy(REPORTS / "bare" / "report.md", desk / "report.md"))
    assert cli.main(["attach", "run.json", str(report)]) == 0
    capsys.readouterr()
    cli.main(["verify", str(report), "--baseline", "base.json", "--format", "json"])
    said = capsys.readouterr().out
    assert problems("verification/1", said) == []
    assert json.loads(said)["comparison"]["schema"] == "envprobe.report/1"


def test_the_probe_by_itself_fits(desk: Path, tmp_path: Path) -> None:
    """What a colleague without envprobe sends back."""
    subprocess.run([sys.executable, desk / "probe.pyz", *FAST, "--output", tmp_path / "answer.json"], check=True)
    assert problems("answer/1", (tmp_path / "answer.json").read_bytes()) == []


def test_schema_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    """`envprobe schema` lists every document; with a name it prints that schema, byte for byte."""
    assert cli.main(["schema"]) == 0
    assert capsys.readouterr().out.split() == schemas.names()
    assert cli.main(["schema", "report"]) == 0
    assert capsys.readouterr().out == schemas.text("report/1")

"""Where a report goes besides stdout: files in other formats, the summary of a step, and trouble where a CI system looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.cli import option
from envprobe.cli.step_summary import LIMIT_BYTES
from tests.support.published import read_junit, read_sarif
from tests.support.repository import make_repository

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose check differs, in a step of no CI system."""
    make_repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a runner names for the step's summary."""
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def test_several_formats_of_one_check(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One probe, one comparison: text in the log, and the same verdict in every file, without colour."""
    arguments = [
        "check",
        "--color",
        "auto",
        "--also",
        "junit=out/junit.xml",
        "--also",
        "json=out/report.json",
        "--also",
        "sarif=s.sarif",
    ]
    assert cli.main(arguments) == 1
    assert capsys.readouterr().out.startswith("DIFFERS  1 failure")
    assert json.loads((repository / "out/report.json").read_bytes())["verdict"] == "differs"
    assert read_junit((repository / "out/junit.xml").read_text("utf-8")).get("failures") == "1"
    (result,) = read_sarif((repository / "s.sarif").read_text("utf-8"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    row = (repository / place["artifactLocation"]["uri"]).read_text().splitlines()[place["region"]["startLine"] - 1]
    assert row.strip() == '"numpy.version": "1.22.4",'


def test_files_are_written_for_a_reader_who_has_gone(repository: Path, summary: Path) -> None:
    """`envprobe check --also … | head -1` leaves whole files, as the same without `| head -1`."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "envprobe", "check", "--format", "github", "--also", "json=report.json"]
    done = subprocess.run(command, stdout=write, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    os.close(write)
    assert done.returncode == 2
    assert json.loads((repository / "report.json").read_bytes())["verdict"] == "differs"
    assert "## envprobe: differs" in summary.read_text("utf-8")


def test_a_copy_that_cannot_be_written_costs_no_report(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check was made, so its report is shown, and the status says that not all was done."""
    assert cli.main(["check", "--also", "json=envprobe.toml/report.json"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("DIFFERS")
    assert "envprobe.toml/report.json: cannot be written" in said.err


def test_trouble_that_cannot_be_told_is_said_with_its_cause(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where not even the file for trouble can be written, both are said."""
    assert cli.main(["check", "file://gone.json", "--also", "junit=envprobe.toml/junit.xml"]) == 2
    said = capsys.readouterr().err
    assert "gone.json: No such file" in said
    assert "envprobe.toml/junit.xml: cannot be written" in said


@pytest.mark.parametrize("form", [*option.FORMATS])
def test_a_name_that_is_not_utf_8_is_told_in_every_format(form: str, repository: Path) -> None:
    """Old file names are bytes of another encoding: the verdict is as with any name, in UTF-8."""
    name = Path(os.fsdecode(b"baselines/\xff.json"))
    (repository / "baselines" / "tf.json").rename(name)
    assert cli.main(["diff", str(name), "drifted.json", "--format", form, "--output", "report"]) == 1
    (repository / "report").read_text("utf-8")


@pytest.mark.parametrize("value", ["junit", "=x", "xml=x", "junit="])
def test_a_copy_needs_a_format_and_a_file(value: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not FORMAT=FILE is an error of usage before anything is probed."""
    assert cli.main(["check", "--also", value]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("options", ["--also json=a --also junit=./a", "--output a --also json=a", "--also json=a --output a"])
def test_two_reports_are_not_written_to_one_file(options: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second would replace the first without a word."""
    assert cli.main(["check", *options.split()]) == 2
    assert "two reports cannot be one file" in capsys.readouterr().err
    assert not Path("a").exists()


def test_the_summary_is_the_markdown_report(repository: Path, summary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a step the report is appended to its summary, behind what is there; the log has the annotations."""
    assert cli.main(["check", "--format", "github"]) == 1
    assert summary.read_text("utf-8").startswith("before\n## envprobe: differs\n")
    assert "::error title=envprobe%3A packages.numpy.version,file=baselines/tf.json,line=" in capsys.readouterr().out
    assert cli.main(["check", "--format", "markdown"]) == 1
    assert summary.read_text("utf-8").count("## envprobe") == 1


def test_outside_of_a_step_there_is_no_summary(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The format needs no runner: without a summary's file it is annotations alone."""
    assert cli.main(["check", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("DIFFERS")


@pytest.mark.parametrize(("room", "ending"), [(300, "The rest does not fit"), (10, "x")])
def test_a_full_summary_is_not_overflowed(room: int, ending: str, repository: Path, summary: Path) -> None:
    """The runner drops a summary of more than one MiB whole, so what does not fit is cut to the verdict, or left out."""
    summary.write_text("x" * (LIMIT_BYTES - room))
    assert cli.main(["check", "--format", "github"]) == 1
    assert summary.stat().st_size <= LIMIT_BYTES
    assert summary.read_text("utf-8").rstrip().rpartition("\n")[2].startswith(ending)


def test_a_summary_that_cannot_be_written_is_trouble(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody would see the verdict where it was asked for, so the check did not do its work."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "no" / "such" / "folder"))
    assert cli.main(["check", "--format", "github"]) == 2
    assert "the step's summary cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check file://gone.json", "diff tf gone.json"])
def test_trouble_is_told_where_a_ci_system_looks(
    command: str, repository: Path, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that could not be made leaves an error in every file of a CI system, and its status and message as ever."""
    arguments = ["--format", "github", "--also", "junit=junit.xml", "--also", "sarif=s.sarif", "--also", "json=report.json"]
    assert cli.main([*command.split(), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("::error title=envprobe could not tell::")
    assert "gone" in said.err
    assert read_junit((repository / "junit.xml").read_text("utf-8")).get("errors") == "1"
    assert read_sarif((repository / "s.sarif").read_text("utf-8"))["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "## envprobe: could not tell" in summary.read_text("utf-8")
    assert not (repository / "report.json").exists()


def test_trouble_of_a_text_report_is_only_on_stderr(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without such a format stdout stays empty."""
    assert cli.main(["check", "file://gone.json"]) == 2
    assert capsys.readouterr().out == ""

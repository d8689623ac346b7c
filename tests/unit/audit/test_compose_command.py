"""`docker compose -f A -f B` as what is audited."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.audit.compose_command import ComposeCommand, read_compose_command
from envprobe.audit.report import AuditReport, AuditVerdict
from envprobe.audit.settings import AuditSettings
from envprobe.command.audit import doctor

BASE = """\
services:
  lab:
    image: tensorflow/tensorflow:${TAG:-latest}-jupyter
    privileged: true
    ports: ["8888:8888"]
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - ./notebooks:/tf/notebooks
"""
SAFE = """\
services:
  lab:
    image: tensorflow/tensorflow:2.9.0-jupyter
    privileged: !reset null
    ports: !override
      - "127.0.0.1:8888:8888"
    volumes:
      - {type: volume, source: none, target: /var/run/docker.sock}
"""


def _audit(line: str) -> AuditReport:
    return doctor([line], settings=AuditSettings())


def _found(report: AuditReport) -> list[tuple[str | None, int | None, str]]:
    return [(one.file, one.line, one.rule) for one in report.findings if one.severity != "note"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("docker compose -f a.yml -fb.yml --profile gpu logs -f lab", ComposeCommand(files=("a.yml", "b.yml"))),
        ("sudo docker --context far compose --file=a.yml up -d", ComposeCommand(files=("a.yml",))),
        ("docker-compose --env-file x.env --project-directory p up", ComposeCommand(env_files=("x.env",), folder="p")),
        ("podman compose up", ComposeCommand()),
        ("docker run -f a.yml compose", None),
    ],
)
def test_a_command_line_says_its_files(line: str, found: ComposeCommand | None) -> None:
    """Options count before the verb alone: behind it `-f` follows a log."""
    assert read_compose_command(line) == found


def test_files_are_merged_as_compose_merges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the later file mends is right, the other order is not, and a finding stands where the words stand."""
    monkeypatch.chdir(tmp_path)
    Path("base.yml").write_text(BASE)
    Path("safe.yml").write_text(SAFE)
    assert _found(_audit("docker compose -f base.yml -f safe.yml up -d")) == []
    rules = [("base.yml", 3, "pin.image"), ("base.yml", 4, "privilege"), ("base.yml", 7, "docker.sock")]
    assert set(rules) <= set(_found(_audit("docker compose -f safe.yml -f base.yml up -d")))


def test_the_usual_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `-f` the usual name with its override, or what COMPOSE_FILE of `.env` names."""
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(BASE)
    Path("compose.override.yml").write_text(SAFE)
    assert _found(_audit("docker compose up")) == []
    Path("gpu.yml").write_text("services:\n  lab:\n    privileged: true\n")
    Path(".env").write_text("COMPOSE_FILE=compose.override.yml,gpu.yml\nCOMPOSE_PATH_SEPARATOR=,\n")
    assert ("gpu.yml", 3, "privilege") in _found(_audit("docker compose up"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker compose up", "no compose.yaml"),
        ("docker compose -f base.yml -f lost.yml up", "lost.yml: cannot be read: No such file"),
    ],
)
def test_a_project_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: str) -> None:
    """A line whose files are missing is never taken for clean."""
    monkeypatch.chdir(tmp_path)
    Path("base.yml").write_text(BASE)
    report = _audit(line)
    assert report.verdict is AuditVerdict.UNDETERMINED
    assert words in report.unread[0].reason

"""Compose projects of several files: `include` and `extends`, and what cannot be followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.audit.report import AuditReport, AuditVerdict
from envprobe.audit.settings import AuditSettings
from envprobe.command.audit import doctor

TRAINER = """\
services:
  trainer:
    extends:
      file: common/gpu.yml
      service: gpu-job
    command: python train.py --epochs 20
    volumes:
      - ./data:/data:ro
      - ./runs:/work/runs
"""
GPU_JOB = """\
services:
  gpu-job:
    extends: job
    deploy:
      resources:
        reservations:
          devices:
            - {driver: nvidia, count: 1, capabilities: [gpu]}
  job:
    image: tensorflow/tensorflow:${TF_TAG:-latest-gpu}
    working_dir: /work
    shm_size: 8gb
    privileged: true
"""


def _write(folder: Path, **texts: str) -> Path:
    """Write files below a folder that is a Git repository; `__` in a name is a folder, and each ends in .yml."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "compose.yml"


def _audit(path: Path) -> AuditReport:
    return doctor([path], settings=AuditSettings())


def _serious(report: AuditReport, folder: Path) -> list[tuple[str, int | None, str]]:
    return [
        (Path(one.file or "").relative_to(folder).as_posix(), one.line, one.rule)
        for one in report.findings
        if one.severity == "fail"
    ]


def _faults(report: AuditReport) -> list[str]:
    assert report.verdict is AuditVerdict.UNDETERMINED
    return [f"{Path(one.file).name}: {one.reason}" for one in report.unread]


def test_extends_of_another_file_is_followed(tmp_path: Path) -> None:
    """What a service has from another file is found at that file's line, also where that file extends within itself."""
    report = _audit(_write(tmp_path, compose=TRAINER, common__gpu=GPU_JOB))
    assert _serious(report, tmp_path) == [("common/gpu.yml", 10, "pin.image"), ("common/gpu.yml", 13, "privilege")]
    assert not report.unread


def test_what_a_service_sets_wins_over_what_it_extends(tmp_path: Path) -> None:
    """A service that mends what its base gets wrong is right, as Compose starts it."""
    mended = TRAINER + "    image: tensorflow/tensorflow:2.9.0-gpu\n    privileged: false\n"
    assert _serious(_audit(_write(tmp_path, compose=mended, common__gpu=GPU_JOB)), tmp_path) == []


def test_an_included_file_is_judged_with_its_own_variables(tmp_path: Path) -> None:
    """Its `.env` holds for it, under that of the project; one that is nested is found from its own folder."""
    compose = _write(
        tmp_path,
        compose="include:\n  - notebook/compose.yml\n  - path: [db/base.yml, db/local.yml]\n    project_directory: .\nservices:\n  api:\n    image: team/api:1.4.0\n",
        notebook__compose="include: [parts/lab.yml]\n",
        notebook__parts__lab="services:\n  lab:\n    image: tensorflow/tensorflow:${TAG}\n    command: python -c 1\n",
        db__base="services:\n  db:\n    image: postgres:16.3\n",
        db__local="services:\n  db:\n    privileged: true\n",
    )
    (tmp_path / "notebook" / "parts" / ".env").write_text("TAG=latest\n")
    report = _audit(compose)
    assert _serious(report, tmp_path) == [("db/local.yml", 3, "privilege"), ("notebook/parts/lab.yml", 3, "pin.image")]
    (tmp_path / ".env").write_text("TAG=2.9.0\n")
    assert _serious(_audit(compose), tmp_path) == [("db/local.yml", 3, "privilege")]


def test_an_override_is_laid_over_what_is_included(tmp_path: Path) -> None:
    """What the override sets for a service of an included file holds, and stands at the override's line."""
    _write(
        tmp_path,
        compose="include: [db.yml]\nservices: {}\n",
        db="services:\n  db: {image: 'postgres:16.3'}\n",
    )
    (tmp_path / "compose.override.yml").write_text("services:\n  db:\n    privileged: true\n")
    report = _audit(tmp_path / "compose.yml")
    assert _serious(report, tmp_path) == [("compose.override.yml", 3, "privilege")]


def test_a_file_of_two_projects_is_reported_once(tmp_path: Path) -> None:
    """A folder with a shared file and those who extend it has each finding once, so `--fix` applies it once."""
    _write(tmp_path, compose=TRAINER, common__gpu=GPU_JOB, docker__compose=TRAINER.replace("common", "../common"))
    assert [row[2] for row in _serious(doctor([tmp_path], settings=AuditSettings()), tmp_path)] == ["pin.image", "privilege"]


@pytest.mark.parametrize(
    ("texts", "faults"),
    [
        (
            {"compose": "include: [b.yml]\n", "b": "services: {}\ninclude:\n  - c.yml\n", "c": "include: [b.yml]\n"},
            ["c.yml: line 1: include: a circle: {0}/b.yml → {0}/c.yml → {0}/b.yml"],
        ),
        (
            {"compose": "services: {}\ninclude: [compose.yml]\n"},
            ["compose.yml: line 2: include: a circle: {0}/compose.yml → {0}/compose.yml"],
        ),
        (
            {
                "compose": "services:\n  a:\n    extends: {file: b.yml, service: b}\n",
                "b": "services:\n  b:\n    extends: {file: compose.yml, service: a}\n",
            },
            ["b.yml: line 3: extends: a circle: a ({0}/compose.yml) → b ({0}/b.yml) → a ({0}/compose.yml)"],
        ),
        (
            {"compose": "services:\n  a:\n    extends: {file: b.yml, service: c}\ninclude:\n- lost.yml\n", "b": "services: {}\n"},
            ["compose.yml: line 3: extends: b.yml has no service 'c'", "compose.yml: line 5: include: lost.yml: no such file"],
        ),
        (
            {
                "compose": "include:\n- ../out.yml\n- /etc/hosts\n- link.yml\n- oci://docker.io/team/stack\n- '${WHERE}/x.yml'\n- \"a\\0b\"\n"
            },
            [
                "compose.yml: line 2: include: ../out.yml: outside of this repository, which is as far as is read",
                "compose.yml: line 3: include: /etc/hosts: outside of this repository, which is as far as is read",
                "compose.yml: line 4: include: link.yml: outside of this repository, which is as far as is read",
                "compose.yml: line 5: include: oci://docker.io/team/stack: lies elsewhere, and nothing is fetched",
                "compose.yml: line 6: include: ${{WHERE}}/x.yml: nobody here knows the variable; set it in .env",
                "compose.yml: line 7: include: 'a\\x00b': cannot be a file's name here",
            ],
        ),
        (
            {"compose": "services: {a: {image: x:1.2.3}}\ninclude:\n- broken.yml\n", "broken": "services: {a: [\n"},
            ["compose.yml: line 3: include: {0}/broken.yml: not YAML at line 2: did not find expected node content"],
        ),
    ],
    ids=["include-circle", "include-itself", "extends-circle", "not-there", "elsewhere", "broken"],
)
def test_what_cannot_be_followed_is_reported_with_its_line(tmp_path: Path, texts: dict[str, str], faults: list[str]) -> None:
    """Nothing outside of the repository is opened, nothing runs in circles, all faults are reported at once."""
    folder = tmp_path / "project"
    (tmp_path / "out.yml").write_text("services: {a: {image: secret, privileged: true}}\n")
    compose = _write(folder, **texts)
    (folder / "link.yml").symlink_to(tmp_path / "out.yml")
    report = _audit(compose)
    assert _faults(report) == [row.format(folder) for row in faults]
    assert _serious(report, folder) == []


def test_the_rest_is_judged_beside_a_fault(tmp_path: Path) -> None:
    """A file that is not there takes no finding away."""
    report = _audit(
        _write(tmp_path, compose="include: [lost.yml]\nservices:\n  a:\n    image: team/a:1.2.3\n    privileged: true\n")
    )
    assert _serious(report, tmp_path) == [("compose.yml", 5, "privilege")]
    assert len(_faults(report)) == 1


def test_how_much_is_followed_is_bounded(tmp_path: Path) -> None:
    """Sixty files, twelve levels, and a lattice in which each file names the next ten times are reported or done at once."""
    many = {f"f{index}": "services: {}\n" for index in range(60)}
    report = _audit(_write(tmp_path / "many", compose="include:\n" + "".join(f"- {name}.yml\n" for name in many), **many))
    assert len(report.unread) == 11
    assert "a project of more than 50 files" in report.unread[0].reason
    deep = {f"f{index}": f"include: [f{index + 1}.yml]\n" for index in range(12)}
    report = _audit(_write(tmp_path / "deep", compose="include: [f0.yml]\n", **deep))
    assert ["more than 10 levels deep" in one.reason for one in report.unread] == [True]
    lattice = {f"f{index}": "include:\n" + f"- f{index + 1}.yml\n" * 10 for index in range(8)}
    report = _audit(
        _write(tmp_path / "lattice", compose="include: [f0.yml]\n", **lattice, f8="services: {a: {image: 'x:1.2.3'}}\n")
    )
    assert not report.unread
    base = (
        "services:\n  base:\n    ports: ["
        + "1," * 1_000
        + "]\n"
        + "".join(f"  s{index}: {{extends: base}}\n" for index in range(1_000))
    )
    report = _audit(_write(tmp_path / "wide", compose=base))
    assert ["more than 200,000 values" in one.reason for one in report.unread] == [True]
    lost = "include: [" + ",".join(f"lost{index}.yml" for index in range(1_000)) + "]\n"
    report = _audit(_write(tmp_path / "lost", compose=lost))
    assert ["more than 100 names" in one.reason for one in report.unread] == [True]


@pytest.mark.parametrize(("style", "line"), [("|", 6), ("|-", 6), (">", 4)])
def test_every_line_of_a_command_is_read(tmp_path: Path, style: str, line: int) -> None:
    """A text of several lines is one command to Compose; a folded one (`>`) is reported where it begins."""
    lines = (
        "services:",
        "  one:",
        f"    command: {style}",
        "      jupyter notebook",
        "      --ip=0.0.0.0",
        "      --NotebookApp.token=''",
    )
    found = _serious(_audit(_write(tmp_path, compose="\n".join([*lines, ""]))), tmp_path)
    assert ("compose.yml", line, "jupyter.auth") in found

"""`envprobe.doctor`: settings, surroundings, fixes, and what cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.audit.report import AuditVerdict
from envprobe.audit.settings import AuditSettings, read_settings
from envprobe.command.audit import doctor
from envprobe.error import DocumentError
from envprobe.render import FORMATS, Style
from envprobe.render.audit import AUDIT_FORMATS
from tests.support.schema import problems

PRIVILEGED = "docker run --privileged -v work:/work tensorflow/tensorflow:2.9.0 python train.py"
NO_SETTINGS = AuditSettings()


def _rules(report: object) -> set[str]:
    return {one.rule for one in report.findings if one.severity != "note"}  # type: ignore[attr-defined]


def test_a_command_line_is_a_target() -> None:
    """What somebody is about to type is judged, without a file or a line."""
    report = doctor([PRIVILEGED], settings=NO_SETTINGS)
    assert report.verdict is AuditVerdict.FINDINGS
    assert [(one.rule, one.file, one.line) for one in report.findings if one.severity == "fail"] == [("privilege", None, None)]


@pytest.mark.parametrize(
    "before", ["A=1 sudo -u ann ", "timeout -k 5 60 ", "cd /work && ", f"docker run {'-e A=b ' * 100} x:1.2.3; "]
)
def test_a_command_line_is_one_with_what_stands_before_it(before: str) -> None:
    """And however long it is: it is never taken for a file's name."""
    report = doctor([before + PRIVILEGED], settings=NO_SETTINGS)
    assert report.unread == () and _rules(report) == {"privilege"}


def test_a_proxy_in_the_clients_words_stops_the_engine(tmp_path: Path) -> None:
    """At the top of daemon.json as well as within `proxies`."""
    path = tmp_path / "daemon.json"
    path.write_text('{\n  "storage-driver": "overlay2",\n  "httpProxy": "http://proxy.team.example:3128"\n}\n')
    assert [(one.rule, one.line) for one in doctor([path], settings=NO_SETTINGS).findings] == [("proxy.daemon", 3)]


def test_settings_weigh_and_waive() -> None:
    """A family or a rule is made to matter more or less, a finding is lived with until a day, and a stale waiver is said."""
    settings = read_settings(
        {
            "rules": {"user": "ignore", "limits": "warn"},
            "waivers": [
                {"rule": "privilege", "owner": "ann", "reason": "builds", "expires": "2999-01-01"},
                {"rule": "gpu.*", "owner": "bob", "reason": "once", "expires": "2020-01-01"},
            ],
        },
        "doctor",
    )
    report = doctor([PRIVILEGED], settings=settings)
    assert _rules(report) == {"limits"}
    assert [one.finding.rule for one in report.waived] == ["privilege"]
    assert report.stale_waivers == ("gpu.* (bob): expired on 2020-01-01",)


def test_settings_say_all_faults_at_once() -> None:
    """A mistyped rule would silently leave a finding; it is refused with what was probably meant."""
    with pytest.raises(DocumentError) as caught:
        read_settings(
            {
                "rules": {"privilige": "ignore", "shm": "off"},
                "waivers": [{"rule": "*", "owner": "", "reason": "r", "expires": "x"}],
            },
            "doctor",
        )
    assert "did you mean privilege?" in caught.value.message
    for words in ("expected one of fail", "waives everything", "owner: empty", "not a date"):
        assert words in caught.value.message


def test_a_compose_file_is_read_with_its_override_and_its_env(tmp_path: Path) -> None:
    """A finding of the override stands at its own file and line; a variable has the value that Compose gives it."""
    (tmp_path / "compose.yml").write_text("services:\n  a:\n    image: tensorflow/tensorflow:${TAG}\n    command: python -c 1\n")
    (tmp_path / "compose.override.yml").write_text("services:\n  a:\n    ports: ['80:80']\n    privileged: true\n")
    (tmp_path / ".env").write_text("# tags\nTAG='latest' # moves\n")
    report = doctor([tmp_path], settings=NO_SETTINGS)
    assert [(Path(one.file or "").name, one.line, one.rule) for one in report.findings if one.severity == "fail"] == [
        ("compose.override.yml", 4, "privilege"),
        ("compose.yml", 3, "pin.image"),
    ]


def test_a_dockerfile_is_read_with_what_lies_beside_it(tmp_path: Path) -> None:
    """A .dockerignore makes `COPY .` right; a requirements file without versions is not."""
    (tmp_path / "Dockerfile").write_text("FROM python:3.9.13\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n")
    (tmp_path / ".dockerignore").write_text(".git\n.env\n")
    (tmp_path / "requirements.txt").write_text("numpy==1.22.4\n")
    assert doctor([tmp_path], settings=NO_SETTINGS).verdict is AuditVerdict.CLEAN
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (tmp_path / ".dockerignore").unlink()
    assert _rules(doctor([tmp_path], settings=NO_SETTINGS)) == {"copy.all", "pin.packages.requirements"}


def test_a_folder_is_listed_once_for_all_its_dockerfiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files cost no more each than a few; what is new in a folder that has changed is seen all the same."""
    listed: list[str] = []
    glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: listed.append(pattern) or glob(folder, pattern))
    for number in range(20):
        path = tmp_path / f"Dockerfile.{number}"
        path.write_text("FROM python:3.9.13\nRUN pip install --no-cache-dir -r requirements.txt\n")
    assert doctor([tmp_path], settings=NO_SETTINGS).verdict is AuditVerdict.CLEAN
    assert listed.count("*requirements*.txt") == 1
    (tmp_path / "requirements.txt").write_text("numpy\n")
    os.utime(tmp_path, (1, 1))  # a time of its own, however coarse the file system's clock is
    assert _rules(doctor([tmp_path], settings=NO_SETTINGS)) == {"pin.packages.requirements"}


def test_no_secret_is_in_a_report(tmp_path: Path) -> None:
    """Whatever the format, and also where the secret stands on a line that another rule shows."""
    secret = "hf_abcdefghijklmnopqrstuvwxyz012345"
    (tmp_path / "run.sh").write_text(f"docker run --privileged -e HF_TOKEN={secret} -p 8888:8888 tensorflow/tensorflow:latest\n")
    report = doctor([tmp_path], settings=NO_SETTINGS)
    assert "secret.in-file" in _rules(report)
    for form in AUDIT_FORMATS.values():
        assert secret not in form(report, Style(verbosity=1))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("compose.yml", "services: &a\n  b: *a\n", "anchor that holds itself"),
        ("compose.yml", "services: {a: [\n", "not YAML at line 2"),
        (
            "compose.yml",
            "a: &a ["
            + "1," * 9
            + "]\n"
            + "".join(f"{c}: &{c} [{','.join(['*' + b] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)),
            "more than 200,000 values",
        ),
        ("Dockerfile", "FROM a:1.2.3\n" + "RUN x\n" * 20_000, "more than 20,000 lines"),
        ("Dockerfile", "FROM a:1.2.3\n" + "RUN x\n" * 2_000, "more than 2,000 instructions"),
        ("run.sh", "curl x\n" * 10_001, "more than 10,000 commands"),
        ("Dockerfile", "RUN x\n", "no FROM"),
        ("Dockerfile", "FROM a\0\n", "binary"),
        ("daemon.json", '{"a": 1,}', "not JSON"),
        ("devcontainer.json", '{"image": }', "not JSON"),
        ("devcontainer.json", "[" * 5000, "not JSON"),
        ("notes.txt", "hello", "no kind of file"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str, words: str) -> None:
    """A hostile or broken file ends in `undetermined`, with what is wrong; it is never taken for clean."""
    (tmp_path / name).write_text(text)
    report = doctor([tmp_path / name], settings=NO_SETTINGS)
    assert report.verdict is AuditVerdict.UNDETERMINED
    assert words in report.unread[0].reason


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A repository cannot make the audit read what lies elsewhere."""
    (tmp_path / "secret.txt").write_text("numpy\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    (project / "Dockerfile").write_text("FROM python:3.9.13\nRUN pip install --no-cache-dir -r requirements.txt\n")
    assert doctor([project], settings=NO_SETTINGS).verdict is AuditVerdict.CLEAN


def test_fixes_are_written_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What has one right answer is fixed in a file of its own and shown; what cannot be known stays."""
    monkeypatch.chdir(tmp_path)
    before = "docker run --privileged -p 8888:8888 -v w:/tf/notebooks tensorflow/tensorflow:latest-jupyter\n"
    Path("run.sh").write_text(before)
    assert cli.main(["doctor", "run.sh", "--fix"]) == 1
    after = "docker run -p 127.0.0.1:8888:8888 -v w:/tf/notebooks tensorflow/tensorflow:latest-jupyter\n"
    assert (Path("run.sh").read_text(), Path("run.sh.fixed").read_text()) == (before, after)
    assert f"+{after}" in capsys.readouterr().out


def test_all_formats_of_a_check_are_there() -> None:
    """Whoever reads a check in a format reads an audit in it; JSON is what its schema says."""
    report = doctor([PRIVILEGED], settings=NO_SETTINGS)
    assert [*AUDIT_FORMATS] == [*FORMATS]
    assert problems("audit/1", AUDIT_FORMATS["json"](report, Style()).encode()) == []
    sarif = json.loads(AUDIT_FORMATS["sarif"](report, Style()))
    rules = sarif["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in sarif["runs"][0]["results"])

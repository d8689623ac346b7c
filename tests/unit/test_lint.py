"""What is said of baselines, policy and waivers before they are relied on."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from envprobe.baseline import Baseline, to_json
from envprobe.baseline.waiver import Waiver
from envprobe.error import StoreError, UsageError
from envprobe.lint import Finding, Level, lint
from envprobe.store import shipped
from tests.support.sample import fingerprint

TODAY = date(2026, 6, 1)
WAIVER = {"path": "gpu.*", "owner": "ana", "reason": "the old cards", "expires": "2027-01-01"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a baseline that nothing is wrong with."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "baselines").mkdir()
    _record(tmp_path / "baselines" / "tf.json")
    (tmp_path / "envprobe.toml").write_text('baseline = "tf"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _record(path: Path, **given: Any) -> None:
    path.write_bytes(to_json(Baseline(name=given.pop("name", path.stem), kind="recorded", fingerprint=fingerprint(), **given)))


def _words(*paths: str, fix: bool = False) -> list[str]:
    return [finding.words for finding in lint([Path(path) for path in paths], today=TODAY, fix=fix).findings]


def test_a_project_in_order_has_no_findings(project: Path) -> None:
    """Without paths the configuration and every baseline beside it are looked at."""
    found = lint([], today=TODAY)
    assert (found.files, found.findings) == (["envprobe.toml", "baselines/tf.json"], [])


def test_the_shipped_baselines_are_in_order() -> None:
    """What comes with envprobe passes its own lint."""
    found = lint([shipped()], today=TODAY)
    assert found.findings == []
    assert len(found.files) >= 4


def test_every_fault_of_every_file_is_said(project: Path) -> None:
    """One run is enough to mend all: faults of the configuration do not hide those of a baseline."""
    (project / "envprobe.toml").write_text('taget = "x"\n[policy]\n"gpu.*" = "loud"\n')
    (project / "baselines" / "half.json").write_text('{"schema": ')
    (project / "baselines" / "bad.json").write_text(
        json.dumps(
            {
                "schema": "envprobe.baseline/1",
                "name": "bad",
                "kind": "declared",
                "policy": {"gpu.*": "loud"},
                "waivers": [{**WAIVER, "expires": "soon"}],
            }
        )
    )
    told = [f"{finding.file}: {finding.words}" for finding in lint([], today=TODAY).findings]
    assert [line.partition(";")[0] for line in told] == [
        "envprobe.toml: taget: no such setting",
        "envprobe.toml: policy: gpu.*: expected one of fail, warn, note, ignore, found 'loud'",
        "baselines/bad.json: declared: empty",
        "baselines/bad.json: waivers[0].expires: 'soon' is not a date such as 2027-01-31",
        "baselines/bad.json: policy: gpu.*: expected one of fail, warn, note, ignore, found 'loud'",
        "baselines/half.json: not JSON: Expecting value at line 1, column 12",
    ]


def test_another_spelling_is_a_fault_and_can_be_fixed(project: Path) -> None:
    """A file that was formatted by something else says the same, and would show every line as changed on its next recording."""
    path = project / "baselines" / "tf.json"
    canonical = path.read_bytes()
    path.write_text(json.dumps(json.loads(canonical)))
    assert _words() == ["not spelled as envprobe writes it, so a change would show as many: envprobe lint --fix"]
    (fixed,) = lint([path], today=TODAY, fix=True).findings
    assert fixed == Finding(str(path), "rewritten as envprobe spells it; it says the same", Level.FIXED)
    assert path.read_bytes() == canonical


def test_a_fix_changes_nothing_that_is_wrong(project: Path) -> None:
    """A baseline with a fault stays byte by byte as it is."""
    path = project / "baselines" / "tf.json"
    path.write_bytes(path.read_bytes().replace(b"1.22.4", b"1.22.5"))
    before = path.read_bytes()
    assert len(_words(str(path), fix=True)) == 1
    assert path.read_bytes() == before


def test_a_waiver_that_ended_is_a_fault_and_one_that_ends_soon_a_warning(project: Path) -> None:
    """The last day still counts; thirty days before the end it is said, so that nobody is surprised by a check."""
    ends = {"cpu.*": "2026-05-31", "gpu.*": "2026-06-01", "image.*": "2026-07-01", "system.*": "2026-07-02"}
    waivers = [Waiver(path=path, owner="ana", reason="r", expires=end) for path, end in ends.items()]
    _record(project / "baselines" / "tf.json", waivers=waivers)
    assert [(finding.words, finding.level) for finding in lint([], today=TODAY).findings] == [
        ("waivers[0]: cpu.* (ana): expired on 2026-05-31; remove it, or decide again", Level.FAULT),
        ("waivers[1]: gpu.* (ana): expires on 2026-06-01, in 0 days", Level.WARNING),
        ("waivers[2]: image.* (ana): expires on 2026-07-01, in 30 days", Level.WARNING),
    ]


def test_waivers_of_the_configuration_count_too(project: Path) -> None:
    """Two waivers of one path have two ends and two owners, of which only the first is heard."""
    row = '[[waivers]]\npath = "gpu.*"\nowner = "ana"\nreason = "r"\nexpires = "2027-01-01"\n'
    (project / "envprobe.toml").write_text(row + row)
    assert _words() == ["waivers[1]: gpu.* (ana): waivers[0] waives the same"]


def test_names_are_unique_and_those_of_the_files(project: Path) -> None:
    """A name means one baseline: the file's, no other file's, and not silently one that is shipped."""
    (project / "more").mkdir()
    _record(project / "more" / "tf.json", name="tensorflow")
    _record(project / "baselines" / "tensorflow-2.9.0.json")
    assert _words("baselines", "more") == [
        "a baseline that envprobe ships has the same name; here this one is taken",
        "name: says 'tensorflow', but a baseline is called as its file: 'tf'",
        "baselines/tf.json has the same name",
    ]


def test_a_file_that_is_named_twice_is_one_file(project: Path) -> None:
    """The same file by another path is no second baseline of its name."""
    path = project / "baselines" / "tf.json"
    assert lint([path, path.parent / ".." / "baselines" / "tf.json"], today=TODAY).findings == []


def test_a_folder_that_cannot_be_listed_is_not_in_order(project: Path) -> None:
    """Nobody can tell what is wrong in it, which is not that nothing is."""
    project.chmod(0o755)
    (project / "baselines").chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)  # root may list anything
    try:
        with pytest.raises(StoreError, match="baselines: cannot be listed"):
            lint([Path("baselines")], today=TODAY)
    finally:
        os.seteuid(user)
        (project / "baselines").chmod(0o755)


def test_a_configuration_names_a_baseline_that_is_there(project: Path) -> None:
    """A project whose baseline was renamed fails before its next check does."""
    (project / "baselines" / "tf.json").rename(project / "baselines" / "tf-2.9.json")
    (finding,) = (finding for finding in lint([], today=TODAY).findings if finding.file == "envprobe.toml")
    assert finding.words.endswith("no baseline named 'tf'")


def test_a_pyproject_of_others_is_passed_by(project: Path) -> None:
    """A pre-commit hook hands over every pyproject.toml."""
    (project / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert _words("pyproject.toml") == []


def test_what_cannot_be_read_is_trouble(project: Path) -> None:
    """A file that is not there was not looked at, which is neither right nor wrong; another kind of file is a mistake."""
    findings = lint([Path("gone.json"), Path("gone.toml")], today=TODAY).findings
    assert [finding.level for finding in findings] == [Level.TROUBLE, Level.TROUBLE]
    with pytest.raises(UsageError, match=r"notes\.md: neither a baseline"):
        lint([Path("notes.md")], today=TODAY)

"""`envprobe fleet`: argv to exit status, what is asked for again, and the baseline of a fleet."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from envprobe.fingerprint import to_json as fingerprint_json
from tests.support.fleets import spread, write_spool
from tests.support.sample import fingerprint
from tests.support.trace_sample import TRACE

SAME = fingerprint()
DRIFTED = fingerprint({"packages.numpy.version": "1.23.5"})
CHECK = ("fleet", "check", "--baseline", "tf", "--no-benchmark", "--on")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a baseline, and two fleets that were collected."""
    (tmp_path / "baselines").mkdir()
    (tmp_path / "baselines" / "tf.json").write_bytes(to_json(Baseline(name="tf", kind="recorded", fingerprint=SAME)))
    for folder, members in (("good", spread([(3, SAME)])), ("mixed", spread([(3, SAME), (1, DRIFTED)]))):
        (tmp_path / folder).mkdir()
        for name, found in members.items():
            (tmp_path / folder / f"{name}.json").write_bytes(fingerprint_json(found))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.mark.parametrize(
    ("engine", "status", "words"),
    [
        ("file:good", 0, "REPRODUCES  3 of 3 members answered: 3 reproduce"),
        ("file:mixed", 1, "unlike the 3 alike: packages.numpy.version 1.22.4 != 1.23.5"),
        ("file:empty", 2, "no members"),
        ("file:nowhere", 2, "no such folder"),
        ("fil:good", 2, "did you mean file?"),
        ("", 2, "no such engine"),
        ("ssh:", 2, "no hosts"),
        ("docker-contexts:trainer", 2, "what is to be probed"),
    ],
)
def test_the_exit_status_is_the_worst_member_s(engine: str, status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """0 all reproduce, 1 one differs, 2 could not tell; trouble goes to stderr."""
    assert cli.main([*CHECK, engine]) == status
    out, err = capsys.readouterr()
    assert words in (out if "members" in words or "unlike" in words else err)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"{}", "schema"),
        (b'{"schema": "envprobe.fingerprint/9"}', "newer"),
        (b"[" * 100_000, "nested too deeply"),
        (b'"' + b"a" * (70 << 20) + b'"', "more than 67,108,864 bytes"),
    ],
    ids=["empty", "foreign", "newer", "deep", "flood"],
)
def test_a_file_that_is_no_fingerprint_is_unreachable(
    desk: Path, data: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named with its reason, and the others are judged all the same."""
    (desk / "good" / "x.json").write_bytes(data)
    assert cli.main([*CHECK, "file:good", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert (document["answered"], [one["member"] for one in document["unreachable"]]) == (3, ["x"])
    assert words in document["unreachable"][0]["reason"]


def test_a_spool_that_was_named_is_kept_and_read_again(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same answers, without asking anybody; an unnamed one is gone when all was judged."""
    cli.main([*CHECK, "file:mixed", "--spool", "s.jsonl"])
    first = capsys.readouterr().out
    assert cli.main([*CHECK, "file:s.jsonl"]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == first.splitlines()[2:]
    assert not [*(desk / "state").rglob("*.jsonl")]


def test_a_spool_keeps_who_is_unstable(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A member that gave other bits when it was asked again is unstable in every later reading of its answers."""
    first, again = SAME, msgspec.structs.replace(SAME, trace=TRACE)
    lines: list[object] = [{"schema": "envprobe.spool/1", "engine": "ssh:a", "options": {}, "repeat": 2}]
    lines += [{"fingerprint": json.loads(fingerprint_json(one))} for one in (first, again)]
    lines.append({"member": "a", "ids": [first.id, again.id]})
    (desk / "s.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    assert cli.main([*CHECK, "file:s.jsonl", "--format", "json"]) == 2
    assert [one["member"] for one in json.loads(capsys.readouterr().out)["unstable"]] == ["a"]


def test_files_that_differ_in_their_context_alone_are_one_class(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Host names and times are nobody's difference; a key that stands twice is refused, whatever the other files say."""
    value = json.loads(fingerprint_json(SAME))
    for name in ("h1", "h2"):
        (desk / "good" / f"{name}.json").write_text(json.dumps({**value, "context": {"host_name": name}}), "utf-8")
    twice = json.dumps(value)[:-1] + ', "schema": "envprobe.fingerprint/1"}'
    (desk / "good" / "twice.json").write_text(twice, "utf-8")
    assert cli.main([*CHECK, "file:good", "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [len(one["members"]) for one in document["classes"]] == [5]
    assert "duplicate key" in document["unreachable"][0]["reason"]


def test_a_resumed_run_asks_the_others(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What arrived is counted, and what had not is asked for."""
    cli.main([*CHECK, "file:mixed", "--spool", "s.jsonl"])
    lines = (desk / "s.jsonl").read_text("utf-8").splitlines(keepends=True)
    (desk / "s.jsonl").write_text("".join(lines[:3]) + lines[3][:20], "utf-8")
    answered = json.loads(lines[2])["member"]  # in whatever order they came
    (desk / "mixed" / f"{answered}.json").write_bytes(b"")
    capsys.readouterr()
    assert cli.main([*CHECK, "file:mixed", "--spool", "s.jsonl", "--resume"]) == 1
    assert "4 of 4 members answered" in capsys.readouterr().out
    assert cli.main([*CHECK, "file:good", "--spool", "s.jsonl", "--resume"]) == 2
    assert "was begun for another question: other engine" in capsys.readouterr().err


def test_a_fleet_is_recorded_as_what_most_members_are(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The baseline is the majority's, checks the fleet, and is not written over unasked."""
    assert cli.main(["fleet", "record", "--on", "file:mixed", "--name", "lab", "--no-benchmark"]) == 0
    out, err = capsys.readouterr()
    assert "n4" in out and "fleet check --on file:mixed --baseline lab --no-benchmark" in err
    assert json.loads((desk / "baselines" / "lab.json").read_bytes())["fingerprint"]["id"] == SAME.id
    assert cli.main(["fleet", "record", "--on", "file:good", "--name", "lab", "--no-benchmark"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_nothing_is_recorded_of_a_fleet_that_is_out_of_reach(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reasons are in the error."""
    (desk / "empty" / "a.json").write_bytes(b"")
    assert cli.main(["fleet", "record", "--on", "file:empty", "--name", "lab"]) == 2
    assert "a: empty/a.json: empty" in capsys.readouterr().err
    assert not (desk / "baselines" / "lab.json").exists()


def test_every_format_is_written(desk: Path) -> None:
    """To a file each, in one run."""
    forms = ("json", "markdown", "html", "junit", "sarif", "github", "prometheus")
    also = [word for form in forms for word in ("--also", f"{form}=out.{form}")]
    assert cli.main([*CHECK, "file:mixed", *also]) == 1
    assert all((desk / f"out.{form}").stat().st_size for form in forms)


def test_a_spool_may_be_of_another_program(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was written by hand as the page says is read."""
    write_spool(desk / "hand.jsonl", spread([(2, SAME)]), {"z": "drained"})
    assert cli.main([*CHECK, "file:hand.jsonl"]) == 2
    assert "z: drained" in capsys.readouterr().out

"""argv to exit status: the contract that scripts rely on, as one table, and what each stream then holds."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from envprobe import __version__, cli
from envprobe.baseline import Baseline, to_json
from envprobe.cli.group import HOMES
from envprobe.fingerprint import to_json as fingerprint_json
from tests.support.sample import fingerprint

REPOSITORY = Path(__file__).parents[2]


def _documents() -> dict[str, bytes]:
    same = fingerprint_json(fingerprint())
    baseline = to_json(Baseline(name="tf", kind="recorded", fingerprint=fingerprint()))
    return {
        "baselines/tf.json": baseline,
        "same.json": same,
        "drifted.json": fingerprint_json(fingerprint({"packages.numpy.version": "1.23.5"})),
        "warned.json": fingerprint_json(fingerprint({"cpu.affinity": 8})),
        "blind.json": fingerprint_json(fingerprint(unknown={"integrity.*": "no permission"}, without=("integrity.numpy",))),
        "hostile.json": fingerprint_json(
            fingerprint({"packages.numpy.version": "\x1b[2J[red]1|2\u202e", "environment.A;id": "x"})
        ),
        "empty.json": b"",
        "half.json": baseline[: len(baseline) // 2],
        "newer.json": baseline.replace(b"baseline/1", b"baseline/2"),
        "foreign.json": b'{"schema": "other/1"}',
        "edited.json": same.replace(b"1.22.4", b"1.22.5"),
        "twice.json": b'{"schema": "envprobe.fingerprint/1", "id": 1, "id": 2, "probe": {"version": NaN, "version": 1}}',
        "faulty.json": b'{"schema": "envprobe.answer/1", "probe": {"version": 1}, "sections": {"python": {"known": '
        b'{"a": null, "b": 1.5}}}}',
        "deep.json": b"[" * 200_000,
        "binary.json": b"\x80\x81",
        "long.json": json.dumps({"schema": "x" * (2 << 20)}).encode(),
        "huge.json": b'"' + b"a" * (100 << 20) + b'"',
        "requirements.txt": b"numpy==1.22.4\n",
        "requirements-bad.txt": b"numpy=1.22.4\n",
    }


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a baseline, fingerprints like it and unlike it, and files that are neither."""
    folder = tmp_path_factory.mktemp("desk")
    for name, data in _documents().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "envprobe.toml").write_text('baseline = "tf"\ntarget = "file://same.json"\n')
    return folder


@pytest.fixture(autouse=True)
def _at_the_desk(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


class Case(NamedTuple):
    """One command line, its exit status, and a text that must stand on stdout and on stderr; "" for an empty stream."""

    argv: str
    status: int
    stdout: str = ""
    stderr: str = ""


CASES = (
    # -- the verdict
    Case("check", 0, "REPRODUCES"),
    Case("check file://same.json", 0, "REPRODUCES"),
    Case("check file://drifted.json", 1, "DIFFERS"),
    Case("check file://blind.json", 2, "UNDETERMINED"),
    Case("check file://warned.json", 0, "REPRODUCES"),
    Case("check file://warned.json --strict", 1, "DIFFERS"),
    Case("check file://hostile.json", 1, "\\x1b[2J[red]1|2\\u202e"),
    Case("diff same.json same.json", 0, "REPRODUCES"),
    Case("diff tf drifted.json", 1, "packages.numpy.version"),
    Case("demo docker://trainer", 2, "", "the demo changes a copy"),
    Case("diff baselines/tf.json blind.json", 2, "UNDETERMINED"),
    Case("diff same.json drifted.json --format json", 1, '"verdict": "differs"'),
    Case("diff same.json drifted.json --format markdown", 1, "## envprobe: differs"),
    Case("diff same.json drifted.json --format junit", 1, '<failure type="upgraded"'),
    Case("diff same.json drifted.json --format sarif", 1, '"level": "error"'),
    Case("diff same.json drifted.json --format github", 1, "::error title=envprobe%3A packages.numpy.version"),
    Case("diff same.json drifted.json -q", 1, "DIFFERS"),
    Case("diff same.json warned.json -v", 0, "cpu.affinity"),
    Case("sign tf --sign-ssh no-such-key", 2, "", "no-such-key"),
    Case("sign nowhere --sign-ssh no-such-key", 2, "", "no baseline named 'nowhere'"),
    # -- causes
    Case("explain file://same.json", 0, "EXPLAINED"),
    Case("explain file://drifted.json", 0, "packages.numpy.version"),
    Case("explain file://drifted.json --format json", 0, '"schema": "envprobe.explanation/1"'),
    Case("explain file://drifted.json -q", 0, "EXPLAINED"),
    Case("explain file://hostile.json -v", 0, "\\x1b[2J[red]1|2\\u202e"),
    Case("explain --traceback requirements.txt", 1, "UNEXPLAINED"),
    Case("explain --traceback missing.log", 2, "", "missing.log: cannot be read: No such file"),
    Case("explain file://same.json --traceback requirements.txt", 2, "", "a traceback is read by itself"),
    Case("explain file://same.json --prove", 2, "", "tf has no benchmark"),
    Case("explain --prove --traceback requirements.txt", 2, "", "can be explained and not proved"),
    Case("align file://same.json", 2, "", "has no benchmark to come to"),
    Case("bisect --baseline same.json --outputs m.json", 2, "", "no command: put it behind --"),
    Case("bisect --baseline same.json --outputs m.json -- python train.py", 2, "", "is no recorded run"),
    Case("fix file://same.json", 0, "", "nothing to fix"),
    Case(
        "fix file://drifted.json",
        0,
        "# where drifted.json was recorded: python3 -m pip install numpy==1.22.4",
        " check file://drifted.json --baseline tf",
    ),
    Case("fix file://drifted.json --emit requirements", 0, "numpy==1.22.4"),
    Case("fix file://drifted.json --emit script", 0, "set -eu"),
    Case("fix file://drifted.json --apply", 2, "", "no copy of it can be made"),
    Case("fix --apply --emit env", 2, "", "--emit and --apply at once"),
    Case("fix --apply --in-place --output x", 2, "", "leave --output out"),
    Case("fix --yes", 2, "", "are for --apply"),
    Case("fix --emit nothing", 2, "", "'nothing' is not one of"),
    Case("explain --baseline gone", 2, "", "record it: envprobe record --name gone"),
    # -- what tells and does not judge
    Case("show tf", 0, "baseline tf (recorded)"),
    Case("show drifted.json", 0, "numpy 1.23.5"),
    Case("show hostile.json -v", 0, "\\x1b[2J[red]1|2\\u202e"),
    Case("probe file://same.json", 0, '"schema": "envprobe.fingerprint/1"'),
    Case("--version", 0, f"envprobe {__version__}"),
    Case("--help", 0, "Exit status: 0 reproduces, 1 differs, 2 could not tell."),
    Case("lint baselines", 0, "1 file: nothing wrong"),
    Case("lint half.json", 1, "half.json: not JSON"),
    Case("lint missing.json", 2, "missing.json: trouble: cannot be read"),
    # -- usage
    Case("", 2, "", "Usage:"),
    Case("chek", 2, "", "No such command 'chek'"),
    Case("check --formt json", 2, "", "--formt"),
    Case("check --format xml", 2, "", "'xml' is not one of"),
    Case("check --timeout soon", 2, "", "'soon' is not a valid"),
    Case("diff same.json", 2, "", "Missing argument 'OBSERVED'"),
    Case("record", 2, "", "or give its file with --output"),
    Case("record --name ../x", 2, "", "'../x' is not a name of a baseline"),
    Case("record --requirements missing.txt --name x", 2, "", "missing.txt"),
    Case("record --requirements requirements-bad.txt --name x", 2, "", "requirements-bad.txt"),
    # -- targets that are none
    Case("check dockr://trainer", 2, "", "did you mean docker://?"),
    Case("check trainer", 2, "", "did you mean docker://trainer"),
    Case("probe local:///nowhere/python", 2, "", "there is no /nowhere/python"),
    Case("check file://missing.json", 2, "", "missing.json"),
    # -- baselines that are none
    Case("check --baseline gone", 2, "", "record it: envprobe record --name gone"),
    Case("check --baseline tff", 2, "", "did you mean tf"),
    Case("check --baseline ./gone.json", 2, "", "no such baseline file"),
    Case("check --baseline ../etc/passwd", 2, "", "no such baseline file"),
    Case("check --baseline empty.json", 2, "", "empty.json: empty"),
    Case("check --baseline half.json", 2, "", "restore it from version control"),
    Case("check --baseline newer.json", 2, "", "a newer envprobe wrote it"),
    Case("check --baseline foreign.json", 2, "", "found 'other/1'"),
    Case("check --baseline same.json", 0, "REPRODUCES"),
    Case("check --baseline deep.json", 2, "", "nested too deeply"),
    Case("check --baseline binary.json", 2, "", "not UTF-8 at byte 0"),
    Case("check --baseline long.json", 2, "", "a string of 2,097,152 characters"),
    Case("check --baseline huge.json", 2, "", "more than 67,108,864 bytes"),
    Case("diff tf huge.json", 2, "", "more than 67,108,864 bytes"),
    Case("diff tf edited.json", 2, "", "take the original, or record it again"),
    Case("show half.json", 2, "", "half-written"),
    Case("check file://edited.json", 2, "", "take the original, or record it again"),
    Case("show newer.json", 2, "", "a newer envprobe wrote it"),
    Case("diff tf newer.json", 2, "", "a newer envprobe wrote it"),
    # -- names that no file system takes
    *(
        Case(f"{command} {'n' * 300}{suffix}", 2, "", "File name too long")
        for command, suffix in (
            ("show", ""),
            ("check --baseline", ".json"),
            ("check file://same.json --baseline", ".json"),
            ("verify", ".md"),
            ("lint", ""),
            ("record file://same.json --output", ".json"),
        )
    ),
    # -- places that cannot be written
    Case("diff same.json drifted.json --output /dev/full", 2, "", "/dev/full: cannot be written: No space left on device"),
    Case("probe file://same.json --output /dev/full", 2, "", "No space left on device"),
    Case("probe file://same.json --output /proc/nowhere/x.json", 2, "", "/proc/nowhere/x.json: cannot be written"),
    Case("diff same.json drifted.json --output same.json/x", 2, "", "cannot be written"),
    Case("record file://same.json --name tf", 2, "REPRODUCES", "--update"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.argv or "(nothing)")
def test_status_and_streams(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command line has this exit status; the answer goes to stdout and everything else to stderr."""
    status = cli.main(case.argv.split())
    captured = capsys.readouterr()
    assert (status, captured.out, captured.err) == (case.status, captured.out, captured.err)
    assert case.stdout in captured.out if case.stdout else captured.out == ""
    assert case.stderr in captured.err if case.stderr else captured.err == ""
    assert "\x1b" not in captured.out + captured.err


def test_all_faults_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A document with several faults names every one, with the file and the place."""
    assert cli.main(["show", "twice.json"]) == 2
    twice = capsys.readouterr().err
    assert cli.main(["show", "faulty.json"]) == 2
    faulty = capsys.readouterr().err
    assert all(fault in twice for fault in ("duplicate key 'id'", "duplicate key 'version'", "NaN is not JSON"))
    places = ("probe.version", "probe.digest: missing", "sections.python.known.a", "sections.python.known.b")
    assert all(f"faulty.json: {place}" in faulty for place in places)


def test_nothing_is_lost(desk: Path) -> None:
    """A refused record leaves the baseline as it was, byte by byte, and nothing beside it."""
    before = (desk / "baselines/tf.json").read_bytes()
    assert cli.main(["record", "file://drifted.json", "--name", "tf"]) == 2
    assert (desk / "baselines/tf.json").read_bytes() == before
    assert [path.name for path in (desk / "baselines").iterdir()] == ["tf.json"]


def test_record_check_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is recorded passes; drift differs; --update shows what changes, replaces it, and then the drift passes."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["record", f"file://{desk}/same.json", "--name", "mine"]) == 0
    recorded = capsys.readouterr()
    assert "baseline mine (recorded)" in recorded.out
    assert "--baseline mine" in recorded.err
    assert cli.main(["check", f"file://{desk}/same.json"]) == 0
    assert cli.main(["check", f"file://{desk}/drifted.json"]) == 1
    assert cli.main(["record", f"file://{desk}/drifted.json", "--name", "mine", "--update"]) == 0
    assert "1.22.4 != 1.23.5" in capsys.readouterr().out
    assert cli.main(["check", f"file://{desk}/drifted.json"]) == 0


def test_no_baseline_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any baseline `check` records nothing, and says how to record one."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check"]) == 2
    assert f"envprobe record --name {tmp_path.name}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_output_takes_the_place_of_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --output the report is in the file, plain, and stdout is empty; the status is the same."""
    report = tmp_path / "report.json"
    assert cli.main(["diff", "same.json", "drifted.json", "--format", "json", "--output", str(report)]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(report.read_bytes())["differences"][0]["path"] == "packages.numpy.version"
    assert cli.main(["diff", "same.json", "drifted.json", "--output", str(report)]) == 1
    assert "\x1b" not in report.read_text("utf-8")


def test_color(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets no colour unless it is asked for; asked for, NO_COLOR does not take it away."""
    assert cli.main(["diff", "same.json", "drifted.json"]) == 1
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli.main(["diff", "same.json", "drifted.json", "--color", "always"]) == 1
    assert "\x1b[1;31mDIFFERS\x1b[0m" in capsys.readouterr().out
    assert cli.main(["show", "same.json", "--color", "never"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_quiet_is_the_verdict_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """-q prints the verdict and what was compared with what: two lines."""
    cli.main(["diff", "same.json", "drifted.json", "-q"])
    assert capsys.readouterr().out.splitlines() == [
        "DIFFERS  1 failure",
        "drifted.json against same.json (expected != observed)",
    ]


@pytest.mark.parametrize("command", ["", *HOMES])
def test_help_fits_a_terminal(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command's help fits 80 columns, and every option says what it does."""
    assert cli.main([*command.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    options = cli.envprobe.get_command(click.Context(cli.envprobe), command).params if command else cli.envprobe.params
    assert all(option.help for option in options if isinstance(option, click.Option))


class BrokenArguments(Sequence[str]):
    """Arguments that cannot be read: a stand-in for any bug of ours, reached from outside."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: object) -> str:
        raise ZeroDivisionError("a bug")

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError("a bug")


def test_a_bug_is_never_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that nobody foresaw exits 2, says that it is a bug of ours, and shows where."""
    assert cli.main(BrokenArguments()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "ZeroDivisionError: a bug" in said.err
    assert "this is a bug in envprobe" in said.err
    assert "says nothing about your environment" in said.err


# -- a process of its own ---------------------------------------------------------------------------------------------


def _environment(**variables: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80", **variables}


def _start(*argv: str, **given: Any) -> subprocess.Popen[bytes]:
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": _environment(), **given}
    return subprocess.Popen([sys.executable, "-m", "envprobe", *argv], **given)


def test_the_process_exits_with_it() -> None:
    """`python -m envprobe` ends with the same status and writes the same bytes as the function."""
    process = _start("diff", "same.json", "drifted.json")
    stdout, stderr = process.communicate()
    assert (process.returncode, stderr) == (1, b"")
    assert stdout.startswith(b"DIFFERS")


@pytest.mark.parametrize("library", ["click", "msgspec"])
def test_half_an_installation_is_no_difference(library: str, tmp_path: Path) -> None:
    """Where a library that everything needs is missing, the status is 2 and the last words name it."""
    (tmp_path / f"{library}.py").write_text(f"raise ModuleNotFoundError('No module named {library}')\n")
    process = _start("diff", "same.json", "same.json", env=_environment(PYTHONPATH=f"{tmp_path}:{REPOSITORY}"))
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (2, b"")
    assert f"envprobe: No module named {library}" in stderr.decode()


@pytest.mark.parametrize("argv", ["show same.json -v", "diff same.json drifted.json", "probe file://same.json", "--help"])
def test_nobody_reads(argv: str) -> None:
    """A reader that has gone, as in `| head -1`, is no difference and no bug: status 2, and not a word."""
    read, write = os.pipe()
    os.close(read)
    process = _start(*argv.split(), stdout=write)
    os.close(write)
    _, stderr = process.communicate()
    assert (process.returncode, stderr) == (2, b"")


def test_stdout_on_a_full_disk() -> None:
    """A report that cannot be written is trouble, not a verdict and not a bug."""
    with Path("/dev/full").open("wb") as full:
        process = _start("diff", "same.json", "same.json", stdout=full)
        _, stderr = process.communicate()
    assert process.returncode == 2
    assert stderr.decode() == f"envprobe: stdout: cannot be written: {os.strerror(errno.ENOSPC)}\n"


@pytest.mark.parametrize(
    ("closed", "status", "out", "err"),
    [
        ("0<&-", 1, "DIFFERS", ""),
        ("1>&-", 2, "", "envprobe: stdout: cannot be written: "),
        ("2>&-", 1, "DIFFERS", ""),
        ("1>&- 2>&-", 2, "", ""),
        ("0<&- 1>&- 2>&-", 2, "", ""),
    ],
)
def test_closed_streams(closed: str, status: int, out: str, err: str) -> None:
    """A verdict that could not be printed is none, and no file that is opened takes the place of a stream."""
    command = f'"{sys.executable}" -m envprobe diff same.json drifted.json {closed}'
    done = subprocess.run(["sh", "-c", command], env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout.startswith(out) and bool(done.stdout) == bool(out)
    assert done.stderr.startswith(err) and bool(done.stderr) == bool(err)


def test_ctrl_c_while_modules_are_loaded(tmp_path: Path) -> None:
    """Ctrl-C in the first moments is Ctrl-C: 130 and one word, without a traceback."""
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    process = _start("diff", "same.json", "same.json", env=_environment(PYTHONPATH=f"{tmp_path}:{REPOSITORY}"))
    assert process.communicate() == (b"", b"envprobe: interrupted\n")
    assert process.returncode == 130


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_poor_terminals(encoding: str) -> None:
    """A terminal that cannot spell a character gets an escape; a program gets UTF-8 whatever the locale."""
    text = _start("show", "hostile.json", "-v", env=_environment(PYTHONIOENCODING=encoding))
    body = _start("diff", "hostile.json", "same.json", "--format", "json", env=_environment(PYTHONIOENCODING=encoding))
    assert text.communicate()[1] == b""
    assert text.returncode == 0
    assert json.loads(body.communicate()[0])["verdict"] == "differs"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_causes_are_utf_8_for_a_program(tmp_path: Path, encoding: str) -> None:
    """JSON of what was raised reads back whatever the locale, of characters that have no four-digit escape too."""
    (tmp_path / "train.log").write_text("ValueError: café \N{GRINNING FACE}\n", "utf-8")
    words = ("explain", "--traceback", str(tmp_path / "train.log"), "--format", "json")
    body, errors = _start(*words, env=_environment(PYTHONIOENCODING=encoding)).communicate()
    assert json.loads(body)["symptoms"] == ["it ends in ValueError: café \N{GRINNING FACE}"]
    assert errors == b""


def test_a_traceback_comes_through_a_pipe() -> None:
    """Of a log that a program writes to a pipe the end is read, however long it is."""
    log = "step\n" * (1 << 18) + "ModuleNotFoundError: No module named 'absl'\n"
    command = [sys.executable, "-m", "envprobe", "explain", "--traceback", "/dev/stdin"]
    done = subprocess.run(command, env=_environment(), input=log, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "it ends in ModuleNotFoundError: No module named 'absl'" in done.stdout


def test_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C while a target hangs ends envprobe with 130 and one word, and ends what it started there."""
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho $$ > "{fifo}"\nexec sleep 600\n')
    python.chmod(0o755)
    process = _start("probe", f"local://{python}")
    started = int(fifo.read_text())
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr.decode().split()) == (130, b"", ["envprobe:", "interrupted"])
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)

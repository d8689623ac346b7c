"""`envprobe run` as scripts and people rely on it: exit statuses, streams, records, and what Ctrl-C leaves."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ENVPROBE = (sys.executable, "-m", "envprobe")
QUICK = ("--no-benchmark", "--no-integrity")
TRAIN = """
import json, os, random, sys
print("epoch 1", flush=True)
print("careful", file=sys.stderr)
random.seed(int(os.environ.get("SEED", "0")))
json.dump({"accuracy": random.random(), "rate": float(sys.argv[1])}, open("metrics.json", "w"))
"""
LONG = """
import json, subprocess, time
background = subprocess.Popen(["sleep", "600"])
json.dump({"epoch": 1, "background": background.pid}, open("partial.json", "w"))
try:
    print("started", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("saving", flush=True)
    json.dump({"epoch": 2, "background": background.pid}, open("partial.json", "w"))
    raise SystemExit(3)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with two scripts and some data, in no repository."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "long.py").write_text(LONG)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("1,2\n")
    return tmp_path


def _envprobe(desk: Path, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ENVPROBE_CACHE": str(desk / "cache"), **variables}
    return subprocess.run(
        [*ENVPROBE, *arguments], cwd=desk, input=stdin, capture_output=True, text=True, env=environment, timeout=120
    )


def _record(desk: Path, name: str, *arguments: str, **variables: str) -> dict[str, Any]:
    done = _envprobe(desk, "run", *QUICK, "--output", name, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads((desk / name).read_bytes())
    return value


def test_what_is_recorded(desk):
    """The record holds command, outputs with their numbers, data and console; the streams are the command's own."""
    done = _envprobe(desk, "run", *QUICK, "--outputs", "*.json", "--data", "data", "--", sys.executable, "train.py", "0.1")
    assert (done.returncode, done.stdout) == (0, "epoch 1\n")
    assert done.stderr.startswith("careful\n")
    run = json.loads((desk / "run-1.json").read_bytes())
    (attempt,) = run["attempts"]
    assert [output["name"] for output in attempt["outputs"]] == ["metrics.json"]
    assert attempt["outputs"][0]["metrics"]["rate"] == "0.1"
    assert sorted(attempt["console"]["lines"]) == ["careful", "epoch 1"]
    assert run["fingerprint"]["sections"]["data"]["known"]["data"]["files"] == 1
    assert run["drift"] == {}


def test_an_argument_that_is_not_utf_8_costs_no_record(desk: Path) -> None:
    """An argument may be the name of an old file, in any bytes: the run is recorded, with the bytes as escapes."""
    done = _envprobe(
        desk, "run", *QUICK, "--output", "run.json", "--outputs", "x", "--", "sh", "-c", "echo 1 > x", os.fsdecode(b"a\xff")
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((desk / "run.json").read_bytes())["command"][-1] == r"a\udcff"
    assert _envprobe(desk, "diff", "run.json", "run.json").returncode == 0


def test_the_same_again_and_otherwise(desk):
    """The same command reproduces, another argument does not, and of one run with another seed nobody can tell."""
    train = ("--outputs", "metrics.json", "--seed-env", "SEED", "--", sys.executable, "train.py")
    _record(desk, "first.json", *train, "0.1")
    _record(desk, "again.json", *train, "0.1")
    _record(desk, "other.json", *train, "0.2")
    _record(desk, "seed.json", "--seed", "7", *train, "0.1")
    assert _envprobe(desk, "check", "--run", "again.json", "--baseline", "first.json").returncode == 0
    for name, status, facts, metrics in (
        ("other", 1, {"run.command"}, {"rate"}),
        ("seed", 2, {"run.seed"}, {"accuracy"}),
    ):
        done = _envprobe(desk, "diff", "first.json", f"{name}.json", "--format", "json")
        report = json.loads(done.stdout)
        assert done.returncode == status
        assert {difference["path"] for difference in report["differences"]} == facts
        assert {difference["path"] for difference in report["outputs"][0]["differences"]} == metrics


@pytest.mark.parametrize("own", [("--output", "ana.json"), ("--output=ana.json",), ("--output", "ana.json", "--update"), ()])
def test_the_printed_line_is_typed(desk, own):
    """What `run` prints runs the same again, under a free name, and compares the two."""
    done = _envprobe(desk, "run", *QUICK, "--outputs", "m*.json", *own, "--", sys.executable, "train.py", "0.1")
    printed = done.stderr.splitlines()[-1].partition("run it again and compare: ")[2]
    assert printed, done.stderr
    typed = subprocess.run(["sh", "-c", printed], cwd=desk, capture_output=True, text=True, timeout=120)
    assert (typed.returncode, "REPRODUCES" in typed.stdout) == (0, True), typed.stdout + typed.stderr


def test_a_secret_of_the_command_is_not_printed_again(desk):
    """In CI what is printed is a log: a command that holds a secret is not spelled out."""
    done = _envprobe(desk, "run", *QUICK, "--", "true", "--api-key=sk-abcdefghijklmnopqrstuvwx1234567890")
    assert "sk-abc" not in done.stderr
    assert "run it again with --output run-2.json, and compare: " in done.stderr


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_every_format_tells_the_outputs(desk, format_):
    """Each format names the output, the metric and both numbers."""
    for name, rate in (("first.json", "0.1"), ("other.json", "0.2")):
        _record(desk, name, "--outputs", "metrics.json", "--", sys.executable, "train.py", rate)
    shown = _envprobe(desk, "diff", "first.json", "other.json", "--format", format_).stdout
    for word in ("metrics.json", "rate", "0.1", "0.2"):
        assert word in shown


def test_repeated(desk):
    """Each attempt has the next seed, and the file shows what the metrics spread by."""
    run = _record(
        desk,
        "many.json",
        "--outputs",
        "metrics.json",
        "--seed-env",
        "SEED",
        "--repeat",
        "3",
        "--",
        sys.executable,
        "train.py",
        "1",
    )
    assert [attempt["seed"] for attempt in run["attempts"]] == [0, 1, 2]
    assert len({attempt["outputs"][0]["metrics"]["accuracy"] for attempt in run["attempts"]}) == 3
    assert "±" in _envprobe(desk, "show", "many.json").stdout


def test_the_first_seed_is_the_variables_own(desk):
    """A seed that is set already is kept and recorded."""
    run = _record(desk, "run.json", "--seed-env", "SEED", "--", sys.executable, "train.py", "1", SEED="41")
    assert run["attempts"][0]["seed"] == 41


def test_an_output_of_an_earlier_run_is_none_of_this(desk):
    """A file that lay there before and was not written is left out, and said to be."""
    (desk / "old.json").write_text("{}")
    done = _envprobe(desk, "run", *QUICK, "--outputs", "*.json", "--", sys.executable, "train.py", "1")
    (attempt,) = json.loads((desk / "run-1.json").read_bytes())["attempts"]
    assert [output["name"] for output in attempt["outputs"]] == ["metrics.json"]
    assert attempt["stale"] == ["old.json"]
    assert "old.json: not written by this run" in done.stderr


def test_copies(desk):
    """Copies are kept under their names as long as they fit, and what does not fit is named."""
    run = _record(desk, "run.json", "--outputs", "metrics.json", "--copy-outputs", "kept", "--", sys.executable, "train.py", "1")
    assert (desk / "kept" / "metrics.json").read_bytes() == (desk / "metrics.json").read_bytes()
    assert run["attempts"][0]["context"]["copies"]
    run = _record(
        desk,
        "none.json",
        "--outputs",
        "metrics.json",
        "--copy-outputs",
        "no",
        "--copy-limit",
        "0",
        "--",
        sys.executable,
        "train.py",
        "1",
    )
    assert run["attempts"][0]["context"]["not_copied"] == ["metrics.json"]


def test_the_interpreter_is_the_commands(desk):
    """The environment that is recorded is that of the Python which the command names."""
    named = _record(desk, "named.json", "--", sys.executable, "train.py", "1")
    assert named["context"]["target"] == f"local://{sys.executable}"
    (desk / "script").write_text(f"#!{sys.executable}\nprint('from a script')\n")
    (desk / "script").chmod(0o755)
    assert _record(desk, "script.json", "--", "./script")["context"]["target"] == f"local://{sys.executable}"


def test_data_that_changes_meanwhile_is_drift(desk):
    """A command that writes into its own data is found out."""
    run = _record(desk, "run.json", "--data", "data", "--", "sh", "-c", "echo 3,4 >> data/x.csv")
    assert list(run["drift"]) == ["data"]
    done = _envprobe(desk, "check", "--run", "run.json", "--baseline", "run.json")
    assert done.returncode == 1
    assert "drift.data.data" in done.stdout


def test_no_secret_is_recorded(desk):
    """A secret in the environment, on the command line or in what is printed is nowhere in the record."""
    secret = "s3cr3t-v4lue-0815"
    script = "import os, sys; print('using', os.environ['MY_API_KEY'])"
    done = _envprobe(desk, "run", *QUICK, "--", sys.executable, "-c", script, "--token", "t0ken-4711", MY_API_KEY=secret)
    assert done.stdout == f"using {secret}\n"
    recorded = (desk / "run-1.json").read_text()
    assert secret not in recorded
    assert "t0ken-4711" not in recorded


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--", "sh", "-c", "exit 7"), 1, "exit status 7"),
        (("--", "sh", "-c", "kill -9 $$"), 1, "exit status -9"),
        (("--", "no-such-program"), 2, "no such program"),
        ((), 2, "put it behind --"),
        (("--",), 2, "put it behind --"),
        (("ssh://host", "--", "ls"), 2, "cannot be run there"),
        (("--outputs", "../x", "--", "ls"), 2, "absolute path"),
        (("--outputs", "train.py", "long.py", "--", "ls"), 2, "quote it, as in --outputs '*'"),
        (("--seed", "1", "--", "ls"), 2, "--seed-env"),
        (("--output", "train.py", "--", "ls"), 2, "exists already"),
    ],
)
def test_exit_status(desk, arguments, status, words):
    """0 recorded, 1 recorded and the command failed, 2 could not run; and it says why."""
    done = _envprobe(desk, "run", *QUICK, *arguments)
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert (desk / "run-1.json").exists() == (status == 1)


def test_stdin_is_the_commands(desk):
    """A command that asks gets its answer."""
    done = _envprobe(desk, "run", *QUICK, "--", sys.executable, "-c", "print('hello', input())", stdin="ana\n")
    assert done.stdout == "hello ana\n"


def _has_ended(pid: int) -> bool:
    """Say whether a process ended, or does so within some seconds: a signal to a stranger takes a moment."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("place", ["/proc/nowhere/run.json", "train.py/run.json"])
def test_a_record_that_cannot_be_written_costs_no_training(desk, place):
    """Where the record could not be written nothing is run: hours of training are not lost at their end."""
    done = _envprobe(desk, "run", *QUICK, "--output", place, "--", sys.executable, "-c", "open('trained', 'w')")
    assert done.returncode == 2
    assert f"{place}: cannot be written" in done.stderr and "nothing was run" in done.stderr
    assert not (desk / "trained").exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(desk, number, status):
    """Ctrl-C reaches the command, ends all that it started, and leaves an honest partial record."""
    command = [*ENVPROBE, "run", *QUICK, "--repeat", "3", "--outputs", "partial.json", "--", sys.executable, "long.py"]
    with subprocess.Popen(
        command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (status, "saving\n")
    assert "partial record" in said
    run = json.loads((desk / "run-1.json").read_bytes())
    (attempt,) = run["attempts"]
    assert (attempt["state"], attempt["outputs"][0]["metrics"]["epoch"]) == ("interrupted", "2")
    assert run["not_looked_after"]
    assert _has_ended(int(attempt["outputs"][0]["metrics"]["background"]))
    assert _envprobe(desk, "check", "--run", "run-1.json", "--baseline", "run-1.json").returncode == 2


def test_a_claim_from_argv_to_exit_status(desk):
    """A claim that holds leaves the environment's status, a refuted one is 1, an undecided one 2, one that cannot be read 2."""
    train = ("--outputs", "metrics.json", "--seed-env", "SEED", "--repeat", "3", "--", sys.executable, "train.py")
    _record(desk, "old.json", *train, "0.1")
    _record(desk, "new.json", *train, "0.2")
    (desk / "envprobe.toml").write_text('[claims]\nrate = ">= +0.1"\n')
    for claims, status, verdict in (
        ([], 0, "holds"),
        (["rate >= +50%", "rate <= +0.1"], 0, "holds"),
        (["rate >= +0.2"], 1, "refuted"),
        (["accuracy >= +0"], 0, "holds"),
        (["accuracy > +0"], 2, ""),
        (["acuracy >= +0"], 2, ""),
    ):
        flags = [word for claim in claims for word in ("--claim", claim)]
        done = _envprobe(desk, "check", "--run", "new.json", "--baseline", "old.json", "--format", "json", *flags)
        assert done.returncode == status, done.stderr
        assert {claim["verdict"] for claim in json.loads(done.stdout)["claims"]} == {verdict} if verdict else not done.stdout
    assert "did you mean accuracy?" in done.stderr
